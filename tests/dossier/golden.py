"""The worked example: writes the bundle that every later version must verify, and tells its values for the format.

``python -m tests.dossier.golden`` is run once for a version of the format, and never again for it: what was written
then is what must be read now.
"""

import hashlib
import json
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.dossier import stories

from tweespoor.dossier import members

VECTORS = Path(__file__).parents[1] / "vectors"
BUNDLE = VECTORS / "bundle-1.zip"
RECEIPT = VECTORS / "bundle-1.receipt"
ROOTS = (VECTORS / "bundle-1-root.pem", VECTORS / "bundle-1-clock.pem")


def write() -> None:
    """Write bundle, receipt and roots."""
    VECTORS.mkdir(exist_ok=True)
    story = stories.true_story()
    story.page = b"<!doctype html><title>Bewijsmap</title><p>tweespoor verify</p>\n"
    story.build(BUNDLE)
    RECEIPT.write_bytes(story.receipt() + b"\n")
    for path, root in zip(ROOTS, story.roots(), strict=True):
        path.write_bytes(x509.load_der_x509_certificate(root).public_bytes(Encoding.PEM))


def values(files: dict[str, bytes]) -> dict[str, str]:
    """Work out the values of the example from its bytes, by the format alone."""
    lines = files[members.JOURNAL].splitlines()
    fact = json.loads(lines[0])["fact"]
    rows = [name for name in files if name.endswith("chunks.jsonl")]
    track = rows[0].split("/")[2]
    row = json.loads(files[rows[0]].splitlines()[0])
    body = files[rows[0].replace("chunks.jsonl", "chunks.bin")][: row["length"]]
    salt = next(json.loads(line)["salt"] for line in files[members.DISCLOSURES].splitlines())
    leaf = hashlib.sha256(bytes.fromhex(salt) + bytes(4) + body).digest()
    begin = hashlib.sha256(b"tweespoor/track/1" + bytes.fromhex(track)).digest()
    place = b"".join(
        value.to_bytes(size, "big")
        for value, size in (
            (0, 4), (row["epoch"], 2), (row["position"], 8), (row["samples"], 4), (row["begin_ms"], 8),
            (row["end_ms"], 8), (row["device_clock"], 1),
        )
    )  # fmt: skip
    times = hashlib.sha256(b"tweespoor/times/1" + bytes.fromhex(track)).digest()
    statement = json.loads(files[members.CHECKPOINTS].splitlines()[0])
    del statement["signature"]
    return {
        "conversation": fact["conversation"],
        "`previous` of line 0": hashlib.sha256(b"tweespoor/journal/1" + fact["conversation"].encode()).hexdigest(),
        "line 0": lines[0].decode(),
        "its hash": hashlib.sha256(b"tweespoor/journal/1" + lines[0]).hexdigest(),
        "track": track,
        "salt": salt,
        "body(0)": body.hex(),
        "leaf(0)": leaf.hex(),
        "head(-1)": begin.hex(),
        "head(0)": hashlib.sha256(begin + leaf).hexdigest(),
        "place(0)": place.hex(),
        "times(0)": hashlib.sha256(times + place).hexdigest(),
        "first checkpoint, as signed": "tweespoor/checkpoint/1"
        + json.dumps(statement, separators=(",", ":"), sort_keys=True),
    }


def table(files: dict[str, bytes]) -> str:
    """Write the values as the format shows them."""
    return "| what | value |\n|---|---|\n" + "\n".join(
        f"| {name} | `{value}` |" for name, value in values(files).items()
    )


if __name__ == "__main__":
    write()
    sys.stdout.write(table(stories.unpacked(BUNDLE)) + "\n")
