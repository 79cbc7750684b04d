#ifndef QUIESCE_DAEMON_APP_INIT_OPTIONS_H_
#define QUIESCE_DAEMON_APP_INIT_OPTIONS_H_

#include <string>
#include <vector>

namespace quiesce::app {

// What the first configuration is made of: one project and its credential. Valid where it comes
// from ParseInitOptions without a mistake.
struct InitOptions {
  std::string project_id;
  std::string region;    // one of these two, or both
  std::string endpoint;  // as it was written
  std::string alias;     // given, else made of region or endpoint
  // Absolute paths; exactly one of the three.
  std::string token_file;
  std::string password_file;
  std::string key_file;
  // Of the password.
  std::string user;
  std::string domain;
  std::string config_file = "/etc/quiesced/quiesced.yaml";
  bool help = false;

  const std::string& secret_file() const;
};

// Reads the arguments behind `init`. Returns every mistake, each naming its flag; none: `options`
// can be used. With --help nothing is a mistake.
std::vector<std::string> ParseInitOptions(const std::vector<std::string>& arguments,
                                          InitOptions& options);

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_INIT_OPTIONS_H_
