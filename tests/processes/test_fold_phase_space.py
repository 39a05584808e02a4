"""The fold over virtual masses against the whole 2 -> 4 phase space, which knows nothing of it.

One nucleus in place of a target: what real vectors of mass k make is their cross section above the
least energy, and the fold of the package must give that of l Z -> l' Z' and the dark pair.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.production.dark_pairs import PairProduction

from scotopic.materials import material
from scotopic.models.dark_axion_portal import DarkAxionPortal
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.mediator import DecayingMediator
from scotopic.models.millicharged import Millicharged
from scotopic.models.portal import Portal
from scotopic.processes.base import Process, at_weak_coupling
from scotopic.processes.dump import Dump
from scotopic.processes.fold import Known, folded
from scotopic.production.phase_space import total_cross_section
from scotopic.units import ALPHA

Array = npt.NDArray[np.float64]

NA64E = PairProduction("electron", "Pb", 100.0, 0.1, 50.0)
CARBON = PairProduction("muon", "C", 10.0, 0.2, 1.0)


class OneNucleus(Process):
    """A vector for every lepton that meets the one nucleus."""

    reaction = "{beam} --> {beam} {mediator}"

    def obstacle(self, dump: Dump, model: Portal) -> str | None:
        return None if self.coupling(dump, model) > 0 else "no coupling"

    def coupling(self, dump: Dump, model: Portal) -> float:
        return model.lepton_coupling(dump.lepton)

    def virtual_masses(self, dump: Dump, minimum_energy: float) -> tuple[float, float]:  # noqa: ARG002
        return 1e-3, 0.6 * dump.energy

    def produced(self, *_: Any) -> Any:
        raise NotImplementedError


def by_the_fold(setup: PairProduction, model: Portal) -> float:
    """Cross section in cm^2, per unit of the squared coupling."""

    def yields(models: Sequence[DecayingMediator]) -> tuple[Array, Array]:
        sigma = [
            total_cross_section(
                "vector",
                setup.lepton,
                setup.symbol,
                setup.energy,
                one.mediator_mass,
                minimum_energy=setup.least_energy,
                form_factor="elastic",
            )
            if one.mediator_mass < 0.3 * setup.energy  # heavier ones are less than 1e-5
            else 0.0
            for one in models
        ]
        return np.array(sigma), np.zeros(len(models))

    def shares(models: Sequence[DecayingMediator]) -> tuple[Array, Array]:
        return np.ones(len(models)), np.zeros(len(models))

    dump = Dump("e-" if setup.lepton == "electron" else "mu-", setup.energy, material("lead"), 40.0)
    made = folded(
        OneNucleus(), dump, at_weak_coupling([model]), setup.least_energy, Known(yields, shares)
    )
    return float(made.yields[0])


def photon(K: Array) -> Array:
    return 1 / K**2


CASES: dict[str, tuple[PairProduction, Portal, float]] = {
    "Dirac, electrons on lead": (
        NA64E,
        Millicharged(dark_matter_mass=0.1, kinetic_mixing=1e-3, dark_matter="dirac"),
        ALPHA,
    ),
    "scalar, electrons on lead": (
        replace(NA64E, spin=0),
        Millicharged(dark_matter_mass=0.1, kinetic_mixing=1e-3, dark_matter="complex_scalar"),
        ALPHA,
    ),
    "Dirac, muons on carbon": (
        CARBON,
        Millicharged(dark_matter_mass=0.2, kinetic_mixing=1e-3, dark_matter="dirac"),
        ALPHA,
    ),
    "scalar, muons on carbon": (
        replace(CARBON, spin=0),
        Millicharged(dark_matter_mass=0.2, kinetic_mixing=1e-3, dark_matter="complex_scalar"),
        ALPHA,
    ),
    "light pairs, muons on lead": (  # below the muon's mass yields do not fall
        PairProduction("muon", "Pb", 20.0, 0.005, 10.0),
        Millicharged(dark_matter_mass=0.005, kinetic_mixing=1e-3, dark_matter="dirac"),
        ALPHA,
    ),
    "axion and dark photon": (
        replace(NA64E, spin=1, axion_mass=0.05),
        DarkAxionPortal(dark_photon_mass=0.1, portal_coupling=1e-3, axion_mass=0.05),
        1 / (4 * np.pi),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_photons(name: str) -> None:
    setup, model, alpha = CASES[name]
    sigma, error = setup.cross_section(photon, alpha)
    assert by_the_fold(setup, model) == pytest.approx(sigma, abs=4 * error)


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_photons_precisely(name: str) -> None:
    setup, model, alpha = CASES[name]
    sigma, error = setup.cross_section(photon, alpha, points=2**15, shifts=16)
    assert error < 0.0012 * sigma
    assert by_the_fold(setup, model) == pytest.approx(sigma, rel=0.003)


@pytest.mark.parametrize("ratio", [1.5, 1.99, 3.0])
def test_massive_vectors(ratio: float) -> None:
    mass, alpha_D, chi = ratio * NA64E.dark_mass, 0.5, NA64E.dark_mass
    model = DarkPhoton(
        mediator_mass=mass,
        kinetic_mixing=1e-3,
        alpha_D=alpha_D,
        mass_ratio=ratio,
        dark_matter="dirac",
    )

    def resonance(K: Array) -> Array:
        r2 = chi**2 / K
        k_width = alpha_D * K / 3 * (1 + 2 * r2) * np.sqrt(1 - 4 * r2)
        return 1 / ((K - mass**2) ** 2 + k_width**2)

    sigma, error = NA64E.cross_section(resonance, alpha_D)
    assert by_the_fold(NA64E, model) == pytest.approx(sigma, abs=4 * error)
