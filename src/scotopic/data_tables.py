"""Tables of numbers kept as files, in the folder `data` beside the module that reads them."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def data_rows(package: str, name: str) -> list[list[str]]:
    """Return the rows of a file of comma-separated values, without its comments.

    Parameters
    ----------
    package : str
        Whose folder `data` has it.
    name : str
        Of the file.

    Examples
    --------
    >>> data_rows("scotopic.decays", "hadronic_ratio.csv")[0]
    ['0.27914078', '3.99551e-05']
    """
    home = Path(str(import_module(package).__file__)).parent
    text = (home / "data" / name).read_text(encoding="utf-8")
    return [line.split(",") for line in text.splitlines() if not line.startswith("#")]


@cache
def data_columns(package: str, name: str) -> "npt.NDArray[np.float64]":
    """Return the columns of a file of numbers, shape (columns, rows), read-only.

    Parameters as of `data_rows`.

    Examples
    --------
    >>> data_columns("scotopic.decays", "hadronic_ratio.csv")[:, 0].tolist()
    [0.27914078, 3.99551e-05]
    """
    import numpy as np  # noqa: PLC0415 - elements are read without it

    columns = np.array(data_rows(package, name), dtype=float).T
    columns.setflags(write=False)
    return columns
