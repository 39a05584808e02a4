"""The kind of a mediator's coupling to leptons, from the kind's own word or from a model."""

from dataclasses import MISSING, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias, get_args

from scotopic.checked import shown
from scotopic.errors import RangeError, nearest
from scotopic.words import SpinParity

if TYPE_CHECKING:
    from scotopic.models.portal import Portal

MediatorLike: TypeAlias = "Portal | type[Portal] | str"
"""A kind of coupling to leptons, or a model: itself, its class, or its name."""

_KINDS: Final[tuple[SpinParity, ...]] = get_args(SpinParity)


def spin_parity_of(given: MediatorLike, lepton: str) -> SpinParity:
    """Return the kind of coupling of a mediator to a lepton.

    Parameters
    ----------
    given : str, Portal or type
        "scalar", "pseudoscalar", "vector" or "axial_vector", or a model that couples to the
        lepton: its name, its class, or itself.
    lepton : {"electron", "muon"}
        Which.

    Raises
    ------
    RangeError
        If it is none of these, or the model does not couple to the lepton.

    Examples
    --------
    >>> spin_parity_of("dark_photon", "muon"), spin_parity_of("axial_vector", "electron")
    ('vector', 'axial_vector')
    """
    if isinstance(given, str) and given in _KINDS:
        return given
    from scotopic.models.parameters import kind_of  # noqa: PLC0415 - words need no models
    from scotopic.models.registry import model_name, model_names  # noqa: PLC0415

    words = ", ".join(_KINDS)
    if isinstance(given, str) and ":" not in given and given not in model_names():
        hint = nearest(given, [*_KINDS, *model_names()])
        raise RangeError(f"mediator: {shown(given)} is not one of {words}, nor a model; {hint}")
    try:
        kind = kind_of(given)
    except RangeError as error:
        raise RangeError(str(error).replace("model:", "mediator:", 1)) from None
    model = _sample(kind) if isinstance(given, str | type) else given
    if not model.lepton_coupling(lepton) > 0:
        raise RangeError(f"mediator: {model_name(kind)} does not couple to the {lepton}")
    return model.spin_parity


@lru_cache
def _sample(kind: "type[Portal]") -> "Portal":
    """Return a weakly coupled model of usual parameters; others are 0.1, which suits them all."""
    from scotopic.models.derived import PROBE  # noqa: PLC0415 - words need no models
    from scotopic.models.metadata import parameters  # noqa: PLC0415

    needed = [f.name for f in fields(kind) if f.init and f.default is MISSING]
    values = {name: parameters(kind)[name].usual or 0.1 for name in needed}
    return kind(**values | {kind.coupling_field: PROBE})
