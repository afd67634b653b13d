"""What a bundle is called inside: the names of its files, and the small files that are made from the others.

Pure: names, sizes and hashes in, bytes out.  The writer makes these files, and the verifier makes them again and
compares, so that no reader of XML or of headers stands between what is hashed and what is judged
(docs/format.md, section 7).
"""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tweespoor.dossier.container import MIMETYPE
from tweespoor.errors import DamagedError

FORMAT: Final = 1

TYPE: Final = "mimetype"
BAGIT: Final = "bagit.txt"
BAG_INFO: Final = "bag-info.txt"
MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
PAGE: Final = "LEESMIJ.html"
JOURNAL: Final = "data/journal.jsonl"
DISCLOSURES: Final = "data/disclosures.txt"
ENDORSEMENTS: Final = "data/keys/endorsements.jsonl"
CHECKPOINTS: Final = "data/keys/checkpoints.jsonl"
PAGES: Final = "data/keys/pages.jsonl"
SEALED: Final = "META-INF/ASiCManifest001.xml"
SIGNATURE: Final = "META-INF/signature001.p7s"
TIMED: Final = "META-INF/ASiCManifest002.xml"
STAMP: Final = "META-INF/timestamp001.tst"

ALWAYS: Final = frozenset({
    TYPE, BAGIT, BAG_INFO, MANIFEST, TAG_MANIFEST, PAGE, JOURNAL, DISCLOSURES, ENDORSEMENTS, CHECKPOINTS, PAGES,
})  # fmt: skip
ASIC: Final = frozenset({SEALED, SIGNATURE, TIMED, STAMP})
TAGS: Final = (TYPE, BAGIT, BAG_INFO, MANIFEST, PAGE)

BAGIT_SAYS: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

CERTIFICATE: Final = re.compile(r"data/keys/certificate-([0-9a-f]{64})\.der\Z")
HEAD_STAMP: Final = re.compile(r"data/keys/stamp-(0|[1-9][0-9]{0,15})\.tst\Z")
TRACK: Final = re.compile(r"data/tracks/([0-9a-f]{32})/(chunks\.jsonl|chunks\.bin|audio\.opus)\Z")
FILE: Final = re.compile(r"data/files/[A-Za-z0-9_-][A-Za-z0-9._-]*\Z")

_SIGNATURE_TYPE: Final = "application/pkcs7-signature"
_STAMP_TYPE: Final = "application/vnd.etsi.timestamp-token"


def certificate(fingerprint: str) -> str:
    """Give the name of the file of a certificate."""
    return f"data/keys/certificate-{fingerprint}.der"


def head_stamp(position: int) -> str:
    """Give the name of the file of a time stamp on a head."""
    return f"data/keys/stamp-{position}.tst"


def of_track(track: str, file: str) -> str:
    """Give the name of a track's ``chunks.jsonl``, ``chunks.bin`` or ``audio.opus``."""
    return f"data/tracks/{track}/{file}"


def is_known(name: str) -> bool:
    """Tell whether version 1 knows a file of this name.

    >>> is_known("data/journal.jsonl"), is_known("data/files/kopie.pdf"), is_known("data/more.txt")
    (True, True, False)
    """
    return name in ALWAYS | ASIC or any(kind.match(name) for kind in (CERTIFICATE, HEAD_STAMP, TRACK, FILE))


# BagIt -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Label:
    """What ``bag-info.txt`` says."""

    agent: str
    date: str
    octets: int
    files: int
    conversation: str
    scope: str
    version: int = FORMAT

    def written(self) -> bytes:
        """Give the bytes of the file."""
        return (
            f"Bag-Software-Agent: {self.agent}\nBagging-Date: {self.date}\n"
            f"Payload-Oxum: {self.octets}.{self.files}\nTweespoor-Conversation: {self.conversation}\n"
            f"Tweespoor-Format: {self.version}\nTweespoor-Scope: {self.scope}\n"
        ).encode()


_NUMBER: Final = r"(0|[1-9][0-9]{0,15})"
_BAG_INFO: Final = re.compile(
    r"Bag-Software-Agent: ([!-~][ -~]{0,99})\nBagging-Date: ([0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    rf"Payload-Oxum: {_NUMBER}\.{_NUMBER}\nTweespoor-Conversation: ([0-9a-f]{{32}})\n"
    rf"Tweespoor-Format: {_NUMBER}\nTweespoor-Scope: (whole|own-minutes)\n\Z"
)
_VERSION: Final = re.compile(rf"^Tweespoor-Format: {_NUMBER}$", re.MULTILINE)


def version_of(written: bytes) -> int | None:
    """Give the format number that ``bag-info.txt`` says, whatever else stands in it."""
    found = _VERSION.search(written.decode("utf-8", "replace"))
    return int(found[1]) if found else None


def read_label(written: bytes) -> Label:
    """Read ``bag-info.txt``; DamagedError when it is anything but its own exact form."""
    found = _BAG_INFO.match(written.decode("ascii", "replace"))
    if found is None:
        raise DamagedError(BAG_INFO, "exactly its six lines", "something else")
    agent, date, octets, files, conversation, version, scope = found.groups()
    return Label(agent, date, int(octets), int(files), conversation, scope, int(version))


def manifest(digests: Mapping[str, bytes], names: Iterable[str]) -> bytes:
    """Give a manifest of these files."""
    return "".join(f"{digests[name].hex()}  {name}\n" for name in sorted(names)).encode()


def read_manifest(name: str, written: bytes) -> dict[str, str]:
    """Read which hash a manifest says for which file; DamagedError when it is not one line for each, sorted."""
    found: dict[str, str] = {}
    row = re.compile(r"([0-9a-f]{64})  ([!-~]{1,200})\Z")
    *rows, last = written.decode("ascii", "replace").split("\n")
    for line in rows:
        match = row.match(line)
        if match is None or (found and match[2] <= max(found)):
            raise DamagedError(name, "lines of a hash and a path, sorted", "something else")
        found[match[2]] = match[1]
    if last:
        raise DamagedError(name, "a line end behind the last line", "none")
    return found


# ASiC ------------------------------------------------------------------------------------------------


def asic_manifest(digests: Mapping[str, bytes]) -> bytes:
    """Give the ASiC manifest that is sealed: every file outside META-INF but the mimetype.

    >>> asic_manifest({"mimetype": bytes(32), "bagit.txt": bytes(32)}).count(b"DataObjectReference URI=")
    1
    """
    names = sorted(name for name in digests if name != TYPE and name not in ASIC)
    return _asic(SIGNATURE, _SIGNATURE_TYPE, names, digests)


def timed_manifest(digests: Mapping[str, bytes]) -> bytes:
    """Give the ASiC manifest that is stamped: the same files, the sealed manifest and its signature."""
    names = sorted(name for name in digests if name != TYPE and name not in ASIC)
    return _asic(STAMP, _STAMP_TYPE, [*names, SEALED, SIGNATURE], digests)


def _asic(signed: str, kind: str, names: Iterable[str], digests: Mapping[str, bytes]) -> bytes:
    rows = "".join(
        f'<asic:DataObjectReference URI="{name}">'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{base64.b64encode(digests[name]).decode()}</ds:DigestValue></asic:DataObjectReference>\n"
        for name in names
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
        f'<asic:SigReference URI="{signed}" MimeType="{kind}"/>\n{rows}</asic:ASiCManifest>\n'
    ).encode()


FIXED: Final[Mapping[str, bytes]] = {TYPE: MIMETYPE, BAGIT: BAGIT_SAYS}
