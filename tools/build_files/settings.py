"""What the imports of a module do not say about its place in the BUILD graph."""

# Folders whose Python becomes targets. `tools` and `benchmarks` work on a checkout
# and in environments of their own, so they stay outside.
ROOTS = ("protos", "services", "tradestream", "tests")

# Import name → distribution, where the installed metadata is ambiguous.
DISTRIBUTIONS = {"google": "protobuf", "yaml": "pyyaml"}

# Always there in a test: the macro pytest_test brings them.
TEST_DISTRIBUTIONS = frozenset({"pytest", "pytest_timeout"})

# Module → modules that it loads by a name made at run time.
LOADS: dict[str, tuple[str, ...]] = {}

# Module → files elsewhere in the repository that it reads, as labels.
READS: dict[str, tuple[str, ...]] = {}

# Packages whose sources are read as text by others: they get a filegroup `sources`.
SOURCES = (
    "tradestream/backtest",
    "tradestream/discovery",
    "tradestream/indicators",
    "tradestream/strategies",
)

# Folders without Python whose files others read: label name → folder.
FILE_GROUPS: dict[str, str] = {}

# Test module → why `bazel test //...` leaves it to `make test`.
MANUAL: dict[str, str] = {}
