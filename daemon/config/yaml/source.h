#ifndef QUIESCE_DAEMON_CONFIG_YAML_SOURCE_H_
#define QUIESCE_DAEMON_CONFIG_YAML_SOURCE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/yaml/error.h"

namespace quiesce::yaml {

// A file of the input.
struct Source {
  size_t order = 0;  // among the files of the input
  std::string name;
  std::string text;
};

// The place of a byte of the text. Reads the text up to there.
Position PositionOf(const Source& source, size_t offset);

// The mistakes of one input.
class ErrorList {
 public:
  // The offset is that of a byte of the source's text.
  void Add(const Source& source, size_t offset, std::string message);
  // About a file as a whole, which may not have been read.
  void AddFile(size_t order, std::string_view name, std::string message);

  bool empty() const { return entries_.empty(); }
  // No more are taken; whoever looks for mistakes can stop.
  bool full() const { return overflow_; }

  // In the order of the input.
  std::vector<Error> Sorted() const;

 private:
  struct Entry {
    size_t order;
    size_t offset;
    Error error;
  };
  bool MakeRoom();

  std::vector<Entry> entries_;
  bool overflow_ = false;
};

// Reports the first byte that no file that people write has: what is not UTF-8, and control
// characters. yaml-cpp would replace the former silently, and takes the character 0x04 for the end
// of the file. Returns whether there was none.
bool CheckText(const Source& source, ErrorList& errors);

}  // namespace quiesce::yaml

#endif  // QUIESCE_DAEMON_CONFIG_YAML_SOURCE_H_
