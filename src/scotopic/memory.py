"""Freed memory stays with the process while something is computed.

Numerical work allocates and frees arrays of some 100 kB thousands of times a second. The C library
of Linux hands such memory back to the system at once and asks for it anew, page by page, which
doubles the time.
"""

import ctypes
import sys
from functools import lru_cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_KEPT_BYTES = 64 << 20
_LARGEST_FROM_HEAP = 32 << 20  # the largest value that mallopt takes


@lru_cache(maxsize=1)
def keep_freed_memory() -> bool:
    """Let the C library keep up to 64 MB of freed memory instead of returning it to the system.

    Results do not depend on it.

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
