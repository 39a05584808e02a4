"""What a limit is shown beside: bands of magnetic moments and thermal lines of its model."""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.cosmology.thermal_lines import PLANCK_OMEGA_H2, thermal_couplings
from scotopic.errors import RangeError
from scotopic.models.parameters import models_along, parameter_of
from scotopic.precision.bands import MUON_2021, Deviation, mixing_band
from scotopic.search.curve import in_quantity
from scotopic.search.result import Result, Variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.models.portal import Portal

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Overlay:
    """A band, or a line if both edges are the same, in the plane of a limit.

    Attributes
    ----------
    label : str
        For the legend.
    lower, upper : ndarray, shape (models,)
        Values of the quantity that is limited; not-a-number where there are none.
    """

    label: str
    lower: FloatArray
    upper: FloatArray


def moment_band(
    models: "Sequence[Portal]",
    quantity: str,
    deviation: Deviation = MUON_2021,
    sigmas: float = 2.0,
) -> Overlay:
    """Return the couplings with which a mediator explains a deviation of a magnetic moment.

    Parameters
    ----------
    models : sequence of Portal
        Of one class; their couplings play no part.
    quantity : str
        The coupling, its square or "y".
    deviation : Deviation
        What is explained; of the muon by default.
    sigmas : float
        Half width of the band in standard deviations.

    Raises
    ------
    RangeError
        If the models do not couple to the lepton, cannot explain the deviation, or the quantity
        does not follow from the coupling.

    Examples
    --------
    Review eq. 24: alpha' = (1.6 +- 0.4) 10^-8 for a light vector, g = 3.9e-4 to 5.0e-4.

    >>> from scotopic.models.charged_vector import LMuMinusLTau
    >>> vector = LMuMinusLTau(mediator_mass=1e-3, gauge_coupling=1.0)
    >>> band = moment_band([vector], "gauge_coupling", sigmas=1.0)
    >>> [f"{float(edge[0]):.1e}" for edge in (band.lower, band.upper)]
    ['3.9e-04', '5.0e-04']
    """
    first = models[0]
    _require_coupling(first, quantity)
    unit = np.array([m.lepton_coupling(deviation.lepton) / m.coupling for m in models])
    if not np.all(unit > 0):
        raise RangeError(f"model: {type(first).__name__} does not couple to {deviation.lepton}s")
    masses = np.array([m.mediator_mass for m in models])
    band = mixing_band(deviation, first.spin_parity, masses, sigmas)
    symbol = {"electron": "e", "muon": r"\mu"}[deviation.lepton]
    return Overlay(
        rf"$(g-2)_{symbol}$ ({deviation.name}), $\pm{sigmas:g}\sigma$",
        in_quantity(models, quantity, band.lower / unit),
        in_quantity(models, quantity, band.upper / unit),
    )


def thermal_overlay(
    models: "Sequence[Portal]", quantity: str, omega_h2: float = PLANCK_OMEGA_H2
) -> Overlay:
    """Return the couplings with which freeze-out leaves the observed density of dark matter.

    Parameters
    ----------
    models, quantity
        As in `moment_band`; the models need dark matter.
    omega_h2 : float
        The density to be reached.

    Returns
    -------
    Overlay
        From `scotopic.cosmology.thermal_lines`, from disk if it was computed before.

    Raises
    ------
    RangeError
        If a model has no dark matter, or the quantity does not follow from the coupling.
    """
    first = models[0]
    _require_coupling(first, quantity)
    if not first.alpha_D > 0:
        raise RangeError(f"alpha_D: {first.alpha_D} is not positive: nothing annihilates")

    found = thermal_couplings(models, omega_h2)
    couplings = np.array([math.nan if one.value is None else one.value for one in found])
    values = in_quantity(models, quantity, couplings)
    return Overlay(rf"thermal relic, $\Omega h^2 = {omega_h2:g}$", values, values)


def _require_coupling(model: "Portal", quantity: str) -> None:
    field = model.coupling_field
    allowed = (field, f"{field}_squared", *(("y",) if model.alpha_D > 0 else ()))
    if quantity not in allowed:
        raise RangeError(
            f"quantity: {quantity!r} does not follow from a coupling alone; {', '.join(allowed)} do"
        )


def with_overlays(
    curve: Result,
    model: "Portal",
    *,
    muon_band: bool | Deviation = False,
    thermal_line: bool = False,
) -> Result:
    """Return a curve with what it is shown beside, as further variables.

    Parameters
    ----------
    curve : Result
        From `exclusion_curve`.
    model : Portal
        That of the curve.
    muon_band : bool or Deviation
        Whether to add the 2 sigma band of the muon's magnetic moment, `MUON_2021`; or of another
        of `scotopic.precision.bands`, or one's own.
    thermal_line : bool
        Whether to add the line of the relic density.

    Raises
    ------
    RangeError
        As `moment_band` and `thermal_overlay`.
    """
    models = models_along(model, curve.axes[0], curve.axis.tolist())
    found = []
    if muon_band:
        deviation = MUON_2021 if muon_band is True else muon_band
        found.append(moment_band(models, curve.quantity, deviation))
    if thermal_line:
        found.append(thermal_overlay(models, curve.quantity))
    if not found:
        return curve
    dims, unit = ("beside", curve.axes[0]), parameter_of(model, curve.quantity).unit
    labels = np.array([one.label for one in found], np.dtypes.StringDType())
    edges = {
        f"beside_{side}": Variable(
            dims, np.stack([getattr(one, side) for one in found]), unit, f"{side} edge of a band"
        )
        for side in ("lower", "upper")
    }
    beside = Variable(("beside",), labels, "1", "bands and lines that the limit is shown beside")
    return replace(curve, variables={**curve.variables, "beside": beside, **edges})
