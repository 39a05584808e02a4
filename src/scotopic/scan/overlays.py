"""What a limit is shown beside: bands of magnetic moments and thermal lines of its model."""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scotopic.cache import Arrays, cached_arrays
from scotopic.errors import RangeError
from scotopic.models.registry import fingerprint
from scotopic.precision.bands import MUON_2021, Deviation, mixing_band
from scotopic.scan.solving import Quantity, per_square

if TYPE_CHECKING:
    from scotopic.models.mediator import DecayingMediator

FloatArray = npt.NDArray[np.float64]

PLANCK_OMEGA_H2 = 0.120
_SOURCES = ("scotopic.cosmology", "scotopic.decays", "scotopic.models", "scotopic.units")


@dataclass(frozen=True, eq=False)
class Overlay:
    """A band, or a line if both edges are the same, in the plane of a limit.

    Attributes
    ----------
    label : str
        For the legend.
    mediator_mass : ndarray, shape (masses,)
        GeV.
    lower, upper : ndarray, shape (masses,)
        Values of the quantity that is limited; not-a-number where there are none.
    """

    label: str
    mediator_mass: FloatArray
    lower: FloatArray
    upper: FloatArray

    @property
    def is_line(self) -> bool:
        """Whether both edges are the same."""
        return self.lower is self.upper


def moment_band(
    model: "DecayingMediator",
    masses: FloatArray,
    quantity: Quantity,
    deviation: Deviation = MUON_2021,
    sigmas: float = 2.0,
) -> Overlay:
    """Return the couplings with which a mediator explains a deviation of a magnetic moment.

    Parameters
    ----------
    model : DecayingMediator
        Any; its mass and coupling are ignored.
    masses : ndarray, shape (masses,)
        Of the mediator, in GeV.
    quantity : str
        The coupling, its square or "y".
    deviation : Deviation
        What is explained; of the muon by default.
    sigmas : float
        Half width of the band in standard deviations.

    Raises
    ------
    RangeError
        If the model does not couple to the lepton, cannot explain the deviation, or the quantity
        does not follow from the coupling.

    Examples
    --------
    Review eq. 24: alpha' = (1.6 +- 0.4) 10^-8 for a light vector, g = 3.9e-4 to 5.0e-4.

    >>> from scotopic.models.charged_vector import LMuMinusLTau
    >>> vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0)
    >>> band = moment_band(vector, np.array([1e-3]), "gauge_coupling", sigmas=1.0)
    >>> [f"{float(edge[0]):.1e}" for edge in (band.lower, band.upper)]
    ['3.9e-04', '5.0e-04']
    """
    _require_coupling(model, quantity)
    models = _with_unit_coupling(model, masses)
    unit = np.array([m.lepton_coupling(deviation.lepton) for m in models])
    if not np.all(unit > 0):
        raise RangeError(f"model: {type(model).__name__} does not couple to {deviation.lepton}s")
    band = mixing_band(deviation, model.spin_parity, masses, sigmas)
    symbol = {"electron": "e", "muon": r"\mu"}[deviation.lepton]
    return Overlay(
        rf"$(g-2)_{symbol}$, $\pm{sigmas:g}\sigma$",
        masses,
        _converted(models, band.lower / unit, quantity),
        _converted(models, band.upper / unit, quantity),
    )


def thermal_overlay(
    model: "DecayingMediator",
    masses: FloatArray,
    quantity: Quantity,
    omega_h2: float = PLANCK_OMEGA_H2,
) -> Overlay:
    """Return the couplings with which freeze-out leaves the observed density of dark matter.

    Parameters
    ----------
    model, masses, quantity
        As in `moment_band`; the model needs dark matter.
    omega_h2 : float
        The density to be reached.

    Returns
    -------
    Overlay
        From `scotopic.cosmology.freeze_out.thermal_line`, from disk if it was computed before.

    Raises
    ------
    RangeError
        If the model has no dark matter, or the quantity does not follow from the coupling.
    """
    _require_coupling(model, quantity)
    if not model.alpha_D > 0:
        raise RangeError(f"alpha_D: {model.alpha_D} is not positive: nothing annihilates")
    models = _with_unit_coupling(model, masses)

    def build() -> Arrays:
        from scotopic.cosmology.freeze_out import thermal_line  # noqa: PLC0415 - slow to import

        return {"coupling": thermal_line(models, omega_h2).kinetic_mixing}

    inputs = {
        "class": fingerprint(type(model)),
        "models": [asdict(m) for m in models],
        "omega_h2": omega_h2,
    }
    coupling = cached_arrays("thermal-overlay", inputs, _SOURCES, build)["coupling"]
    values = _converted(models, coupling, quantity)
    return Overlay(rf"thermal relic, $\Omega h^2 = {omega_h2:g}$", masses, values, values)


def _require_coupling(model: "DecayingMediator", quantity: Quantity) -> None:
    field = model.coupling_field
    allowed = (field, f"{field}_squared", *(("y",) if model.alpha_D > 0 else ()))
    if quantity not in allowed:
        raise RangeError(
            f"quantity: {quantity!r} does not follow from a coupling alone; {', '.join(allowed)} do"
        )


def _with_unit_coupling(model: "DecayingMediator", masses: FloatArray) -> list["DecayingMediator"]:
    unit = {model.coupling_field: 1.0}
    return [replace(model, mediator_mass=float(m), **unit) for m in masses]


def _converted(
    models: list["DecayingMediator"], coupling: FloatArray, quantity: Quantity
) -> FloatArray:
    scale = per_square(models, quantity)
    return coupling if scale is None else coupling**2 * scale
