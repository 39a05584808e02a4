"""How a long computation says how far it is, without knowing who listens."""

from collections.abc import Callable

Report = Callable[[str, int, int], None]
"""Is called with what is being computed, the steps done and the steps in all."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Listen to nothing."""
