"""How long it takes to make a contract that everyone signed: its pages set, sealed and kept.

``python -m bench.contract [--people 6] [--times 20] [--keep FOLDER]``.  A conversation in which so many people agreed
is made in a folder of its own; everyone signs with the most strokes that are taken, half of them in English, so that
two PDFs are made.  Measured is all that the server then does: opening the signatures, setting, sealing, writing.
Without a server for time stamps, which is another's time.  With ``--keep`` the last contract is written to a folder,
for a validator of PDF/A.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import house


def _measure(people: int, times: int, keep: Path | None) -> None:
    import django  # noqa: PLC0415 - only once the folder is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - as above

    from tweespoor.casework import (  # noqa: PLC0415 - as above
        binding,
        certifying,
        checklist,
        concluding,
        consenting,
        contracting,
        founding,
        models,
        opening,
    )
    from tweespoor.rules.asking import Answer  # noqa: PLC0415 - as above
    from tweespoor.rules.facts import Children, How, Kind  # noqa: PLC0415 - as above

    for alias in ("default", "keyring"):
        call_command("migrate", database=alias, interactive=False, verbosity=0)
    founding.found(demonstration=True)
    certifying.make_seal("Veilig Thuis Voorbeeldstad")
    anna = models.Staff.objects.create_user("anna", role=models.Role.OFFICER)
    for item in checklist.ITEMS:
        checklist.tick(item, anna)
    hand = tuple(tuple((n * 20 % 1000, (n * 37 + one) % 400) for n in range(25)) for one in range(60))
    took, sizes = [], []
    for _ in range(times):
        conversation = opening.open_conversation(anna, people, Children.NONE)
        seats = [consenting.take_seat(conversation, Kind.ADULT) for _ in range(people - 1)]
        for seat in seats:
            consenting.answer(conversation, seat, Answer.YES, How.OWN_PHONE)
        contracting.offer(conversation)
        row = models.Contract.objects.get(conversation=conversation)
        signers: tuple[int | None, ...] = (None, *seats)
        for number, signer in enumerate(signers):
            language = "en" if number % 2 else "nl"
            contracting.sign(conversation, signer, row.sha256, hand, way=binding.Way.PHONE, language=language)
        begin = time.perf_counter()
        concluding.conclude_due()
        took.append((time.perf_counter() - begin) * 1000)
        sizes += list(row.files.values_list("size", flat=True))
    if keep is not None:
        for kept in models.ContractFile.objects.order_by("pk"):  # of the last one, which comes last
            (keep / f"contract-{kept.kind}.pdf").write_bytes(binding.opened(kept))
    sys.stdout.write(json.dumps({"took": took, "sizes": sizes}))


def main() -> None:
    """Measure, and print a row."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=6)
    options.add_argument("--times", type=int, default=20)
    options.add_argument("--keep", type=Path)
    options.add_argument("--inside", action="store_true")
    given = options.parse_args()
    if given.inside:
        _measure(given.people, given.times, given.keep)
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.contract", "--inside"]
        command += ["--people", str(given.people), "--times", str(given.times)]
        command += ["--keep", str(given.keep.resolve())] if given.keep else []
        done = subprocess.run(
            command, env=house.environment(Path(folder)), cwd=house.ROOT, check=True, stdout=subprocess.PIPE, text=True
        )
    told = json.loads(done.stdout)
    took = sorted(told["took"])
    last = took[min(len(took) - 1, round(len(took) * 0.95))]
    sys.stdout.write(
        f"{given.people} people, {len(took)} contracts in two languages: p50 {statistics.median(took):.0f} ms, "
        f"p95 {last:.0f} ms, most {took[-1]:.0f} ms; a PDF is {max(told['sizes']) / 1000:.0f} kB at most; "
        f"load {os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    main()
