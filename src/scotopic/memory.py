"""What computing wants of memory: what is freed stays, and nothing looks for garbage.

Numerical work allocates and frees arrays of some 100 kB thousands of times a second. The C library
of Linux hands such memory back to the system at once and asks for it anew, page by page, which
doubles the time. Planes make tens of thousands of models, through which Python's search for cycles
goes again and again.
"""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_KEPT_BYTES = 64 << 20
_LARGEST_FROM_HEAP = 32 << 20  # the largest value that mallopt takes


def keep_freed_memory() -> bool:
    """Let the C library keep up to 64 MB of freed memory instead of returning it to the system.

    Results do not depend on it. It is for processes of our own: it holds for all that runs there.

    Returns
    -------
    bool
        Whether it could be arranged: with glibc only.

    Notes
    -----
    mallopt(3), M_TRIM_THRESHOLD and M_MMAP_THRESHOLD.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES) and mallopt(_MMAP_THRESHOLD, _LARGEST_FROM_HEAP)
    )


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Make many objects that are no garbage, without a search among them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
