"""Annihilation with moving electrons against sums over momenta, in one and three dimensions."""

import math
from dataclasses import replace

import numpy as np
import pytest

from scotopic.materials import element, material
from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.annihilation import Annihilation
from scotopic.processes.annihilation_integrals import (
    accepted_annihilation,
    annihilation_in_bins,
    sampled_seen,
)
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.moving_electrons import MovingElectrons
from scotopic.production.annihilation import cross_section
from scotopic.production.electron_momenta import ElectronMomenta, shells
from scotopic.units import ALPHA, ELECTRON_MASS

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

BEAMS = {particle: Dump(particle, 100.0, material("lead")) for particle in ("e-", "e+")}
PHOTON = DarkPhoton(
    mediator_mass=0.25, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)


class Sharp:
    """A window without resolution."""

    def acceptance(self, mediator_energy: Array) -> Array:
        return (mediator_energy > 50.0).astype(float)

    def thresholds(self) -> tuple[Array, Array]:
        return np.array([50.0]), np.array([1.0])

    def inputs(self) -> dict[str, float]:
        return {"above": 50.0}


def at_masses(*masses_MeV: float) -> list[DarkPhoton]:
    return [replace(PHOTON, mediator_mass=mass / 1000) for mass in masses_MeV]


# Yields over those of electrons at rest, to two digits, worked out with another program, whose
# widths do not run: at the line of the beam energy that is 0.7 % more than their last digit.
RATIOS = {
    "e-": {200: 1.45, 210: 1.59, 220: 1.47, 225: 1.00, 230: 0.82, 240: 0.92, 260: 1.00, 300: 1.16,
           320: 1.64},
    "e+": {210: 1.49, 230: 0.87, 280: 1.01, 310: 0.95, 320: 0.70, 330: 1.54, 350: 1.92, 400: 1.55},
}  # fmt: skip


@pytest.mark.parametrize("particle", RATIOS)
def test_ratios_to_electrons_at_rest(particle: str) -> None:
    models = at_masses(*RATIOS[particle])
    moving, still = (
        accepted_annihilation(BEAMS[particle], models, Sharp(), bound_electrons=bound)
        for bound in (True, False)
    )
    np.testing.assert_allclose(moving / still, list(RATIOS[particle].values()), rtol=0.014)


def profile(kappa: Array) -> Array:
    """J of lead between -1 and 1, written out."""
    found = np.zeros_like(kappa)
    for shell in shells(82):
        p = ALPHA * shell.effective_charge / shell.effective_number
        found += shell.electrons * 8 * p**5 / (3 * math.pi * (kappa**2 + p**2) ** 3)
    return found / 82 / 0.99962


@pytest.mark.parametrize(("mass", "alpha_D"), [(0.2, 0.1), (0.225, 0.1), (0.24, 0.5), (0.3, 0.3)])
def test_yield_is_the_double_integral(mass: float, alpha_D: float) -> None:
    """Int dE T(E) Int dkappa J(kappa) (1 - kappa) sigma(E (1 - kappa)), on a grid."""
    dump, model = BEAMS["e-"], replace(PHOTON, mediator_mass=mass, alpha_D=alpha_D)
    edges = np.append(np.linspace(50.0, 99.96, 801), 100.0)
    tracks = -np.diff(dump.track_lengths(50.0).above("e+", edges))
    energies = (edges[1:] + edges[:-1]) / 2
    t = np.arcsinh(1 / 0.005) * np.linspace(-1, 1, 2001)[1:-1]
    kappa, step = 0.005 * np.sinh(t), 0.005 * np.cosh(t) * (t[1] - t[0])
    seen = energies[:, None] * (1 - kappa)
    sigma = np.where(seen > 0.01, cross_section(np.maximum(seen, 0.01), model), 0.0)
    expected = tracks @ (sigma @ (profile(kappa) * (1 - kappa) * step))
    (found,) = accepted_annihilation(dump, [model], Sharp())
    per_X0 = dump.material.electrons_per_cm2_per_X0
    assert found == pytest.approx(per_X0 * expected, rel=1e-3, abs=0)  # the bin next to the window
    bins = annihilation_in_bins(dump, [model], np.linspace(50.0, 100.0, 401))
    assert found == pytest.approx(bins.sum(), rel=1e-3, abs=0)


def test_line_of_a_positron_beam_is_smeared() -> None:
    """Behind 1e-3 X0 all positrons have the beam energy: N(m) follows J of a narrow resonance."""
    thin = Dump("e+", 100.0, material("lead"), 1e-3)
    kappa = np.array([-0.2, -0.05, -0.01, 0.0, 0.004, 0.03, 0.15])
    masses = np.sqrt(2 * ELECTRON_MASS * 100.0 * (1 - kappa))
    models = [replace(PHOTON, mediator_mass=float(m), alpha_D=1e-6) for m in masses]
    found = accepted_annihilation(thin, models, Sharp())
    # 12 pi^2 Gamma_ee/(2 m_e m) J/E with the flux E'/E; Gamma_ee goes with m
    expected = profile(kappa) * (1 - kappa)
    # T reaches down from the beam energy, which 1e-3 X0 leave to 99.5 % of the positrons
    np.testing.assert_allclose(found / found[3], expected / expected[3], rtol=0.02)


