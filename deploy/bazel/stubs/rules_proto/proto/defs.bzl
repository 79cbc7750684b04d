"""What Bazel's own tools load from @rules_proto, forwarded to the native rules."""

proto_lang_toolchain = native.proto_lang_toolchain
proto_library = native.proto_library
