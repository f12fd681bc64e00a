import struct

import pytest

from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.objects import parse


@pytest.mark.parametrize(
    "data",
    [b"", b"\x7fELF", b"\xcf\xfa\xed\xfe" + bytes(100), b"\x7fELF\x01\x01" + bytes(99)],
)
def test_what_is_no_object_file_of_64_bits_is_refused(data: bytes) -> None:
    with pytest.raises(MachineCodeError, match="64 bits is required"):
        parse(data)


def test_code_of_another_processor_is_refused() -> None:
    aarch64 = b"\x7fELF\x02\x01".ljust(16, b"\0") + struct.pack("<HH", 1, 183)

    with pytest.raises(MachineCodeError, match="x86-64 is required"):
        parse(aarch64.ljust(64, b"\0"))