def test_nothing_is_lost() -> None:
    """Of a flat cross section all is there, J being even; of a line, all up to its energy."""
    moving = MovingElectrons(ElectronMomenta.of(element("Pb")), 50.0, 100.0)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    energies, lengths = 75 + 25 * nodes, 25 * weights * (1 + nodes**2)
    flux = moving.flux(energies, lengths)
    seen = np.geomspace(*moving.seen, 20_001)
    assert np.trapezoid(flux(seen), seen) == pytest.approx(lengths.sum(), rel=1e-4, abs=0)
    below = moving.below(np.array([70.0]), np.array([3.0]))
    at = np.array([36.0, 70.0, 74.0, 100.0])
    expected = 3 * moving.momenta.below(1 - 70.0 / at)
    np.testing.assert_allclose(below(at), expected, rtol=1e-3)


def test_momenta_in_three_dimensions() -> None:
    """Exact s and flux of a positron and an electron of energy m_e with a momentum k.

    Electrons on their mass shell, or bound, have other energies by some of its momentum squared:
    the docs say what that makes.
    """
    rng = np.random.default_rng(7)
    count, m = 400_000, ELECTRON_MASS
    every = shells(82)
    which = rng.choice(len(every), count, p=[s.electrons / 82 for s in every])
    square = rng.beta(1.5, 2.5, count)  # of k^2/(k^2 + p^2) where n(k) goes as its fourth power
    k = m * np.array([s.momentum for s in every])[which] * np.sqrt(square / (1 - square))
    along = k * rng.uniform(-1, 1, count)
    dump, models = BEAMS["e-"], at_masses(230, 260)
    edges = np.append(np.linspace(50.0, 99.96, 4001), 100.0)
    above = dump.track_lengths(50.0).above("e+", edges)
    energy = np.interp(-above[0] * rng.random(count), -above, edges)
    s = (energy + m) ** 2 - (np.sqrt(energy**2 - m**2) + along) ** 2 - (k**2 - along**2)
    met = s > 5 * m**2
    flux = np.sqrt((s[met] - 2 * m**2) ** 2 - 4 * m**4) / (2 * energy[met] * m)
    for model, found in zip(models, accepted_annihilation(dump, models, Sharp()), strict=True):
        sigma = cross_section((s[met] - 2 * m**2) / (2 * m), model)
        made = above[0] * (sigma * flux).sum() / count * dump.material.electrons_per_cm2_per_X0
        assert found == pytest.approx(made, rel=0.012, abs=0)  # 3 sigma


@pytest.mark.parametrize(("mass", "alpha_D"), [(0.25, 1e-6), (0.23, 0.1)])
def test_samples(mass: float, alpha_D: float) -> None:
    """Energies spread although sqrt(s) is the mass, and as J says of each sqrt(s)."""
    model, dump = replace(PHOTON, mediator_mass=mass, alpha_D=alpha_D), BEAMS["e-"]
    uniforms = np.random.default_rng(2).random((3, 40_000))
    made = Annihilation().sample(dump, model, 50.0, Calculation(), uniforms)
    assert made is not None
    (accepted,) = accepted_annihilation(dump, [model], Sharp())
    assert made.total == pytest.approx(accepted, rel=2e-3, abs=0)
    np.testing.assert_allclose(made.mediator_energy - made.parent_energy, ELECTRON_MASS, rtol=1e-9)
    assert made.virtual_mass.min() > model.invisible_threshold
    seen = made.virtual_mass**2 / (2 * ELECTRON_MASS)
    if alpha_D < 1e-3:
        resonance = mass**2 / (2 * ELECTRON_MASS)
        assert np.quantile(np.abs(seen - resonance), 0.9) < 1e-3
        edges = np.linspace(50.0, 99.96, 8001)
        tracks = -np.diff(dump.track_lengths(50.0).above("e+", edges))
        middle = (edges[1:] + edges[:-1]) / 2
        likely = tracks * profile(1 - resonance / middle) / middle**2
    else:  # the mean of E' at a given E by brute force, weighted with what is made there
        middle = np.linspace(50.5, 99.5, 50)
        points = np.linspace(1.0, 199.0, 8000)
        weight = cross_section(points, model) * points * profile(1 - points / middle[:, None])
        weight[np.abs(1 - points / middle[:, None]) > 1] = 0
        mean = weight @ points / weight.sum(axis=1)
        expected = np.interp(made.mediator_energy, middle, mean)
        assert seen.mean() == pytest.approx(expected.mean(), abs=4 * seen.std() / 200)
        return
    mean = likely @ middle / likely.sum()
    spread = math.sqrt(likely @ (middle - mean) ** 2 / likely.sum())
    assert made.mediator_energy.mean() == pytest.approx(mean, abs=4 * spread / 200)
    assert made.mediator_energy.std() == pytest.approx(spread, rel=0.02, abs=0)


def test_samples_are_smooth_in_the_mass() -> None:
    energies, uniforms = np.array([55.0, 60.0, 70.0]), np.array([0.2, 0.5, 0.7])
    one, other = (
        sampled_seen(BEAMS["e-"], replace(PHOTON, mediator_mass=m), 50.0, energies, uniforms)
        for m in (0.25, 0.25001)
    )
    np.testing.assert_allclose(one, other, rtol=3e-3)
