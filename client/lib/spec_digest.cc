#include "client/lib/spec_digest.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "openssl/evp.h"

namespace quiesce::client {

std::string SpecDigest(const std::vector<v1::InstanceSpec>& specs) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::string line;
  for (const v1::InstanceSpec& spec : specs) {
    line.clear();
    absl::StrAppend(&line, spec.project(), "/", spec.instance_id(), "\n");
    EVP_DigestUpdate(context.get(), line.data(), line.size());
  }
  std::string bytes(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
  bytes.resize(size);
  return absl::StrCat("sha256:", absl::BytesToHexString(bytes));
}

}  // namespace quiesce::client
