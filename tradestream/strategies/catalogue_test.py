"""The catalogue against the published table of types."""

import subprocess
import sys

from tradestream.strategies.catalogue import CATALOGUE


def test_no_two_types_have_equal_rules() -> None:
    rules = {(t.enter, t.exit, *t.let.items()) for t in CATALOGUE.values()}

    assert len(rules) == len(CATALOGUE)


def test_listing_the_catalogue_imports_no_engine() -> None:
    code = (
        "import sys, tradestream.strategies.catalogue, tradestream.strategies.identity;"
        "sys.exit(bool({'numpy', 'numba', 'llvmlite'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
