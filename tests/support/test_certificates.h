#ifndef QUIESCE_TESTS_SUPPORT_TEST_CERTIFICATES_H_
#define QUIESCE_TESTS_SUPPORT_TEST_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace quiesce::support {

// What a TLS server shows, as files.
struct TestIdentity {
  std::string certificate_file;
  std::string key_file;
  int max_tls_version = 0;  // 0: the best there is
};

struct CertificateRequest {
  std::string common_name = "test";
  std::string alternative_names;  // as in openssl.cnf: "DNS:localhost,IP:127.0.0.1"; empty: none
  absl::Time not_before = absl::Now() - absl::Hours(1);
  absl::Time not_after = absl::Now() + absl::Hours(24);
};

// A certificate authority that nobody knows, made on the spot. Files go to the test's own folder.
class TestAuthority {
 public:
  TestAuthority();

  // Its own certificate, for those who are to believe it.
  const std::string& file() const { return file_; }
  TestIdentity Issue(const CertificateRequest& request);

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
  std::string Write(const std::string& name, X509* certificate, EVP_PKEY* key) const;

  const int number_;  // tells authorities of one test apart
  int issued_ = 0;
  Key key_;
  Certificate certificate_;
  std::string file_;
};

}  // namespace quiesce::support

#endif  // QUIESCE_TESTS_SUPPORT_TEST_CERTIFICATES_H_
