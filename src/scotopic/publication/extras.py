"""Libraries that only publications need."""

from importlib.util import find_spec

from scotopic.errors import ScotopicError


def required(*modules: str) -> None:
    """Refuse to go on without some libraries.

    Raises
    ------
    ScotopicError
        Naming the extra that installs them.
    """
    for module in modules:
        if find_spec(module) is None:
            raise ScotopicError(
                f"{module} is not installed; pip install 'scotopic[publication]' adds it"
            )
