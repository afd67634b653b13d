"""Looks whether a file is the scan of a paper and no more: a PDF by its content, of a few pages, that does nothing.

What a stranger made is read in a process of its own, with little memory and time, that gets the bytes and no key: a
file that was made to break its reader ends that process and nothing else.  A picture is refused (clause 2a): only the
paper itself is kept, as a PDF, in the slot of its contract.
"""

import os
import resource
import subprocess
import sys
from io import BytesIO
from typing import Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from tweespoor.casework import settling

LARGEST: Final = 10_000_000
MOST_PAGES: Final = 20
CODE: Final = "7b.scan"
TOO_LARGE: Final = "7b.scan-size"
_SECONDS: Final = 20
_MEMORY: Final = 1 << 30
_MOST_OBJECTS: Final = 50_000
_NO: Final = 3

_DOES_SOMETHING: Final = frozenset(
    {
        *("/JS", "/JavaScript", "/AA", "/Launch", "/EF", "/EmbeddedFiles", "/RichMedia", "/RichMediaContent", "/XFA"),
        *("/Movie", "/Sound", "/Rendition", "/3DD", "/URI"),
    }
)
_ACTIONS: Final = frozenset(
    {
        *("/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/URI", "/Movie", "/Sound"),
        *("/Rendition", "/RichMediaExecute", "/Hide", "/ResetForm"),
    }
)


def check(content: bytes) -> None:
    """Refuse what is no scan of a paper, with one answer for every reason; and what is too large, with another."""
    settling.refuse_when(len(content) > LARGEST, TOO_LARGE)
    settling.refuse_when(not content.startswith(b"%PDF-"), CODE)
    kept = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV")
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", __name__],
            input=content,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in kept if name in os.environ},
            timeout=2 * _SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        settling.refuse(CODE)
    settling.refuse_when(done.returncode != 0, CODE)


def is_paper(content: bytes) -> bool:
    """Tell whether this is a PDF of a few pages that does nothing; whatever a reader raises is for the caller."""
    reader = PdfFileReader(BytesIO(content), strict=False)
    if reader.encrypted or not 1 <= int(reader.root["/Pages"]["/Count"]) <= MOST_PAGES:
        return False
    seen: set[object] = set()
    waiting: list[object] = [reader.trailer.raw_get("/Root", decrypt=generic.EncryptedObjAccess.RAW)]
    while waiting:
        one = waiting.pop()
        if isinstance(one, generic.IndirectObject):
            if one.reference in seen:
                continue
            seen.add(one.reference)
            one = one.get_object()
        if len(seen) > _MOST_OBJECTS or len(waiting) > 10 * _MOST_OBJECTS:
            return False
        if isinstance(one, generic.DictionaryObject):
            if _DOES_SOMETHING & one.keys() or _action(one) in _ACTIONS:
                return False
            waiting.extend(one.raw_get(key, decrypt=generic.EncryptedObjAccess.RAW) for key in one)
        elif isinstance(one, generic.ArrayObject):
            waiting.extend(one.raw_get(at, decrypt=generic.EncryptedObjAccess.RAW) for at in range(len(one)))
    return True


def _action(one: generic.DictionaryObject) -> str:
    found = one.get("/S")
    return str(found) if isinstance(found, generic.NameObject) else ""


def _apart() -> int:
    """Look at what comes in, within limits; this is the whole of the process."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    content = sys.stdin.buffer.read(LARGEST + 1)
    try:
        return 0 if is_paper(content) else _NO
    except Exception:  # noqa: BLE001 - a file of a stranger may break its reader in any way
        return _NO


if __name__ == "__main__":
    raise SystemExit(_apart())
