"""The demo's script: see deploy/demo.sh.

  play.py QUIESCED QUIESCE DBSS_SIM      the three programs, built
"""
import contextlib
import errno
import fcntl
import json
import os
import pty
import re
import shutil
import struct
import signal
import subprocess
import sys
import tempfile
import termios
import time
import traceback
import urllib.request

QUIESCED, QUIESCE, DBSS_SIM = (os.path.abspath(path) for path in sys.argv[1:4])
# What the demo waits for is made short. Without this line a daemon takes its time: it looks every
# minute, and gives a stop half a minute to show.
TIMING = "{call_deadline: 1s, settle: 3s, list_idle: 2s, list_active: 500ms}"
START_GRACE = 5  # seconds; 15 minutes by default
PATIENCE = 30  # seconds that anything may take
LOG_TAIL = 25  # lines of each log that a failure shows


class Failed(Exception):
    """A step that did not do what it is there to show."""


def read_terminal(descriptor):
    """What comes next from a terminal, empty when nobody has its other end open any more."""
    try:
        return os.read(descriptor, 65536)
    except OSError as error:
        if error.errno == errno.EIO:  # how Linux says that
            return b""
        raise


CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")  # colours, and "erase to the end of the line"


def what_stays(written):
    """What is left to read of what was written to a terminal: a line may be drawn over itself."""
    lines = [line.rstrip("\r").split("\r")[-1] for line in written.split("\n")]
    return CONTROL.sub("", "\n".join(lines)).rstrip()


def bars_in(written):
    """The progress bars in what was written to a terminal: `[####  ] 12/40`."""
    return re.findall(r"\[[#.! ]+\] +\d+/\d+", CONTROL.sub("", written))


