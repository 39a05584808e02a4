"""Degrees of freedom against published tables and fits, thermodynamics and special functions."""

import math
import re
import subprocess
import sys
from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pytest
import scipy.constants
from particle import Particle
from scipy.special import kn

from scotopic.cosmology import degrees_of_freedom
from scotopic.cosmology.degrees_of_freedom import (
    HIGHEST_TEMPERATURE,
    JOINT,
    LOWEST_TEMPERATURE,
    energy_degrees_of_freedom,
    entropy_degrees_of_freedom,
    freeze_out_degrees_of_freedom,
    neutrino_temperature_ratio,
)
from scotopic.cosmology.plasma import BOSON, FERMION, hadrons, ideal_gas, plasma, qed_correction
from scotopic.errors import RangeError
from scotopic.units import ALPHA, FERMI_CONSTANT

Array = npt.NDArray[np.float64]


def published_low_fit(temperature: Array) -> tuple[Array, Array]:
    """Saikawa and Shirai, JCAP 05 (2018) 035, appendix C: g_* and g_*s for T < 120 MeV."""

    def shape(decay: float, *powers: float) -> npt.NDArray[np.float64]:
        x = masses[:, np.newaxis] / temperature
        return np.asarray(
            np.exp(-decay * x) * (1 + sum(c * x ** (n + 1) for n, c in enumerate(powers)))
        )

    masses = np.array([511e-6, 0.1056, 0.135, 0.140, 0.5, 0.77, 1.2, 2.0])
    fermion = shape(1.04855, 1.03757, 0.508630, 0.0893988)[:2]
    boson = shape(1.03149, 1.03317, 0.398264, 0.0648056)[2:]
    fermion_s = shape(1.04190, 1.03400, 0.456426, 0.0595249)[:2]
    boson_s = shape(1.03365, 1.03397, 0.342548, 0.0506182)[2:]
    heated = 1 + 7 / 4 * fermion_s[0]
    energy = 2.030 + 1.353 * heated ** (4 / 3) + np.array([3.495, 3.446]) @ fermion
    entropy = 2.008 + 1.923 * heated + np.array([3.442, 3.468]) @ fermion_s
    return (
        energy + np.array([1.05, 2.08, 4.165, 30.55, 89.4, 8209.0]) @ boson,
        entropy + np.array([1.034, 2.068, 4.16, 30.55, 90.0, 6209.0]) @ boson_s,
    )


def test_published_fit_below_the_transition() -> None:
    # 1 % is asked for; found: 0.6 % at 0.25 MeV (where the fit shows its own error), else 0.4 %.
    heat = np.geomspace(1e-6, 0.12, 400)
    energy, entropy = published_low_fit(heat)
    assert energy_degrees_of_freedom(heat) == pytest.approx(energy, rel=0.0065)
    assert entropy_degrees_of_freedom(heat) == pytest.approx(entropy, rel=0.005)


# log10(T/MeV), g_*, g_*/g_*s: Borsanyi et al., Nature 539 (2016) 69, table S2.
LATTICE = np.array(
    [
        [0.50, 10.74, 1.00029],
        [1.00, 10.76, 1.00048],
        [1.25, 11.09, 1.00505],
        [1.60, 13.68, 1.02159],
        [2.00, 17.61, 1.02324],
        [2.15, 24.07, 1.05423],
        [2.20, 29.84, 1.07578],
        [2.40, 47.83, 1.06118],
        [2.50, 53.04, 1.04690],
        [3.00, 73.48, 1.01778],
        [4.00, 83.10, 1.00123],
    ]
)


