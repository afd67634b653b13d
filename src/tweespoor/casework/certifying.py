"""The organisation's seal in this installation: made at set-up, renewed by hand, and what is sealed with it.

Two files of mode 0600 in ``keys/seal``: ``seal.pem`` seals, ``root.pem`` issued it and is needed only to renew.  An
organisation that bought a certificate names its file in ``TWEESPOOR_SEAL``, and the hardware in which its key lies, if
it does not stand in that file (`hardware`).  Certificates that a renewal replaced stay
in ``keys/seal/earlier``: whoever checks an old seal asks for them.  The fingerprint of the root stands on what people
take home, so a renewal keeps the root, and that a seal was ever made here stands in a table: another one is never made
in silence because a file is gone.
"""

import asyncio
import datetime as dt
import os
import stat
from io import BytesIO
from pathlib import Path
from typing import Final

from asn1crypto import x509 as asn1_x509
from cryptography.x509 import Certificate
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tweespoor.casework import hardware, models, places
from tweespoor.casework.clock import now_ms
from tweespoor.errors import DamagedError
from tweespoor.seal import certificates as x509
from tweespoor.seal.certificates import Seal
from tweespoor.tape.store import sync_folder

YEARS: Final = 5
"""For how many years a seal is made unless told otherwise."""
ROOT_YEARS: Final = 30
FIELD: Final = "Zegel"
_ROOM: Final = 24_576  # hexadecimal digits that are kept free for the signature in a PDF
_LONGEST: Final = 72  # bytes of an ECDSA signature on P-256, as DER
_FOR_OTHERS: Final = 0o077


NoSealError = hardware.NoSealError
"""There is no seal to work with; the message says what to do."""


def has_seal() -> bool:
    """Tell whether there is a seal to work with."""
    return _file().is_file()


def make_seal(name: str, *, years: int = YEARS) -> None:
    """Make a root and a seal for an organisation of this name; what is there stays as it is.

    Raises DamagedError where there was a seal before and its file is gone: it must come back from its backup.
    """
    if has_seal():
        return
    if settings.TWEESPOOR_SEAL:
        raise NoSealError(f"{_file()} is not there; TWEESPOOR_SEAL names it")
    if models.SealMade.objects.exists():
        raise DamagedError("seal.pem", "the seal that was made here", "no such file")
    root = x509.make_root(name, _now(), ROOT_YEARS)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder() / "root.pem", root.to_pem())
    _place(x509.make_seal(name, root, _now(), years))


def renew(name: str, *, years: int = YEARS) -> None:
    """Make a new key and certificate below the same root; the certificates of before are kept."""
    if settings.TWEESPOOR_SEAL:
        raise NoSealError("this seal was not made here; put the new one in the file that TWEESPOOR_SEAL names")
    before = seal()
    path = folder() / "root.pem"
    if not path.is_file():
        raise DamagedError(path.name, "the root that issued the seal", "no such file")
    root = _read(path, issues=True)
    kept = folder() / "earlier" / f"{x509.fingerprint(before.certificates[0])[:16]}.pem"
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    _write(kept, x509.pem(before.certificates))
    _place(x509.make_seal(name, root, _now(), years))


def seal() -> Seal:
    """Give the seal; raises NoSealError when there is none, DamagedError when its file is not what it must be."""
    if hardware.is_used():
        return Seal.of(hardware.key(), _chain())
    return _read(_there())


def certificates() -> list[bytes]:
    """Give the certificates of the seal as DER: its own first, then each one's issuer, up to the root."""
    return [x509.der(one) for one in _chain()]


def _there() -> Path:
    if not has_seal():
        raise NoSealError("there is no seal yet; fill in house.toml and run: tweespoor setup")
    return _file()


def _chain() -> tuple[Certificate, ...]:
    """Give the certificates; no hardware is asked for them."""
    if not hardware.is_used():
        return seal().certificates
    found = x509.read(_there().read_bytes())
    x509.check(found)
    return found


def earlier() -> list[list[bytes]]:
    """Give the certificates of seals that were renewed, each as ``certificates`` does."""
    return [[x509.der(one) for one in x509.read(path.read_bytes())] for path in _earlier()]


def for_others() -> bytes:
    """Give the certificates of now and of before as PEM, for who checks what was sealed here."""
    found = [_chain()[:-1], *(x509.read(path.read_bytes())[:-1] for path in _earlier())]
    return x509.pem([*(one for chain in found for one in chain), _chain()[-1]])


def root_sha256() -> str:
    """Give the fingerprint (SHA-256, hex) of the organisation's root, which people take home."""
    return x509.fingerprint(_chain()[-1])


def until() -> dt.datetime:
    """Give the moment at which the first of these certificates ends."""
    return min(one.not_valid_after_utc for one in _chain())


