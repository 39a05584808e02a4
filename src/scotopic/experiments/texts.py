"""Texts of cards: what a terminal, a table and a figure can show."""

import re
import unicodedata

from scotopic.experiments.messages import KeyedError, shown

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks without width, which Unicode does not count among the format characters."""

_LINE_ENDS = ("Zl", "Zp")


def legible(text: str) -> str:
    """Return a text; refuse characters that cannot be seen, but for line ends and tabs.

    Control characters speak to the terminal; bidirectional ones and those without width make a
    text look like another.

    Raises
    ------
    KeyedError
        If it has one; with its code and its place.
    """
    for place, character in enumerate(text):
        if character not in "\n\t" and (
            unicodedata.category(character) in ("Cc", "Cf", "Cs", *_LINE_ENDS)
            or character in _INVISIBLE
        ):
            name = unicodedata.name(character, "a control character")
            raise KeyedError(
                (), f"character {place + 1} is U+{ord(character):04X}, {name}; write visible text"
            )
    return text


def one_line_of_figure(text: str) -> str:
    """Return a text; refuse more than one line, and mathematics that no figure can show.

    Raises
    ------
    KeyedError
        If it has a line end or a tab, an odd number of $, or what is between two is no mathtext.
    """
    if "\n" in text or "\t" in text:
        raise KeyedError((), "has a line end or a tab; it must be one line")
    dollars = len(re.findall(r"(?<!\\)\$", text))
    if dollars % 2:
        raise KeyedError((), "has an odd number of $; mathematics is between two, a dollar is \\$")
    if dollars:
        _refuse_bad_mathtext(text)
    return text


def name(text: str) -> str:
    """Return a text; refuse what cannot stand in a path such as `searches[S1].data_sets`.

    Raises
    ------
    KeyedError
        If it has brackets, or blanks at its ends.
    """
    if "[" in text or "]" in text:
        raise KeyedError((), f"{shown(text)} has a bracket; a name has none")
    if text != text.strip():
        raise KeyedError((), f"{shown(text)} begins or ends with a blank")
    return text


def _refuse_bad_mathtext(text: str) -> None:
    from matplotlib.mathtext import MathTextParser  # noqa: PLC0415 - slow, and seldom needed

    try:
        MathTextParser("path").parse(text)
    except ValueError as error:
        what = re.sub(r"^\w+: ", "", str(error).strip().splitlines()[-1])
        raise KeyedError((), f"is no mathtext of matplotlib: {what}") from None
