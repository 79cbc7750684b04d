// What a client sees on the wire of every fault that is not an error of the cloud, and the rules
// that say when.

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "tests/fakes/dbss_sim/conformance.h"
#include "tests/fakes/dbss_sim/fault_kinds.h"

namespace quiesce::dbss_sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class FaultConformance : public Conformance {
 protected:
  // The status of each of `count` lists.
  std::string Statuses(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += List().status == 200 ? '.' : 'x';
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(Wires, FaultConformance, ::testing::Values(Wire::kPlain, Wire::kTls),
                         WireName);

TEST_P(FaultConformance, AConnectionEndsByACloseOrAResetBeforeOrAfterTheEffect) {
  for (const auto& [kind, end] :
       {std::pair("close", WireReply::End::kClosed), std::pair("reset", WireReply::End::kReset)}) {
    for (const bool effect : {false, true}) {
      Control("start", {{"project", kProject}, {"instance", kHexInstance}, {"instant", true}});
      const std::int64_t before = StopsWithEffect();
      Plan({{"match", {{"op", "stop"}}}, {"kind", kind}, {"effect", effect}});
      const WireReply reply = Stop();
      EXPECT_EQ(reply.end, end) << kind;
      EXPECT_EQ(reply.status, 0);
      EXPECT_EQ(StopsWithEffect(), before + (effect ? 1 : 0)) << kind;
    }
  }
}

TEST_P(FaultConformance, HalfAnAnswerEndsByACloseOrAReset) {
  const std::size_t whole = List().body.size();
  for (const auto& [kind, end] : {std::pair("truncate", WireReply::End::kClosed),
                                  std::pair("half_then_reset", WireReply::End::kReset)}) {
    Plan({{"match", {{"op", "list"}}}, {"kind", kind}});
    const WireReply reply = List();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.end, end) << kind;
    EXPECT_EQ(reply.headers.at("content-length"), std::to_string(whole));
    EXPECT_EQ(reply.body_size, whole / 2) << kind;
  }
}

TEST_P(FaultConformance, ADripComesAFewBytesAtATime) {
  Plan({{"match", {{"op", "stop"}}}, {"kind", "drip"}, {"bytes", 20}, {"interval_ms", 2}});
  const auto before = steady_clock::now();
  const WireReply reply = Stop();
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"result":"success"})");
  EXPECT_GT(reply.pieces, 3);
  EXPECT_GE(steady_clock::now() - before, milliseconds(2 * 5)) << "a head alone has 100 bytes";
  EXPECT_EQ(Stop().end, WireReply::End::kComplete) << "the connection is good again";
}

TEST_P(FaultConformance, AHugeAnswerHasTheSizeThatItSays) {
  Plan({{"match", {{"op", "list"}}}, {"kind", "huge"}, {"bytes", 64 << 20}});
  const WireReply reply = List();
  EXPECT_EQ(reply.end, WireReply::End::kComplete);
  EXPECT_EQ(reply.body_size, 64u << 20);
  EXPECT_EQ(reply.body.rfind(R"({"result":"success",)", 0), 0u);
  EXPECT_EQ(reply.body.back(), 'x');
  Plan({{"match", {{"op", "list"}}}, {"kind", "huge"}});
  EXPECT_EQ(client_->SendAndReadHead("POST", ListPath(), {{"X-Auth-Token", kToken}})
                .headers.at("content-length"),
            "1073741824");
  Reconnect();
  EXPECT_EQ(List().status, 200) << "who goes away in the middle harms nobody";
}

TEST_P(FaultConformance, BodiesOfWrongFormsHaveThem) {
  const auto stop_with = [this](nlohmann::json rule) {
    rule["match"] = {{"op", "stop"}};
    Plan(rule);
    return Stop();
  };
  EXPECT_EQ(stop_with({{"kind", "wrong_type"}}).body, R"({"result":0})");
  EXPECT_EQ(stop_with({{"kind", "empty"}, {"effect", false}}).status, 200);
  const WireReply no_body = stop_with({{"kind", "no_body"}, {"status", 503}});
  EXPECT_EQ(no_body.status, 503);
  EXPECT_EQ(no_body.body, "");
  const WireReply html = stop_with({{"kind", "html"}, {"status", 504}});
  EXPECT_EQ(html.status, 504);
  EXPECT_EQ(html.headers.at("content-type"), "text/html");
  EXPECT_TRUE(Json::parse(stop_with({{"kind", "nested_error"}}).body)["error"].is_object());
  EXPECT_TRUE(Json::parse(stop_with({{"kind", "numeric_code"}}).body)["error"]["code"].is_number());
  EXPECT_EQ(Json::parse(stop_with({{"kind", "unknown_code"}}).body)["error_code"], "DBSS.99999999");
  EXPECT_EQ(StopsWithEffect(), 0);
  Plan({{"match", {{"op", "list"}}}, {"kind", "wrong_type"}});
  EXPECT_FALSE(Json::parse(List().body)["clusters"].is_array());
}

