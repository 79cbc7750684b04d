#include "client/cli/clean_message.h"

#include <string>
#include <vector>

#include "client/cli/text.h"
#include "google/protobuf/descriptor.h"

namespace quiesce::cli {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void CleanMessage(Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool is_text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!field->is_repeated()) {
      if (is_text) {
        reflection.SetString(&message, field, Clean(reflection.GetString(message, field)));
      } else if (is_message) {
        CleanMessage(*reflection.MutableMessage(&message, field));
      }
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (is_text) {
        reflection.SetRepeatedString(&message, field, i,
                                     Clean(reflection.GetRepeatedString(message, field, i)));
      } else if (is_message) {
        CleanMessage(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    }
  }
}

}  // namespace quiesce::cli
