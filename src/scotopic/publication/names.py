"""Names of files and tables: plain, unique, and not too long."""

import re
from typing import Final

LONGEST: Final = 64
"""Characters that HEPData allows in the name of a table."""


def file_name(text: str) -> str:
    """Return a text as part of a file's name.

    Examples
    --------
    >>> file_name("VETO < 5 MeV, e+/e-")
    'VETO-5-MeV-e+-e'
    """
    words = re.sub(r"[^A-Za-z0-9+._]", " ", text).split()
    return "-".join(words) or "unnamed"


def table_name(text: str) -> str:
    """Return a text as the name of a table, of which HEPData's file has the name too.

    Examples
    --------
    >>> table_name("plane excluded S1 + S2, e+/e-")
    'plane excluded S1 + S2 e+ e-'
    """
    return " ".join(re.sub(r"[^A-Za-z0-9+._()-]", " ", text).split())


def unique(name: str, taken: set[str]) -> str:
    """Return a name, changed if need be, and add it to those that are taken.

    Parameters
    ----------
    name : str
        What it begins with; cut to `LONGEST` characters.
    taken : set of str
        Names that it may not be equal to, in small letters.

    Examples
    --------
    >>> taken = set[str]()
    >>> [unique(name, taken) for name in ("limit", "Limit", "limit")]
    ['limit', 'Limit-2', 'limit-3']
    """
    found, n = name[:LONGEST], 1
    while found.lower() in taken:
        n += 1
        end = f"-{n}"
        found = name[: LONGEST - len(end)] + end
    taken.add(found.lower())
    return found
