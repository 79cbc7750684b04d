#!/usr/bin/env bash
# Runs every check of this repository and prints, as its last line, `N passed, N failed, N skipped`.
# Exits with 1 if anything failed. Installs the packages it needs.
#
# The steps, all by default; a developer can choose some of them:
#
#   QUIESCED_TEST_CONFIGS="format default" deploy/test.sh
#
#   format   clang-format changes nothing in our C++ files            counts as 1
#   default  builds everything with gcc, warnings as errors; tests    counts each test case
#   clang    builds daemon/ and client/ with clang's lock analysis    counts as 1
#   asan     all tests under AddressSanitizer and UBSan               counts each test case
#   tsan     the tests not tagged "grpc" under ThreadSanitizer        counts each test case
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

passed=0
failed=0
skipped=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  ((failed == 0))
  exit
}

# Counts a step that is one check by itself.
one_check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "$name: passed"
  else
    failed=$((failed + 1))
    echo "$name: FAILED"
  fi
}

check_format() {
  git ls-files -z --cached --others --exclude-standard '*.cc' '*.h' |
    while IFS= read -r -d '' file; do [[ ! -f $file ]] || printf '%s\0' "$file"; done |
    xargs -0 -r clang-format-14 --dry-run -Werror
}

build_with_clang() {
  bazel build --config=clang //daemon/... //client/... --keep_going --noshow_progress
}

# Runs all tests in one configuration and adds up their cases.
run_tests() { # NAME FLAG...
  local name=$1 events=$scratch/$1.json status=0 counts p f s
  shift
  bazel test //... "$@" --keep_going --noshow_progress --test_summary=terse \
    --build_event_json_file="$events" || status=$?
  counts=$(python3 deploy/bazel/count_tests.py "$events" "$status") || counts="0 1 0"
  read -r p f s <<<"$counts"
  passed=$((passed + p))
  failed=$((failed + f))
  skipped=$((skipped + s))
  echo "$name: $p passed, $f failed, $s skipped"
}

step() { # NAME
  case $1 in
    format) one_check format check_format ;;
    default) run_tests default ;;
    clang) one_check clang build_with_clang ;;
    asan) run_tests asan --config=asan ;;
    tsan) run_tests tsan --config=tsan ;;
    *)
      echo "QUIESCED_TEST_CONFIGS: no step '$1'" >&2
      failed=$((failed + 1))
      ;;
  esac
}

if ! deploy/install_deps.sh --test; then
  echo "deploy/install_deps.sh: FAILED"
  failed=1
  finish
fi
for name in ${QUIESCED_TEST_CONFIGS:-format default clang asan tsan}; do step "$name"; done
finish
