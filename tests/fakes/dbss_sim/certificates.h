// Certificates for the simulator's TLS port, made on the spot: no key is ever stored anywhere but
// in memory, or in a file that the caller writes.

#ifndef TESTS_FAKES_DBSS_SIM_CERTIFICATES_H_
#define TESTS_FAKES_DBSS_SIM_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace quiesce::dbss_sim {

// What a server shows to its clients.
struct TlsIdentity {
  std::string certificate_pem;  // With intermediate certificates, if any.
  std::string key_pem;
};

enum class CertificateKind {
  kGood,         // For localhost and 127.0.0.1, of the authority that clients are told to believe.
  kBadHost,      // The same for another host.
  kExpired,      // For localhost, until a minute ago.
  kNotYetValid,  // For localhost, from an hour ahead.
  kUntrusted,    // For localhost, of an authority that nobody knows.
};

// "good", "bad_host", "expired", "not_yet_valid", "untrusted".
const char* CertificateKindName(CertificateKind kind);
std::optional<CertificateKind> CertificateKindNamed(std::string_view name);

// Two authorities, one to be believed and one not. Not thread-safe.
class CertificateMaker {
 public:
  CertificateMaker();

  // The certificate of the authority to be believed.
  const std::string& authority_pem() const { return authority_pem_; }

  TlsIdentity Make(CertificateKind kind);

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
  struct Authority {
    Key key;
    Certificate certificate;
  };
  static Authority MakeAuthority(const char* name);

  Authority believed_;
  Authority unknown_;
  std::string authority_pem_;
  int serial_ = 1;
};

// A context for servers; nullptr when the identity is no certificate with its key.
std::shared_ptr<SSL_CTX> MakeTlsContext(const TlsIdentity& identity);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_CERTIFICATES_H_
