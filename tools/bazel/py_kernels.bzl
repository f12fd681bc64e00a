"""py_kernels: the layer of an image with machine code, compiled beforehand.

A room with kernels would compile them each time that it starts, since nothing of a
container stays. Files land in `/app/kernels`.
"""

def _py_kernels_impl(ctx):
    folder = ctx.actions.declare_directory(ctx.label.name + ".kernels")
    ctx.actions.run(
        executable = ctx.executable._compiler,
        arguments = [folder.path, ctx.attr.cpu],
        outputs = [folder],
        mnemonic = "PyKernels",
        progress_message = "Compiling kernels for %s" % ctx.attr.cpu,
        use_default_shell_env = True,
    )
    manifest = ctx.actions.declare_file(ctx.label.name + ".manifest")
    ctx.actions.write(manifest, "kernels\t%s\n" % folder.path)
    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    ctx.actions.run(
        executable = ctx.executable._layer,
        arguments = [out.path, manifest.path],
        inputs = [folder, manifest],
        outputs = [out],
        mnemonic = "PyLayer",
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out]))]

py_kernels = rule(
    doc = "A layer with the machine code of all kernels.",
    implementation = _py_kernels_impl,
    attrs = {
        "cpu": attr.string(
            doc = "Which processor, as LLVM names it; the image says the same.",
            mandatory = True,
        ),
        "_compiler": attr.label(
            default = "//tools/bazel:kernels_tool",
            executable = True,
            cfg = "exec",
        ),
        "_layer": attr.label(
            default = "//tools/bazel:layer_tool",
            executable = True,
            cfg = "exec",
        ),
    },
)