def test_lattice() -> None:
    heat = 10 ** (LATTICE[:, 0] - 3)
    energy = energy_degrees_of_freedom(heat) / LATTICE[:, 1]
    entropy = entropy_degrees_of_freedom(heat) * LATTICE[:, 2] / LATTICE[:, 1]
    # Two evaluations of the same physics, 0.4 % apart below 0.1 GeV and 1.8 % in the transition;
    # at 1 and 10 GeV, between lattice and perturbation theory, the literature differs by 5 %.
    tolerance = np.where(heat < 0.11, 0.005, np.where(heat < 0.4, 0.02, 0.055))
    assert np.all(np.abs(energy - 1) < tolerance)
    assert np.all(np.abs(entropy - 1) < tolerance)


def test_later_table_of_the_same_authors() -> None:
    # T/GeV, g_*s, g_*: Saikawa and Shirai, JCAP 08 (2020) 011; the fit of 2018 lies up to 3 %
    # below it between 0.15 and 0.5 GeV.
    heat, entropy, energy = np.array(
        [
            [1.0540400e-03, 10.5665, 10.5650],
            [9.6291600e-02, 17.0726, 17.4594],
            [1.4938000e-01, 25.2769, 26.9704],
            [2.0018300e-01, 38.1349, 41.1201],
            [5.0585300e-01, 60.0405, 61.6716],
            [1.0015500, 68.7548, 69.7781],
            [5.0109700, 79.8868, 80.1642],
        ]
    ).T
    assert energy_degrees_of_freedom(heat) == pytest.approx(energy, rel=0.03)
    assert entropy_degrees_of_freedom(heat) == pytest.approx(entropy, rel=0.03)


def test_known_limits() -> None:
    # Three massless neutrinos, photons and electrons: 10.75, the interaction takes 0.015 away.
    for heat in (3e-3, 4e-3, 5e-3):
        assert float(energy_degrees_of_freedom(heat)) == pytest.approx(10.75, rel=3e-3)
        assert float(entropy_degrees_of_freedom(heat)) == pytest.approx(10.75, rel=3e-3)
    # Instantaneous decoupling: 3.363 and 3.909; with N_eff = 3.044, 0.6 % more.
    assert float(energy_degrees_of_freedom(1e-6)) == pytest.approx(3.363, rel=0.008)
    assert float(entropy_degrees_of_freedom(1e-6)) == pytest.approx(3.909, rel=0.008)
    # Four quarks, gluons and leptons without interaction have 75.75, five quarks 86.25.
    assert 0.90 * 86.25 < float(energy_degrees_of_freedom(10.0)) < 86.25
    # Three quarks, gluons, e, mu, neutrinos: 61.75; interaction against the charm that begins.
    assert float(energy_degrees_of_freedom(0.5)) == pytest.approx(61.75, rel=0.05)


def test_effective_number_of_neutrinos() -> None:
    # 3.0440 (Bennett et al., JCAP 04 (2021) 073; Froustey et al., JCAP 12 (2020) 015); here one
    # temperature for all flavours and massless electrons in the rates: 0.006 more.
    ratio = float(neutrino_temperature_ratio(LOWEST_TEMPERATURE))
    assert 3 * ratio**4 * (11 / 4) ** (4 / 3) == pytest.approx(3.044, abs=0.008)


def test_neutrinos_without_interaction_keep_the_entropy(monkeypatch: pytest.MonkeyPatch) -> None:
    logarithm = np.linspace(math.log(1e-6), math.log(0.05), 300)
    energy, entropy = plasma(np.exp(logarithm))
    monkeypatch.setattr(degrees_of_freedom, "FERMI_CONSTANT", 0.0)
    ratio = degrees_of_freedom._decouple_neutrinos(logarithm, energy, entropy)
    start = int(np.searchsorted(logarithm, math.log(0.010)))
    expected = np.cbrt(entropy[: start + 1] / entropy[start])
    assert ratio[: start + 1] == pytest.approx(expected, rel=1e-5)
    # The limit (4/11)^(1/3), but for QED and the muons at 10 MeV.
    assert ratio[0] == pytest.approx((4 / 11) ** (1 / 3), rel=2e-3)
    monkeypatch.setattr(degrees_of_freedom, "FERMI_CONSTANT", 3e-4)
    coupled = degrees_of_freedom._decouple_neutrinos(logarithm, energy, entropy)
    assert coupled[logarithm > math.log(6e-4)] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("statistics", [BOSON, FERMION])
