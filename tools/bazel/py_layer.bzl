"""py_layer: a deterministic layer of an image, from py_library targets.

Libraries and not a py_binary, whose runfiles may hold an interpreter and an
environment: those are the base image's business. Files land in

    /app/src/        this repository
    /app/ext/        wheels
    /app/bin/<name>  a launcher that puts both on the path
"""

load("@rules_python//python:py_info.bzl", "PyInfo")

_EXTERNAL = "../"

_LAUNCHER = """\
#!/bin/sh
root=$(cd "$(dirname "$0")/.." && pwd)
export PYTHONPATH={path}
exec "${{PYTHON:-python3}}" -P -s "$root/src/{main}" "$@"
"""

def _place(file):
    if file.short_path.startswith(_EXTERNAL):
        return "ext/" + file.short_path[len(_EXTERNAL):]
    return "src/" + file.short_path

def _launcher(ctx):
    roots = {"src": True}
    for dep in ctx.attr.deps:
        for path in dep[PyInfo].imports.to_list():  # "<repository>/<path>"
            repository, _, rest = path.partition("/")
            own = repository in [ctx.workspace_name, "_main"]
            roots[("src/" + rest) if own else ("ext/" + path)] = True
    out = ctx.actions.declare_file(ctx.label.name + ".launcher")
    ctx.actions.write(
        out,
        _LAUNCHER.format(
            main = ctx.file.main.short_path,
            path = ":".join(["$root/" + root for root in roots]),
        ),
        is_executable = True,
    )
    return out

def _py_layer_impl(ctx):
    everything = depset(
        [ctx.file.main],
        transitive = [dep[DefaultInfo].default_runfiles.files for dep in ctx.attr.deps] +
                     [dep[PyInfo].transitive_sources for dep in ctx.attr.deps],
    ).to_list()
    code = ctx.attr.part == "code"
    files = [
        file
        for file in everything
        if file.short_path.startswith(_EXTERNAL) != code
    ]
    lines = ["%s\t%s" % (_place(file), file.path) for file in files]
    if code:
        launcher = _launcher(ctx)
        lines.append("bin/%s\t%s" % (ctx.attr.command, launcher.path))
        files.append(launcher)
    manifest = ctx.actions.declare_file(ctx.label.name + ".manifest")
    ctx.actions.write(manifest, "\n".join(sorted(lines)) + "\n")
    out = ctx.actions.declare_file(ctx.label.name + ".tar")
    ctx.actions.run(
        executable = ctx.executable._tool,
        arguments = [out.path, manifest.path],
        inputs = files + [manifest],
        outputs = [out],
        mnemonic = "PyLayer",
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out]))]

py_layer = rule(
    doc = "One layer of the image of a room: its wheels, or its code.",
    implementation = _py_layer_impl,
    attrs = {
        "command": attr.string(doc = "Name of the launcher.", mandatory = True),
        "deps": attr.label_list(
            doc = "Libraries that the layer holds, with all that they depend on.",
            providers = [PyInfo],
        ),
        "main": attr.label(
            doc = "The file that the launcher runs.",
            allow_single_file = [".py"],
            mandatory = True,
        ),
        "part": attr.string(
            doc = "Which of the two layers.",
            mandatory = True,
            values = ["code", "wheels"],
        ),
        "_tool": attr.label(
            default = "//tools/bazel:layer_tool",
            executable = True,
            cfg = "exec",
        ),
    },
)
