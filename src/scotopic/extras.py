"""Libraries that only some commands need."""

from importlib.util import find_spec
from typing import Final

from scotopic.errors import ScotopicError

_EXTRAS: Final = {
    "dask": "scan",
    "distributed": "scan",
    "threadpoolctl": "scan",
    "xarray": "scan",
    "zarr": "scan",
    "pandas": "tables",
    "pyhf": "likelihoods",
    "hepdata_lib": "publication",
    "hepdata_validator": "publication",
    "pyarrow": "publication",
    "yaml": "publication",
}


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
                f"{module} is not installed; pip install 'scotopic[{_EXTRAS[module]}]' adds it"
            )
