"""Steps 4 and 5: the organisation's seal over the whole bundle, and the moment that an authority gave it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from cryptography import x509

from tweespoor.dossier import members
from tweespoor.dossier.container import Container
from tweespoor.dossier.findings import Findings, Step
from tweespoor.dossier.trust import Trust, fingerprint
from tweespoor.dossier.verify_files import MEBI, Summed
from tweespoor.errors import DamagedError
from tweespoor.seal import certificates, cms, paths, stamps

_MANIFEST: Final = 64 * MEBI


@dataclass(slots=True)
class Sealed:
    """To which root the seal leads, or else where it ends; and when it was stamped by whom one trusts."""

    root: x509.Certificate | None = None
    top: x509.Certificate | None = None
    moment: datetime | None = None


def certificates_in(container: Container, trust: Trust, found: Findings) -> None:
    """Read the certificates that lie in the bundle; each must be what its name says."""
    for name in container.members:
        match = members.CERTIFICATE.match(name)
        if match is None:
            continue
        try:
            certificate = cms.load(container.read(name, MEBI))
            _exactly(name, fingerprint(certificate).encode(), match[1].encode())
        except DamagedError as error:
            found.damage(Step.SEAL, "seal.broken", error)
        else:
            trust.know([certificate])


def _exactly(name: str, written: bytes, expected: bytes) -> None:
    if written != expected:
        raise DamagedError(name, "exactly what the other files give", "something else")


def seal(container: Container, sums: Mapping[str, Summed], made: str | None, trust: Trust, found: Findings) -> Sealed:
    """Steps 4 and 5; ``made`` is the day on which the bundle says that it was made."""
    result = Sealed()
    if members.SEALED not in container.members or members.SIGNATURE not in container.members:
        found.add(Step.SEAL, "seal.missing")
        found.add(Step.TIME, "time.missing")
        return result
    digests = {name: one.digest for name, one in sums.items()}
    stamp = _stamp(container, digests, found)
    clock = None if stamp is None else paths.lead(stamp.signer, stamp.certificates, trust.given, stamp.moment)
    at = _day(made) if stamp is None or clock is None else stamp.moment
    signed = _signed(container, digests, trust, found)
    if signed is not None:
        result.root = trust.root_of(signed, at)
        result.top = result.root or trust.top_of(signed, at)
        code = "seal.untrusted" if result.root is None else "seal.trusted"
        top = fingerprint(result.top or signed)
        found.add(Step.SEAL, code, name=certificates.organisation(signed), root=top)
    if stamp is None:
        return result
    moment = stamp.moment.strftime("%Y-%m-%d %H:%M:%S")
    # Who seals cannot also be the one who says when: a root has one of the two tasks.
    if clock is None or clock == result.root:
        found.add(Step.TIME, "time.untrusted", at=moment)
        return result
    result.moment = stamp.moment
    found.add(Step.TIME, "time.trusted", at=moment, name=certificates.organisation(stamp.signer))
    return result


def _signed(
    container: Container, digests: Mapping[str, bytes], trust: Trust, found: Findings
) -> x509.Certificate | None:
    """Check the seal and give who sealed."""
    try:
        written = container.read(members.SEALED, _MANIFEST)
        _exactly(members.SEALED, written, members.asic_manifest(digests))
        signed = cms.verify(container.read(members.SIGNATURE, MEBI), cms.PLAIN, written)
        paths.see_that_it_signs(signed.signer)
    except DamagedError as error:
        found.damage(Step.SEAL, "seal.broken", error)
        return None
    trust.know(signed.certificates)
    return signed.signer


def _day(made: str | None) -> datetime:
    """Give the end of the day on which a bundle says that it was made: its own word, where no authority said when."""
    try:
        return datetime.strptime(made or "", "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1, seconds=-1)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)


def _stamp(container: Container, digests: Mapping[str, bytes], found: Findings) -> stamps.Stamp | None:
    """Check the time stamp over the bundle."""
    if members.TIMED not in container.members or members.STAMP not in container.members:
        found.add(Step.TIME, "time.missing")
        return None
    try:
        written = container.read(members.TIMED, _MANIFEST)
        _exactly(members.TIMED, written, members.timed_manifest(digests))
        return stamps.verify(container.read(members.STAMP, MEBI), sha256(written).digest())
    except DamagedError as error:
        found.damage(Step.TIME, "time.broken", error)
        return None
