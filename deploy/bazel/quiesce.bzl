"""The rules for our own C++ code: warnings are errors, and tests use GoogleTest."""

load("@system_packages//:stamp.bzl", "SYSTEM_PACKAGES")

# Headers under /usr/include are system headers and do not warn.
_WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wnon-virtual-dtor",
    "-Woverloaded-virtual",
    "-Werror",
]

# Also for a target that uses nothing but the standard library, which is a package like the others.
_STAMP = ["-DQUIESCE_SYSTEM_PACKAGES_" + SYSTEM_PACKAGES]

_COPTS = _WARNINGS + _STAMP

def quiesce_cc_library(name, copts = [], **kwargs):
    """A cc_library with our warnings."""
    native.cc_library(name = name, copts = _COPTS + copts, **kwargs)

def quiesce_cc_binary(name, copts = [], **kwargs):
    """A cc_binary with our warnings."""
    native.cc_binary(name = name, copts = _COPTS + copts, **kwargs)

def quiesce_cc_test(name, copts = [], deps = [], size = "small", gtest_main = True, env = {}, **kwargs):
    """A cc_test with our warnings.

    Tag a test that links gRPC or Abseil's Mutex with "grpc": those libraries are not instrumented for
    ThreadSanitizer and give false reports, so `--config=tsan` leaves such tests out.

    Args:
      name: the target.
      copts: more compiler flags.
      deps: the libraries under test.
      size: as in cc_test; "small" means a limit of 60 s.
      gtest_main: whether to link GoogleTest, GoogleMock and their main().
      env: the environment of the test.
      **kwargs: as in cc_test.
    """
    stamped_env = {"QUIESCE_SYSTEM_PACKAGES": SYSTEM_PACKAGES}  # Run again with the new libraries.
    stamped_env.update(env)
    native.cc_test(
        name = name,
        copts = _COPTS + copts,
        deps = deps + (["@sys//:gtest_main"] if gtest_main else []),
        env = stamped_env,
        size = size,
        **kwargs
    )
