"""Virtual mediators: the fold over their mass, against what it must be in limits and the notes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from scotopic.errors import RangeError
from scotopic.materials import material
from scotopic.models.charged_vector import BMinusL
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import PseudoscalarMediator, ScalarMediator
from scotopic.models.millicharged import Millicharged
from scotopic.models.portal import Portal
from scotopic.processes.base import Process
from scotopic.processes.bremsstrahlung import Bremsstrahlung
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.fold import Known, folded, nodes
from scotopic.search import Search, load_experiment

FLAT = load_experiment("tests/cards/na64e-flat.toml")
LEAD = Dump("e-", 100.0, material("lead"), 40.0)


def photon(ratio: float, alpha_D: float, chi: float, kind: Any = "dirac") -> DarkPhoton:
    return DarkPhoton(
        mediator_mass=ratio * chi,
        kinetic_mixing=1e-4,
        alpha_D=alpha_D,
        mass_ratio=ratio,
        dark_matter=kind,
    )


def made(model: Portal, *processes: str) -> float:
    """Accepted events per electron and unit of the squared coupling, no decay being visible."""
    search = Search.of(FLAT, calculation=Calculation(processes=processes or ("bremsstrahlung",)))
    (response,) = search.responses([model])
    (found,) = response.accepted(np.array([1e-7]), np.array([model.alpha_D])).values()
    return float(found.per_particle[0]) * 1e14


@pytest.mark.parametrize(
    ("kind", "alpha_D", "chi", "ratio", "expected"),
    [
        ("dirac", 0.1, 0.05, 3.0, 0.975),
        ("dirac", 0.5, 0.1, 3.0, 0.876),
        ("complex_scalar", 0.1, 0.05, 3.0, 0.997),
        ("complex_scalar", 0.5, 0.1, 3.0, 0.984),
        ("dirac", 0.1, 0.05, 1.5, 0.0076),
        ("dirac", 0.1, 0.05, 1.9, 0.042),
        ("dirac", 0.1, 0.05, 1.98, 0.132),
        ("dirac", 0.1, 0.05, 2.01, 0.954),
    ],
)
def test_over_on_shell(
    kind: str, alpha_D: float, chi: float, ratio: float, expected: float
) -> None:
    """Calculations apart from this code; a narrow mediator of the same mass is what is divided by.

    The numbers are known to 0.006, or half of the last digit that is given.
    """
    narrow = photon(3.0, 1e-4, ratio * chi / 3, kind)
    found = made(photon(ratio, alpha_D, chi, kind)) / made(narrow)
    assert found == pytest.approx(expected, abs=0.006 if expected > 0.1 else 5e-4 * 10)


@pytest.mark.parametrize("ratio", [2.1, 3.0, 10.0])
@pytest.mark.parametrize("process", ["bremsstrahlung", "annihilation"])
def test_weak_coupling_is_on_shell(ratio: float, process: str) -> None:
    """alpha_D -> 0 meets the yield at the mass; what is left goes as alpha_D."""
    one = photon(ratio, 1e-2, 0.25 / ratio)
    wide, half = (made(replace(one, alpha_D=a), process) for a in (1e-2, 5e-3))
    narrow = made(replace(one, alpha_D=1e-6), process)
    assert one.is_off_shell
    assert 2 * half - wide == pytest.approx(
        narrow, rel=3e-4 if process == "bremsstrahlung" else 2e-3
    )


@pytest.mark.parametrize("process", ["bremsstrahlung", "annihilation"])
@pytest.mark.parametrize(("kind", "chi"), [("dirac", 0.05), ("complex_scalar", 0.01)])
def test_a_light_mediator_is_a_photon(process: str, kind: Any, chi: float) -> None:
    """m -> 0: epsilon^2 alpha_D stands for epsilon^2 alpha, to 1e-4."""
    light = made(photon(1e-3, 1e-3, chi, kind), process) / 1e-3
    charged = Millicharged(dark_matter_mass=chi, kinetic_mixing=1e-4, dark_matter=kind)
    assert light == pytest.approx(made(charged, process) * 137.035999, rel=1e-4)


@pytest.mark.parametrize(
    ("chi", "bremsstrahlung", "annihilation"),
    [
        (0.01, 2.38e-6, 8.6e-8),
        (0.03, 2.39e-7, 8.6e-8),
        (0.1, 1.23e-8, 6.5e-8),
        (0.3, 4.3e-10, 0.0),
        (1.0, 1.5e-12, 0.0),
    ],
)
def test_millicharged_pairs_per_electron(
    chi: float, bremsstrahlung: float, annihilation: float
) -> None:
    """Above 50 GeV; 2 %, or half of the last digit."""
    charged = Millicharged(dark_matter_mass=chi, kinetic_mixing=1e-4, dark_matter="dirac")
    tolerance = 0.034 if chi == 1.0 else 0.02
    assert made(charged) == pytest.approx(bremsstrahlung, rel=tolerance)
    assert made(charged, "annihilation") == pytest.approx(annihilation, rel=0.02, abs=0)


def test_one_smooth_line_through_two() -> None:
    """Ratios of neighbouring points change by little: no cliff, no kink, at any R."""
    ratios = np.array([1.2, 1.5, 1.7, 1.9, 1.95, 1.98, 1.99, 1.995, 1.999, 2.0, 2.001, 2.01, 2.05])
    found = np.array(
        [made(photon(r, 0.1, 0.05)) / made(photon(3, 1e-4, r * 0.05 / 3)) for r in ratios]
    )
    assert np.all(np.diff(found) > 0)
    assert found[0] < 4e-3
    assert 0.95 < found[-1] < 0.97


@pytest.mark.parametrize("kind", [ScalarMediator, PseudoscalarMediator])
def test_other_mediators(kind: Any) -> None:
    """A scalar's width opens as b^3 and a pseudoscalar's as b: below R = 2 they differ."""

    def share(ratio: float, alpha_D: float) -> float:
        model = kind(mediator_mass=0.1, electron_coupling=1e-4, alpha_D=alpha_D, mass_ratio=ratio)
        return made(model) / made(replace(model, alpha_D=1e-5, mass_ratio=3.0))

    assert share(3.0, 1e-2) == pytest.approx(1.0, abs=0.01)
    assert share(1.9, 0.1) < 0.1


def test_neutrinos_do_not_hide_what_is_virtual() -> None:
    """B - L decays into neutrinos as a real one; dark matter too heavy for that comes on top."""
    alone = BMinusL(mediator_mass=0.1, gauge_coupling=1e-4)
    heavy = replace(alone, alpha_D=0.1, mass_ratio=1.98, dark_matter="dirac")
    for process in ("bremsstrahlung", "annihilation"):
        dark = made(photon(1.98, 0.1, 0.1 / 1.98), process) / (4 * np.pi / 137.035999)
        both, neutrinos = made(heavy, process), made(alone, process)
        assert both == pytest.approx(neutrinos + dark, rel=2e-3)


class Power(Process):
    """As many as m^-2: known in closed form."""

    reaction = "{beam} --> {mediator}"

    def obstacle(self, dump: Dump, model: Portal) -> str | None:
        return None if self.coupling(dump, model) > 0 else "no coupling"

    def coupling(self, dump: Dump, model: Portal) -> float:
        return model.lepton_coupling(dump.lepton)

    def produced(self, *_: Any) -> Any:
        raise NotImplementedError


KNOWN = Known(
    lambda models: (np.array([one.mediator_mass**-2 for one in models]), np.zeros(len(models))),
    lambda models: (np.full(len(models), 0.5), np.zeros(len(models))),
)


@pytest.mark.parametrize("ratio", [1.9, 3.0])
def test_against_adaptive_quadrature(ratio: float) -> None:
    model = replace(photon(ratio, 0.1, 0.05), kinetic_mixing=1e-3)

    found = folded(Power(), LEAD, [model], 50.0, KNOWN)

    def integrand(logarithm: float) -> float:
        k = np.exp(logarithm)
        return float(2 * k**2 * model.spectral_density(k) * k**-2)

    pole = np.log(model.mediator_mass)
    expected, _ = quad(
        integrand, np.log(0.1), np.log(100.0), points=[pole, pole + 0.1], limit=400, epsrel=1e-8
    )
    assert found.yields[0] == pytest.approx(expected, rel=1e-5)
    assert found.passed[0] == pytest.approx(expected / 2, rel=1e-5)


def test_masses_are_the_same_for_all_models() -> None:
    """So that what is kept on disk serves them all."""
    low, high = Bremsstrahlung().virtual_masses(LEAD, 50.0)
    one = nodes([photon(3, 0.1, 0.01), photon(3, 0.1, 0.1)], low, high)
    other = nodes([photon(3, 0.5, 0.02), photon(2.5, 0.1, 0.08)], low, high)
    assert set(one) >= set(other)
    assert np.log10(one * 1.0) * 16 == pytest.approx(np.round(np.log10(one) * 16), abs=1e-9)


def test_what_is_wider_than_its_mass_is_refused() -> None:
    class Wide(DarkPhoton):
        def dark_widths_at(self, mass: Any) -> Any:
            return {"dark matter": 2.0 * np.asarray(mass) * (np.asarray(mass) > 0.1)}

    model = Wide(
        mediator_mass=0.15, kinetic_mixing=1e-3, alpha_D=1.0, mass_ratio=3, dark_matter="dirac"
    )
    with pytest.raises(RangeError, match=r"alpha_D: 1 makes the width 2 times the mass"):
        folded(Power(), LEAD, [model], 50.0, KNOWN)
