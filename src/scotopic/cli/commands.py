"""All commands together, and what becomes of mistakes in them."""

import typer

from scotopic.cli import (
    INTERRUPTED,
    cards,
    combination,
    event,
    export,
    limit,
    planes,
    production,
    statistics,
    visible,
)
from scotopic.cli.base import app, remark
from scotopic.errors import ScotopicError

__all__ = [
    "app",
    "cards",
    "combination",
    "event",
    "export",
    "limit",
    "planes",
    "production",
    "run",
    "statistics",
    "visible",
]

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
    try:
        return app(standalone_mode=False, prog_name="scotopic") or 0
    except typer.Abort:
        return INTERRUPTED
    except _UsageError as error:
        remark(_described(error))
        return USER_ERROR
    except ScotopicError as error:
        remark(f"scotopic: {error}")
        return USER_ERROR
    except OSError as error:
        remark(f"scotopic: {error}")
        return SYSTEM_ERROR


def _described(error: typer.BadParameter) -> str:
    """Return a mistake in options as one line; without a command, the help."""
    if error.ctx is not None and error.message == error.ctx.get_help():
        return error.message
    if error.__class__ is typer.BadParameter and error.param is not None:
        name = max(error.param.opts, key=len)
        text = f"{name}: {error.message.removeprefix('Value error, ')}"
    else:
        text = error.format_message()
    text = " ".join(text.split()).rstrip(".")
    command = error.ctx.command_path if error.ctx is not None else "scotopic"
    return f"scotopic: {text}; see '{command} --help'"
