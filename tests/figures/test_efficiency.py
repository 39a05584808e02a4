"""The efficiency map: its average is the acceptance, its edges are the detectors'."""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.errors import RangeError
from scotopic.experiments.selections import CalorimeterSelection
from scotopic.figures import draw_efficiency_map
from scotopic.figures.efficiency import EnergyAxis, efficiency_map
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.search import load_experiment
from scotopic.search.cards import selection_of
from scotopic.signatures.decay_chains import acceptance
from scotopic.signatures.single_event import candidates

NA64 = load_experiment("na64e-2018")
MODEL = InelasticDarkMatter(
    mediator_mass=0.3, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
)


def selection(card: str, search: str) -> CalorimeterSelection:
    found = selection_of(load_experiment(card).search(search))
    assert isinstance(found, CalorimeterSelection)
    return found


RECAST = selection("na64e-2018", "invisible")
S1 = selection("na64e-2018-semi-visible", "S1")


def middle(edges: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray((edges[1:] + edges[:-1]) / 2)


@pytest.mark.parametrize("against", ["pair_energy", "mediator_energy"])
def test_map_behind_all_and_in_the_veto(against: EnergyAxis) -> None:
    events = candidates(NA64, RECAST, MODEL, seed=1)
    found = efficiency_map(NA64, RECAST, events, 1, against=against, positions=64, energies=16)
    z = middle(found.position_edges_cm)
    assert np.nanmax(found.probability) <= 1 + 1e-12
    assert np.nanmin(found.probability) >= 0
    # Nothing above the VETO's threshold of 5 MeV may decay into it: 45 to 55 cm.
    in_veto = (z > 45) & (z < 55)
    assert in_veto.any()
    assert np.nanmax(found.probability[in_veto]) < 1e-9
    if against == "mediator_energy":
        # Behind the set-up only the window counts: half at 50 GeV, all 10 standard deviations
        # of 0.1 sqrt(E) above it.
        behind, energy = found.probability[-1], middle(found.energy_edges)
        assert behind[energy > 58] == pytest.approx(1.0, abs=1e-6)
        assert np.interp(50.0, energy, behind) == pytest.approx(0.5, abs=0.1)  # cells of 3.6 GeV
    else:
        # 0.6 sqrt(E) above the 1 GeV of the HCAL: 3 GeV is 1.9 standard deviations away.
        in_hcal, energy = found.probability[(z > 90) & (z < 580)].mean(axis=0), found.energy_edges
        assert in_hcal[middle(energy) > 20].max() < 1e-6
        assert np.all(np.diff(in_hcal[middle(energy) > 1.5]) < 0)


def test_mean_of_the_map_is_the_acceptance() -> None:
    """Decays spread by their lifetime over the map: what `acceptance` says, within its cells.

    One energy cell over nearly all events; c tau such that most decays are inside the map.
    """
    events = candidates(NA64, S1, MODEL, seed=1)
    kept = np.flatnonzero(events.pair_energy[:, 0] > np.quantile(events.pair_energy[:, 0], 1e-2))
    part = events.of_rows(kept)
    # Monochromatic flights, so that the map's mean over events needs no weight of its own.
    flights = np.full_like(part.chi2_beta_gamma, 100.0)
    part = replace(
        part,
        chi2_beta_gamma=flights,
        production_depth_cm=np.zeros_like(part.production_depth_cm),
    )
    found = efficiency_map(NA64, S1, part, 1, positions=2000, energies=1)
    length = 300.0
    edges = found.position_edges_cm
    share = np.exp(-edges[:-1] / length) - np.exp(-edges[1:] / length)
    mean = float(share @ found.probability[:, 0])
    normals = np.random.default_rng(1).standard_normal((len(part), 2, 2, 2))
    expected = acceptance(NA64, S1, part, normals).expected(length / 100)
    # The cell leaves out the softest 1 % of the events, which S1 does not accept.
    assert mean == pytest.approx(float(expected / part.weight.sum()), rel=0.012)


def test_efficiency_that_is_not_simulated_is_a_factor() -> None:
    events = candidates(NA64, S1, MODEL, seed=1)
    found = efficiency_map(NA64, S1, events, 1, positions=20, energies=10)
    assert np.nanmax(found.probability) == pytest.approx(0.52, rel=1e-3)  # far above 15 GeV


def test_figure_shows_detectors_and_units() -> None:
    events = candidates(NA64, S1, MODEL, seed=1)
    found = efficiency_map(NA64, S1, events, 1, positions=20, energies=10)
    figure = draw_efficiency_map(NA64, "S1", MODEL, found)
    axes, bar = figure.axes
    assert axes.get_xlabel().endswith("[cm]")
    assert axes.get_ylabel().endswith("[GeV]")
    assert axes.get_xscale() == "linear"
    assert bar.get_ylabel() == "probability to accept the decay"
    assert {t.get_text() for t in axes.texts} == {d.name for d in NA64.detectors}


def test_what_cannot_be_mapped_is_refused() -> None:
    events = candidates(NA64, S1, MODEL, seed=1)
    with pytest.raises(RangeError, match="against: 'depth' is not one of pair_energy, mediator"):
        efficiency_map(NA64, S1, events, 1, against="depth")  # type: ignore[arg-type]
    stable = InelasticDarkMatter(
        mediator_mass=0.003, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    with pytest.raises(RangeError, match="map: 0 of 32768 events have exactly one chi2"):
        efficiency_map(NA64, S1, candidates(NA64, S1, stable, seed=1), 1)


def i2DM(tan_theta: float) -> InelasticDiracDarkMatter:
    return InelasticDiracDarkMatter(
        mediator_mass=0.3,
        kinetic_mixing=1e-3,
        alpha_D=0.1,
        mass_ratio=3,
        splitting=0.05,
        theta=math.atan(tan_theta),
    )


def test_few_events_are_refused_with_how_many_it_takes() -> None:
    """At tan(theta) = 0.01 a mediator decays into chi2 chi2 but for about 2e-4 of them."""
    events = candidates(NA64, RECAST, i2DM(0.01), seed=1)
    with pytest.raises(RangeError, match=r"map: \d+ of 32768 events have .* takes at least 100"):
        efficiency_map(NA64, RECAST, events, 1)


def test_some_hundred_events_give_larger_cells_and_a_whole_figure() -> None:
    model = i2DM(0.05)
    events = candidates(NA64, RECAST, model, seed=1)
    found = efficiency_map(NA64, RECAST, events, 1, positions=20)
    assert len(found.energy_edges) - 1 < 10
    assert np.isfinite(found.probability[5:, 1:]).all()  # in the softest cell some are made later
    figure = draw_efficiency_map(NA64, "invisible", model, found)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    for label in axes.get_yticklabels(which="both"):
        assert "times" not in label.get_text()
    for part in figure.axes:
        box = part.get_tightbbox()
        assert box is not None
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
