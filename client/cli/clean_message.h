#ifndef QUIESCE_CLIENT_CLI_CLEAN_MESSAGE_H_
#define QUIESCE_CLIENT_CLI_CLEAN_MESSAGE_H_

#include "google/protobuf/message.h"

namespace quiesce::cli {

// Clean()s every string in the message, however deep. Names in the cloud are written by whoever
// owns the instance, and must not be able to write to the terminal of who looks at them.
void CleanMessage(google::protobuf::Message& message);

// A clean copy. The first thing that every render function makes.
template <typename Message>
Message Cleaned(const Message& message) {
  Message copy(message);
  CleanMessage(copy);
  return copy;
}

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_CLEAN_MESSAGE_H_
