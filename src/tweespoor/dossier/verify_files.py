"""Steps 1 to 3: the file as a container, its version, and that every byte in it is what the manifests say."""

import zlib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from tweespoor.dossier import members
from tweespoor.dossier.container import Container, Member
from tweespoor.dossier.findings import Findings, Step
from tweespoor.errors import DamagedError

MEBI: Final = 1 << 20
_SMALL: Final = MEBI  # a certificate, a token
_MIDDLE: Final = 64 * MEBI
_LONG: Final = ("chunks.bin", "audio.opus", "chunks.jsonl", "journal.jsonl", "checkpoints.jsonl", "pages.jsonl")


class Summed(NamedTuple):
    """What a file's bytes really give."""

    crc: int
    digest: bytes


def open_container(path: Path, found: Findings) -> Container | None:
    """Step 1; raises UnreadableError when it is no bundle at all."""
    try:
        container = Container(path)
    except DamagedError as error:
        found.damage(Step.CONTAINER, "container.broken", error)
        return None
    names = set(container.members)
    for name in sorted(names):
        if not members.is_known(name):
            found.add(Step.CONTAINER, "container.unknown-file", name)
        elif container.members[name].size > _most(name):
            found.add(Step.CONTAINER, "container.too-large", name)
    missing = members.ALWAYS - names
    for one, other in ((members.SEALED, members.SIGNATURE), (members.TIMED, members.STAMP)):
        missing |= ({one, other} - names) if {one, other} & names else set()
    if members.TIMED in names and members.SEALED not in names:
        missing |= {members.SEALED, members.SIGNATURE}
    for name in sorted(missing):
        found.add(Step.CONTAINER, "container.missing-file", name)
    if found.ok(Step.CONTAINER):
        found.add(Step.CONTAINER, "container.whole", files=len(names), bytes=container.size)
    return container


def _most(name: str) -> int:
    if members.CERTIFICATE.match(name) or members.HEAD_STAMP.match(name) or name in {members.SIGNATURE, members.STAMP}:
        return _SMALL
    if name.endswith(_LONG) or members.FILE.match(name):
        return 1 << 53
    return _MIDDLE


def version(container: Container, found: Findings) -> members.Label | None:
    """Step 2; None when it is a newer version, or cannot be told."""
    info = None
    for name, expected in members.FIXED.items():
        if name in container.members and _read(container, name) != expected:
            found.add(Step.VERSION, "version.broken", name)
    try:
        written = container.read(members.BAG_INFO, _SMALL)
        told = members.version_of(written)
        if told is not None and told != members.FORMAT:
            found.add(Step.VERSION, "version.newer", members.BAG_INFO, version=told)
            return None
        info = members.read_label(written)
    except DamagedError as error:
        found.damage(Step.VERSION, "version.broken", error)
    if found.ok(Step.VERSION):
        found.add(Step.VERSION, "version.known", version=members.FORMAT)
    return info


def _read(container: Container, name: str) -> bytes:
    try:
        return container.read(name, _SMALL)
    except DamagedError:
        return b""


def summed(container: Container) -> dict[str, Summed]:
    """Read every byte once and give what each file really sums up to."""
    return {name: _sum(container, name) for name in container.members}


def _sum(container: Container, name: str) -> Summed:
    crc, digest = 0, sha256()
    for block in container.blocks(name):
        crc = zlib.crc32(block, crc)
        digest.update(block)
    return Summed(crc, digest.digest())


def manifests(container: Container, info: members.Label | None, sums: Mapping[str, Summed], found: Findings) -> None:
    """Step 3."""
    payload = {name for name in container.members if name.startswith("data/")}
    for name, member in container.members.items():
        if sums[name].crc != member.crc:
            found.add(Step.MANIFESTS, "manifests.other-bytes", name)
    _compare(container, members.MANIFEST, payload, sums, found)
    _compare(container, members.TAG_MANIFEST, set(members.TAGS) & set(container.members), sums, found)
    octets = sum(_size(container.members[name]) for name in payload)
    if info is not None and (info.octets, info.files) != (octets, len(payload)):
        found.add(Step.MANIFESTS, "manifests.broken", members.BAG_INFO)
    if found.ok(Step.MANIFESTS):
        found.add(Step.MANIFESTS, "manifests.right", files=len(container.members))


def _size(member: Member) -> int:
    return member.size


def _compare(container: Container, manifest: str, names: set[str], sums: Mapping[str, Summed], found: Findings) -> None:
    """Hold a manifest against the files that it must list."""
    try:
        told = members.read_manifest(manifest, container.read(manifest, _MIDDLE))
    except DamagedError as error:
        found.damage(Step.MANIFESTS, "manifests.broken", error)
        return
    for name in sorted(names ^ set(told)):
        found.add(Step.MANIFESTS, "manifests.broken", name)
    for name in sorted(names & set(told)):
        if sums[name].digest.hex() != told[name]:
            found.add(Step.MANIFESTS, "manifests.other-bytes", name)
