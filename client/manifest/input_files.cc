#include "client/manifest/input_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/manifest/limits.h"
#include "daemon/config/yaml/source.h"

namespace quiesce::manifest {
namespace {

namespace fs = std::filesystem;
using yaml::ErrorList;
using yaml::Source;

bool IsManifestName(const fs::path& path) {
  const fs::path extension = path.extension();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool IsHidden(const fs::path& path) { return path.filename().string().front() == '.'; }

class Reader {
 public:
  Reader(std::istream& standard_input, ErrorList& errors)
      : standard_input_(standard_input), errors_(errors) {}

  void ReadPath(const std::string& path) {
    if (path == "-") return ReadStandardInput();
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) return Report(path, error ? error.message() : "does not exist");
    if (!fs::is_directory(status)) return ReadFile(path);
    const size_t before = sources_.size();
    ReadFolder(path, 0);
    if (sources_.size() == before && errors_.empty()) {
      errors_.AddFile(sources_.size(), path, "contains no *.yaml, *.yml or *.json");
    }
  }

  std::deque<Source> Take() { return std::move(sources_); }

 private:
  void Report(std::string_view path, const std::string& why) {
    errors_.AddFile(sources_.size(), path, absl::StrCat("cannot be read: ", why));
  }

  void ReadStandardInput() {
    if (std::exchange(has_standard_input_, true)) {
      return errors_.AddFile(sources_.size(), "-", "is given twice");
    }
    ReadStream(standard_input_, "<stdin>");
  }

  // Files and folders together, in the order of their names.
  void ReadFolder(const fs::path& folder, int depth) {
    if (depth > limits::kMaxFolderDepth) {
      return Report(folder.string(), "too many folders within folders");
    }
    std::error_code error;
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      if (!IsHidden(it->path())) entries.push_back(it->path());
    }
    if (error) return Report(folder.string(), error.message());
    std::sort(entries.begin(), entries.end());
    for (const fs::path& entry : entries) {
      if (errors_.full() || too_much_) return;
      ReadEntry(entry, depth);
    }
  }

  void ReadEntry(const fs::path& entry, int depth) {
    std::error_code error;
    if (!fs::is_directory(entry, error)) {
      if (IsManifestName(entry)) ReadFile(entry.string());
      return;
    }
    // Following it might go round in circles; skipping it would release what it declares.
    if (fs::is_symlink(entry, error)) {
      return errors_.AddFile(sources_.size(), entry.string(),
                             "is a link to a folder, name the folder itself");
    }
    ReadFolder(entry, depth + 1);
  }

  void ReadFile(const std::string& path) {
    std::error_code error;
    const fs::path canonical = fs::canonical(path, error);
    if (!error && fs::is_regular_file(canonical, error) && !seen_.insert(canonical).second) {
      return errors_.AddFile(sources_.size(), path, "is given twice");
    }
    if (sources_.size() >= limits::kMaxFiles) {
      too_much_ = true;
      return Report(path, absl::StrCat("more than ", limits::kMaxFiles, " files"));
    }
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return Report(path, std::generic_category().message(errno));
    ReadStream(stream, path);
  }

  void ReadStream(std::istream& stream, std::string_view name) {
    Source source;
    source.order = sources_.size();
    source.name = std::string(name);
    char piece[size_t{64} * 1024];
    while (stream.read(piece, sizeof(piece)), stream.gcount() > 0) {
      bytes_ += static_cast<size_t>(stream.gcount());
      if (bytes_ > limits::kMaxInputBytes) {
        too_much_ = true;
        return Report(name, absl::StrCat("more than ", limits::kMaxInputBytes / 1024 / 1024,
                                         " MiB of input"));
      }
      source.text.append(piece, static_cast<size_t>(stream.gcount()));
    }
    if (stream.bad()) return Report(name, "reading failed");
    sources_.push_back(std::move(source));
  }

  std::istream& standard_input_;
  ErrorList& errors_;
  std::deque<Source> sources_;
  std::set<fs::path> seen_;
  size_t bytes_ = 0;
  bool too_much_ = false;
  bool has_standard_input_ = false;
};

}  // namespace

std::deque<Source> ReadInput(const std::vector<std::string>& paths, std::istream& standard_input,
                             ErrorList& errors) {
  Reader reader(standard_input, errors);
  for (const std::string& path : paths) reader.ReadPath(path);
  return reader.Take();
}

}  // namespace quiesce::manifest