def test_ideal_gas_by_bessel_functions(statistics: int) -> None:
    x = np.array([0.5, 1.0, 3.0, 10.0, 40.0])
    density, pressure = np.zeros_like(x), np.zeros_like(x)
    for n in range(1, 80):
        sign = (-statistics) ** (n + 1)
        density += sign * (3 * (x / n) ** 2 * kn(2, n * x) + x**3 / n * kn(1, n * x))
        pressure += sign * (x / n) ** 2 * kn(2, n * x)
    energy, entropy = ideal_gas(x, statistics)
    assert energy == pytest.approx(density * 15 / math.pi**4, rel=1e-9)
    assert entropy == pytest.approx((density + pressure) * 45 / (4 * math.pi**4), rel=1e-9)


def test_massless_limits() -> None:
    for function in ideal_gas(np.array([0.0, 1e-6]), FERMION):
        assert function == pytest.approx([7 / 8, 7 / 8], rel=1e-8)
    for function in ideal_gas(1e-4, BOSON):
        assert float(function) == pytest.approx(1, rel=1e-6)
    for function in qed_correction(0.0):
        assert float(function) == pytest.approx(-25 * ALPHA / (4 * math.pi), rel=1e-5)
    assert max(abs(float(function)) for function in qed_correction(600.0)) < 1e-200


@pytest.mark.parametrize("heat", [1e-4, 1e-3, 0.02, 0.12])
def test_entropy_is_the_derivative_of_the_pressure(heat: float) -> None:
    # Ties the interaction's energy and entropy, and those of all gases, to each other.
    step = 1e-3
    energy, entropy = plasma(heat * (1 + step * np.array([-1, 0, 1])))
    over_heat = 4 / 3 * entropy - energy  # P/(pi^2 T^4/30)
    pressure = over_heat * (1 + step * np.array([-1, 0, 1])) ** 4
    slope = (pressure[2] - pressure[0]) / (2 * step)
    assert slope == pytest.approx(4 / 3 * entropy[1], rel=2e-5)


def test_interaction_is_thermodynamic() -> None:
    x, step = 1.3, 1e-4
    ratios = x * (1 - step * np.array([-1, 0, 1]))  # to first order 1/T
    energy, entropy = qed_correction(ratios)
    pressure = (4 / 3 * entropy - energy) * (x / ratios) ** 4
    slope = (pressure[2] - pressure[0]) / (math.log(ratios[0] / ratios[2]))
    assert slope == pytest.approx(4 / 3 * entropy[1], rel=1e-5)


def test_joint_is_smooth() -> None:
    heat = np.geomspace(0.1, 0.2, 2001)
    entropy = entropy_degrees_of_freedom(heat)
    root = freeze_out_degrees_of_freedom(heat)
    slope = np.gradient(np.log(entropy), np.log(heat))
    # The slope rises through the joint and never jumps (steps of 0.035 % in T).
    assert np.all(np.abs(np.diff(slope[2:-2])) < 0.01)
    assert np.all(np.abs(np.diff(root)) < 0.01)
    before, after = np.interp(JOINT, heat, slope)
    inside = slope[(heat > JOINT[0]) & (heat < JOINT[1])]
    assert before - 0.01 < inside.min()
    assert inside.max() < after + 0.01


