#include "daemon/base/sha256.h"

#include <string>

#include "gtest/gtest.h"

namespace quiesce {
namespace {

std::string Digest(std::string_view text) {
  Sha256 sha256;
  sha256.Update(text);
  return sha256.HexDigest();
}

// The examples of FIPS 180-2 and the empty text.
TEST(Sha256, GivesTheDigestsOfTheStandard) {
  EXPECT_EQ(Digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Digest(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, OfNothingFedIsThatOfTheEmptyText) {
  Sha256 sha256;
  EXPECT_EQ(sha256.HexDigest(), Digest(""));
}

TEST(Sha256, PiecesMakeNoDifference) {
  const std::string text = std::string("piece by piece, with a zero byte\0inside", 39);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Sha256 sha256;
    sha256.Update(std::string_view(text).substr(0, cut));
    sha256.Update(std::string_view(text).substr(cut));
    EXPECT_EQ(sha256.HexDigest(), Digest(text)) << "cut at " << cut;
  }
}

}  // namespace
}  // namespace quiesce