TEST_P(FaultConformance, AnAnswerMayBeEncodedAlthoughNobodyAsked) {
  const std::string genuine = List().body;
  Plan({{"match", {{"op", "list"}, {"times", 2}}}, {"kind", "gzip"}});
  const WireReply reply = List();
  EXPECT_EQ(reply.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(reply.body.substr(0, 3), "\x1f\x8b\x08");
  TestClient library(sim_);
  EXPECT_EQ(library.List()->body, genuine) << "any reader of gzip takes it";
}

TEST_P(FaultConformance, LatenciesAreDrawnAndAddToWhatComesAfter) {
  Plan({{"match", {{"op", "list"}, {"times", 3}}},
        {"kind", "latency"},
        {"distribution", "uniform"},
        {"min_ms", 20},
        {"max_ms", 40}});
  Plan({{"match", {{"op", "list"}}}, {"kind", "html"}});
  const auto before = steady_clock::now();
  EXPECT_EQ(Statuses(3), "x..");
  EXPECT_GE(steady_clock::now() - before, milliseconds(60));
}

TEST_P(FaultConformance, ARuleCanSpoilOneInSoMany) {
  Plan({{"match", {{"op", "list"}, {"every", 3}, {"skip", 1}}}, {"kind", "html"}});
  EXPECT_EQ(Statuses(9), ".x..x..x.");
}

TEST_P(FaultConformance, ARuleCanSpoilByChanceAndASeedMakesItTheSameAgain) {
  const auto with_seed = [this](int seed) {
    Plan({{"name", "chance"},
          {"seed", seed},
          {"match", {{"op", "list"}, {"probability", 0.3}}},
          {"kind", "html"}});
    const std::string statuses = Statuses(60);
    sim_.faults().Clear();
    return statuses;
  };
  const std::string first = with_seed(5);
  const auto spoiled = std::count(first.begin(), first.end(), 'x');
  EXPECT_GT(spoiled, 5);
  EXPECT_LT(spoiled, 35);
  EXPECT_EQ(with_seed(5), first);
  EXPECT_NE(with_seed(6), first);
}

TEST_P(FaultConformance, ARuleHasANameInTheLogAndInTheCounts) {
  Plan({{"name", "flaky stop"},
        {"match", {{"op", "stop"}, {"times", 2}}},
        {"kind", "error:DBSS.11000000"}});
  Stop();
  RequestLog::Filter stops;
  stops.op = "stop";
  EXPECT_EQ(sim_.log().Entries(stops)[0].fault, "flaky stop");
  const auto view =
      nlohmann::json::parse(WireClient(sim_.port(), "").Send("GET", "/_sim/faults", {}).body);
  EXPECT_EQ(view["spoiled"], nlohmann::json({{"flaky stop", 1}}));
  EXPECT_EQ(view["faults"][0]["name"], "flaky stop");
  EXPECT_EQ(view["faults"][0]["kind"], "error:DBSS.11000000");
  EXPECT_EQ(view["faults"][0]["matched"], 1);
}

TEST_P(FaultConformance, EveryKindIsListedOnceWithItsFamily) {
  const auto view =
      nlohmann::json::parse(WireClient(sim_.port(), "").Send("GET", "/_sim/faults/kinds", {}).body);
  ASSERT_EQ(view["kinds"].size(), FaultKinds().size());
  std::set<std::string> names;
  for (const auto& kind : view["kinds"]) {
    EXPECT_TRUE(names.insert(kind["name"]).second) << kind;
    EXPECT_NE(kind["what"], "") << kind;
  }
  for (const char* name : {"error:APIGW.0308:user",
                           "error:DBSS.10020131",
                           "error:DBSS.11000000:nested",
                           "empty",
                           "html",
                           "truncate",
                           "huge",
                           "wrong_type",
                           "nested_error",
                           "numeric_code",
                           "no_body",
                           "unknown_code",
                           "result_failed",
                           "gzip",
                           "close",
                           "reset",
                           "half_then_reset",
                           "drip",
                           "latency",
                           "omit",
                           "flapping",
                           "stale",
                           "lag",
                           "empty_list",
                           "mixed_ha",
                           "unknown_strings",
                           "nulls",
                           "tls:bad_host",
                           "tls:expired",
                           "tls:not_yet_valid",
                           "tls:untrusted"}) {
    EXPECT_EQ(names.count(name), 1u) << name;
  }
}

class TlsConformance : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sim_.Start());
    sim_.cloud().AddProject({kProject, "cn-north-4"});
    sim_.AddToken(kToken);
  }
  // What OpenSSL says against the certificate of a new connection.
  int Shown() {
    return static_cast<int>(WireClient(sim_.tls_port(), sim_.tls_authority()).verify_result());
  }

  DbssSim sim_{WithTls()};
};

