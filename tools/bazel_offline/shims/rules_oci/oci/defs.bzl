"""@rules_oci//oci:defs.bzl without base images.

`oci_image` writes an OCI layout of the repository's own layers and configuration.
"""

def _oci_image_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    spec = ctx.actions.declare_file(ctx.label.name + ".spec.json")
    ctx.actions.write(spec, struct(
        cmd = ctx.attr.cmd,
        entrypoint = ctx.attr.entrypoint,
        env = ["%s=%s" % (name, value) for name, value in ctx.attr.env.items()],
        labels = ctx.attr.labels,
        ports = ctx.attr.exposed_ports,
        tars = [file.path for file in ctx.files.tars],
        user = ctx.attr.user,
        workdir = ctx.attr.workdir,
    ).to_json())
    ctx.actions.run(
        executable = ctx.executable._tool,
        arguments = [spec.path, out.path],
        inputs = ctx.files.tars + [spec],
        outputs = [out],
        mnemonic = "OciImage",
        use_default_shell_env = True,
    )

    # Bazel 4 adds the files of a target in `data` to no runfiles by itself.
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out]))]

oci_image = rule(
    doc = "An OCI layout of the given layers.",
    implementation = _oci_image_impl,
    attrs = {
        "base": attr.label(mandatory = True),
        "cmd": attr.string_list(),
        "entrypoint": attr.string_list(),
        "env": attr.string_dict(),
        "exposed_ports": attr.string_list(),
        "labels": attr.string_dict(),
        "tars": attr.label_list(allow_files = [".tar"]),
        "user": attr.string(),
        "workdir": attr.string(),
        "_tool": attr.label(
            default = "//:oci_tool",
            executable = True,
            cfg = "exec",
        ),
    },
)
