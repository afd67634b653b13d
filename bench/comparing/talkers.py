"""Who talks, and what is said: dry speech that is never used twice in one conversation.

Synthetic voices say sentences drawn from a list of words, each text once.  With a folder of real speech, each of its
files is one more talker, cut into utterances at its quiet places; a file named ``noise…`` or ``rir…`` is no talker
(`rooms`).  The same utterance twice would be a true repeat in an honest recording, and count as a false alarm.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from tweespoor.sound import container, voices

Samples = NDArray[np.float32]
RATE: Final = 16_000
FRAME: Final = RATE // 100
LEVEL: Final = 0.1
VOICES: Final = ("nl+f3", "nl+m3", "nl+f5", "nl+m1", "nl+m7", "en+f2", "en+m7", "en-us+f4", "nl+f1", "en+m4")
SOUNDS: Final = frozenset((".flac", ".wav", ".ogg", ".mp3", ".m4a"))
NO_TALKERS: Final = ("noise", "rir")

_DUTCH: Final = (
    "we hebben gisteren samen gegeten aan de tafel en daarna ging hij naar buiten maar ik wilde dat niet want het was "
    "laat thuis school werk moeder vader broer zus oma zaterdag morgen vroeg boodschappen winkel praten luisteren boos "
    "blij rustig kamer slapen telefoon afspraak begrijpen misschien altijd nooit vaak soms goed moeilijk samen jullie "
    "kinderen huiswerk fiets regen zomer verhuis dokter buurvrouw sleutel eerlijk vertellen vergeten onthouden brief "
    "vergadering helpen wachten koken stil geluid raam deur trap tuin hond kat zondag maandag dinsdag eerder precies "
    "gewoon alleen iedereen niemand ergens opnieuw voorstel plan week maand jaar verjaardag zwemmen voetbal juf meester"
)
_ENGLISH: Final = (
    "we had dinner together yesterday and after that he went outside but I did not want it because late home school "
    "work mother father brother sister Saturday morning early shopping talk listen angry happy quiet room sleep phone "
    "appointment understand maybe always never often sometimes good difficult children homework bicycle rain summer "
    "moving doctor neighbour key honest tell forget remember letter meeting help wait cook sound window door stairs "
    "garden dog cat Sunday Monday really exactly only everyone nobody somewhere again plan week month year birthday"
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of speech: at which sample it begins, which of the talkers says it, and how it sounds dry."""

    at: int
    who: int
    sound: Samples


def level(sound: Samples) -> Samples:
    """Bring the speech in a sound to the common level."""
    active = sound[np.abs(sound) > 0.2 * sound.std()]
    return (sound * (LEVEL / (active.std() + 1e-9))).astype(np.float32) if active.size else sound


def speaks(rng: np.random.Generator, voice: str) -> Iterator[Samples]:
    """Give sentences of a synthetic voice without end, each text once."""
    words = (_DUTCH if voice.startswith("nl") else _ENGLISH).split()
    said: set[str] = set()
    while True:
        text = " ".join(rng.choice(words, rng.integers(3, 14)))
        if text in said:
            continue
        said.add(text)
        sound = voices.say(text, voice, int(rng.integers(135, 195)))
        yield level(resample_poly(sound, 1, voices.RATE // RATE).astype(np.float32))


@cache
def recorded(folder: Path) -> tuple[tuple[Samples, ...], ...]:
    """Give for each file of real speech in a folder its utterances of 1.5 to 5 s, cut where it is quietest."""
    files = [one for one in sorted(folder.iterdir()) if one.suffix in SOUNDS and not one.name.startswith(NO_TALKERS)]
    talkers = (tuple(_cut(level(np.concatenate(list(container.decode(file, RATE)))))) for file in files)
    return tuple(one for one in talkers if one)


def _cut(sound: Samples) -> Iterator[Samples]:
    """Cut real speech into utterances, each faded in and out over 10 ms."""
    hop, at = FRAME, 0
    power = np.square(sound[: len(sound) // hop * hop].reshape(-1, hop)).mean(axis=1)
    smooth = np.convolve(power, np.ones(8) / 8, "same")
    while at + 150 < len(power):
        until = at + 150 + int(np.argmin(smooth[at + 150 : at + 500]))
        piece = sound[at * hop : until * hop].copy()
        piece[:hop] *= np.linspace(0, 1, hop, dtype=np.float32)
        piece[-hop:] *= np.linspace(1, 0, hop, dtype=np.float32)
        if np.abs(piece).max() > LEVEL:
            yield piece
        at = until


def gather(rng: np.random.Generator, speech: Path | None) -> list[Iterator[Samples]]:
    """Choose the three talkers of a conversation; one of them at least is a synthetic voice, for it never runs out."""
    chosen = [speaks(rng, str(voice)) for voice in rng.choice(VOICES, 3, replace=False)]
    if speech is not None:
        real = recorded(speech)
        for place in range(2):
            if rng.random() < 0.7:
                said = real[int(rng.integers(len(real)))]
                chosen[place] = iter([said[n] for n in rng.permutation(len(said))])
    return chosen


def converse(rng: np.random.Generator, talkers: Sequence[Iterator[Samples]], seconds: float) -> list[Utterance]:
    """Let talkers talk for a while, at times through each other, at times after a long silence."""
    said: list[Utterance] = []
    now = 0.3
    open_ = list(range(len(talkers)))
    while True:
        who = int(rng.choice(open_))
        sound = next(talkers[who], None)
        if sound is None:
            open_.remove(who)
            continue
        at = round(max(0.0, now) * RATE)
        if at + len(sound) >= seconds * RATE:
            return said
        said.append(Utterance(at, who, (sound * rng.uniform(0.6, 1.5)).astype(np.float32)))
        now += len(sound) / RATE + _gap(rng)


def _gap(rng: np.random.Generator) -> float:
    """Draw how long nobody speaks, or for how long two do (below zero)."""
    kind = rng.random()
    if kind < 0.54:
        return float(rng.uniform(0.05, 0.4))
    if kind < 0.83:
        return float(rng.uniform(0.4, 1.5))
    return float(rng.uniform(-0.4, 0.0)) if kind < 0.98 else float(rng.uniform(1.5, 6.0))
