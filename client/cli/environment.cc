#include "client/cli/environment.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/lib/api_error.h"

namespace quiesce::cli {
namespace {

// The first line after `quiesce: `, the others indented below it. Each is cleaned by itself: the
// message may quote what others wrote.
void PrintError(Environment& env, std::string_view message) {
  std::string out;
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(message.data(), message.size()), '\n')) {
    absl::StrAppend(&out, out.empty() ? "quiesce: " : "  ", Clean({line.data(), line.size()}),
                    "\n");
  }
  *env.err << out << std::flush;
}

// What to do about it, where the message cannot know it.
std::string WayOut(const client::ApiError& error) {
  if (error.trouble == client::Trouble::kUnreachable) {
    return "\nis it running? Another address: --server, or QUIESCE_SERVER";
  }
  if (error.reason == v1::ERROR_REASON_WORKSPACE_NEEDS_OWNER) {
    return "\nadd --owner WHO --contact HOW";
  }
  if (error.trouble == client::Trouble::kTimeout) {
    return "\nwhat was asked for may have been done; more time: --request-timeout 60s";
  }
  return "";
}

View AsOfNow(const Environment& env, View view) {
  view.now = Now(env);
  return view;
}

}  // namespace

View OutView(const Environment& env) { return AsOfNow(env, env.out_view); }

View ErrView(const Environment& env) { return AsOfNow(env, env.err_view); }

absl::Time Now(const Environment& env) { return env.clock() + env.skew; }

absl::StatusOr<v1::ServerInfo> AskServer(Environment& env) {
  auto info = env.client->GetServerInfo();
  if (info.ok() && info->has_server_time()) env.skew = ToTime(info->server_time()) - env.clock();
  return info;
}

ExitCode Report(Environment& env, const absl::Status& status) {
  const client::ApiError error = client::ToApiError(status);
  std::string message =
      error.message.empty() ? absl::StatusCodeToString(error.code) : error.message;
  const bool said_by_way_out = error.reason == v1::ERROR_REASON_WORKSPACE_NEEDS_OWNER;
  for (const client::ApiError::FieldViolation& violation : error.violations) {
    if (said_by_way_out) break;
    const std::string text = absl::StrCat(violation.field, ": ", violation.description);
    if (message.find(text) == std::string::npos) absl::StrAppend(&message, "\n", text);
  }
  if (error.retry_after.has_value()) {
    absl::StrAppend(&message, "\ntry again in ", Span(*error.retry_after));
  }
  PrintError(env, message + WayOut(error));
  return CodeOf(status);
}

ExitCode Report(Environment& env, ExitCode code, std::string_view message) {
  PrintError(env, message);
  return code;
}

void Print(Environment& env, std::string_view text) { *env.out << text << std::flush; }

void Remark(Environment& env, std::string_view text) { *env.err << text << "\n" << std::flush; }

void ProgressLine::Draw(const std::string& text) {
  if (!env_.err_is_terminal) return;
  *env_.err << "\r" << text << "\x1b[K" << std::flush;
  drawn_ = true;
}

void ProgressLine::Clear() {
  if (drawn_) *env_.err << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

bool Confirm(Environment& env, std::string_view question) {
  *env.err << question << " " << std::flush;
  std::string answer;
  env.in->clear();  // `-f -` at a terminal has read up to an end already
  const bool answered = static_cast<bool>(std::getline(*env.in, answer));
  if (!answered) *env.err << "\n" << std::flush;
  return answered && absl::StripAsciiWhitespace(answer) == "yes";
}

}  // namespace quiesce::cli
