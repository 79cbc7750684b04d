#ifndef QUIESCE_DAEMON_APP_SUPERVISOR_H_
#define QUIESCE_DAEMON_APP_SUPERVISOR_H_

#include <string_view>

namespace quiesce::app {

// Tells the supervisor (systemd, Type=notify) a state such as `READY=1` or `STOPPING=1`. Nothing
// happens without $NOTIFY_SOCKET, and no failure is reported: nobody could do anything about it.
void NotifySupervisor(std::string_view state);

// RELOADING=1, with the time that systemd wants to know it from an earlier one by. READY=1 ends it.
void NotifyReloading();

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_SUPERVISOR_H_
