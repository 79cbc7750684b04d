#include "daemon/engine/packed_text.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace quiesce::engine {
namespace {

TEST(PackedText, IsTheTextThatItWasGiven) {
  for (const size_t size : {0, 1, 15, 16, 32, 64, 256, 65535}) {
    const std::string text(size, 'x');
    EXPECT_EQ(PackedText(text).view(), text);
  }
  EXPECT_EQ(PackedText().view(), "");
  EXPECT_EQ(PackedText(std::string_view("a\0b", 3)).view().size(), 3u);
}

TEST(PackedText, CutsWhatIsTooLong) {
  EXPECT_EQ(PackedText(std::string(70000, 'x')).view().size(), 65535u);
}

TEST(PackedText, CostsAPointer) { EXPECT_EQ(sizeof(PackedText), sizeof(void*)); }

TEST(PackedText, IsAssignedAnewAlsoFromItself) {
  PackedText text("abc");
  text = std::string_view("longer than before");
  EXPECT_EQ(text.view(), "longer than before");
  text = text.view().substr(7, 4);
  EXPECT_EQ(text.view(), "than");
  text = std::string_view();
  EXPECT_EQ(text.view(), "");
}

TEST(PackedText, KeepsItsViewWhenMoved) {
  PackedText text("abc");
  const std::string_view view = text.view();
  const PackedText moved = std::move(text);
  EXPECT_EQ(moved.view().data(), view.data());
}

TEST(PackedText, ComparesAsText) {
  EXPECT_TRUE(PackedText("a") < PackedText("b"));
  EXPECT_TRUE(PackedText("a") < PackedText("aa"));
  EXPECT_TRUE(PackedText("a") == "a");
  EXPECT_TRUE(PackedText("a") != "b");
}

}  // namespace
}  // namespace quiesce::engine
