"""Annihilation against narrow widths, finer bins and other ways to the same integral."""

import math
from dataclasses import replace

import numpy as np
import pytest

from scotopic.detector.window import EnergyWindow
from scotopic.materials import material
from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.annihilation import Annihilation
from scotopic.processes.annihilation_integrals import (
    accepted_annihilation,
    annihilation_in_bins,
)
from scotopic.processes.base import Process
from scotopic.processes.bremsstrahlung import Bremsstrahlung, bremsstrahlung_above
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.search import load_experiment
from scotopic.shower import depth_track_lengths
from scotopic.signatures.base import dump_of
from scotopic.units import ALPHA, ELECTRON_MASS, GEV2_TO_CM2

ANNIHILATION, BREMSSTRAHLUNG = Annihilation(), Bremsstrahlung()
AT_REST = Calculation(bound_electrons=False)
LEAD = Dump("e-", 100.0, material("lead"))
NA64 = dump_of(load_experiment("na64e-2018"))
WINDOW = EnergyWindow(
    100.0, 0.0, 50.0, load_experiment("na64e-2018").visible_energy_resolution("ECAL")
)
SCALAR = DarkPhoton(
    mediator_mass=0.1,
    kinetic_mixing=1.0,
    alpha_D=0.1,
    mass_ratio=3.0,
    dark_matter="complex_scalar",
)


def test_annihilation_in_the_narrow_width_limit() -> None:
    """For a narrow resonance, N = n_e T_+(E_res) 12 pi^2 Gamma_ee BR/(2 m_e m beta^2)."""
    model = replace(SCALAR, mediator_mass=0.26, alpha_D=1e-4)
    resonance = model.mediator_mass**2 / (2 * ELECTRON_MASS) - ELECTRON_MASS
    edges = np.linspace(50.0, 99.9, 2001)
    found = annihilation_in_bins(LEAD, [model], edges, bound_electrons=False).sum()
    beta2 = 1 - 4 * ELECTRON_MASS**2 / model.mediator_mass**2
    width_ee = ALPHA / 3 * model.mediator_mass
    strength = 12 * math.pi**2 * width_ee / model.mediator_mass / (2 * ELECTRON_MASS * beta2)
    density = float(LEAD.track_lengths(45.0).density("e+", resonance))
    expected = material("lead").electrons_per_cm2_per_X0 * density * strength * GEV2_TO_CM2
    # Gamma/m is 3e-6 here; what is left is the slope of T_+ in a bin of 0.03 GeV: 0.3 %.
    assert found == pytest.approx(expected, rel=0.003, abs=0)


# Resonances below, at and above the smeared edge of 50 GeV (226 MeV), and at the beam energy.
NEAR_THE_EDGE = [0.215, 0.219, 0.221, 0.222, 0.223, 0.225, 0.227, 0.24, 0.27, 0.31, 0.32, 0.33]


@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize("alpha_D", [1e-6, 1e-4, 1e-3, 1e-2, 0.1])
def test_accepted_yields_are_those_of_24000_bins(alpha_D: float, bound: bool) -> None:
    """To the stated error, with what is radiated, which is a third of them at 222 MeV."""
    models = [replace(SCALAR, mediator_mass=m, alpha_D=alpha_D) for m in NEAR_THE_EDGE]
    thresholds, weights = WINDOW.thresholds()
    softest = float(thresholds.min())
    # the shower's line above 99.97 GeV is not resolved
    edges = np.append(np.linspace(softest, 99.96, 24_000), 100.0)
    middle = (edges[1:] + edges[:-1]) / 2 + ELECTRON_MASS
    bins = annihilation_in_bins(NA64, models, edges, bound_electrons=bound)
    expected = bins @ WINDOW.acceptance(middle)
    radiated = bremsstrahlung_above(NA64, models, thresholds, Calculation()) @ weights
    error = np.array(
        [
            ANNIHILATION.relative_error(NA64, model, softest, Calculation())
            + BREMSSTRAHLUNG.relative_error(NA64, model, softest, Calculation())
            - NA64.track_lengths(softest).error  # which both have
            for model in models
        ]
    )
    found = accepted_annihilation(NA64, models, WINDOW, bound_electrons=bound)
    assert np.all(np.abs(found - expected) < error * (radiated + expected))
    assert error.max() < 0.002


