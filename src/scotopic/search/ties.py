"""What gives a coupling: magnetic moments of leptons, and the relic density.

Importing it makes them known to `scotopic.models.parameters`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError
from scotopic.models.metadata import Parameter
from scotopic.models.parameters import supply
from scotopic.models.portal import Portal

if TYPE_CHECKING:
    from scotopic.words import Lepton

FloatArray = npt.NDArray[np.float64]

MOMENTS: Final[Mapping[str, "Lepton"]] = MappingProxyType(
    {"delta_a_e": "electron", "delta_a_mu": "muon"}
)
"""Sizes |Delta a| of a mediator's share in magnetic moments, and whose they are."""

_NODES: Final = np.geomspace(1e-4, 1.0, 13)
"""Values of alpha_D at which thermal couplings are computed; between them ln(g sqrt(alpha_D)) is a
cubic in ln alpha_D, good to 1e-3 also where the width of the mediator matters."""


def _muon_edge(edge: str) -> Callable[[Portal], float]:
    def coupling(probe: Portal) -> float:
        per_unit = probe.lepton_coupling("muon") / probe.coupling
        if not per_unit > 0:
            raise RangeError(f"{probe.coupling_field}: the mediator does not couple to the muon")
        return _mixing(edge, probe.spin_parity, probe.mediator_mass) / per_unit

    return coupling


@lru_cache(maxsize=4096)
def _mixing(edge: str, kind: Any, mass: float) -> float:  # noqa: ANN401 - a SpinParity
    from scotopic.precision.bands import MUON_2021, mixing_band  # noqa: PLC0415 - seldom

    value = getattr(mixing_band(MUON_2021, kind, mass), edge)
    return float(value)


def _thermal_coupling(probe: Portal) -> float:
    """Return the coupling with which freeze-out leaves Omega h^2 = 0.120.

    Raises
    ------
    RangeError
        If there is none, or alpha_D is outside of the nodes.
    """
    if not _NODES[0] <= probe.alpha_D <= _NODES[-1] * (1 + 1e-12):
        raise RangeError(
            f"alpha_D: {probe.alpha_D:g} is not between {_NODES[0]:g} and 1, where thermal"
            " couplings are tabulated"
        )
    at = math.log(probe.alpha_D / _NODES[0]) / math.log(_NODES[1] / _NODES[0])
    first = min(max(math.floor(at) - 1, 0), len(_NODES) - 4)
    shape = replace(probe, alpha_D=0.1, **{probe.coupling_field: 1e-3})
    logarithms, reasons = _at_nodes(shape)
    near = logarithms[first : first + 4]
    if not np.isfinite(near).all():
        raise RangeError(reasons[first + int(np.argmin(np.isfinite(near)))])
    t = at - first
    a, b, c, d = t, t - 1, t - 2, t - 3
    cubic = np.array([-b * c * d / 6, a * c * d / 2, -a * b * d / 2, a * b * c / 6])
    return math.exp(float(cubic @ near)) / math.sqrt(probe.alpha_D)


@lru_cache(maxsize=4096)
def _at_nodes(shape: Portal) -> tuple[FloatArray, tuple[str, ...]]:
    """Return ln(g sqrt(alpha_D)) at the nodes, not-a-number where there is none; and why."""
    from scotopic.cosmology.thermal_lines import thermal_couplings  # noqa: PLC0415 - seldom

    line = thermal_couplings([replace(shape, alpha_D=float(alpha_D)) for alpha_D in _NODES])
    couplings = [math.nan if one.value is None else one.value for one in line]
    return np.log(np.array(couplings) * np.sqrt(_NODES)), tuple(one.status for one in line)


TIES: Final[Mapping[str, Callable[[Portal], float]]] = MappingProxyType(
    {
        **{f"muon {edge}": _muon_edge(edge) for edge in ("lower", "central", "upper")},
        "thermal relic": _thermal_coupling,
    }
)
"""Couplings that follow from a model, whose own plays no part: those of the 2 sigma band of the
muon's magnetic moment, and that with which freeze-out leaves the observed density."""


def _moment(name: str) -> Callable[[Portal], float]:
    lepton = MOMENTS[name]

    def size(model: Portal) -> float:
        from scotopic.precision.magnetic_moments import moment_of  # noqa: PLC0415 - seldom

        if not model.lepton_coupling(lepton) > 0:
            raise RangeError(f"{name}: the mediator does not couple to the {lepton}")
        return abs(moment_of(model, lepton))

    return size


def _of_moment(name: str, symbol: str) -> Parameter:
    words = f"size of the share in the magnetic moment of the {MOMENTS[name]}"
    return Parameter(name=name, label=rf"|\Delta a_{symbol}|", long_name=words)


supply(
    ties=TIES,
    squares={
        _of_moment("delta_a_e", "e"): _moment("delta_a_e"),
        _of_moment("delta_a_mu", r"\mu"): _moment("delta_a_mu"),
    },
)