TEST_F(TlsConformance, BothPortsServeTheSameCloud) {
  EXPECT_NE(sim_.port(), sim_.tls_port());
  EXPECT_EQ(sim_.tls_endpoint(), "https://localhost:" + std::to_string(sim_.tls_port()));
  WireClient plain(sim_.port(), "");
  WireClient tls(sim_.tls_port(), sim_.tls_authority());
  const WireHeaders headers = {{"X-Auth-Token", kToken}};
  EXPECT_EQ(plain.Send("POST", ListPath(), headers).body,
            tls.Send("POST", ListPath(), headers).body);
  EXPECT_EQ(sim_.log().CountsOf(Op::kList).requests, 2);
}

TEST_F(TlsConformance, EachKindOfCertificateFailsForItsReason) {
  const std::pair<CertificateKind, int> kinds[] = {
      {CertificateKind::kGood, X509_V_OK},
      {CertificateKind::kBadHost, X509_V_ERR_HOSTNAME_MISMATCH},
      {CertificateKind::kExpired, X509_V_ERR_CERT_HAS_EXPIRED},
      {CertificateKind::kNotYetValid, X509_V_ERR_CERT_NOT_YET_VALID},
      {CertificateKind::kUntrusted, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
  };
  for (const auto& [kind, result] : kinds) {
    sim_.ShowCertificate(kind);
    EXPECT_EQ(Shown(), result) << CertificateKindName(kind);
  }
}

TEST_F(TlsConformance, ARuleCanSpoilSomeConnectionsOnly) {
  TestClient control(sim_);
  ASSERT_EQ(control.Control("faults", {{"kind", "tls:expired"}, {"skip", 1}, {"times", 2}})->status,
            200);
  ASSERT_EQ(control.Control("tls", {{"certificate", "untrusted"}})->status, 200);
  const int untrusted = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
  EXPECT_EQ(Shown(), untrusted);
  EXPECT_EQ(Shown(), X509_V_ERR_CERT_HAS_EXPIRED);
  EXPECT_EQ(Shown(), X509_V_ERR_CERT_HAS_EXPIRED);
  EXPECT_EQ(Shown(), untrusted);
  EXPECT_EQ(control.Control("faults", {{"kind", "tls:expired"}, {"op", "list"}})->status, 400);
  EXPECT_EQ(control.List()->status, 200) << "rules for connections leave requests alone";
}

TEST_F(TlsConformance, AnIdentityOfOnesOwnCanBeShown) {
  CertificateMaker maker;
  DbssSim::Options options = WithTls();
  options.tls_identity = maker.Make(CertificateKind::kGood);
  DbssSim own(options);
  ASSERT_TRUE(own.Start());
  EXPECT_EQ(WireClient(own.tls_port(), maker.authority_pem()).verify_result(), X509_V_OK);
  options.tls_identity = TlsIdentity{"no", "certificate"};
  EXPECT_FALSE(DbssSim(options).Start());
}

TEST_F(TlsConformance, WhoSpeaksNoTlsIsNotServed) {
  WireClient plain(sim_.tls_port(), "");
  EXPECT_EQ(plain.Send("POST", ListPath(), {{"X-Auth-Token", kToken}}).status, 0);
  EXPECT_EQ(sim_.log().CountsOf(Op::kList).requests, 0);
}

TEST_F(TlsConformance, StoppingEndsConnectionsThatSayNothing) {
  WireClient silent(sim_.tls_port(), "");
  WireClient idle(sim_.tls_port(), sim_.tls_authority());
  ASSERT_TRUE(idle.connected());
  const auto before = steady_clock::now();
  sim_.Stop();
  EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(20));
}

}  // namespace
}  // namespace quiesce::dbss_sim
