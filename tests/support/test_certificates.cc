#include "tests/support/test_certificates.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace quiesce::support {
namespace {

std::atomic<int> authorities = 0;

void Require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "test certificates: %s\n", what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  Require(extension != nullptr, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* MakeCertificate(const CertificateRequest& request, EVP_PKEY* key, int serial) {
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate), absl::ToTimeT(request.not_before));
  ASN1_TIME_set(X509_getm_notAfter(certificate), absl::ToTimeT(request.not_after));
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(request.common_name.c_str()),
                             -1, -1, 0);
  return certificate;
}

}  // namespace

TestAuthority::TestAuthority()
    : number_(authorities++),
      key_(EVP_EC_gen("P-256"), &EVP_PKEY_free),
      certificate_(nullptr, &X509_free) {
  CertificateRequest request;
  request.common_name = absl::StrCat("Test Authority ", number_);
  certificate_.reset(MakeCertificate(request, key_.get(), 1));
  X509* own = certificate_.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  AddExtension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(own, own, NID_subject_key_identifier, "hash");
  Require(X509_sign(own, key_.get(), EVP_sha256()) != 0, "sign");
  file_ = Write("authority", own, nullptr);
}

TestIdentity TestAuthority::Issue(const CertificateRequest& request) {
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const int serial = ++issued_ + 1;
  const Certificate certificate(MakeCertificate(request, key.get(), serial), &X509_free);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  AddExtension(certificate.get(), certificate_.get(), NID_basic_constraints, "CA:FALSE");
  if (!request.alternative_names.empty()) {
    AddExtension(certificate.get(), certificate_.get(), NID_subject_alt_name,
                 request.alternative_names);
  }
  Require(X509_sign(certificate.get(), key_.get(), EVP_sha256()) != 0, "sign");
  TestIdentity identity;
  identity.certificate_file =
      Write(absl::StrCat("certificate_", serial), certificate.get(), nullptr);
  identity.key_file = Write(absl::StrCat("key_", serial), nullptr, key.get());
  return identity;
}

std::string TestAuthority::Write(const std::string& name, X509* certificate, EVP_PKEY* key) const {
  const std::string path = absl::StrCat(::testing::TempDir(), "/", number_, "_", name, ".pem");
  std::FILE* file = std::fopen(path.c_str(), "w");
  Require(file != nullptr, path.c_str());
  if (certificate != nullptr) PEM_write_X509(file, certificate);
  if (key != nullptr) PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  return path;
}

}  // namespace quiesce::support