def days_left() -> int:
    """Give for how many days the seal, and whatever issued it, still hold."""
    return (until() - _now()).days


# Sealing -----------------------------------------------------------------------------------------


def sign(message: bytes) -> bytes:
    """Sign a message with the key of the seal: ECDSA on P-256 with SHA-256, as DER."""
    return seal().sign(message)


def sign_cms(content: bytes) -> bytes:
    """Sign content apart from it: CAdES baseline B (EN 319 122-1), with all certificates, as DER."""
    attributes = PdfCMSSignedAttributes(signing_time=_now())
    signing = _Signing(seal()).async_sign_general_data(
        content, "sha256", detached=True, use_cades=True, signed_attr_settings=attributes
    )
    made: bytes = asyncio.run(signing).dump()
    return made


def sign_pdf(pdf: bytes, *, reason: str) -> bytes:
    """Seal a PDF as it stands: PAdES baseline B (EN 319 142-1), added behind it, so its own bytes do not change.

    What is added begins on a line of its own: PDF/A wants that of each object (ISO 19005-3, 6.1.9).
    """
    pdf = pdf if pdf.endswith(b"\n") else pdf + b"\n"
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        name=_organisation(),
    )
    out = BytesIO()
    signer = PdfSigner(metadata, signer=_Signing(seal()))
    asyncio.run(signer.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), bytes_reserved=_ROOM, output=out))
    return out.getvalue()


def is_whole(pdf: bytes) -> bool:
    """Tell whether a PDF is what a seal of this house was put on, to the last bit, by now or by one of before.

    Only time stamps may stand behind the seal.  That a certificate ended since changes nothing of what it sealed.
    """
    known = {*models.SealMade.objects.values_list("own_sha256", flat=True), x509.fingerprint(_chain()[0])}
    root = asn1_x509.Certificate.load(certificates()[-1])
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    try:
        found = PdfFileReader(BytesIO(pdf))
        (sealed,) = found.embedded_regular_signatures
        told = validate_pdf_signature(sealed, context)
        stamped = bool(found.embedded_timestamp_signatures)
    except (PdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
    only_stamped = stamped and told.coverage is SignatureCoverageLevel.ENTIRE_REVISION
    covered = told.coverage is SignatureCoverageLevel.ENTIRE_FILE or only_stamped
    changed = told.modification_level not in {None, ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}
    right = told.intact and told.valid and covered and not changed
    return bool(right and told.signing_cert.sha256.hex() in known)


class _Signing(Signer):
    """Lets pyHanko sign through the one way by which anything is sealed here, wherever the key lies."""

    def __init__(self, with_: Seal) -> None:
        chain = [asn1_x509.Certificate.load(x509.der(one)) for one in with_.certificates]
        super().__init__(signing_cert=chain[0], cert_registry=SimpleCertificateStore.from_certs(chain[1:]))
        self._seal = with_

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - as pyHanko asks it
        if digest_algorithm != "sha256":
            raise NoSealError("a seal is over SHA-256")
        return bytes(_LONGEST) if dry_run else self._seal.sign(data)


def _organisation() -> str:
    """Give the name that the certificate bears, not the one in the settings of today."""
    return x509.organisation(_chain()[0])


# Files -------------------------------------------------------------------------------------------


def folder() -> Path:
    """Give the folder of the seal, of what issued it, and of the certificates of before."""
    return places.keys() / "seal"


def files() -> list[Path]:
    """Give the files that a backup of the keys takes along; a bought seal is looked after by who bought it."""
    return sorted(path for path in folder().rglob("*.pem") if path.is_file())


def _earlier() -> list[Path]:
    return sorted((folder() / "earlier").glob("*.pem"), key=lambda path: path.stat().st_mtime_ns)


def _file() -> Path:
    return Path(settings.TWEESPOOR_SEAL) if settings.TWEESPOOR_SEAL else folder() / "seal.pem"


def _read(path: Path, *, issues: bool = False) -> Seal:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _FOR_OTHERS:
        raise DamagedError(path.name, "mode 0600", f"mode {mode:04o}")
    return Seal.from_pem(path.read_bytes(), issues=issues)


def _place(made: Seal) -> None:
    """Put a seal in its place, whole or not at all, and write down that it was made."""
    _write(folder() / "seal.pem", made.to_pem())
    models.SealMade.objects.create(
        root_sha256=x509.fingerprint(made.certificates[-1]),
        own_sha256=x509.fingerprint(made.certificates[0]),
        at_ms=now_ms(),
    )


def _write(path: Path, content: bytes) -> None:
    """Write a file of mode 0600, durably; a reader sees the one of before or the new one."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def _now() -> dt.datetime:
    return dt.datetime.fromtimestamp(now_ms() // 1000, dt.UTC)