@pytest.mark.parametrize("mass", [0.219, 0.222, 0.225, 0.24, 0.27, 0.31])
def test_accepted_yield_of_a_line(mass: float) -> None:
    """A narrow resonance is accepted as its own energy is: N = n_e T_+(E_res) A(E_res) I."""
    model = replace(SCALAR, mediator_mass=mass, alpha_D=1e-7)
    resonance = mass**2 / (2 * ELECTRON_MASS) - ELECTRON_MASS
    beta2 = 1 - 4 * ELECTRON_MASS**2 / mass**2
    # Gamma_ee with its corrections of m_e^2/m^2, I = 12 pi^2 Gamma_ee/(2 m_e m beta^2)
    width_ee = ALPHA / 3 * mass * (1 + 2 * ELECTRON_MASS**2 / mass**2) * math.sqrt(beta2)
    strength = 12 * math.pi**2 * width_ee / mass / (2 * ELECTRON_MASS * beta2) * GEV2_TO_CM2
    softest = float(WINDOW.thresholds()[0].min())
    density = float(NA64.track_lengths(softest).density("e+", resonance))
    accepted = float(WINDOW.acceptance(np.array([resonance + ELECTRON_MASS]))[0])
    per_X0 = NA64.material.electrons_per_cm2_per_X0
    (found,) = accepted_annihilation(NA64, [model], WINDOW, bound_electrons=False)
    expected = per_X0 * density * accepted * strength
    assert found == pytest.approx(expected, rel=1e-4, abs=0)  # the wings; Gamma/m is 3e-9


def test_muons_annihilate_nothing() -> None:
    muons = Dump("mu-", 160.0, material("lead"), 40.0)
    assert "muons" in str(ANNIHILATION.obstacle(muons, SCALAR))
    assert Calculation().applicable(muons, SCALAR) == ("bremsstrahlung", "photoproduction")


@pytest.mark.parametrize("mass", [0.24, 0.27, 0.30])
@pytest.mark.parametrize("bins", [1, 5, 50])
def test_annihilation_does_not_depend_on_the_bins(mass: float, bins: int) -> None:
    """The track length falls steeply inside a wide bin; the resonance sits in one place of it."""
    model = replace(SCALAR, mediator_mass=mass, alpha_D=1e-4)
    fine, found = (
        annihilation_in_bins(
            LEAD, [model], np.linspace(50.0, 99.9, number + 1), bound_electrons=False
        ).sum()
        for number in (4000, bins)
    )
    assert found == pytest.approx(fine, rel=0.004, abs=0)


def test_spectrum_of_annihilation_sits_at_the_resonance() -> None:
    model = replace(SCALAR, mediator_mass=0.26, alpha_D=1e-3)
    edges = np.linspace(50.0, 100.0, 501)
    found = ANNIHILATION.spectrum(LEAD, [model], edges, Calculation())
    peak = edges[np.argmax(found[0])]
    assert peak == pytest.approx(0.26**2 / (2 * ELECTRON_MASS), abs=0.2)


def test_positron_beam_annihilates_more() -> None:
    edges = np.linspace(50.0, 100.0, 1501)
    model = replace(SCALAR, mediator_mass=0.3)
    electrons = annihilation_in_bins(LEAD, [model], edges).sum()
    positrons = annihilation_in_bins(replace(LEAD, particle="e+"), [model], edges).sum()
    assert positrons > 10 * electrons


