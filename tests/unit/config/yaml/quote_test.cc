#include "daemon/config/yaml/quote.h"

#include "gtest/gtest.h"

namespace quiesce::yaml {
namespace {

TEST(Quote, LeavesWordsPathsAndIdsAsTheyAre) {
  for (const char* text : {"billing-om-01", "/etc/quiesced/keys/main.token", "cn-north-4", "a_b.c",
                           "12f1ad6ef77e4545b8f0463a0f5ce4f1", "om-1e5"}) {
    EXPECT_EQ(Quote(text), text);
  }
}

TEST(Quote, QuotesWhatAReaderCouldTakeForSomethingElse) {
  for (const char* text :
       {"",     "true", "No",         "NULL",        "y",  "123",      "1.5", "1e5",
        "0x1f", "0o7",  "2026-11-25", "1_000",       "-a", "#billing", "a b", "a: b",
        "{a}",  "*a",   "&a",         "!a",          "~",  "%a",       "@a",  "`a",
        "a,b",  "[a",   " a",         "https://a:1", "=",  "."}) {
    EXPECT_EQ(Quote(text), std::string("\"") + text + "\"");
  }
  EXPECT_EQ(Quote("00000000000000000000000000000000"), "\"00000000000000000000000000000000\"");
}

TEST(Quote, EscapesQuotesAndWhatCannotBeSeen) {
  EXPECT_EQ(Quote("say \"no\" \\ now"), R"("say \"no\" \\ now")");
  EXPECT_EQ(Quote("a\nb\tc"), R"("a\u000Ab\u0009c")");
  EXPECT_EQ(Quote("a\xE2\x80\xAE"
                  "b"),
            R"("a\u202Eb")");
  EXPECT_EQ(Quote("a\xFF"
                  "b"),
            "\"a\xEF\xBF\xBD"
            "b\"");
}

TEST(Quote, KeepsOtherScripts) {
  EXPECT_EQ(Quote("运维-01"), "\"运维-01\"");
  EXPECT_EQ(Quote("😀"), "\"😀\"");
}

}  // namespace
}  // namespace quiesce::yaml
