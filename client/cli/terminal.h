#ifndef QUIESCE_CLIENT_CLI_TERMINAL_H_
#define QUIESCE_CLIENT_CLI_TERMINAL_H_

#include "client/cli/option_parser.h"
#include "client/cli/view.h"

namespace quiesce::cli {

// How wide, colourful and cut text for a file descriptor should be. Colour only on a terminal, and
// not with NO_COLOR or TERM=dumb; COLUMNS goes before the terminal's own width; where there is
// neither, nothing is cut.
View ViewOf(int file_descriptor, const GetEnv& getenv);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_TERMINAL_H_
