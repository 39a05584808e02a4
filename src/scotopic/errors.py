"""The exceptions of the package.

Every error that a user can cause derives from `ScotopicError`; its message is one line that
names the offending value, the allowed ones and, for cards, the key. The command line prints
that line and nothing else.
"""

from collections.abc import Iterable


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

    Examples
    --------
    >>> nearest("leed", ["lead", "iron"])
    "did you mean 'lead'?"
    >>> nearest("x", ["lead", "iron"])
    'known: lead, iron'
    """
    import difflib  # noqa: PLC0415 - only for mistakes

    words = list(known)
    close = difflib.get_close_matches(word, words, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known: {', '.join(words)}"


def one_line(text: str) -> str:
    r"""Write unprintable characters, line ends above all, as escapes.

    Examples
    --------
    >>> one_line("a\nb")
    'a\\nb'
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
