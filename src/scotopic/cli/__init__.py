"""The command line: the public functions, from the shell.

A mistake of the user's ends with one line on the error stream and exit code 2; results go to the
output stream, progress and remarks to the error stream, and progress only if that is a terminal.
Every module holds the commands of one subject, and registers them with `base.app` when it is
imported.
"""

import _thread
import gc
import sys
import threading

__all__ = ["main"]

_OBJECTS = 100_000  # made, and not freed, before Python looks for cycles among them

_SOON_S = 0.01

INTERRUPTED = 130
"""Exit code of a program that Ctrl-C ended, as shells know it."""


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    gc.set_threshold(
        _OBJECTS
    )  # imports and models are no garbage: looking for it takes 5 % of a run
    sys.unraisablehook = _interrupt_again
    try:
        from scotopic.cli.commands import run  # noqa: PLC0415 - Ctrl-C may come during imports

        code = run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def _interrupt_again(swallowed: "sys.UnraisableHookArgs") -> None:
    """Repeat a Ctrl-C that came while Python ran what may not fail, as finalizers do."""
    if isinstance(swallowed.exc_value, KeyboardInterrupt):
        threading.Timer(_SOON_S, _thread.interrupt_main).start()  # at once is still in there
    else:
        sys.__unraisablehook__(swallowed)
