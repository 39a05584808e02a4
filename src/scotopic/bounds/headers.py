"""What the header of a table says that its numbers are, against what a plane's axis has."""

import re
from typing import Final

from scotopic.errors import quoted
from scotopic.models.derived import COUPLING
from scotopic.models.parameters import field_of, parameter
from scotopic.models.portal import Portal

_MASS: Final = "mediator_mass"

_WORDS: Final = {
    _MASS: ("m", "mass", "ma", "map", "maprime", "mv", "mz", "mzp", "mediatormass"),
    "dark_matter_mass": ("mchi", "mx", "mdm", "darkmattermass"),
    "eps": ("eps", "epsilon", "kineticmixing"),
    "eps^2": ("eps2", "epsilon2", "epssq", "epsilonsq", "kineticmixingsquared"),
    "sigma": ("sigma", "sigmae", "sigmabar", "sigmabare"),
}
"""What people call quantities in the headers of their tables, letters and digits alone."""


def contradiction(kind: type[Portal], key: str, axis: str, name: str) -> str | None:
    """Say why a column is hardly of an axis' own quantity; None if its name does not tell.

    Parameters
    ----------
    kind : type
        Of the plane's mediator.
    key : str
        Which axis: "x" or "y".
    axis : str
        The parameter along it.
    name : str
        Of the column, as the header has it.
    """
    plain = re.sub(
        r"\[.*|\(.*|log10", "", name.lower().replace("\N{GREEK SMALL LETTER EPSILON}", "eps")
    )
    word = re.sub(r"[^a-z0-9]", "", plain)
    meant = next((one for one, words in _WORDS.items() if word in words), None)
    if meant is None or _fits(kind, meant, axis):
        return None
    is_mass = meant in (_MASS, "dark_matter_mass")
    if is_mass == (field_of(kind, axis) == COUPLING):
        hint = "say x.column and y.column"
    else:
        hint = f"say {key}.quantity = '{meant}', or what it is"
    return f"its column {quoted(name)} seems to be {meant}, and the axis has {axis}; {hint}"


def _fits(kind: type[Portal], meant: str, axis: str) -> bool:
    """Whether what a column seems to be may be what an axis has."""
    is_coupling = field_of(kind, axis) == COUPLING
    if meant == "eps":
        return is_coupling and axis in (COUPLING, kind.coupling_field)
    if meant == "eps^2":
        return is_coupling and axis.endswith("_squared")
    return meant == axis or (meant == _MASS and parameter(kind, axis).unit == "GeV")
