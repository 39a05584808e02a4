"""Windows of a measured energy: how likely an event with a mediator of some energy is inside.

A mediator of energy E_X leaves the visible energy E_0 - E_X to the calorimeter, whose resolution
sigma(E) smears it. An event is accepted if the measured energy is inside the window. All that
the window does not decide (vetoes, shower shape, trigger) is in the card's efficiency.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.checked import number_within, positive
from scotopic.display import displayed
from scotopic.errors import RangeError

if TYPE_CHECKING:
    from scotopic.experiments import EnergyResolution
    from scotopic.experiments.efficiencies import EfficiencyTable

FloatArray = npt.NDArray[np.float64]

_HIGHEST: Final = 1e6  # GeV
RESOLVED: Final = 6.0
"""Standard deviations of the measured energy between a window and the whole beam energy."""

FAINT: Final = 1e-7
"""Weight of a smeared edge that need not decide how far showers are followed."""

_QUADRATURE_POINTS = 24
_STRIDE, _POINTS_ON_A_LINE = 3, 6  # where an efficiency and a smeared edge are integrated


@displayed
@dataclass(frozen=True)
class EnergyWindow:
    """A window of the calorimeter's energy, seen through its resolution.

    Attributes
    ----------
    beam_energy : float
        In GeV.
    minimum_energy, maximum_energy : float
        Window of the measured energy in GeV; a minimum of zero is no cut.
    resolution : EnergyResolution
        Of what measures it.
    key : str
        What the card calls the upper edge, for messages.
    followed_from : float
        Energy in GeV down to which what makes mediators can be followed: thresholds below it are
        left out if their weights add up to less than 1e-7.

    Raises
    ------
    RangeError
        If the resolution is so wide that the window reaches over the whole beam energy.
    """

    beam_energy: float
    minimum_energy: float
    maximum_energy: float
    resolution: "EnergyResolution"

    key: str = "maximum_calorimeter_energy_GeV"
    followed_from: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a window without a lower edge in the mediator's energy."""
        object.__setattr__(self, "beam_energy", positive("beam_energy", self.beam_energy, "GeV"))
        for name in ("minimum_energy", "maximum_energy", "followed_from"):
            value = number_within(name, getattr(self, name), 0.0, _HIGHEST, "GeV")
            object.__setattr__(self, name, value)
        wide = RESOLVED * self.resolution.constant >= 1
        if wide or self._smeared_edge(self.maximum_energy)[0].max() >= self.beam_energy:
            raise RangeError(
                f"{self.key}: {self.maximum_energy} is too close to the energy of "
                f"{self.beam_energy:g} GeV that is measured without a signal: "
                f"{RESOLVED:g} standard deviations of the energy_resolution, "
                f"{float(self.resolution.sigma_GeV(self.maximum_energy)):.3g} GeV each, must be "
                "between them"
            )

    def inputs(self) -> dict[str, Any]:
        """Return all that it depends on, as JSON can write it."""
        return {
            "beam_energy": self.beam_energy,
            "minimum_energy": self.minimum_energy,
            "maximum_energy": self.maximum_energy,
            "resolution": self.resolution.model_dump(),
            **({"followed_from": self.followed_from} if self.followed_from else {}),
        }

    def acceptance(self, mediator_energy: FloatArray) -> FloatArray:
        """Return the probability that the measured energy is inside the window.

        Parameters
        ----------
        mediator_energy : ndarray
            Energy of the mediator in GeV.

        Returns
        -------
        ndarray
            Of the same shape.
        """
        visible = np.maximum(self.beam_energy - mediator_energy, 0.0)
        below = self._probability_below(self.maximum_energy, visible)
        if self.minimum_energy > 0:
            below = below - self._probability_below(self.minimum_energy, visible)
        return below

    def thresholds(self) -> tuple[FloatArray, FloatArray]:
        """Return the acceptance as a sum of hard cuts, sum_k w_k theta(E_X - t_k).

        Returns
        -------
        energies, weights : ndarray, shape (k,)
            Cuts t_k on the mediator's energy in GeV, and their weights: a Gauss-Legendre rule
            in the standardised calorimeter energy over +-6 standard deviations. A yield that
            is known above any energy is so smeared without another integral.
        """
        visible, weights = self._smeared_edge(self.maximum_energy)
        if self.minimum_energy > 0:
            lower, negative = self._smeared_edge(self.minimum_energy)
            visible, weights = np.concatenate([visible, lower]), np.append(weights, -negative)
        energies = self.beam_energy - visible
        kept = energies >= self.followed_from
        if abs(weights[~kept]).sum() > FAINT:
            kept[:] = True
        return energies[kept], weights[kept]

    def _probability_below(self, edge: float, visible: FloatArray) -> FloatArray:
        from scipy.special import ndtr  # noqa: PLC0415 - slow to import, not needed when warm

        sigma = self.resolution.sigma_GeV(visible)
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = np.where(
                sigma > 0, (edge - visible) / sigma, np.copysign(np.inf, edge - visible)
            )
        probability: FloatArray = ndtr(distance)
        return probability

    def _smeared_edge(self, edge: float) -> tuple[FloatArray, FloatArray]:
        """Visible energies E with edge = E + z sigma(E) for normal z, and the weights of z."""
        if self.resolution.sigma_GeV(edge) == 0:
            return np.array([edge]), np.array([1.0])
        nodes, weights = np.polynomial.legendre.leggauss(_QUADRATURE_POINTS)
        z = RESOLVED * nodes
        density = weights * np.exp(-z * z / 2)
        variance = z * z
        # (edge - E)^2 = z^2 sigma^2(E) is quadratic in E; z > 0 wants the smaller root. Written for
        # E - edge, the small difference of two large numbers never arises.
        a, b, noise = (
            self.resolution.stochastic**2,
            self.resolution.constant**2,
            self.resolution.noise_GeV**2,
        )
        at_edge = self.resolution.sigma_GeV(edge) ** 2
        root = np.sqrt(np.maximum(at_edge + variance * (a**2 / 4 - b * noise), 0.0))
        shift = (variance * (a / 2 + b * edge) - z * root) / (1 - variance * b)
        visible = edge + shift
        return np.maximum(visible, 0.0), density / density.sum()


