"""Signatures: what is right, and that nothing else is."""

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tweespoor.errors import DamagedError
from tweespoor.seal import signing

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

# RFC 6979, A.2.5: P-256, SHA-256.
X = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
Y = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
PUBLISHED = (
    (
        b"sample",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
    (
        b"test",
        "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
        "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
    ),
)


@pytest.mark.parametrize(("content", "r", "s"), PUBLISHED)
def test_published_signatures_are_right(content: bytes, r: str, s: str) -> None:
    key = ec.EllipticCurvePublicNumbers(int(X, 16), int(Y, 16), ec.SECP256R1()).public_key()
    spelled = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    signature = bytes.fromhex(r + s)
    assert signing.is_right(spelled, content, signature)
    assert not signing.is_right(spelled, content + b".", signature)
    assert signing.raw(signing.der(signature)) == signature


def test_what_is_stated_is_part_of_what_is_signed() -> None:
    private = signing.make()
    key = signing.public(private)
    signed = signing.sign(private, "receipt", b'{"head":"00"}')
    assert signing.verify(key, "receipt", b'{"head":"00"}', signed)
    assert not signing.verify(key, "checkpoint", b'{"head":"00"}', signed)
    assert not signing.verify(key, "receipt", b'{"head":"01"}', signed)
    assert not signing.verify(signing.public(signing.make()), "receipt", b'{"head":"00"}', signed)
    for what in ("", "Receipt", "receipt/2", "re ceipt", "receipt-"):
        with pytest.raises(ValueError, match="small letters"):
            signing.message(what, b"{}")


def test_no_bit_of_a_signature_may_differ() -> None:
    private = signing.make()
    key = signing.public(private)
    signed = signing.sign(private, "receipt", b"{}")
    for bit in range(len(signed) * 8):
        changed = bytearray(signed)
        changed[bit // 8] ^= 1 << bit % 8
        assert not signing.verify(key, "receipt", b"{}", bytes(changed))
    for bit in range(len(key) * 8):
        other = bytearray(key)
        other[bit // 8] ^= 1 << bit % 8
        assert not signing.verify(bytes(other), "receipt", b"{}", signed)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        bytes(63),
        bytes(64),
        bytes(65),
        bytes(32) + b"\1" * 32,
        b"\1" * 32 + bytes(32),
        ORDER.to_bytes(32, "big") * 2,
        b"\xff" * 64,
    ],
)
def test_a_signature_that_cannot_be_is_not_right(signature: bytes) -> None:
    assert not signing.verify(signing.public(signing.make()), "receipt", b"{}", signature)


def test_a_signature_has_a_second_spelling_and_names_nothing() -> None:
    """ECDSA is malleable: (r, n - s) is right too, so nothing may take a signature for an identifier."""
    private = signing.make()
    signed = signing.sign(private, "receipt", b"{}")
    other = signed[:32] + (ORDER - int.from_bytes(signed[32:], "big")).to_bytes(32, "big")
    assert other != signed
    assert signing.verify(signing.public(private), "receipt", b"{}", other)


def test_a_key_is_read_in_one_spelling_only() -> None:
    key = signing.public(signing.make())
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key[-65:])
    short = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
    beside = key[:-1] + bytes([key[-1] ^ 1])
    other_curve = ec.generate_private_key(ec.SECP384R1()).public_key()
    for bad in (
        b"",
        key + b"\0",
        key[:-1],
        key[:26] + short,
        key[:27] + bytes(64),
        beside,
        other_curve.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
    ):
        with pytest.raises(DamagedError):
            signing.check_public(bad)


def test_a_private_key_comes_back() -> None:
    private = signing.make()
    again = signing.unpack(signing.pack(private))
    assert signing.public(again) == signing.public(private)
    rsa_key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for bad in (b"", b"x" * 138, signing.pack(private)[:-1], rsa_key):
        with pytest.raises(DamagedError):
            signing.unpack(bad)


@pytest.mark.parametrize(
    ("x", "y"), [("", ""), ("A", "B"), ("=" * 43, "A" * 43), ("A" * 43, "A" * 42 + "B"), ("é", "")]
)
def test_a_web_key_that_is_none_is_refused(x: str, y: str) -> None:
    with pytest.raises(DamagedError):
        signing.of_jwk(x, y)


def test_openssl_finds_them_right_too(tmp_path: Path) -> None:
    private = signing.make()
    (tmp_path / "key").write_bytes(signing.public(private))
    (tmp_path / "signed").write_bytes(signing.message("receipt", b"{}"))
    (tmp_path / "signature").write_bytes(signing.der(signing.sign(private, "receipt", b"{}")))
    command = ["openssl", "dgst", "-sha256", "-verify", "key", "-keyform", "DER", "-signature", "signature", "signed"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
