"""The commands by name, and what becomes of mistakes in them."""

import importlib
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import typer

from scotopic.cli import INTERRUPTED
from scotopic.cli.base import app, remark
from scotopic.errors import CardError, ScotopicError, close_word
from scotopic.memory import keep_freed_memory

HOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "acceptance": "acceptance",
        "bounds": "bounds",
        "check": "cards",
        "cuts": "statistics",
        "event": "event",
        "experiments": "cards",
        "export": "export",
        "gallery": "cards",
        "likelihood": "statistics",
        "limit": "limit",
        "new": "cards",
        "plane": "planes",
        "relic": "planes",
        "shower": "production",
        "xsec": "production",
    }
)
"""The module of every command; one that is asked for needs no other."""

GONE: Final[Mapping[tuple[str, ...], str]] = MappingProxyType(
    {
        ("alp",): "'scotopic limit na64e-alp' does that now: 'limit' takes every card",
        ("combine",): "'scotopic limit CARD CARD ...' does that now",
        ("likelihood", "export"): "'scotopic export likelihood CARD' does that now",
        ("target-length",): "'scotopic limit CARD --axis target_length_cm' does that now",
        ("visible",): "'scotopic limit CARD ...' does that now: it takes every card",
    }
)
"""Commands that were there once, and what to do instead."""

_CHOICE = re.compile(r"'([^']*)' is not one of (.*)$")
"""How the parser refuses a word."""

_NUMBER = re.compile(r"Input should be (a valid \w+)")
"""How the parser refuses what is no number."""

USER_ERROR = 2
SYSTEM_ERROR = 1

# What the parser of options raises has no public name in all versions of typer.
_UsageError: type[typer.BadParameter] = typer.BadParameter.__bases__[0]


def run() -> int:
    """Run the command line; a user's mistake becomes one line.

    Returns
    -------
    int
        Exit code.
    """
    keep_freed_memory()
    for words, instead in GONE.items():
        if tuple(sys.argv[1 : 1 + len(words)]) == words:
            remark(f"scotopic: {' '.join(words)}: {instead}")
            return USER_ERROR
    register(sys.argv[1] if len(sys.argv) > 1 else "")
    try:
        return app(standalone_mode=False, prog_name="scotopic") or 0
    except typer.Abort:
        return INTERRUPTED
    except _UsageError as error:
        remark(_described(error))
        return USER_ERROR
    except ScotopicError as error:
        remark(f"scotopic: {_with_command(error)}")
        return USER_ERROR
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        remark(f"scotopic: {place}{error.strerror or error}")
        return SYSTEM_ERROR


def _with_command(error: ScotopicError) -> str:
    """Return what is wrong, and for a card which command names the mistakes that are left out."""
    text = str(error)
    if not isinstance(error, CardError) or len(error.mistakes) < 2:
        return text
    card = next((argument for argument in sys.argv[2:] if text.startswith(f"{argument}: ")), None)
    return text if card is None else f"{text[:-1]}; 'scotopic check {card}' names them)"


def register(command: str) -> None:
    """Import the module of a command; all of them for anything else, which may be a mistake."""
    modules = {HOMES[command]} if command in HOMES else sorted(set(HOMES.values()))
    for module in modules:
        importlib.import_module(f"scotopic.cli.{module}")


def _given(names: Sequence[str]) -> str:
    """Return what stands behind an option, or as an argument, and is no number."""
    pairs = list(pairwise(sys.argv[1:]))
    after = [word for before, word in pairs if before in names]
    free = [w for before, w in pairs if not (before.startswith("-") or w.startswith("-"))]
    wrong = [word for word in after or free if not _is_number(word)]
    return wrong[0] if wrong else "what is given"


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _described(error: typer.BadParameter) -> str:
    """Return a mistake in options as one line; without a command, the help."""
    if error.ctx is not None and error.message == error.ctx.get_help():
        return error.message
    if error.__class__ is typer.BadParameter and error.param is not None:
        name = max(error.param.opts, key=len)
        said = error.message.removeprefix("Value error, ")
        if wanted := _NUMBER.match(said):
            said = f"{_given(error.param.opts)} is not {wanted[1]}"
        text = f"{name}: {said}"
    else:
        text = error.format_message()
        below_zero = next((w for w in sys.argv[2:] if w[:1] == "-" and _is_number(w)), None)
        if below_zero is not None and text.startswith("No such option"):
            text = f"{below_zero}: a number below zero has no place here"
    text = " ".join(text.split()).rstrip(".")
    if (choice := _CHOICE.search(text)) and "did you mean" not in text:
        close = close_word(choice[1], re.findall(r"'([^']+)'", choice[2]))
        text += f"; did you mean '{close}'?" if close else ""
    command = error.ctx.command_path if error.ctx is not None else "scotopic"
    return f"scotopic: {text}; see '{command} --help'"
