"""Tables of numbers kept as files, in the folder `data` beside the module that reads them."""

from importlib.resources import files


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
    text = (files(package) / "data" / name).read_text(encoding="utf-8")
    return [line.split(",") for line in text.splitlines() if not line.startswith("#")]
