"""The band of couplings that explains a deviation of a magnetic moment.

A loop has one sign (`magnetic_moments.SIGN`), a deviation has another or none that is sure. What
can be said then is a word, `BandStatus`; a coupling that does not exist is never a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, cast

import numpy as np
import numpy.typing as npt

from scotopic.checked import make_floats, number_within, numbers, one_of, positive, shown, within
from scotopic.decays.leptons import LEPTON_MASSES
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.models.spin_parities import MediatorLike
from scotopic.precision.magnetic_moments import SIGN, kind_with_moment, mixing_of_moment
from scotopic.words import DeviationName, Lepton, SpinParity

Array = npt.NDArray[np.float64]

BandStatus = Literal["closed", "open_below", "limit", "unexplained"]
"""What n standard deviations around a measured Delta a leave to a mediator.

``closed``: a band with two edges. ``open_below``: no coupling at all is allowed too, the band
begins at zero. ``limit``: the same, and the central value has the sign that the mediator cannot
give, so that only an upper edge exists. ``unexplained``: every coupling makes it worse than n
standard deviations.
"""


@displayed
@dataclass(frozen=True, kw_only=True)
class Deviation:
    """Measured minus predicted magnetic moment of a lepton, Delta a = a_exp - a_SM.

    Attributes
    ----------
    lepton : {"electron", "muon"}
        Whose moment.
    value, uncertainty : float
        Delta a and its standard deviation.
    source : str
        Where the numbers are from.
    name : str
        What figures call it.

    Raises
    ------
    RangeError
        If the lepton is unknown, the value not between -1 and 1 or the uncertainty not positive.
    """

    lepton: Lepton
    value: float
    uncertainty: float
    source: str
    name: str = "own value"

    def __post_init__(self) -> None:
        """Refuse what is no measurement."""
        one_of("lepton", self.lepton, LEPTON_MASSES)
        make_floats(self, "value", "uncertainty")
        within("value", self.value, -1.0, 1.0)
        number_within("uncertainty", positive("uncertainty", self.uncertainty), 0.0, 1.0)


MUON_2021: Final = Deviation(
    lepton="muon",
    value=251e-11,
    uncertainty=59e-11,
    source="Muon g-2 Collaboration, Phys. Rev. Lett. 126 (2021) 141801; review eq. 20",
    name="2021",
)
"""Brookhaven and Fermilab's first run, 116592061(41)e-11, against the Theory Initiative's
prediction of 2020, 116591810(43)e-11 (Phys. Rept. 887 (2020) 1). Figures of papers up to 2024 show
it, and it is the default."""

MUON_2025: Final = Deviation(
    lepton="muon",
    value=38e-11,
    uncertainty=63e-11,
    source="Muon g-2 Collaboration, Phys. Rev. Lett. 135 (2025) 101802; Theory Initiative, Phys."
    " Rept. 1143 (2025) 1",
    name="2025",
)
"""Brookhaven and all runs of Fermilab, 116592071.5(14.5)e-11 (arXiv:2506.03069), against the Theory
Initiative's White Paper of 2025, 116592033(62)e-11 (arXiv:2505.21476), which takes the hadronic
vacuum polarisation from the lattice: no tension is left, and the upper edge is a bound."""

MUON_2006: Final = Deviation(
    lepton="muon",
    value=288e-11,
    uncertainty=80e-11,
    source="Muon g-2 Collaboration, Phys. Rev. D73 (2006) 072003; review eq. 19",
    name="2006",
)
"""Brookhaven alone, against the prediction quoted in the review."""

ELECTRON_RUBIDIUM: Final = Deviation(
    lepton="electron",
    value=4.8e-13,
    uncertainty=3.0e-13,
    source="Morel et al., Nature 588 (2020) 61; review eq. 52",
    name="rubidium",
)
"""With alpha from the recoil of rubidium atoms."""

ELECTRON_CAESIUM: Final = Deviation(
    lepton="electron",
    value=-8.8e-13,
    uncertainty=3.6e-13,
    source="Parker et al., Science 360 (2018) 191; review eq. 53",
    name="caesium",
)
"""With alpha from the recoil of caesium atoms."""

DEVIATIONS: Final[Mapping[DeviationName, Deviation]] = MappingProxyType(
    {
        "muon-2021": MUON_2021,
        "muon-2025": MUON_2025,
        "muon-2006": MUON_2006,
        "electron-rubidium": ELECTRON_RUBIDIUM,
        "electron-caesium": ELECTRON_CAESIUM,
    }
)
"""All of them, by the names that cards and the command line know."""


def deviation_of(given: Deviation | str) -> Deviation:
    """Return a deviation by its name, or the muon's own value, written as 38e-11+-63e-11.

    What is a deviation already is returned as it is.

    Raises
    ------
    RangeError
        If it is neither, or the value is refused by `Deviation`.

    Examples
    --------
    >>> deviation_of("muon-2025").value, deviation_of("2.5e-9+-6e-10").uncertainty
    (3.8e-10, 6e-10)
    """
    if isinstance(given, Deviation):
        return given
    text = given if isinstance(given, str) else ""
    if text in DEVIATIONS:
        return DEVIATIONS[cast("DeviationName", text)]
    value, sign, uncertainty = text.partition("+-")
    try:
        numbers_given = float(value), float(uncertainty if sign else "")
    except ValueError:
        raise RangeError(
            f"deviation: {shown(given)} is neither one of {', '.join(DEVIATIONS)} nor a value +-"
            " its error, as in 38e-11+-63e-11"
        ) from None
    return Deviation(
        lepton="muon", value=numbers_given[0], uncertainty=numbers_given[1], source="given"
    )


@displayed
@dataclass(frozen=True, kw_only=True, eq=False)
class MixingBand:
    """The values of epsilon = g/e that explain a deviation within n standard deviations.

    Attributes
    ----------
    deviation : Deviation
        What is explained.
    mediator : {"scalar", "pseudoscalar", "vector", "axial_vector"}
        Kind of coupling.
    sigmas : float
        n.
    status : {"closed", "open_below", "limit"}
        See `BandStatus`.
    mass : ndarray
        Masses in GeV.
    lower, upper : ndarray
        The edges, of the shape of `mass`; `lower` is zero unless the status is ``closed``.
    central : ndarray or None
        epsilon that gives the central value, None if the status is ``limit``.
    """

    deviation: Deviation
    mediator: SpinParity
    sigmas: float
    status: BandStatus
    mass: Array
    lower: Array
    central: Array | None
    upper: Array


def band_status(
    deviation: Deviation | str, mediator: MediatorLike, sigmas: float = 2.0
) -> BandStatus:
    """Say what kind of band a mediator has, at any mass.

    Parameters
    ----------
    deviation, mediator
        As in `mixing_band`.
    sigmas : float
        Half width of the band in standard deviations, positive.

    Raises
    ------
    RangeError
        If the mediator is unknown or `sigmas` not positive.

    Examples
    --------
    >>> [band_status(MUON_2021, kind) for kind in ("vector", "axial_vector")]
    ['closed', 'unexplained']
    >>> [band_status(ELECTRON_CAESIUM, "vector", sigmas) for sigmas in (2, 3)]
    ['unexplained', 'limit']
    """
    deviation = deviation_of(deviation)
    lower, central, upper = _moments(deviation, _kind(deviation, mediator), sigmas)
    if upper <= 0:
        return "unexplained"
    if central <= 0:
        return "limit"
    return "open_below" if lower <= 0 else "closed"


def mixing_band(
    deviation: Deviation | str, mediator: MediatorLike, mass: npt.ArrayLike, sigmas: float = 2.0
) -> MixingBand:
    """Return the band of epsilon = g/e that explains a deviation.

    Parameters
    ----------
    deviation : str or Deviation
        "muon-2021", "muon-2025", "muon-2006", "electron-rubidium" or "electron-caesium"; the muon's
        own value, as in "38e-11+-63e-11"; or
        `Deviation(lepton=..., value=..., uncertainty=..., source=...)`.
    mediator : {"scalar", "pseudoscalar", "vector", "axial_vector"}, model, class or name
        Kind of coupling to the lepton, or a model that has it.
    mass : array_like
        Masses of the mediator in GeV, any shape.
    sigmas : float
        Half width of the band in standard deviations, positive.

    Returns
    -------
    MixingBand
        Edges and central line; its `status` says if it is open below.

    Raises
    ------
    RangeError
        If no coupling explains the deviation within `sigmas` (`band_status` tells it
        beforehand), and as in `magnetic_moments.magnetic_moment`.

    Examples
    --------
    >>> band = mixing_band("muon-2021", "dark_photon", 0.39)
    >>> [round(float(edge) * 1e3, 3) for edge in (band.lower, band.upper)]
    [5.655, 9.419]
    """
    deviation = deviation_of(deviation)
    kind = _kind(deviation, mediator)
    status = band_status(deviation, kind, sigmas)
    if status == "unexplained":
        direction = "raises" if SIGN[kind] > 0 else "lowers"
        raise RangeError(
            f"mediator: {kind!r} {direction} the {deviation.lepton}'s magnetic moment, no"
            f" coupling explains {deviation.value:g} +- {deviation.uncertainty:g}"
            f" within {sigmas:g} standard deviations"
        )
    masses = numbers("mass", mass).copy()
    lower, central, upper = (
        mixing_of_moment(deviation.lepton, kind, masses, SIGN[kind] * max(moment, 0.0))
        for moment in _moments(deviation, kind, sigmas)
    )
    return MixingBand(
        deviation=deviation,
        mediator=kind,
        sigmas=_checked_sigmas(sigmas),
        status=status,
        mass=masses,
        lower=lower,
        central=None if status == "limit" else central,
        upper=upper,
    )


def _checked_sigmas(sigmas: float) -> float:
    return number_within("sigmas", positive("sigmas", sigmas), 0.0, 1e6)


def _kind(deviation: Deviation, mediator: MediatorLike) -> SpinParity:
    return kind_with_moment(mediator, deviation.lepton)


def _moments(
    deviation: Deviation, mediator: SpinParity, sigmas: float
) -> tuple[float, float, float]:
    """Lower edge, centre and upper edge of Delta a, counted in the mediator's direction."""
    centre = SIGN[mediator] * deviation.value
    half = _checked_sigmas(sigmas) * deviation.uncertainty
    return centre - half, centre, centre + half
