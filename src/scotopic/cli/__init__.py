"""The command line: the public functions, from the shell.

A mistake of the user's ends with one line on the error stream and exit code 2; results go to the
output stream, progress and remarks to the error stream, and progress only if that is a terminal.
Every module holds the commands of one subject, and registers them with `app` when it is imported.
"""

import sys

from scotopic.cli import (
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
    "main",
    "planes",
    "production",
    "statistics",
    "visible",
]

USER_ERROR = 2


def main() -> None:
    """Run the command line; a user's mistake becomes one line and exit code 2."""
    try:
        app()
    except ScotopicError as error:
        remark(f"scotopic: {error}")
        sys.exit(USER_ERROR)
    except OSError as error:
        remark(f"scotopic: {error}")
        sys.exit(1)
