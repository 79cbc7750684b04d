#!/usr/bin/env bash
# Installs the Debian 12 packages that quiesced needs, as root or through sudo. Does nothing when they
# are all there.
#
#   deploy/install_deps.sh           to build and run
#   deploy/install_deps.sh --test    also what deploy/test.sh needs
#   deploy/install_deps.sh --lint    npm alone, which runs the linter of the API
set -euo pipefail

packages=(
  bazel-bootstrap
  ca-certificates
  g++
  git
  libabsl-dev
  libcli11-dev
  libcpp-httplib-dev
  libgmock-dev
  libgrpc++-dev
  libgtest-dev
  libprotobuf-dev
  libsqlite3-dev
  libssl-dev
  libyaml-cpp-dev
  nlohmann-json3-dev
  openssl
  pkg-config
  protobuf-compiler
  protobuf-compiler-grpc
  python3
)
case "${1-}" in
  "") ;;
  --test) packages+=(clang-14 clang-format-14) ;;
  --lint) packages=(npm) ;;
  *)
    echo "usage: $0 [--test | --lint]" >&2
    exit 2
    ;;
esac

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || true
  [[ $status == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then exit 0; fi

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || {
    echo "$0: to install ${missing[*]}, run this as root or install sudo" >&2
    exit 1
  }
  as_root=(sudo)
fi

echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
