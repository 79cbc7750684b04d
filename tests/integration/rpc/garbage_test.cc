#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "tests/integration/rpc/rpc_fixture.h"

namespace quiesce::rpc {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::SizeIs;

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// What every method must refuse, whatever it is for. A new method is covered without being named.
class GarbageTest : public RpcTest {
 protected:
  static std::vector<const MethodDescriptor*> Methods() {
    std::vector<const MethodDescriptor*> methods;
    const auto* pool = google::protobuf::DescriptorPool::generated_pool();
    for (const char* file : {"quiesce/v1/instance.proto", "quiesce/v1/plan.proto",
                             "quiesce/v1/hold.proto", "quiesce/v1/server.proto"}) {
      const auto* descriptor = pool->FindFileByName(file);
      for (int s = 0; s < descriptor->service_count(); ++s) {
        for (int m = 0; m < descriptor->service(s)->method_count(); ++m) {
          methods.push_back(descriptor->service(s)->method(m));
        }
      }
    }
    return methods;
  }

  // Puts `text` into every string, -1 into every number, and an unknown value into every enum.
  // Returns how many fields it filled.
  static int Fill(Message& message, const std::string& text) {
    const auto* reflection = message.GetReflection();
    const auto* type = message.GetDescriptor();
    int filled = 0;
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (field->is_map()) continue;
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_STRING:
          if (field->is_repeated()) continue;
          reflection->SetString(&message, field, text);
          break;
        case FieldDescriptor::CPPTYPE_INT32:
          if (!field->is_repeated()) reflection->SetInt32(&message, field, -1);
          break;
        case FieldDescriptor::CPPTYPE_INT64:
          if (!field->is_repeated()) reflection->SetInt64(&message, field, -1);
          break;
        case FieldDescriptor::CPPTYPE_ENUM:
          if (field->is_repeated()) {
            reflection->AddEnumValue(&message, field, 999);
          } else {
            reflection->SetEnumValue(&message, field, 999);
          }
          break;
        case FieldDescriptor::CPPTYPE_MESSAGE:
          Fill(field->is_repeated() ? *reflection->AddMessage(&message, field)
                                    : *reflection->MutableMessage(&message, field),
               text);
          break;
        default:
          continue;
      }
      ++filled;
    }
    return filled;
  }

  grpc::Status Call(const MethodDescriptor& method, const Message& request) {
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    const auto context = Context();
    const std::string name = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    auto call = stub.PrepareCall(context.get(), name, &queue);
    const grpc::Slice slice(request.SerializeAsString());
    grpc::Status status;
    grpc::ByteBuffer response;
    call->StartCall(nullptr);
    Next(queue);
    call->WriteLast(grpc::ByteBuffer(&slice, 1), grpc::WriteOptions(), nullptr);
    Next(queue);
    call->Read(&response, nullptr);
    const bool answered = Next(queue);
    if (answered && method.server_streaming()) context->TryCancel();
    call->Finish(&status, nullptr);
    Next(queue);
    queue.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue.Next(&tag, &ok)) {
    }
    return status;
  }

 private:
  static bool Next(grpc::CompletionQueue& queue) {
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return ok;
  }
};

TEST_F(GarbageTest, EveryMethodRefusesGarbageAndOverlongInputNamingTheField) {
  google::protobuf::DynamicMessageFactory factory;
  EXPECT_THAT(Methods(), SizeIs(26));
  std::string chinese;
  while (chinese.size() < 3000) chinese += "数";
  const std::vector<std::string> texts = {std::string(100000, 'x'), chinese,
                                          "\x01\x02 \xe2\x80\xae../..",
                                          "plans/'; DROP TABLE instances; --"};
  for (const MethodDescriptor* method : Methods()) {
    for (const std::string& text : texts) {
      std::unique_ptr<Message> request(factory.GetPrototype(method->input_type())->New());
      if (Fill(*request, text) == 0) continue;  // it says nothing, so nothing can be wrong
      const SeenError error = ErrorOf(Call(*method, *request));
      EXPECT_EQ(error.code, grpc::StatusCode::INVALID_ARGUMENT)
          << method->full_name() << " " << error.message;
      EXPECT_THAT(error.reason,
                  AnyOf(Eq("INVALID_FIELD"), Eq("INVALID_FILTER"), Eq("SPECS_INCOMPLETE")))
          << method->full_name();
      EXPECT_EQ(error.domain, "quiesce.v1");
      EXPECT_LE(error.message.size(), 1024u);
      EXPECT_TRUE(error.reason != "INVALID_FIELD" || !error.violations.empty());
    }
  }
}

TEST_F(GarbageTest, AnEmptyRequestIsAnsweredOrRefusedButNeverAFault) {
  google::protobuf::DynamicMessageFactory factory;
  for (const MethodDescriptor* method : Methods()) {
    std::unique_ptr<Message> request(factory.GetPrototype(method->input_type())->New());
    const grpc::Status status = Call(*method, *request);
    EXPECT_THAT(status.error_code(),
                AnyOf(Eq(grpc::StatusCode::OK), Eq(grpc::StatusCode::INVALID_ARGUMENT),
                      Eq(grpc::StatusCode::CANCELLED)))
        << method->full_name() << " " << status.error_message();
  }
}

}  // namespace
}  // namespace quiesce::rpc
