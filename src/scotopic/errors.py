"""The exceptions of the package.

Every error that a user can cause derives from `ScotopicError`; its message is one line that
names the offending value, the allowed ones and, for cards, the key. The command line prints
that line and nothing else.
"""

from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 60  # characters of a word that a message shows

_BLANKS: Final = str.maketrans({"-": " ", "_": " ", "'": None})


class ScotopicError(Exception):
    """Base class of everything the package raises on purpose."""


class CardError(ScotopicError, ValueError):
    """A card that cannot be read or describes something impossible.

    Parameters
    ----------
    *mistakes : str
        One line for each; the text of the error is the first one, and how many there are.
    """

    def __init__(self, *mistakes: str) -> None:
        self.mistakes = mistakes
        rest = len(mistakes) - 1
        more = f" (and {rest} more error{'s' if rest > 1 else ''})" if rest else ""
        super().__init__(mistakes[0] + more)


class RangeError(ScotopicError, ValueError):
    """A value outside the range in which a formula, model or table holds."""


class StoppedError(ScotopicError):
    """A computation that something from outside ended; started again, it goes on from there."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Suggest the known word nearest to an unknown one, or list them all.

    Letters may be large or small, and what else people write for a word is in `OTHER_WORDS`.

    Examples
    --------
    >>> nearest("leed", ["lead", "iron"])
    "did you mean 'lead'?"
    >>> nearest("PbWO4", ["lead", "lead tungstate"])
    "did you mean 'lead tungstate'?"
    >>> nearest("x", ["lead", "iron"])
    'known: lead, iron'
    """
    words = list(known)
    close = close_word(word, words)
    return f"did you mean '{close}'?" if close else f"known: {', '.join(words)}"


def not_one_of(word: str, known: Iterable[str]) -> str:
    """Say that a word is none of the known ones, and which of them may be meant.

    Examples
    --------
    >>> not_one_of("Majorana", ["dirac", "majorana"])
    "'Majorana' is not one of dirac, majorana; did you mean 'majorana'?"
    """
    words = list(known)
    close = close_word(word, words)
    hint = f"; did you mean '{close}'?" if close else ""
    return f"{quoted(word)} is not one of {', '.join(words)}{hint}"


def close_word(word: str, known: Iterable[str]) -> str | None:
    """Return the known word nearest to an unknown one; None if none is near.

    Examples
    --------
    >>> close_word("delta", ["mass_ratio", "splitting"]), close_word("zzz", ["splitting"])
    ('splitting', None)
    """
    import difflib  # noqa: PLC0415 - only for mistakes

    from scotopic.words import OTHER_WORDS  # noqa: PLC0415

    words = {_plain(one): one for one in known}
    plain = _plain(word)
    if plain not in words:
        others = (_plain(one) for one in OTHER_WORDS.get(plain, ()))
        near = difflib.get_close_matches(plain, words, n=1)
        plain = next((one for one in others if one in words), near[0] if near else "")
    return words.get(plain)


def _plain(word: str) -> str:
    """Return a word in small letters, blanks for hyphens and underscores, no primes."""
    return " ".join(word.lower().translate(_BLANKS).split()) or word


def quoted(word: str) -> str:
    """Return a word in quotes, shortened if it is long.

    Examples
    --------
    >>> quoted("lead"), len(quoted("a" * 1000))
    ("'lead'", 60)
    """
    text = repr(word)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def one_line(text: str) -> str:
    r"""Write unprintable characters, line ends above all, as escapes.

    Examples
    --------
    >>> one_line("a\nb")
    'a\\nb'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