def test_freeze_out_root() -> None:
    # Flat parts: g_*s/sqrt(g_*).
    assert float(freeze_out_degrees_of_freedom(4e-3)) == pytest.approx(math.sqrt(10.73), rel=2e-3)
    low = 3.931 / math.sqrt(3.383)
    assert float(freeze_out_degrees_of_freedom(5e-6)) == pytest.approx(low, rel=1e-3)
    # The definition, with the derivative from g_*s itself.
    heat, step = np.geomspace(2e-6, 9.0, 500), 1e-3
    entropy = entropy_degrees_of_freedom(heat)
    slope = np.log(
        entropy_degrees_of_freedom(heat * math.exp(step))
        / entropy_degrees_of_freedom(heat * math.exp(-step))
    ) / (2 * step)
    expected = entropy / np.sqrt(energy_degrees_of_freedom(heat)) * (1 + slope / 3)
    assert freeze_out_degrees_of_freedom(heat) == pytest.approx(expected, rel=1e-4)


def test_table_is_fine_enough() -> None:
    # Between the nodes against the sums themselves, where neutrinos are in equilibrium. The kink
    # of the third derivative at 120 MeV costs 1e-6.
    heat = np.geomspace(0.0123, 0.119, 97)
    energy, entropy = plasma(heat)
    assert energy_degrees_of_freedom(heat) == pytest.approx(energy + 5.25, rel=3e-6)
    assert entropy_degrees_of_freedom(heat) == pytest.approx(entropy + 5.25, rel=3e-6)


def test_more_heat_more_states() -> None:
    heat = np.geomspace(LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE, 5000)
    for function in (energy_degrees_of_freedom, entropy_degrees_of_freedom):
        assert np.all(np.diff(function(heat)) > -1e-7)
    # Below 10 MeV, where equilibrium is assumed, they are 2e-5 behind the heat of the muons.
    assert np.all(np.diff(neutrino_temperature_ratio(heat)) > -1e-6)


def test_shapes_and_range() -> None:
    functions = (
        energy_degrees_of_freedom,
        entropy_degrees_of_freedom,
        freeze_out_degrees_of_freedom,
        neutrino_temperature_ratio,
    )
    for function in functions:
        assert function(0.01).shape == ()
        assert function([[1e-6], [10.0]]).shape == (2, 1)
        for bad in (0.0, -1.0, 0.99e-6, 10.01, math.inf, math.nan):
            with pytest.raises(RangeError, match=r"GeV is not between 1e-06 and 10 GeV"):
                function([0.01, bad])


def test_hadrons_are_those_of_the_review_of_particle_physics() -> None:
    # Names of a release of `particle`; masses may move by a percent with the edition.
    states: dict[tuple[str, bool], list[tuple[float, int]]] = defaultdict(list)
    for hadron in Particle.findall():
        identity = hadron.pdgid
        if not identity.is_hadron or identity.has_charm or identity.has_bottom:
            continue
        if hadron.mass is None or hadron.mass > 2000 or abs(int(identity)) in {130, 310}:
            continue
        if abs(int(identity)) > 1_000_000_000:  # nucleons as nuclei
            continue
        name = re.sub(r"~?[+\-0]*$", "", hadron.name)
        name = {"n": "N", "p": "N"}.get(name, name)
        if name == "pi" and hadron.charge == 0:
            name = "pi0"
        states[name, identity.is_baryon].append((hadron.mass / 1000, identity.j_spin or 0))
    ours = {(name, kind == FERMION): (mass, number) for name, mass, number, kind in hadrons()}
    assert set(ours) == set(states)
    for key, members in states.items():
        mass, number = ours[key]
        assert number == sum(spins for _, spins in members), key
        assert mass == pytest.approx(np.mean([m for m, _ in members]), rel=0.02), key


def test_constant() -> None:
    codata = scipy.constants.value("Fermi coupling constant")
    assert pytest.approx(codata, rel=1e-6) == FERMI_CONSTANT


def test_warm_use_needs_no_scipy() -> None:
    degrees_of_freedom._table.cache_clear()
    float(energy_degrees_of_freedom(0.01))  # the table is in the cache of the tests now
    code = (
        "import sys; from scotopic.cosmology.degrees_of_freedom import *;"
        "freeze_out_degrees_of_freedom(0.01); sys.exit('scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=900).returncode == 0
