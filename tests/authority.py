"""A time-stamp authority for tests: openssl's own, behind a small server on this machine."""

import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.server import free_port

CONFIGURATION = """\
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
digests = sha256
default_policy = 1.3.6.1.4.1.99999.1
ess_cert_id_alg = sha256
accuracy = secs:1
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[stamps]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


@dataclass
class Authority:
    """Where the authority is asked, its root, and how it behaves: ``answer`` takes the place of a real answer."""

    url: str
    root: Path
    folder: Path
    asked: int = 0
    answer: bytes | None = None
    status: int = 200
    headers: list[str] = field(default_factory=list)


def run(*words: str | Path) -> None:
    """Run openssl, or fail with what it says."""
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """Let an authority answer until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    conf = folder / "openssl.cnf"
    conf.write_text(CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    for name in ("root", "tsa"):
        run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / f"{name}.key")
    run("req", "-new", "-key", folder / "root.key", "-subj", "/CN=root of stamps", "-config", "/dev/null",
        "-out", folder / "root.csr")  # fmt: skip
    run("x509", "-req", "-in", folder / "root.csr", "-signkey", folder / "root.key", "-days", "3650",
        "-extfile", conf, "-extensions", "root", "-out", folder / "root.pem")  # fmt: skip
    run("req", "-new", "-key", folder / "tsa.key", "-subj", "/CN=stamps", "-config", "/dev/null",
        "-out", folder / "tsa.csr")  # fmt: skip
    run("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "root.pem", "-CAkey", folder / "root.key",
        "-CAcreateserial", "-days", "3650", "-extfile", conf, "-extensions", "stamps",
        "-out", folder / "tsa.pem")  # fmt: skip
    port = free_port()
    made = Authority(f"http://127.0.0.1:{port}/tsr", folder / "root.pem", folder)

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.asked += 1
            made.headers.append(str(self.headers))
            (folder / "question").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            content = made.answer
            if content is None:
                run("ts", "-reply", "-config", conf, "-section", "here", "-queryfile", folder / "question",
                    "-out", folder / "answer")  # fmt: skip
                content = (folder / "answer").read_bytes()
            self.send_response(made.status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
