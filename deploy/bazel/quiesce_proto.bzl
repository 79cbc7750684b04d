"""C++ and gRPC code from .proto files, with Debian's protoc and gRPC plugin."""

load("@system_packages//:stamp.bzl", "SYSTEM_PACKAGES")

# Imports are relative to this folder, as in proto/buf.yaml.
_PROTO_ROOT = "proto"

_ProtoFiles = provider(
    doc = "The .proto files that a target consists of and depends on.",
    fields = {"transitive": "depset of .proto files"},
)

def _protoc(ctx, srcs, inputs, outputs, arguments, what):
    ctx.actions.run(
        executable = "/usr/bin/protoc",
        arguments = arguments + ["-I" + _PROTO_ROOT, "-I/usr/include"] + [f.path for f in srcs],
        inputs = inputs,
        outputs = outputs,
        env = {"QUIESCE_SYSTEM_PACKAGES": SYSTEM_PACKAGES},  # Run again with a new protoc.
        mnemonic = "QuiesceProtoc",
        progress_message = "Generating %s code for %s" % (what, ctx.label),
    )

def _declare(ctx, protos, suffix):
    return [ctx.actions.declare_file(f.basename[:-len(".proto")] + suffix) for f in protos]

def _cc_codegen_impl(ctx):
    out = ctx.bin_dir.path + "/" + _PROTO_ROOT
    inputs = depset(ctx.files.srcs, transitive = [d[_ProtoFiles].transitive for d in ctx.attr.deps])

    hdrs = _declare(ctx, ctx.files.srcs, ".pb.h")
    srcs = _declare(ctx, ctx.files.srcs, ".pb.cc")
    _protoc(ctx, ctx.files.srcs, inputs, hdrs + srcs, ["--cpp_out=" + out], "C++")
    if ctx.files.services:
        grpc_hdrs = _declare(ctx, ctx.files.services, ".grpc.pb.h")
        grpc_srcs = _declare(ctx, ctx.files.services, ".grpc.pb.cc")
        _protoc(
            ctx,
            ctx.files.services,
            inputs,
            grpc_hdrs + grpc_srcs,
            ["--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin", "--grpc_out=" + out],
            "gRPC",
        )
        hdrs += grpc_hdrs
        srcs += grpc_srcs
    return [
        DefaultInfo(files = depset(hdrs + srcs)),
        OutputGroupInfo(hdrs = depset(hdrs), srcs = depset(srcs)),
        _ProtoFiles(transitive = inputs),
    ]

_cc_codegen = rule(
    implementation = _cc_codegen_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".proto"], mandatory = True),
        "services": attr.label_list(allow_files = [".proto"]),
        "deps": attr.label_list(providers = [_ProtoFiles]),
    },
)

def quiesce_cc_grpc_proto(name, srcs, services = [], deps = [], visibility = ["//visibility:public"]):
    """A cc_library of the code generated for .proto files of one package under proto/.

    The headers are included by their path below proto/: "quiesce/v1/plan.pb.h" and, for a file in
    `services`, "quiesce/v1/plan.grpc.pb.h".

    Args:
      name: the target; used in `deps` like any cc_library.
      srcs: the .proto files. They may import each other.
      services: those of `srcs` that define a service.
      deps: other targets of this macro whose files `srcs` import, as "//package:name" or ":name".
      visibility: of the library.
    """
    for group in ["hdrs", "srcs"]:
        native.filegroup(
            name = "%s_%s" % (name, group),
            srcs = [":%s_codegen" % name],
            output_group = group,
            visibility = ["//visibility:private"],
        )
    _cc_codegen(
        name = name + "_codegen",
        srcs = srcs,
        services = services,
        deps = [d + "_codegen" for d in deps],
        visibility = visibility,
    )
    native.cc_library(
        name = name,
        srcs = [":%s_srcs" % name],
        hdrs = [":%s_hdrs" % name],
        copts = ["-w"],
        strip_include_prefix = "/" + _PROTO_ROOT,
        visibility = visibility,
        deps = deps + (["@sys//:grpc"] if services else ["@sys//:protobuf"]),
    )
