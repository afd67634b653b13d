"""Asks a time-stamp authority to say when something was there (RFC 3161).

The authority sees a hash and nothing else.  What it answers is held against the question: granted, this hash, this
nonce, one signer whose certificate goes along.  Whether the authority is to be trusted is for who checks the token,
with a root of their own.  The connection has a time limit for each step and one for the whole.
"""

import base64
import http.client
import secrets
import ssl
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from urllib.parse import unquote, urlsplit

from asn1crypto import algos, cms, tsp
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper

from tweespoor.errors import TweespoorError

STEP_S: Final = 5.0
LARGEST: Final = 64 * 1024
_ROOM: Final = 32_768  # hexadecimal digits that are kept free for a token in a PDF
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")


class StampError(TweespoorError):
    """The authority did not give a time stamp; the message says why, for who runs the server."""


def is_configured() -> bool:
    """Tell whether there is an authority to ask."""
    return bool(settings.TWEESPOOR_TSA)


def stamp(message_sha256: bytes) -> bytes | None:
    """Give a time-stamp token (DER) over a SHA-256; None where no authority is configured; raises StampError."""
    if not is_configured():
        return None
    nonce = int.from_bytes(b"\x01" + secrets.token_bytes(8), "big")
    imprint = {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": message_sha256}
    question = tsp.TimeStampReq(
        {"version": 1, "message_imprint": tsp.MessageImprint(imprint), "nonce": nonce, "cert_req": True}
    )
    token: bytes = _token(_ask(question.dump()), message_sha256, nonce).dump()
    return token


def stamp_pdf(pdf: bytes) -> bytes:
    """Add a time stamp over a whole PDF behind it (document time stamp, EN 319 142-1, 5.4.3); raises StampError."""
    if not is_configured():
        raise StampError("no time-stamp authority is configured")
    out = BytesIO()
    PdfTimeStamper(_Asking()).timestamp_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), "sha256", bytes_reserved=_ROOM, output=out
    )
    return out.getvalue()


class _Asking(TimeStamper):
    """Lets a PDF be stamped through the one way by which an authority is asked here."""

    def __init__(self) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        if md_algorithm != "sha256":
            raise StampError("only SHA-256 is stamped here")
        return cms.ContentInfo.load(stamp(message_digest) or b"")


@dataclass(frozen=True, slots=True)
class _Authority:
    host: str
    port: int | None
    path: str
    headers: dict[str, str]
    safe: bool


def _authority() -> _Authority:
    where = urlsplit(settings.TWEESPOOR_TSA)
    host = where.hostname or ""
    if where.scheme not in {"http", "https"} or not host:
        raise StampError("TWEESPOOR_TSA must be an address that begins with https:// or http://")
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    if where.username:
        if where.scheme == "http" and host not in _LOCAL:
            raise StampError("TWEESPOOR_TSA holds a password and does not begin with https://")
        name = f"{unquote(where.username)}:{unquote(where.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(name.encode()).decode()}"
    path = f"{where.path or '/'}{f'?{where.query}' if where.query else ''}"
    return _Authority(host, where.port, path, headers, where.scheme == "https")


def _ask(question: bytes) -> bytes:
    to = _authority()
    connection = (
        http.client.HTTPSConnection(to.host, to.port, timeout=STEP_S, context=ssl.create_default_context())
        if to.safe
        else http.client.HTTPConnection(to.host, to.port, timeout=STEP_S)
    )
    try:
        connection.request("POST", to.path, question, to.headers)
        response = connection.getresponse()
        answer = response.read(LARGEST + 1)
    except (OSError, http.client.HTTPException) as error:
        raise StampError(f"the time-stamp authority does not answer ({type(error).__name__})") from error
    finally:
        connection.close()
    if response.status != http.client.OK or len(answer) > LARGEST:
        raise StampError(f"the time-stamp authority answers with status {response.status}, {len(answer)} bytes")
    return answer


def _token(answer: bytes, message_sha256: bytes, nonce: int) -> cms.ContentInfo:
    """Take the token out of an answer, when it answers our question."""
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        status = response["status"]["status"].native
        if status not in {"granted", "granted_with_mods"}:
            raise StampError(f"the time-stamp authority refuses: {status}")
        token = response["time_stamp_token"]
        signed = token["content"]
        told = signed["encap_content_info"]["content"].parsed
        imprint = told["message_imprint"]
        fits = (
            imprint["hash_algorithm"]["algorithm"].native == "sha256"
            and imprint["hashed_message"].native == message_sha256
            and told["nonce"].native == nonce
            and len(signed["signer_infos"]) == 1
            and len(signed["certificates"]) >= 1
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # A refusal too: it holds no token, and asn1crypto asks for one.
        raise StampError("the time-stamp authority refuses, or answers with something that is no token") from error
    if not fits:
        raise StampError("the time-stamp authority answers another question than ours")
    return token
