"""What a number that is computed for a model depends on, for the key of a table."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scotopic.models.portal import Portal


def model_inputs(model: "Portal", *without: str) -> dict[str, Any]:
    """Return a model's class and parameters, but its coupling to ordinary matter.

    The class alone says nothing of its code: see `scotopic.sources.module_names`.

    Parameters
    ----------
    model : Portal
        Any.
    *without : str
        Other parameters that play no part.

    Examples
    --------
    >>> from scotopic.models.axion_like import AxionLikeParticle
    >>> axion = AxionLikeParticle(mediator_mass=0.1, photon_coupling=1e-4)
    >>> model_inputs(axion, "alpha_D", "mass_ratio", "parity")
    {'class': 'scotopic.models.axion_like.AxionLikeParticle', 'mediator_mass': 0.1}
    """
    kind = type(model)
    left_out = {model.coupling_field, *without}
    values = {f.name: getattr(model, f.name) for f in fields(model) if f.name not in left_out}
    return {"class": f"{kind.__module__}.{kind.__qualname__}", **values}
