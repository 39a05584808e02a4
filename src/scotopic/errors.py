"""The exceptions of the package.

Every error that a user can cause derives from `ScotopicError`; its message is one line that
names the offending value, the allowed ones and, for cards, the key. The command line prints
that line and nothing else.
"""


class ScotopicError(Exception):
    """Base class of everything the package raises on purpose."""


class CardError(ScotopicError, ValueError):
    """A card that cannot be read or describes something impossible."""


class RangeError(ScotopicError, ValueError):
    """A value outside the range in which a formula, model or table holds."""


class StoppedError(ScotopicError):
    """A computation that something from outside ended; started again, it goes on from there."""
