#include "daemon/app/init_command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

#include "absl/strings/str_cat.h"
#include "daemon/config/config_file.h"
#include "daemon/config/yaml/quote.h"

namespace quiesce::app {
namespace {

constexpr std::string_view kHelp = R"(quiesced init - writes a first configuration

Usage:
  quiesced init --project ID --region R --token-file F [--config FILE]
  quiesced init --project ID --endpoint URL --alias NAME --token-file F
  quiesced init --project ID --region R --user U --domain D --password-file F
  quiesced init --project ID --region R --key-file F

Asks nothing and connects to nothing. An existing file is never overwritten.

Options:
  --project ID       the project's id in the cloud
  --region R         its region, like cn-north-4
  --endpoint URL     what to call, where that does not follow from the region
  --alias NAME       how people call the project; default: the region
  --token-file F     a file that holds a token, and is renewed by somebody else
  --password-file F  a file that holds the password of --user: the daemon gets
                     and renews tokens by itself
  --user U           the user, and
  --domain D         the account that the user belongs to
  --key-file F       a file that holds an access key and its secret
  --config FILE      what to write; default /etc/quiesced/quiesced.yaml
  --help             print this and exit

The files of secrets need not be there yet. Their paths are absolute.

Exit codes:
  0   written
  1   not written: there is one already, or the folder does not permit it
  64  mistake in the command line
)";

using yaml::Quote;

std::string CredentialText(const InitOptions& options) {
  if (!options.token_file.empty()) {
    return absl::StrCat(
        "  main:\n"
        "    # A token of the cloud and nothing else. Read again whenever the file changes: "
        "renewing\n"
        "    # it is for whatever writes the file.\n"
        "    type: token_file\n"
        "    file: ",
        Quote(options.token_file), "\n");
  }
  if (!options.password_file.empty()) {
    return absl::StrCat(
        "  main:\n"
        "    # Tokens are fetched with a password, and renewed in time.\n"
        "    type: password\n"
        "    user: ",
        Quote(options.user), "\n    domain: ", Quote(options.domain),
        "\n    password_file: ", Quote(options.password_file), "\n");
  }
  return absl::StrCat(
      "  main:\n"
      "    # An access key and its secret. Each request is signed with it.\n"
      "    type: access_key\n"
      "    file: ",
      Quote(options.key_file), "\n");
}

std::string ProjectText(const InitOptions& options) {
  std::string text = absl::StrCat("  ", Quote(options.alias),
                                  ":  # how people call it\n"
                                  "    id: ",
                                  Quote(options.project_id), "\n");
  if (!options.region.empty()) absl::StrAppend(&text, "    region: ", Quote(options.region), "\n");
  if (!options.endpoint.empty()) {
    absl::StrAppend(&text, "    endpoint: ", Quote(options.endpoint), "\n");
  }
  return text +
         "    credential: main\n"
         "    # Where the credential may stop and not list, uncomment this. A stop that the cloud\n"
         "    # accepted is then taken for done, because nobody can look:\n"
         "    # observation: none\n"
         "    # What raw states mean that quiesced does not know. `quiesce doctor` finds them:\n"
         "    # status_map: {PAUSED: STOPPED}\n";
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status Problem(int error, const std::string& path) {
  if (error == EEXIST) {
    return absl::AlreadyExistsError(
        absl::StrCat(path,
                     " is there already and is not overwritten; choose another with --config "
                     "FILE, add the project to it by hand, or move it away"));
  }
  const std::string folder = FolderOf(path);
  if (error == ENOENT) {
    return absl::NotFoundError(absl::StrCat(path, " cannot be written: there is no folder ", folder,
                                            "; make it with `mkdir -p -m 0750 ", folder, "`"));
  }
  const absl::Status cause = absl::ErrnoToStatus(error, absl::StrCat(path, " cannot be written"));
  if (error != EACCES && error != EPERM && error != EROFS) return cause;
  return absl::Status(cause.code(),
                      absl::StrCat(cause.message(), "; run it as a user who may write in ", folder,
                                   ", or choose another file with --config FILE"));
}

// A file that goes when it was not given its name.
class NewFile {
 public:
  explicit NewFile(const std::string& path)
      : path_(path), draft_(absl::StrCat(FolderOf(path), "/.quiesced-init.XXXXXX")) {}
  ~NewFile() {
    if (descriptor_ < 0) return;
    close(descriptor_);
    unlink(draft_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // 0, or the errno of what failed.
  int Write(std::string_view text) {
    descriptor_ = mkostemp(draft_.data(), O_CLOEXEC);
    if (descriptor_ < 0) return errno;
    while (!text.empty()) {
      const ssize_t written = write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return written < 0 ? errno : EIO;
      text.remove_prefix(static_cast<size_t>(written));
    }
    if (fchmod(descriptor_, 0640) != 0 || fsync(descriptor_) != 0) return errno;
    // Unlike a rename, a link never replaces what is there.
    return link(draft_.c_str(), path_.c_str()) == 0 ? 0 : errno;
  }

 private:
  const std::string path_;
  std::string draft_;
  int descriptor_ = -1;
};

std::string ShellWord(const std::string& text) {
  const std::string quoted = Quote(text);
  if (quoted == text) return text;
  std::string out = "'";
  for (const char c : text) absl::StrAppend(&out, c == '\'' ? "'\\''" : std::string(1, c));
  return out + "'";
}

std::string Written(const InitOptions& options) {
  const std::string file = ShellWord(options.config_file);
  const std::string flag =
      options.config_file == InitOptions().config_file ? "" : absl::StrCat(" --config ", file);
  std::string text = absl::StrCat(options.config_file, " is written\n  project     ", options.alias,
                                  "\n  credential  ", options.secret_file(), "\n\n");
  if (access(options.secret_file().c_str(), F_OK) != 0) {
    text +=
        "The credential's file is not there yet: write it first, mode 0600, owned by the\n"
        "daemon's user.\n";
  }
  return absl::StrCat(text,
                      "The daemon needs two folders of its own: /run/quiesced (mode 0700) and\n"
                      "/var/lib/quiesced, unless `listen` and `store` in the file say others.\n\n"
                      "next\n"
                      "  quiesced --check-config",
                      flag, "\n  quiesced", flag, "\n  quiesce doctor\n");
}

std::string Mistakes(const std::vector<std::string>& mistakes) {
  std::string text;
  for (const std::string& mistake : mistakes) {
    absl::StrAppend(&text, "quiesced init: ", mistake, "\n");
  }
  return absl::StrCat(text, mistakes.size(), mistakes.size() == 1 ? " mistake" : " mistakes",
                      ", nothing was written; `quiesced init --help` shows what there is\n");
}

}  // namespace

std::string ConfigText(const InitOptions& options) {
  return absl::StrCat(
      "# The configuration of quiesced, made by `quiesced init`. After a change:\n"
      "# `quiesced --check-config`. README.md has every key.\n"
      "\n"
      "server:\n"
      "  # Shown in prompts and plans, so that nobody applies to the wrong daemon. Without it, "
      "the\n"
      "  # name of this machine:\n"
      "  # name: prod\n"
      "  # Where `quiesce` finds the daemon. Who may enter the folder may declare, hold and stop: "
      "it\n"
      "  # is the daemon's own, mode 0700.\n"
      "  listen: [\"unix:///run/quiesced/api.sock\"]\n"
      "\n"
      "# All that the daemon is told and has seen, in one file. On a local disk; the folder "
      "exists.\n"
      "store: sqlite:///var/lib/quiesced/quiesced.db\n"
      "\n"
      "# Who calls the cloud. It needs the permissions to list and to stop, nothing else.\n"
      "credentials:\n",
      CredentialText(options),
      "\n"
      "# What may be declared. Nothing is stopped because it stands here: only manifests do that.\n"
      "projects:\n",
      ProjectText(options),
      "\n"
      "# How long one request may take, how long a list may lag behind a stop, and how often is\n"
      "# looked. These are the defaults:\n"
      "# timing: {call_deadline: 10s, settle: 30s, list_idle: 60s, list_active: 5s, look_max_age: "
      "30s}\n");
}

absl::Status WriteNewFile(const std::string& path, const std::string& text) {
  // Said of a folder in which nobody may write as well.
  struct stat info;
  if (lstat(path.c_str(), &info) == 0) return Problem(EEXIST, path);
  const int error = NewFile(path).Write(text);
  return error == 0 ? absl::OkStatus() : Problem(error, path);
}

ExitCode RunInit(const std::vector<std::string>& arguments, std::string& out, std::string& err) {
  InitOptions options;
  const std::vector<std::string> mistakes = ParseInitOptions(arguments, options);
  if (options.help) {
    out += kHelp;
    return ExitCode::kOk;
  }
  if (!mistakes.empty()) {
    err += Mistakes(mistakes);
    return ExitCode::kUsage;
  }
  const std::string text = ConfigText(options);
  // What flags do not check by themselves. A file that does not load must not come to be.
  const config::Result parsed = config::Parse(text, options.config_file);
  if (!parsed.ok()) {
    absl::StrAppend(&err, parsed.FormatErrors(), "nothing was written\n");
    return ExitCode::kUsage;
  }
  if (const absl::Status written = WriteNewFile(options.config_file, text); !written.ok()) {
    absl::StrAppend(&err, "quiesced init: ", written.message(), "\n");
    return ExitCode::kFailure;
  }
  out += Written(options);
  return ExitCode::kOk;
}

}  // namespace quiesce::app