class Demo:
    def __init__(self, folder):
        self.folder = folder
        self.checks = 0
        self.children = []
        self.daemon = None
        self.last_answer = ""  # of the client, run out of view
        self.port = None
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("QUIESCE_")}
        self.environment["QUIESCE_SERVER"] = f"unix://{folder}/api/api.sock"

    # --- showing and checking ------------------------------------------------------------------

    def say(self, text):
        print(f"\n== {text}", flush=True)

    def check(self, what, is_so):
        if not is_so:
            raise Failed(f"not so: {what}")
        self.checks += 1
        print(f"   ok: {what}", flush=True)

    def eventually(self, what, is_so):
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            if self.daemon and self.daemon.poll() is not None:
                raise Failed(f"the daemon ended with {self.daemon.returncode} before: {what}")
            if time.monotonic() > deadline:
                raise Failed(f"not within {PATIENCE} s: {what}\n"
                             f"the client said last: {self.last_answer.strip()}")
            time.sleep(0.1)
        self.check(what, True)

    def show_logs(self):
        """What the programs said at last, for whoever wants to know why a step failed."""
        for name in ("quiesced.log", "sim.log"):
            with contextlib.suppress(OSError), open(f"{self.folder}/{name}", encoding="utf-8",
                                                    errors="replace") as log:
                tail = log.readlines()[-LOG_TAIL:]
                print(f"the last lines of {name}:\n" + "".join(tail), file=sys.stderr, flush=True)

    def quiesce(self, *arguments, exits=(0,)):
        """Runs the client in view, as a user would; its exit code has to be one of `exits`."""
        print("$ quiesce " + " ".join(f'"{a}"' if " " in a else a for a in arguments), flush=True)
        code = subprocess.run([QUIESCE, *arguments], env=self.environment, check=False).returncode
        if code not in exits:
            raise Failed(f"quiesce {arguments[0]} exited with {code}, not {exits}")

    def quiesce_on_terminal(self, *arguments):
        """Runs the client in view on a terminal of its own, whatever the demo's output is. What it
        wrote, with all that a terminal acts on."""
        print("$ quiesce " + " ".join(arguments), flush=True)
        ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        child = subprocess.Popen([QUIESCE, *arguments], env={**self.environment, "TERM": "xterm"},
                                 stdin=its, stdout=its, stderr=its)
        self.children.append(child)
        os.close(its)
        shown = b""
        while piece := read_terminal(ours):
            shown += piece
            if sys.stdout.isatty():
                os.write(sys.stdout.fileno(), piece)
        os.close(ours)
        text = shown.decode(errors="replace")
        if not sys.stdout.isatty():
            print(what_stays(text), flush=True)
        if child.wait() != 0:
            raise Failed(f"quiesce {arguments[0]} exited with {child.returncode}, not 0")
        return text

    def ask(self, *arguments):
        """Runs the client out of view: (exit code, what it printed)."""
        done = subprocess.run([QUIESCE, *arguments], env=self.environment, check=False,
                              capture_output=True, text=True, timeout=2 * PATIENCE)
        self.last_answer = done.stdout + done.stderr
        return done.returncode, self.last_answer

    def count(self, *filters):
        code, out = self.ask("list", "-o", "json", *filters)
        if code != 0:
            raise Failed(out)
        return len(json.loads(out).get("instances", []))

    # --- the simulated cloud ---------------------------------------------------------------------

    def sim(self, method, path, body=None):
        call = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method,
                                      data=json.dumps(body).encode() if body else None)
        # No proxy of the environment stands between the demo and its own cloud.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(call, timeout=10) as reply:
            return json.loads(reply.read() or "{}")

    def start_cloud(self):
        port_file = f"{self.folder}/port"
        self.spawn([DBSS_SIM, f"--port_file={port_file}", "--token=demo-token", "--projects=3",
                    "--instances=120", "--ha_share=0.2", "--visible_lag_ms=200",
                    "--powering_off_ms=500", "--finishing_ms=200", "--latency_ms=10",
                    f"--write_fleet={self.folder}/fleet.json"], "sim.log")
        self.eventually("the simulated cloud is up", lambda: os.path.exists(port_file))
        with open(port_file, encoding="utf-8") as file:
            self.port = int(file.read())
        with open(f"{self.folder}/fleet.json", encoding="utf-8") as file:
            return json.load(file)["projects"]

    def is_running(self, project, instance):
        for listed in self.sim("GET", f"/_sim/instances?project={project}")["instances"]:
            if listed["id"] == instance:
                return all(node["status"] == "ACTIVE" for node in listed["nodes"])
        return False

    def lists_of(self, project):
        return len(self.sim("GET", f"/_sim/log?op=list&project={project}")["entries"])

    # --- the daemon ------------------------------------------------------------------------------

    def spawn(self, command, log):
        with open(f"{self.folder}/{log}", "ab") as out:
            child = subprocess.Popen(command, stdout=out, stderr=out, env=self.environment)
        self.children.append(child)
        return child

    def start_daemon(self):
        self.daemon = self.spawn([QUIESCED, f"--config={self.folder}/quiesced.yaml"],
                                 "quiesced.log")
        self.eventually("the daemon answers", lambda: self.ask("version")[0] == 0)

    def kill_daemon(self):
        self.daemon.kill()
        self.daemon.wait()
        self.daemon = None

    def stop_all(self):
        for child in self.children:
            child.kill()
            child.wait()

    # --- files -----------------------------------------------------------------------------------

    def write(self, name, lines, mode=0o644):
        path = f"{self.folder}/{name}"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w",
                  encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        return path

    def write_config(self, teams):
        lines = [f'server: {{name: demo, listen: ["unix://{self.folder}/api/api.sock"]}}',
                 f"store: sqlite://{self.folder}/quiesced.db",
                 f"credentials: {{main: {{type: token_file, file: {self.folder}/token}}}}",
                 f"timing: {TIMING}", "projects:"]
        for team, project in teams.items():
            lines.append(f"  {team}-cn: {{id: {project['id']}, credential: main, "
                         f'endpoint: "http://127.0.0.1:{self.port}"}}')
        self.write("quiesced.yaml", lines)
        self.write("token", ["demo-token"], 0o600)

    def write_manifest(self, team, instances):
        lines = ["apiVersion: quiesce/v1", f"workspace: {team}", f"owner: {team}-platform",
                 f'contact: "#{team}-oncall"',
                 f"defaults: {{project: {team}-cn, start_grace: {START_GRACE}s}}", "instances:"]
        lines += [f"  - {{id: {i['id']}, name: {i['name']}}}" for i in instances]
        return self.write(f"{team}.yaml", lines)


# --- the scenes ----------------------------------------------------------------------------------


def plan_and_apply(demo, manifests, total):
    demo.say("what would happen: a plan, which changes nothing")
    demo.quiesce("plan", "-f", manifests[0], "--detailed-exitcode", exits=(2,))
    demo.check("no instance was stopped by planning", demo.sim("GET", "/_sim/stops")["stop_requests"] == 0)
    demo.say("apply two teams, and wait until every instance is seen stopped")
    bars = bars_in(demo.quiesce_on_terminal(
        "apply", "-f", manifests[0], "-f", manifests[1], "--auto-approve"))
    fullest = max(bars, key=lambda bar: bar.count("#"), default="")
    demo.check(f"a progress bar was drawn, {len(bars)} times: {fullest}", "#" in fullest)
    demo.check("all of them are stopped", demo.count("--phase", "stopped") == total)
    demo.quiesce("status")


def drift(demo, project, instance):
    demo.say("somebody starts one behind the daemon's back: drift, and stopped again")
    demo.sim("POST", "/_sim/start", {"project": project, "instance": instance["id"], "instant": True})
    demo.eventually("the drift is seen", lambda: demo.ask("drift")[0] == 3)
    demo.quiesce("drift", exits=(3,))
    demo.eventually(f"left alone for {START_GRACE} s, then stopped again",
                    lambda: not demo.is_running(project, instance["id"]))
    demo.quiesce("wait", instance["name"], "--timeout", "30s")
    demo.check("no drift is left", demo.ask("drift")[0] == 0)


