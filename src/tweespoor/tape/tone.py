"""The tone that stands where something was cut or covered: 500 Hz, softly begun and ended, as Opus packets of 20 ms.

They were encoded once (libopus, CELT alone, 24 kbit/s, mono) and stand here as bytes, so that a file with a tone in it
is the same every time, whatever encoder is installed.  The packet in the middle can be repeated for ever: 500 Hz has
ten whole periods in 20 ms.  Packets of this kind also make a decoder begin anew with the voice that follows them.
"""

from typing import Final

SAMPLES: Final = 960  # of one packet, at 48 kHz

_BEGIN: Final = (
    bytes.fromhex(
        "f8b53c418008b3de09aa60ccf684db4867e2511530b09b3c797acd2ba42b3183b46a5a794dc872b52f8d687aaf04cbddb396e1ccb0b960575fade9a0"
    ),
    bytes.fromhex(
        "f8afe92d2dacbc02fdd53d640c0014cb592fbe395bad8fa6f9fdc2f6ff88d3be65aa68130e1821bf3942f94f6be51afac73172535d375cbaeadb47a1"
    ),
    bytes.fromhex(
        "f8b04e7ef4e13a3cf493a8cdb7acefd081d65e5fbcc05e356c7fe084f15987b5e2f6e11175aba2e49eeee96825e43e1829f48dba26cf7f30d71af9a1"
    ),
)
_MIDDLE: Final = bytes.fromhex(
    "f8b04e7f9fd48505f374f391c13d369e31193d08df051c44160c6c129220243706328138c97ee8b927bbba5a09790f860a78510a26cf7f2d4792f3a1"
)
_END: Final = (
    bytes.fromhex(
        "f8afe83658ab54e2e54fb35984df2574d900fb6761990f17f61ef52fb2cdf324e8269cf16154f420ddedbeecffb15f9ba2d7d4367da16ba7e4d7d5a1"
    ),
    bytes.fromhex(
        "f8b4650acb37a3bf33e0bc72d8bccbe0e6c6f61b798b58e47ba78bcf9caf8f3b8e68b68b51dd52101248ea9e158f35ecf8c74e2f0deefbe2204b51a1"
    ),
    bytes.fromhex(
        "f87cdbaa54bd85283fb5ea93f35c42028c127122aa4e802cca5274c1b7d0151b028b105162408002718000a8805a58f700233f80001e0c9362e28875"
    ),
)


def tone(place: int, length: int) -> bytes:
    """Give the packet at a place of a tone that is so many packets long.

    >>> tone(0, 20) == tone(1, 20), tone(7, 20) == tone(12, 20)
    (False, True)
    """
    left = length - place
    if place < len(_BEGIN) <= length - len(_END):
        return _BEGIN[place]
    return _END[-left] if left <= len(_END) else _MIDDLE
