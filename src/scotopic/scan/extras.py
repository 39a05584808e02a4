"""Libraries that only datasets and clusters need."""

from importlib.util import find_spec

from scotopic.errors import ScotopicError

_EXTRAS = {
    "zarr": "scan",
    "xarray": "scan",
    "dask": "scan",
    "distributed": "scan",
    "threadpoolctl": "scan",
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
