#include "tests/fakes/dbss_sim/certificates.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace quiesce::dbss_sim {
namespace {

constexpr long kMinute = 60;  // NOLINT: X509_gmtime_adj takes long.
constexpr long kHour = 60 * kMinute;

constexpr std::array<std::pair<CertificateKind, const char*>, 5> kNames = {{
    {CertificateKind::kGood, "good"},
    {CertificateKind::kBadHost, "bad_host"},
    {CertificateKind::kExpired, "expired"},
    {CertificateKind::kNotYetValid, "not_yet_valid"},
    {CertificateKind::kUntrusted, "untrusted"},
}};

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

// OpenSSL refuses only a program that is wrong, or a machine without memory.
void Require(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "dbss_sim: certificates: %s\n", what);
  ERR_print_errors_fp(stderr);
  std::abort();
}

void AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  Require(extension != nullptr, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Valid from and until so many seconds from now.
X509* NewCertificate(const char* name, EVP_PKEY* key, int serial, long from, long until) {
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), until);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return certificate;
}

std::string TextOf(const Bio& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string Pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(bio.get(), certificate);
  return TextOf(bio);
}

std::string Pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return TextOf(bio);
}

Bio Reading(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free);
}

}  // namespace

const char* CertificateKindName(CertificateKind kind) {
  for (const auto& [named, name] : kNames) {
    if (named == kind) return name;
  }
  return "";
}

std::optional<CertificateKind> CertificateKindNamed(std::string_view wanted) {
  for (const auto& [kind, name] : kNames) {
    if (wanted == name) return kind;
  }
  return std::nullopt;
}

CertificateMaker::CertificateMaker()
    : believed_(MakeAuthority("Simulated Cloud Authority")),
      unknown_(MakeAuthority("Unknown Authority")),
      authority_pem_(Pem(believed_.certificate.get())) {}

CertificateMaker::Authority CertificateMaker::MakeAuthority(const char* name) {
  Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  Certificate certificate(NewCertificate(name, key.get(), 1, -24 * kHour, 24 * 30 * kHour),
                          &X509_free);
  X509* own = certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  AddExtension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
  AddExtension(own, own, NID_subject_key_identifier, "hash");
  Require(X509_sign(own, key.get(), EVP_sha256()) != 0, "sign");
  return {std::move(key), std::move(certificate)};
}

TlsIdentity CertificateMaker::Make(CertificateKind kind) {
  const Authority& issuer = kind == CertificateKind::kUntrusted ? unknown_ : believed_;
  const long from = kind == CertificateKind::kNotYetValid ? kHour : -kHour;
  const long until = kind == CertificateKind::kExpired ? -kMinute : 24 * 30 * kHour;
  const Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const Certificate certificate(NewCertificate("dbss_sim", key.get(), ++serial_, from, until),
                                &X509_free);
  X509* own = certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(issuer.certificate.get()));
  AddExtension(own, issuer.certificate.get(), NID_basic_constraints, "CA:FALSE");
  AddExtension(own, issuer.certificate.get(), NID_subject_alt_name,
               kind == CertificateKind::kBadHost ? "DNS:dbss.other.example,IP:192.0.2.1"
                                                 : "DNS:localhost,IP:127.0.0.1");
  Require(X509_sign(own, issuer.key.get(), EVP_sha256()) != 0, "sign");
  return {Pem(own), Pem(key.get())};
}

std::shared_ptr<SSL_CTX> MakeTlsContext(const TlsIdentity& identity) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  const Bio certificates = Reading(identity.certificate_pem);
  const Certificate own(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr),
                        &X509_free);
  const Bio key_text = Reading(identity.key_pem);
  const Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  if (own == nullptr || key == nullptr) return nullptr;
  if (SSL_CTX_use_certificate(context.get(), own.get()) != 1) return nullptr;
  while (X509* more = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr)) {
    SSL_CTX_add0_chain_cert(context.get(), more);  // Takes it.
  }
  ERR_clear_error();  // Of the end of the text.
  if (SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) return nullptr;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  return context;
}

}  // namespace quiesce::dbss_sim