@displayed
@dataclass(frozen=True)
class EfficientWindow:
    """A window in which the efficiency depends on the energy of the mediator.

    Attributes
    ----------
    window : EnergyWindow
        Without the efficiency.
    efficiency : EfficiencyTable
        Over the mediator's energy in GeV.
    """

    window: EnergyWindow
    efficiency: "EfficiencyTable"

    def inputs(self) -> dict[str, Any]:
        """Return all that it depends on, as JSON can write it."""
        return {**self.window.inputs(), "efficiency": self.efficiency.model_dump(mode="json")}

    def acceptance(self, mediator_energy: FloatArray) -> FloatArray:
        """Return the probability that an event is inside the window and passes the other cuts."""
        return self.window.acceptance(mediator_energy) * self.efficiency.at(mediator_energy)

    def thresholds(self) -> tuple[FloatArray, FloatArray]:
        r"""Return the acceptance as a sum of hard cuts.

        Returns
        -------
        energies, weights : ndarray, shape (k,)
            With w_k and t_k those of the window and A(E) its acceptance,

                A(E) eff(E) = sum_k w_k eff(t_k) theta(E - t_k)
                              + Int dE' A(E') eff'(E') theta(E - E'),

            the integral by Gauss-Legendre rules between the points of the efficiency.
        """
        energies, weights = self.window.thresholds()
        beam_energy = self.window.beam_energy
        smeared = np.sort(energies)[::_STRIDE]
        points = [x for x, _ in self.efficiency.points]
        edges = np.append([*smeared, *points], [energies.max(), beam_energy])
        edges = np.unique(edges.clip(smeared[0], beam_energy))
        nodes, share = np.polynomial.legendre.leggauss(_POINTS_ON_A_LINE)
        half = np.diff(edges)[:, None] / 2
        inside = (edges[:-1, None] + half * (1 + nodes)).ravel()
        slope = np.repeat(np.diff(self.efficiency.at(edges)) / np.diff(edges), len(nodes))
        rising = (half * share).ravel() * slope * self.window.acceptance(inside)
        used = slope != 0
        return (
            np.concatenate([energies, inside[used]]),
            np.concatenate([weights * self.efficiency.at(energies), rising[used]]),
        )
