"""Direct detection: cross sections by hand, and the reasons where there are none."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.bounds import load_bound
from scotopic.bounds.quantities import scattering_cross_section
from scotopic.errors import RangeError
from scotopic.models.charged_vector import BMinusL
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter

Reader = Callable[[str], npt.NDArray[np.float64]]


def photon(mass: float, y: float = 1e-10, **given: Any) -> DarkPhoton:
    """Return one with dark matter of a mass in GeV."""
    parameters: dict[str, Any] = {
        "alpha_D": 0.1,
        "mass_ratio": 3.0,
        "dark_matter": "complex_scalar",
    } | given
    return DarkPhoton.from_y(y, mediator_mass=3 * mass, **parameters)


@pytest.mark.parametrize(("mass", "sigma"), [(0.005, 4.91e-36), (0.05, 5.85e-40), (0.5, 5.96e-44)])
def test_cross_section_at_one_y(mass: float, sigma: float) -> None:
    """The same for complex scalars and Dirac fermions, and whatever alpha_D at one y."""
    for given in ({}, {"dark_matter": "dirac"}, {"alpha_D": 0.5}):
        assert scattering_cross_section(photon(mass, **given)) == pytest.approx(
            sigma, rel=0.01, abs=0
        )


@pytest.mark.parametrize(
    ("name", "table", "worst"),
    [
        ("xenon1t-2019", "xenon1t-2019-electron.csv", 0.03),
        ("xenon10-2012", "xenon10-2012-electron.csv", 0.05),
        ("sensei-2020", "sensei-2020-electron.csv", 0.07),
    ],
)
def test_edges_are_the_published_cross_sections(
    name: str, table: str, worst: float, reference: Reader
) -> None:
    """Between typed points the curves of couplings are off by these parts at most."""
    rows = reference(table)
    rows = rows[(rows[:, 1] < 1e-6) & (rows[:, 0] > rows[0, 0] * 1.001)]
    own, off = load_bound(name), []
    for mass, sigma in rows[rows[:, 0] < rows[-1, 0]]:
        found = own.excluded(photon(float(mass)))
        if not found.intervals:
            assert found.reason == "only couplings above 1 would be excluded"
            continue
        y = found.intervals[0][0] ** 2 * 0.1 / 81
        off.append(0.5 * math.log(scattering_cross_section(photon(float(mass), y)) / sigma))
    assert len(off) > len(rows) / 2
    assert np.abs(off).max() < worst


def test_xenon1t_at_a_typed_point() -> None:
    """8.9e-36 cm2 (typed 9.006e-40 at 53.19 MeV): eps = sqrt(sigma m^4/(16 pi mu^2 a a_D))."""
    mass, sigma = 0.05319, 9.006e-40 / 0.3893794e-27
    reduced = mass * 0.00051099895 / (mass + 0.00051099895)
    expected = math.sqrt(sigma * (3 * mass) ** 4 * 137.036 / (16 * math.pi * reduced**2 * 0.1))
    (found,) = load_bound("xenon1t-2019").excluded(photon(mass)).intervals
    assert found[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (
            InelasticDarkMatter(
                mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
            ),
            "up-scattering is closed for a splitting of 0.4 of the mass",
        ),
        (photon(0.05, dark_matter="pseudo_dirac", splitting=0.1), "up-scattering is closed"),
        (photon(0.05, dark_matter="pseudo_dirac", splitting=1e-6), "is not recast"),
        (photon(0.05, dark_matter="majorana"), "the square of its velocity"),
        (replace(photon(0.05), alpha_D=0), "nothing dark scatters"),
        (photon(0.001), "masses of dark matter from 0.01962 to 1.007 GeV"),
        (BMinusL(mediator_mass=0.1, gauge_coupling=1e-3), "nothing dark scatters"),
    ],
)
def test_what_is_not_bounded_has_a_reason(model: Any, reason: str) -> None:
    assert reason in load_bound("xenon1t-2019").excluded(model).reason


def test_it_crosses_na64_at_40_MeV(reference: Reader) -> None:
    """2.84e11 electrons, alpha_D = 0.1: 42 MeV by another program, 50 in Fig. 16 of the review."""
    masses, limits = reference("na64-2019-invisible-2.84e11.csv").T
    own = load_bound("xenon1t-2019")

    def stronger(mass: float) -> bool:
        (found,) = own.excluded(photon(mass)).intervals
        return found[0] < float(
            np.exp(np.interp(math.log(3 * mass), np.log(masses), np.log(limits)))
        )

    assert not stronger(0.038)
    assert stronger(0.050)


def test_states_without_a_splitting_are_one_that_scatters() -> None:
    whole = scattering_cross_section(photon(0.05, dark_matter="dirac"))
    pair = photon(0.05, dark_matter="pseudo_dirac")
    assert scattering_cross_section(pair) == pytest.approx(whole, rel=1e-12, abs=0)
    common = {"mediator_mass": 0.15, "kinetic_mixing": pair.kinetic_mixing, "alpha_D": 0.1}
    one = InelasticDarkMatter(**common, mass_ratio=3.0, splitting=0.0)
    assert scattering_cross_section(one) == pytest.approx(whole, rel=1e-12, abs=0)
    two = InelasticDiracDarkMatter(**common, mass_ratio=3.0, splitting=0.1, theta=0.3)
    expected = whole * math.sin(0.3) ** 4
    assert scattering_cross_section(two) == pytest.approx(expected, rel=1e-12, abs=0)
    with pytest.raises(RangeError, match="closed"):
        scattering_cross_section(replace(one, splitting=0.1))
