#include "tests/fakes/dbss_sim/list_body.h"

#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

#include "tests/fakes/dbss_sim/deterministic_ids.h"

namespace quiesce::dbss_sim {
namespace {

constexpr std::size_t kBytesPerInstance = 1800;  // A pair takes about 1,700.

// Salts for what is derived from an instance's id; the servers use 0 and 1.
constexpr std::uint64_t kFloatIpSalt = 10;
constexpr std::uint64_t kPublicIpSalt = 11;

void AppendOrNull(const std::optional<std::string>& text, std::string* out) {
  if (text) {
    AppendJsonString(*text, out);
  } else {
    out->append("null");
  }
}

void AppendAddress(std::string_view prefix, std::string_view id, std::uint64_t salt,
                   std::string* out) {
  const std::uint64_t hash = HashOf(id, salt);
  out->push_back('"');
  out->append(prefix);
  out->append(std::to_string(hash % 254 + 1));
  out->push_back('.');
  out->append(std::to_string(hash / 254 % 254 + 1));
  out->push_back('"');
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out->append(escape);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

ListBodyWriter::ListBodyWriter(std::string_view project_id, std::size_t expected_instances) {
  body_.reserve(32 + expected_instances * kBytesPerInstance);
  body_ = R"({"clusters":[)";
  after_scene_ = R"(,"security_group_id":")" + UuidId(project_id, 1) + R"(","server_id":")";
  after_status_ = R"(,"subnet_id":")" + UuidId(project_id, 2) + R"(","task_status":)";
  after_task_ = R"(,"update_status":null,"version":"2.0","vpc_id":")" + UuidId(project_id, 3) +
                R"(","zone":"cn-north-4)";
}

void ListBodyWriter::Append(const Instance& instance, SimTime now) {
  if (!first_) body_.push_back(',');
  first_ = false;
  const bool pair = instance.nodes().size() > 1;
  body_.append(
      R"({"activate_info":null,"charge_model":"Period","comment":null,"created":1755594767000,)"
      R"("deploy_mode":"CLOUD","detail":)");
  switch (instance.shape) {
    case DetailShape::kNormal:
      body_.append(R"({"server":[)");
      for (std::size_t i = 0; i < instance.nodes().size(); ++i) AppendServer(instance, i, now);
      body_.append(pair ? R"(],"total":2})" : R"(],"total":1})");
      break;
    case DetailShape::kEmptyServerList:
      body_.append(R"({"server":[],"total":0})");
      break;
    case DetailShape::kNull:
      body_.append("null");
      break;
  }
  body_.append(R"(,"enterprise_project_id":"0","expired":1758268799000,"float_ip":)");
  if (pair) {
    AppendAddress("10.0.", instance.id(), kFloatIpSalt, &body_);
  } else {
    body_.append("null");
  }
  body_.append(R"(,"instance_id":)");
  AppendJsonString(instance.id(), &body_);
  body_.append(pair ? R"(,"is_active_standby":true)" : R"(,"is_active_standby":false)");
  body_.append(R"(,"keep_days":"33","name":)");
  AppendJsonString(instance.name(), &body_);
  body_.append(R"(,"new_version":null,"public_ip":)");
  AppendAddress("100.85.", instance.id(), kPublicIpSalt, &body_);
  body_.append(R"(,"remain_days":"31"})");
}

void ListBodyWriter::AppendServer(const Instance& instance, std::size_t node, SimTime now) {
  const RawState state = instance.ShownStateAt(node, now);
  const bool pair = instance.nodes().size() > 1;
  if (node > 0) body_.push_back(',');
  body_.append(R"({"connect_ip":)");
  AppendAddress("10.0.", instance.id(), node, &body_);
  body_.append(R"(,"cpu":"8","created":"2025-08-19 17:04:00","description":null,"effect":)");
  body_.append(instance.freeze ? std::to_string(instance.freeze->effect) : "null");
  body_.append(R"(,"instance_id":)");
  AppendJsonString(instance.id(), &body_);
  // As in the published example, where the first server of the pair has 1. Another example has it
  // the other way round, so nobody should rely on it (daemon/cloud/API.md 2).
  body_.append(pair && node == 0 ? R"(,"is_active":1,"name":)" : R"(,"is_active":0,"name":)");
  AppendJsonString(pair ? instance.name() + (node == 0 ? "-HA-1" : "-HA-2") : instance.name(),
                   &body_);
  body_.append(
      R"(,"ram":"16384","region":"cn-north-4","resource_spec_code":"dbss.opsmgmt.high","scene":)");
  if (instance.freeze) {
    AppendJsonString(instance.freeze->scene, &body_);
  } else {
    body_.append("null");
  }
  body_.append(after_scene_);
  body_.append(UuidId(instance.id(), node));
  body_.append(R"(","specification":"dbss.opsmgmt.high","status":)");
  AppendOrNull(state.status, &body_);
  body_.append(after_status_);
  AppendOrNull(state.task_status, &body_);
  body_.append(after_task_);
  body_.append(node == 0 ? R"(a"})" : R"(c"})");
}

std::string ListBodyWriter::Finish() && {
  body_.append("]}");
  return std::move(body_);
}

}  // namespace quiesce::dbss_sim
