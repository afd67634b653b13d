"""A seal whose key lies in hardware that signs and never gives it out (PKCS #11).

``TWEESPOOR_SEAL`` then names a file with the certificates alone; ``TWEESPOOR_SEAL_MODULE`` the library of the hardware,
``TWEESPOOR_SEAL_TOKEN`` the label of the token in it, ``TWEESPOOR_SEAL_KEY`` that of the key, and
``TWEESPOOR_SEAL_PIN`` a file of mode 0600 with the PIN.  What is signed is hashed here: every token signs a hash with
ECDSA, not every one hashes.

A session with a token is of one thread at a time.  One that broke (the hardware was taken out, or its service began
anew) is opened again once; then it is said that it does not answer.
"""

import hashlib
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from tweespoor.errors import DamagedError, TweespoorError
from tweespoor.seal import signing

try:  # an extra of its own: who has no such hardware needs no library for it
    import pkcs11
    from pkcs11.util import ec as spelled
except ImportError:
    _THERE = False
else:
    _THERE = True

T = TypeVar("T")

_FOR_OTHERS: Final = 0o077
_NEEDED: Final = ("TWEESPOOR_SEAL", "TWEESPOOR_SEAL_TOKEN", "TWEESPOOR_SEAL_KEY", "TWEESPOOR_SEAL_PIN")

_one_at_a_time = threading.RLock()
_open: list[tuple[tuple[str, ...], Any]] = []  # the session, and the settings by which it was opened


class NoSealError(TweespoorError):
    """There is no seal to work with; the message says what to do."""


class HardwareError(NoSealError):
    """The hardware with the key does not do what is asked; the message says what, and never a PIN."""


def is_used() -> bool:
    """Tell whether the key of the seal lies in hardware."""
    return bool(settings.TWEESPOOR_SEAL_MODULE)


def key() -> "Held":
    """Give the key; raises HardwareError when the hardware, the token or the key is not there, or the PIN is wrong."""
    return Held(_done(_public))


def forget() -> None:
    """Hold no session any more."""
    with _one_at_a_time:
        while _open:
            _, session = _open.pop()
            _quietly(session.close)


class Held:
    """A key in hardware, for whoever signs with a key."""

    def __init__(self, public: ec.EllipticCurvePublicKey) -> None:
        self._public = public

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Give the public key."""
        return self._public

    def sign(self, data: bytes, signature_algorithm: ec.ECDSA) -> bytes:
        """Sign: ECDSA with SHA-256, as DER."""
        del signature_algorithm  # there is one
        digest = hashlib.sha256(data).digest()
        return signing.der(_done(lambda session: _private(session).sign(digest, mechanism=pkcs11.Mechanism.ECDSA)))


def _done(work: Callable[[Any], T]) -> T:
    """Do something with the token, and once more with a new session when the one of before broke."""
    with _one_at_a_time:
        known = bool(_open)
        try:
            return work(_session())
        except _broken() as trouble:
            forget()
            if not known:
                raise HardwareError(f"the hardware of the seal refuses: {type(trouble).__name__}") from None
        try:
            return work(_session())
        except _broken() as trouble:
            forget()
            raise HardwareError(f"the hardware of the seal refuses: {type(trouble).__name__}") from None


def _broken() -> tuple[type[Exception], ...]:
    return (pkcs11.exceptions.PKCS11Error,) if _THERE else ()


def _session() -> Any:  # noqa: ANN401 - a class of a library that may not be here
    chosen = (settings.TWEESPOOR_SEAL_MODULE, *(getattr(settings, name) for name in _NEEDED))
    if _open and _open[0][0] == chosen:
        return _open[0][1]
    forget()
    if not _THERE:
        raise HardwareError("a seal in hardware needs one more package: pip install 'tweespoor[hsm]'")
    missing = [name for name in _NEEDED if not getattr(settings, name)]
    if missing:
        raise HardwareError(f"TWEESPOOR_SEAL_MODULE needs {missing[0]} too")
    pin = _pin(Path(settings.TWEESPOOR_SEAL_PIN))
    try:
        library = pkcs11.lib(settings.TWEESPOOR_SEAL_MODULE)
    except (RuntimeError, OSError):
        raise HardwareError(f"{settings.TWEESPOOR_SEAL_MODULE} is no library of PKCS #11") from None
    session = library.get_token(token_label=settings.TWEESPOOR_SEAL_TOKEN).open(user_pin=pin)
    _open.append((chosen, session))
    return session


def _pin(path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _FOR_OTHERS:
            raise DamagedError(path.name, "mode 0600", f"mode {mode:04o}")
        return path.read_text(encoding="utf-8").strip()
    except OSError as trouble:
        raise HardwareError(f"{path.name} with the PIN cannot be read: {trouble.strerror}") from None


def _private(session: Any) -> Any:  # noqa: ANN401 - as above
    return session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=settings.TWEESPOOR_SEAL_KEY)


def _public(session: Any) -> ec.EllipticCurvePublicKey:  # noqa: ANN401 - as above
    """Read the public key that stands beside the private one, and see that this one is there as well."""
    _private(session)
    found = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=settings.TWEESPOOR_SEAL_KEY)
    return signing.check_public(spelled.encode_ec_public_key(found))


def _quietly(work: Callable[[], object]) -> None:
    try:
        work()
    except _broken():
        pass
