"""Primakoff production against the integral over a finer shower, and what is asked of it."""

from dataclasses import replace

import numpy as np
import pytest

from scotopic.detector.window import EnergyWindow
from scotopic.errors import RangeError
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.calculation import Calculation
from scotopic.processes.kept import produced_by_depth
from scotopic.processes.primakoff import Primakoff
from scotopic.production.primakoff import primakoff_cross_section
from scotopic.search import load_experiment
from scotopic.shower import track_lengths
from scotopic.signatures.base import dump_of

EXPERIMENT = load_experiment("na64e-alp")
PRIMAKOFF = Primakoff()
DUMP = dump_of(EXPERIMENT)
ALP = AxionLikeParticle(mediator_mass=0.03, photon_coupling=1e-4)


@pytest.mark.parametrize("mass", [1e-3, 0.03, 0.3])
@pytest.mark.parametrize("form_factor", [None, "elastic", "elastic+inelastic"])
def test_accepted_is_the_integral_over_the_photons(mass: float, form_factor: str | None) -> None:
    """Its form factor is the calculation's; by itself it takes the elastic one."""
    model = replace(ALP, mediator_mass=mass)
    window = EnergyWindow(100.0, 0.0, 50.0, EXPERIMENT.visible_energy_resolution("ECAL"))
    softest = float(window.thresholds()[0].min())
    tracks = track_lengths(
        DUMP.medium,
        "e-",
        100.0,
        minimum_energy=softest,
        thickness_X0=DUMP.thickness_X0,
        nodes=300,
    )
    per_X0 = sum(
        per_cm2 * primakoff_cross_section(mass, tracks.energies, nucleus, form_factor or "elastic")
        for nucleus, per_cm2 in DUMP.material.atoms_per_cm2_per_X0.items()
    )
    expected = tracks.photon @ (per_X0 * window.acceptance(tracks.energies))
    found = PRIMAKOFF.accepted(DUMP, [model], window, Calculation(form_factor=form_factor))
    assert found.values[0] == pytest.approx(expected, rel=2e-3, abs=0)
    assert 0 < found.relative_error[0] < 2e-3


def test_samples_are_spread_as_what_is_produced() -> None:
    edges = np.linspace(0, DUMP.thickness_X0 or 0, 81)
    (made,) = PRIMAKOFF.produced(DUMP, [ALP], 50.0, edges, Calculation())
    uniforms = np.random.default_rng(2).random((3, 40_000))
    sample = PRIMAKOFF.sample(DUMP, ALP, 50.0, Calculation(), uniforms)
    assert sample is not None
    assert sample.total == pytest.approx(made.yields.sum(), rel=1e-9, abs=0)
    by_energy, by_depth = made.yields.sum(axis=0), made.yields.sum(axis=1)
    energy = by_energy @ made.energies / by_energy.sum()
    depth = by_depth @ (edges[1:] + edges[:-1]) / 2 / by_depth.sum()
    # nodes are unevenly spaced: what they stand for is not centred on them
    assert sample.mediator_energy.mean() == pytest.approx(energy, rel=5e-3)
    assert sample.depth_X0.mean() == pytest.approx(depth, rel=0.01)
    np.testing.assert_array_equal(sample.parent_energy, sample.mediator_energy)
    (bins,) = PRIMAKOFF.spectrum(DUMP, [ALP], np.array([50.0, 60.0, 80.0, 100.0]), Calculation())
    assert bins.sum() == pytest.approx(made.yields.sum(), rel=1e-9, abs=0)
    counts = np.histogram(sample.mediator_energy, [50.0, 60.0, 80.0, 100.0])[0] / 40_000
    np.testing.assert_allclose(bins / bins.sum(), counts, atol=0.01)


def test_what_is_kept_is_what_is_produced() -> None:
    edges = np.array([0.0, 5.0, 20.0])
    models = [ALP, replace(ALP, mediator_mass=0.1), replace(ALP, photon_coupling=3e-4)]
    found = produced_by_depth("primakoff", DUMP, models, 50.0, edges, Calculation())
    own = PRIMAKOFF.produced(DUMP, models, 50.0, edges, Calculation())
    for one, other in zip(found, own, strict=True):
        np.testing.assert_array_equal(one.energies, other.energies)
        np.testing.assert_array_equal(one.yields, other.yields)


def test_who_is_made() -> None:
    photon = DarkPhoton(
        mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
    )
    assert "does not couple to photons" in str(PRIMAKOFF.obstacle(DUMP, photon))
    assert PRIMAKOFF.obstacle(DUMP, ALP) is None
    assert Calculation().applicable(DUMP, ALP) == ("primakoff",)
    with pytest.raises(RangeError, match=r"mediator_mass: 51.0 GeV is not below"):
        PRIMAKOFF.produced(
            DUMP, [replace(ALP, mediator_mass=51.0)], 50.0, np.array([0.0, 9.0]), Calculation()
        )
