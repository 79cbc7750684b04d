#include "client/cli/import_command.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/import_manifest.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "client/lib/filter.h"

namespace quiesce::cli {
namespace {

struct Manifest {
  std::string project;  // as people call it
  std::string workspace;
  std::string text;
};

// A new file, or the errno of why there is none.
int WriteNew(const std::string& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return errno;
  int error = 0;
  while (error == 0 && !text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) error = written < 0 ? errno : EIO;
    if (written > 0) text.remove_prefix(static_cast<size_t>(written));
  }
  if (close(file) != 0 && error == 0) error = errno;
  // Half a manifest would release what is missing from it.
  if (error != 0) unlink(path.c_str());
  return error;
}

// Those that are asked for.
absl::StatusOr<std::vector<v1::Project>> Projects(const ImportArgs& args, Environment& env) {
  auto projects = env.client->ListProjects();
  if (!projects.ok() || args.project.empty()) return projects;
  const auto is_other = [&](const v1::Project& project) {
    return project.alias() != args.project && IdOf(project.name()) != args.project;
  };
  projects->erase(std::remove_if(projects->begin(), projects->end(), is_other), projects->end());
  if (!projects->empty()) return projects;
  return absl::NotFoundError(
      absl::StrCat("there is no project ", Clean(args.project), "; quiesce projects lists them"));
}

absl::StatusOr<std::vector<v1::Instance>> InstancesOf(const v1::Project& project,
                                                      Environment& env) {
  std::vector<v1::Instance> instances;
  const auto done =
      env.client->ListInstances(absl::StrCat("project=", client::FilterValue(IdOf(project.name()))),
                                [&](const v1::Instance& instance) {
                                  instances.push_back(instance);
                                  return true;
                                });
  if (!done.ok()) return done.status();
  return instances;
}

// A manifest is the whole of its workspace: what the workspace declares already would be released.
absl::Status CheckIsNew(const std::string& workspace, Environment& env) {
  const auto summary = env.client->SummarizeInstances("workspace=" + workspace);
  if (!summary.ok() || summary->declared_count() == 0) return summary.status();
  return absl::FailedPreconditionError(absl::StrCat(
      "workspace ", workspace, " declares ", Plural(summary->declared_count(), "instance"),
      " already, which a manifest without them would release; name another workspace with -w, or "
      "add what quiesce list --unmanaged shows to its own manifest"));
}

// Why a project gives no manifest; empty: it does.
std::string Nothing(const v1::Project& project, const std::vector<v1::Instance>& instances) {
  const std::string name = Clean(ProjectCalled(project.alias(), project.name()));
  if (project.observation_mode() == v1::OBSERVATION_MODE_NONE) {
    return absl::StrCat(name, ": cannot be looked at (observation: none), nothing to import");
  }
  if (!project.has_freshness()) {
    return absl::StrCat(name, ": was never listed, nothing to import yet; quiesce doctor ", name,
                        " shows why");
  }
  const bool any = std::any_of(instances.begin(), instances.end(), [](const v1::Instance& one) {
    return IsShown(one) && !one.has_desired();
  });
  return any ? "" : absl::StrCat(name, ": nothing that is listed is declared by nobody");
}

class Importer {
 public:
  Importer(const ImportArgs& args, Environment& env) : args_(args), env_(env) {}

  absl::Status Import(const v1::Project& project) {
    const auto instances = InstancesOf(project, env_);
    if (!instances.ok()) return instances.status();
    if (const std::string nothing = Nothing(project, *instances); !nothing.empty()) {
      Remark(env_, nothing);
      return absl::OkStatus();
    }
    if (!project.freshness().fresh()) {
      Remark(env_, absl::StrCat(Clean(ProjectCalled(project.alias(), project.name())),
                                ": the last list is old; quiesce refresh gets a new one"));
    }
    ImportHeader header;
    header.workspace =
        args_.workspace.empty() ? WorkspaceOfProject(project.alias()) : args_.workspace;
    header.owner = args_.owner;
    header.contact = args_.contact.empty() ? args_.owner : args_.contact;
    header.contact_is_guessed = args_.contact.empty();
    if (const absl::Status is_new = CheckIsNew(header.workspace, env_); !is_new.ok()) return is_new;
    manifests_.push_back({ProjectCalled(project.alias(), project.name()), header.workspace,
                          ImportManifest(project, header, *instances, OutView(env_))});
    return absl::OkStatus();
  }

  ExitCode Deliver() {
    if (args_.output_dir.empty()) {
      bool first = true;
      for (const Manifest& manifest : manifests_) {
        Print(env_, (std::exchange(first, false) ? "" : "---\n") + manifest.text);
      }
      return ExitCode::kDone;
    }
    if (mkdir(args_.output_dir.c_str(), 0777) != 0 && errno != EEXIST) {
      return Failed(args_.output_dir, errno);
    }
    ExitCode code = ExitCode::kDone;
    for (const Manifest& manifest : manifests_) {
      const std::string path = absl::StrCat(args_.output_dir, "/", manifest.project, ".yaml");
      const int error = WriteNew(path, manifest.text);
      code = Worse(code, error == 0 ? ExitCode::kDone : Failed(path, error));
      if (error == 0) Remark(env_, absl::StrCat("wrote ", path));
    }
    WarnOfSharedWorkspace();
    if (code == ExitCode::kDone && !manifests_.empty()) {
      Remark(env_, absl::StrCat("next: quiesce plan -f ", args_.output_dir));
    }
    return code;
  }

 private:
  ExitCode Failed(const std::string& path, int error) {
    return Report(env_, ExitCode::kOther,
                  error == EEXIST
                      ? absl::StrCat(path,
                                     " is there already and is not overwritten; move it "
                                     "away, or give another --output-dir")
                      : absl::StrCat(path, ": ", std::generic_category().message(error)));
  }

  void WarnOfSharedWorkspace() {
    std::map<std::string, int> files;
    for (const Manifest& manifest : manifests_) ++files[manifest.workspace];
    for (const auto& [workspace, count] : files) {
      if (count < 2) continue;
      Remark(env_, absl::StrCat("workspace ", workspace, " is spread over ", count,
                                " files: always apply them together, -f ", args_.output_dir));
    }
  }

  const ImportArgs& args_;
  Environment& env_;
  std::vector<Manifest> manifests_;
};

}  // namespace

ExitCode RunImport(const ImportArgs& args, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  const auto projects = Projects(args, env);
  if (!projects.ok()) {
    const absl::string_view message = projects.status().message();
    return projects.status().code() == absl::StatusCode::kNotFound
               ? Report(env, ExitCode::kOther, {message.data(), message.size()})
               : Report(env, projects.status());
  }
  Importer importer(args, env);
  ExitCode code = ExitCode::kDone;
  for (const v1::Project& project : *projects) {
    const absl::Status imported = importer.Import(project);
    if (imported.ok()) continue;
    const absl::string_view message = imported.message();
    // Ours, and no answer of the daemon.
    code = Worse(code, imported.code() == absl::StatusCode::kFailedPrecondition
                           ? Report(env, ExitCode::kConflict, {message.data(), message.size()})
                           : Report(env, imported));
  }
  return Worse(code, importer.Deliver());
}

}  // namespace quiesce::cli
