"""How a long computation says how far it is, without knowing who listens."""

import importlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

Report = Callable[[str, int, int], None]
"""Is called with what is being computed, the steps done and the steps in all."""

_PATIENCE_S: Final = 0.5  # what takes less needs no bar
_EVERY_S: Final = 0.1
_shows: ContextVar[bool] = ContextVar("shows", default=False)


def silent(_what: str, _done: int, _total: int) -> None:
    """Listen to nothing."""


@contextmanager
def heard(report: Report | None) -> Iterator[Report]:
    """Give a computation somebody who listens, as long as it runs.

    Parameters
    ----------
    report : callable or None
        Who listens. None is a bar in a notebook, and nobody elsewhere.

    Notes
    -----
    A bar appears when a computation takes half a second, and goes with its end. A computation that
    is part of another has none of its own.
    """
    display = None if report is not None or _shows.get() else _notebook()
    if display is None:
        yield report or silent
        return
    bar = _Bar(display)
    within = _shows.set(True)
    try:
        yield bar
    finally:
        _shows.reset(within)
        bar.remove()


def _notebook() -> Callable[..., Any] | None:
    """Return what displays something in the notebook in which Python runs, if it does."""
    shell = sys.modules.get("IPython")
    if shell is None or not hasattr(shell.get_ipython(), "kernel"):
        return None
    found: Callable[..., Any] = importlib.import_module("IPython.display").display
    return found


class _Bar:
    """A bar in a notebook."""

    def __init__(self, display: Callable[..., Any]) -> None:
        self._display = display
        self._handle: Any = None
        self._next = time.monotonic() + _PATIENCE_S

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how far it is, if the last time is long enough ago."""
        from html import escape  # noqa: PLC0415 - for notebooks alone

        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY_S
        bar = f"<progress value={done} max={max(total, 1)}></progress>"
        self._show(f"<div>{bar} {escape(what)}: {done} of {total}</div>")

    def remove(self) -> None:
        """Leave nothing behind."""
        if self._handle is not None:
            self._show("")

    def _show(self, html: str) -> None:
        content = {"text/html": html, "text/plain": ""}
        if self._handle is None:
            self._handle = self._display(content, raw=True, display_id=True)
        else:
            self._handle.update(content, raw=True)
