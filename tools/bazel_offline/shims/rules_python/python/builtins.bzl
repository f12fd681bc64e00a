"""The built-in provider under another name: a file may not bind its own again."""

BuiltinPyInfo = PyInfo
