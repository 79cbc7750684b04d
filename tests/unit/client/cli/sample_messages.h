#ifndef QUIESCE_TESTS_UNIT_CLIENT_CLI_SAMPLE_MESSAGES_H_
#define QUIESCE_TESTS_UNIT_CLIENT_CLI_SAMPLE_MESSAGES_H_

#include <string>

#include "client/cli/view.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

// The fleet of the mock-ups, as messages: 24 Nov 2026 03:12:20, eight hours east of Greenwich.
namespace quiesce::cli::testing {

// 24 Nov 2026 03:12:20 +08:00.
inline constexpr int64_t kNow = 1795461140;

inline View SampleView(int width = 80) {
  View view;
  view.width = width;
  view.now = absl::FromUnixSeconds(kNow);
  view.zone = absl::FixedTimeZone(8 * 60 * 60);
  return view;
}

// `seconds: N` for text protos, so many seconds from now.
inline std::string At(int64_t offset) { return "seconds: " + std::to_string(kNow + offset); }

template <typename Message>
Message Proto(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

inline const char kCn[] = "0123456789abcdef0123456789abcdef";
inline const char kSg[] = "89abcdef0123456789abcdef01234567";

// `projects/.../instances/...` with an id that ends in the number.
inline std::string InstanceName(const std::string& project, int number) {
  const std::string digits = std::to_string(number);
  return "projects/" + project + "/instances/" + std::string(32 - digits.size(), 'a') + digits;
}

}  // namespace quiesce::cli::testing

#endif  // QUIESCE_TESTS_UNIT_CLIENT_CLI_SAMPLE_MESSAGES_H_
