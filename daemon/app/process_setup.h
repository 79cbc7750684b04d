#ifndef QUIESCE_DAEMON_APP_PROCESS_SETUP_H_
#define QUIESCE_DAEMON_APP_PROCESS_SETUP_H_

namespace quiesce::app {

// Makes the process fit for a daemon that holds tokens in its memory. Before any thread and any
// open file. What the system does not permit is left as it is.
//   - descriptors 0, 1 and 2 are open: else a file of the store would become "standard error"
//   - SIGPIPE is ignored: writing to a peer that is gone is an error, not the end
//   - no core dump, and no other process of the same user can attach: a core holds tokens
//   - new files are closed to others
//   - as many descriptors as may be had: a gRPC server that runs out of them stays deaf for good
void PrepareProcess();

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_PROCESS_SETUP_H_
