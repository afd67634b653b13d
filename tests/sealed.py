"""What others say of our seals: pyHanko of a PDF, and openssl of the bytes that its signature covers."""

import re
import subprocess
from io import BytesIO
from pathlib import Path

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from tweespoor.casework import certifying

_RANGE = re.compile(rb"/ByteRange \[ *(\d+) +(\d+) +(\d+) +(\d+) *\]")


def root() -> bytes:
    """Give our root (DER)."""
    return certifying.certificates()[-1]


def status(pdf: bytes) -> PdfSignatureStatus:
    """Let pyHanko judge the seal of a PDF, with our root alone to trust."""
    signature = PdfFileReader(BytesIO(pdf)).embedded_regular_signatures[0]
    context = ValidationContext(trust_roots=[x509.Certificate.load(root())], allow_fetching=False)
    return validate_pdf_signature(signature, context)


def is_whole(pdf: bytes) -> bool:
    """Tell whether pyHanko finds the seal right, trusted, and over the whole file."""
    told = status(pdf)
    return bool(told.bottom_line) and told.coverage is SignatureCoverageLevel.ENTIRE_FILE


def timestamps(pdf: bytes, trusted: bytes) -> list[bool]:
    """Let pyHanko judge every time stamp behind a PDF, with one root (DER) to trust."""
    context = ValidationContext(trust_roots=[x509.Certificate.load(trusted)], allow_fetching=False)
    found = PdfFileReader(BytesIO(pdf)).embedded_timestamp_signatures
    judged = [validate_pdf_timestamp(one, context) for one in found]
    return [one.intact and one.valid and one.trusted for one in judged]


def openssl_accepts(pdf: bytes, folder: Path) -> bool:
    """Let openssl judge the first signature over exactly the bytes that it says it covers."""
    told = _RANGE.search(pdf)
    assert told is not None
    begin, length, behind, rest = map(int, told.groups())
    signature = bytes.fromhex(pdf[begin + length + 1 : behind - 1].decode())
    return cms_accepts(signature, pdf[begin : begin + length] + pdf[behind : behind + rest], folder)


def cms_accepts(signature: bytes, content: bytes, folder: Path) -> bool:
    """Let openssl judge a CAdES signature over content, with our root alone to trust."""
    (folder / "signature.p7s").write_bytes(signature)
    (folder / "content").write_bytes(content)
    (folder / "root.der").write_bytes(root())
    _run("x509", "-inform", "DER", "-in", folder / "root.der", "-out", folder / "root.pem")
    return _run(
        "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", folder / "signature.p7s",
        "-content", folder / "content", "-CAfile", folder / "root.pem", "-out", "/dev/null",
    )  # fmt: skip


def _run(*words: str | Path) -> bool:
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, check=False).returncode == 0


def attached(pdf: bytes) -> dict[str, bytes]:
    """Give the files that lie in a PDF, by name."""
    listed = PdfFileReader(BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    return {str(listed[at]): bytes(listed[at + 1]["/EF"]["/F"].data) for at in range(0, len(listed), 2)}
