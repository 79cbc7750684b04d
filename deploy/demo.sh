#!/usr/bin/env bash
# Plays the main job of quiesced, so that you see it, against a simulated cloud of 120 instances in
# three projects: plan, apply, drift, explain, hold, and a SIGKILL in the middle of an apply. Checks
# each step, cleans up after itself, exits non-zero if anything did not happen.
#
#   ./deploy/demo.sh
#
# Installs what is missing (root or sudo) and builds; KEEP=1 leaves the files of the run behind.
set -euo pipefail
cd "$(dirname "$0")/.."

./deploy/install_deps.sh
echo "== building (minutes the first time, seconds after that)"
bazel build --ui_event_filters=-info,-stdout,-stderr --noshow_progress \
  //:quiesced //:quiesce //:dbss_sim
exec python3 deploy/demo/play.py \
  bazel-bin/daemon/app/quiesced bazel-bin/client/cli/quiesce bazel-bin/tests/fakes/dbss_sim/dbss_sim
