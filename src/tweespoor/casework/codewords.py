"""What somebody listens back with: a code that cannot be guessed, and a word of one's own; how both are read.

A code is 90 random bits in Crockford's base 32: no letter looks like another, and what is mistaken for one (O, I, L)
is read as it.  A word may be written in any script and any way that looks the same (Unicode NFKC, case folded).
"""

import hashlib
import secrets
import unicodedata
from typing import Final

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS: Final = 6
GROUP: Final = 3
LEAST, MOST = 4, 64
"""How long a word is, in characters, once it is read."""
LONGEST_TYPED: Final = 200

_LOOKS_LIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NOT_SEEN: Final = frozenset({"Cc", "Cf", "Cs"})
_STYLES: Final = frozenset({"\ufe0e", "\ufe0f"})  # how a sign is drawn: a keyboard adds them or does not


def fresh() -> str:
    """Make a code, in six groups of three.

    >>> len(fresh().replace(" ", "")) * 5
    90
    """
    drawn = "".join(secrets.choice(LETTERS) for _ in range(GROUPS * GROUP))
    return " ".join(drawn[at : at + GROUP] for at in range(0, len(drawn), GROUP))


def read_code(typed: str) -> str:
    """Read a code as somebody types it: small letters, other figures, spaces or dashes; empty when it is none.

    >>> read_code("7k2-m9q x4d oil 000 zzz")
    '7K2M9QX4D011000ZZZ'
    >>> read_code("seven"), read_code("U" * 18)
    ('', '')
    """
    wide = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).upper()
    figures = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in wide)
    code = "".join(sign for sign in figures if sign.isalnum()).translate(_LOOKS_LIKE)
    return code if len(code) == GROUPS * GROUP and set(code) <= set(LETTERS) else ""


def read_word(typed: str) -> str:
    """Read a word as it counts, whatever its capitals, spaces and invisible signs; empty when none is left.

    >>> read_word("  Blauwe   VIS ") == read_word("blauwe vis") == "blauwe vis"
    True
    >>> read_word("ﬁets") == read_word("fiets"), read_word("Straße") == read_word("STRASSE")
    (True, True)
    """
    seen = "".join(
        sign if unicodedata.category(sign) not in _NOT_SEEN else " " * sign.isspace()
        for sign in typed
        if sign not in _STYLES
    )
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return " ".join(folded.split())


def is_word(typed: str) -> bool:
    """Tell whether somebody may choose this word: neither too short nor too long.

    >>> is_word("vis"), is_word("blauwe vis"), is_word("x" * 65)
    (False, True, False)
    """
    return len(typed) <= LONGEST_TYPED and LEAST <= len(read_word(typed)) <= MOST


def fingerprint(secret: str) -> str:
    """Give what we keep of a code or token."""
    return hashlib.sha256(secret.encode()).hexdigest()