def cannot_be_stopped(demo, project, instance):
    demo.say("one that cannot be stopped: the cloud froze it, and explain says so")
    demo.sim("POST", "/_sim/start", {"project": project, "instance": instance["id"], "instant": True})
    demo.sim("POST", "/_sim/freeze", {"project": project, "instance": instance["id"], "scene": "ARREAR"})
    demo.eventually("its reason is the cloud's state",
                    lambda: "CLOUD_UNAVAILABLE" in demo.ask("explain", instance["name"])[1])
    demo.quiesce("explain", instance["name"])
    demo.sim("POST", "/_sim/freeze",
             {"project": project, "instance": instance["id"], "frozen": False})


def hold(demo, project, instance):
    demo.say("somebody must get in: a hold, which ends by itself, and is respected")
    demo.quiesce("hold", instance["name"], "--for", "1h", "--reason", "INC-4711")
    demo.sim("POST", "/_sim/start", {"project": project, "instance": instance["id"], "instant": True})
    demo.eventually("it is seen running, and held", lambda: "HELD" in demo.ask("explain", instance["name"])[1])
    started, lists = time.monotonic(), demo.lists_of(project)
    demo.eventually("it was looked at long after its grace ended",
                    lambda: time.monotonic() > started + START_GRACE + 1 and demo.lists_of(project) > lists)
    demo.check("it still runs", demo.is_running(project, instance["id"]))
    demo.quiesce("unhold", instance["name"])
    demo.eventually("without the hold it is stopped", lambda: not demo.is_running(project, instance["id"]))


def kill_in_mid_apply(demo, team, project, manifest):
    demo.say("SIGKILL in the middle of an apply: nothing is lost, nothing is stopped twice")
    demo.sim("POST", "/_sim/settings", {"stop_latency_ms": 600})
    demo.quiesce("apply", "-f", manifest, "--auto-approve", "--detach")
    stops = f"/_sim/stops?project={project['id']}"
    total = len(project["instances"])
    demo.eventually("some stops were sent", lambda: demo.sim("GET", stops)["stop_requests"] >= 5)
    demo.kill_daemon()
    sent = demo.sim("GET", stops)["stop_requests"]
    demo.check(f"killed after {sent} of {total} stops", sent < total)
    demo.start_daemon()
    demo.quiesce("wait", "-w", team, "--timeout", "60s")
    demo.check("all of them are stopped", demo.count("-w", team, "--phase", "stopped") == total)
    told = demo.sim("GET", "/_sim/stops")
    demo.check("no instance was stopped twice, in the whole demo",
               told["stopped_twice"] == 0 and told["redundant_stops"] == 0
               and told["max_stops_in_flight"] <= 1)


def leave(demo):
    demo.say("SIGTERM: the daemon finishes what is in flight, and leaves")
    demo.daemon.send_signal(signal.SIGTERM)
    demo.check("it exits with 0", demo.daemon.wait(timeout=10) == 0)


def play(demo):
    demo.say("a simulated cloud: 120 instances in three projects, some of them pairs, all running")
    projects = demo.start_cloud()
    # A team for each project, called as its instances are: billing-om-01 is billing's.
    teams = {project["instances"][0]["name"].split("-")[0]: project for project in projects}
    demo.write_config(teams)
    manifests = [demo.write_manifest(team, project["instances"])
                 for team, project in teams.items()]
    demo.say("the daemon, on one SQLite file (timing " + TIMING + ")")
    demo.start_daemon()
    first, second, third = projects
    plan_and_apply(demo, manifests, len(first["instances"]) + len(second["instances"]))
    drift(demo, first["id"], first["instances"][0])
    cannot_be_stopped(demo, second["id"], second["instances"][1])
    hold(demo, first["id"], first["instances"][2])
    kill_in_mid_apply(demo, list(teams)[2], third, manifests[2])
    leave(demo)


def main():
    folder = tempfile.mkdtemp(prefix="quiesce-demo.")
    os.mkdir(f"{folder}/api", 0o700)
    demo = Demo(folder)
    began = time.monotonic()
    # So that what follows `finally` is done then, too.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    try:
        play(demo)
        print(f"\ndemo: {demo.checks} checks passed in {time.monotonic() - began:.0f} s")
        return 0
    except Exception as error:  # whatever it was, its reader needs the logs
        sys.stdout.flush()
        if not isinstance(error, Failed):
            traceback.print_exc()
        print(f"\ndemo: FAILED: {error}", file=sys.stderr)
        demo.show_logs()
        return 1
    finally:
        demo.stop_all()
        if os.environ.get("KEEP"):
            print(f"demo: files kept in {folder}")
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