@pytest.mark.parametrize("how", [AT_REST, Calculation()])
@pytest.mark.parametrize(("mass", "alpha_D"), [(0.2, 0.1), (0.222, 1e-4), (0.25, 1e-3), (0.3, 0.1)])
def test_what_follows_from_bins_of_depth_and_energy(
    mass: float, alpha_D: float, how: Calculation
) -> None:
    """What every process has by default, made of 1500 bins of energy and those of the resonance."""
    model = replace(SCALAR, mediator_mass=mass, alpha_D=alpha_D)
    own = ANNIHILATION.accepted(NA64, [model], WINDOW, how)
    found = Process.accepted(ANNIHILATION, NA64, [model], WINDOW, how)
    np.testing.assert_allclose(found.values, own.values, rtol=1e-3)
    np.testing.assert_allclose(found.relative_error, own.relative_error, rtol=1e-9)
    edges = np.array([50.0, 53.0, 60.0, 75.0, 95.0, 100.0])
    bins = ANNIHILATION.spectrum(NA64, [model], edges, how)
    binned = Process.spectrum(ANNIHILATION, NA64, [model], edges, how)
    np.testing.assert_allclose(binned, bins, rtol=2e-3, atol=2e-3 * bins.max())


def test_slices_of_depth_add_up_and_follow_the_positrons() -> None:
    """Of a narrow resonance the depth is that of positrons of its energy."""
    model, how = replace(SCALAR, mediator_mass=0.26, alpha_D=1e-6), AT_REST
    edges = np.array([0.0, 2.0, 4.0, 6.0, 9.0, 40.0])
    (whole,) = ANNIHILATION.produced(NA64, [model], 50.0, edges[[0, -1]], how)
    (found,) = ANNIHILATION.produced(NA64, [model], 50.0, edges, how)
    np.testing.assert_allclose(found.yields.sum(axis=0), whole.yields[0], rtol=1e-9)
    (bins,) = ANNIHILATION.spectrum(NA64, [model], np.array([50.0, 70.0, 100.0]), how)
    assert found.yields.sum() == pytest.approx(bins.sum(), rel=2e-3, abs=0)
    tracks = depth_track_lengths(
        NA64.medium, "e-", 100.0, minimum_energy=50.0, depth_edges_X0=edges, nodes=400
    )
    resonance = model.mediator_mass**2 / (2 * ELECTRON_MASS)
    near = np.argmin(np.abs(tracks.energies - resonance))
    shares = tracks.positron[:, near] / tracks.positron[:, near].sum()
    # nodes are some 0.5 GeV from the resonance, over which shares change by 1 %
    np.testing.assert_allclose(found.yields.sum(axis=1) / found.yields.sum(), shares, atol=0.01)


@pytest.mark.parametrize(("mass", "alpha_D"), [(0.26, 1e-4), (0.24, 0.1)])
def test_samples_from_bins_of_depth_and_energy(mass: float, alpha_D: float) -> None:
    model, how = replace(SCALAR, mediator_mass=mass, alpha_D=alpha_D), Calculation()
    uniforms = np.random.default_rng(1).random((3, 20_000))
    own = ANNIHILATION.sample(NA64, model, 50.0, how, uniforms)
    found = Process.sample(ANNIHILATION, NA64, model, 50.0, how, uniforms)
    assert own is not None
    assert found is not None
    assert found.total == pytest.approx(own.total, rel=1e-6, abs=0)
    for name in ("mediator_energy", "depth_X0"):
        one, other = getattr(found, name), getattr(own, name)
        error = 4 * np.hypot(one.std(), other.std()) / np.sqrt(len(one))
        # a quarter of a slice of depth
        assert one.mean() == pytest.approx(other.mean(), abs=error + 0.06), name


def test_narrow_resonance_has_one_energy() -> None:
    model = replace(SCALAR, mediator_mass=0.25, alpha_D=1e-6)
    uniforms = np.random.default_rng(1).random((3, 4096))
    made = ANNIHILATION.sample(LEAD, model, 50.0, AT_REST, uniforms)
    assert made is not None
    found = np.quantile(made.mediator_energy, [0.1, 0.5, 0.9])
    # half of them are within the width, nine in ten within six times as much: far below 1 MeV
    np.testing.assert_allclose(found, 0.25**2 / (2 * ELECTRON_MASS), atol=1e-3, rtol=0)
