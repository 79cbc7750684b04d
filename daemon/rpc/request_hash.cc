#include "daemon/rpc/request_hash.h"

#include <memory>

#include "daemon/base/sha256.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace quiesce::rpc {

std::string HashOfRequest(const google::protobuf::Message& request) {
  std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  copy->DiscardUnknownFields();
  const auto* field = copy->GetDescriptor()->FindFieldByName("request_id");
  if (field != nullptr) copy->GetReflection()->ClearField(copy.get(), field);

  std::string bytes;
  {
    google::protobuf::io::StringOutputStream sink(&bytes);
    google::protobuf::io::CodedOutputStream out(&sink);
    out.SetSerializationDeterministic(true);
    copy->SerializeToCodedStream(&out);
  }
  Sha256 sha;
  sha.Update(bytes);
  return sha.HexDigest();
}

store::RequestIdentity IdentityOf(std::string_view principal, std::string_view method,
                                  const std::string& request_id,
                                  const google::protobuf::Message& request) {
  store::RequestIdentity identity;
  identity.principal = std::string(principal);
  identity.request_id = request_id;
  identity.method = std::string(method);
  // The hash costs a copy of the request; without an id nobody will ever compare it.
  if (!request_id.empty()) identity.body_hash = HashOfRequest(request);
  return identity;
}

}  // namespace quiesce::rpc
