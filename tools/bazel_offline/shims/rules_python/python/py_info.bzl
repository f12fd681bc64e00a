"""@rules_python//python:py_info.bzl."""

load(":builtins.bzl", "BuiltinPyInfo")

PyInfo = BuiltinPyInfo
