"""Makes the versions of the installed Debian packages a build input.

Bazel does not track what lies under /usr: neither the headers that the compiler finds by itself nor
the shared libraries that a test loads. This repository rule hashes the versions of the packages that
we build with. Code that depends on the hash is compiled, linked and tested again when one changes.

The rule depends on dpkg's status file through a label, so that Bazel looks at the file in every
build and runs the rule again, without a restart, when it has changed. A change of a package not
listed here gives the same hash and rebuilds nothing. clang is left out, since it compiles nothing that
runs: to install it for the tests must not throw away what gcc has built.
"""

_PACKAGES = [
    "binutils",
    "g++-12",
    "libabsl-dev",
    "libc6-dev",
    "libcli11-dev",
    "libcpp-httplib-dev",
    "libgmock-dev",
    "libgrpc++-dev",
    "libgrpc-dev",
    "libgtest-dev",
    "libprotobuf-dev",
    "libsqlite3-dev",
    "libssl-dev",
    "libstdc++-12-dev",
    "libyaml-cpp-dev",
    "nlohmann-json3-dev",
    "protobuf-compiler",
    "protobuf-compiler-grpc",
]

def _system_packages_impl(repository_ctx):
    versions = {name: "none" for name in _PACKAGES}
    current = None
    installed = False
    for line in repository_ctx.read(repository_ctx.attr.status).split("\n"):
        if line.startswith("Package: "):
            current = line[len("Package: "):]
            installed = False
        elif line.startswith("Status: "):
            installed = line.endswith(" installed")
        elif installed and line.startswith("Version: ") and current in versions:
            versions[current] = line[len("Version: "):]
    listing = "\n".join(["%s %s" % (name, versions[name]) for name in _PACKAGES]) + "\n"

    repository_ctx.file("versions.txt", listing)
    result = repository_ctx.execute(["sha256sum", "versions.txt"])
    if result.return_code != 0:
        fail("sha256sum: " + result.stderr)
    stamp = result.stdout[:16]
    repository_ctx.file("stamp.bzl", "SYSTEM_PACKAGES = \"%s\"\n" % stamp)
    repository_ctx.file("BUILD.bazel", "exports_files([\"versions.txt\"])\n")

system_packages = repository_rule(
    implementation = _system_packages_impl,
    attrs = {"status": attr.label(allow_single_file = True, mandatory = True)},
    local = True,
    doc = "Defines @system_packages//:stamp.bzl with SYSTEM_PACKAGES, the hash of the versions.",
)
