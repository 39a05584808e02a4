"""What searches accept by mass and energy, against other programs' tables and against itself."""

from dataclasses import replace

import numpy as np
import pytest
from tests.cards.simple import FLAT, by_window_alone

from scotopic.errors import RangeError
from scotopic.experiments import Experiment
from scotopic.experiments.selections import SegmentCut
from scotopic.models.charged_vector import LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.processes.base import at_weak_coupling
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.search.acceptance import AcceptanceCurve, acceptance_curve
from scotopic.search.acceptance_lines import EVERY, AcceptanceLine

PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)
MUONS = LMuMinusLTau(mediator_mass=1, gauge_coupling=1e-3)
SCALAR = MuonphilicScalar(mediator_mass=1, muon_coupling=1e-3, alpha_D=0.1, mass_ratio=3)
BREMSSTRAHLUNG = Calculation(processes=("bremsstrahlung",))
TWO = Calculation(processes=("bremsstrahlung", "annihilation"))


def with_segments(card: str, threshold: float = 0.5) -> Experiment:
    """Return a card whose first search asks for energy in the first segment."""
    experiment = load_experiment(card)
    cut = SegmentCut(name="pre-shower", segments=(1,), minimum_energy_GeV=threshold)
    content = experiment.content()
    content["searches"][0]["selection"]["segments"] = [cut.model_dump(mode="json")]
    return Experiment.model_validate(content)


def line_of(found: AcceptanceCurve, process: str, mass: float | None = None) -> AcceptanceLine:
    """Return the one line of a process, and of a mass."""
    (line,) = (one for one in found.lines if one.process == process and mass in (None, one.mass[0]))
    return line


NA64 = with_segments("na64e-2018")


def test_by_mass_it_is_the_other_programs_share() -> None:
    """PHYSICS-acceptance A1, more than 0.5 GeV: 1.5 %, and 0.7 % for the energy's resolution."""
    search = Search.of(NA64, calculation=BREMSSTRAHLUNG)
    found = acceptance_curve(search, PHOTON, [0.001, 0.01, 0.1, 0.9])
    line = line_of(found, "bremsstrahlung")
    np.testing.assert_allclose(line.share, [0.977, 0.904, 0.838, 0.808], rtol=0.022)
    np.testing.assert_allclose(line.accepted, 0.5 * line.share, rtol=1e-12)
    assert np.all((line.statistical_error > 0) & (line.statistical_error < 0.006))


def test_by_energy_it_is_the_other_programs_table() -> None:
    """Of the same notes by what is left to the calorimeter, 100 MeV; its bins are wide."""
    search = Search.of(NA64, calculation=BREMSSTRAHLUNG)
    line = line_of(acceptance_curve(search, PHOTON, [0.1], against="energy"), "bremsstrahlung")
    assert line.energy is not None
    visible = [1.5, 2.5, 4, 6, 8.5, 12.5, 17.5, 25]
    expected = [0.46, 0.69, 0.84, 0.91, 0.94, 0.96, 0.97, 0.98]
    share = np.interp(100 - np.array(visible), line.energy, line.share)
    np.testing.assert_allclose(share[1:], expected[1:], atol=0.04)
    assert share[0] == pytest.approx(expected[0], abs=0.1)
    assert np.all(np.diff(share) > -0.03)
    np.testing.assert_allclose(np.interp([45.0, 60.0], line.energy, line.window), [0, 1], atol=0.02)


@pytest.mark.parametrize(
    ("card", "model", "mass"),
    [
        (NA64, PHOTON, 0.01),
        (NA64, PHOTON, 0.25),
        (load_experiment("na64mu"), SCALAR, 0.5),
        (load_experiment("ldmx-8GeV"), PHOTON, 1.0),
    ],
)
def test_energies_folded_with_the_spectrum_are_the_mass(
    card: Experiment, model: DarkPhoton | MuonphilicScalar, mass: float
) -> None:
    """Two ways through one response: to 1 %, as narrow as the bins of the energy are."""
    model = replace(model, alpha_D=1e-3)  # so narrow that there are no other masses
    search = Search.of(card, calculation=TWO)
    by_mass = acceptance_curve(search, model, [mass])
    by_energy = acceptance_curve(search, model, [mass], against="energy")
    (part,) = search.parts
    question, window = part.question, part.signature.window(part.question)
    assert window is not None
    weak = at_weak_coupling([replace(model, mediator_mass=mass)])
    for line in by_energy.lines:
        assert line.energy is not None
        edges = np.linspace(line.energy[0], question.dump.energy, 401)
        (made,) = PROCESSES[line.process].spectrum(question.dump, weak, edges, question.calculation)
        middle = (edges[1:] + edges[:-1]) / 2
        weight = made * window.acceptance(middle)
        mean = float(weight @ np.interp(middle, line.energy, line.share) / weight.sum())
        whole = line_of(by_mass, line.process)
        assert mean == pytest.approx(whole.share[0], rel=0.015)


def test_the_limit_has_the_same_share() -> None:
    """Events go as the squared coupling times what is accepted, all processes together."""
    bare = by_window_alone("na64e-2018")
    searches = [Search.of(card, calculation=TWO) for card in (bare, NA64)]
    for mass in (0.01, 0.25):
        limits = [exclusion_curve(one, PHOTON, [mass]).limits()[0] for one in searches]
        found = acceptance_curve(searches[1], PHOTON, [mass])
        share = line_of(found, EVERY).share[0]
        assert share == pytest.approx((limits[0] / limits[1]) ** 2, rel=1e-3)
        parts = [line_of(found, name).part for name in TWO.processes]
        assert sum(float(part[0]) for part in parts if part is not None) == pytest.approx(1.0)


def test_bins_are_added_up() -> None:
    """Eleven bins of the transverse momentum are all there is of it."""
    masses = [0.01, 1.0]
    one = line_of(acceptance_curve("ldmx-8GeV-1e16", PHOTON, masses), "bremsstrahlung")
    bins = acceptance_curve("ldmx-8GeV-1e16-background", PHOTON, masses)
    line = line_of(bins, "bremsstrahlung")
    np.testing.assert_allclose(line.share, one.share, rtol=1e-6)
    np.testing.assert_allclose(line.statistical_error, one.statistical_error, rtol=1e-6)
    assert not line.search.endswith("MeV")


@pytest.mark.parametrize(
    ("card", "model", "words"),
    [
        ("na64mu-1e12", MUONS, "computed: the window of MS2; a flat efficiency"),
        ("na64mu-1e12", MUONS, "0.5 +- 0 stands for all else, as its source has it (projection"),
        ("na64e-2018", PHOTON, "computed: the window of ECAL, 'pre-shower', "),
        ("na64mu", MUONS, "computed: the window of MS2, the geometry behind the target; a"),
        ("na64e-alp", None, "computed: the regions of decay; a flat"),
        ("na64e-alp", None, "0.5 +- 0.07 stands for all else, as its source has it (2016-2018"),
        ("ldmx-4GeV", PHOTON, "stands for all else, assumed"),
    ],
)
def test_flat_efficiencies_are_named(card: str, model: object, words: str) -> None:
    given = {"photon_coupling": 1e-4} if model is None else {}
    found = acceptance_curve(card, model, [0.1], **given)  # type: ignore[arg-type]
    assert words in found.remarks[0]


def test_what_the_coupling_decides_is_said() -> None:
    """Of decays in flight: more of them are seen nowhere if they live long."""
    model = InelasticDarkMatter(
        mediator_mass=0.3, kinetic_mixing=1e-2, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    how = Calculation(processes=("bremsstrahlung",), events=500)
    search = Search.of("na64e-2018", calculation=how)
    shares = []
    for mixing in (1e-2, 1e-5):
        found = acceptance_curve(search, model, [0.3], kinetic_mixing=mixing)
        said = f"it is that at kinetic_mixing = {mixing:.3g}" in " ".join(found.remarks)
        assert said == (mixing == 1e-2)
        assert "'pre-shower', decays in flight; a flat" in found.remarks[0]
        shares.append(found.lines[0].share[0])
    assert shares[0] < 0.2
    assert shares[1] > 0.8
    with pytest.raises(RangeError, match="depends on where it decays, not on its energy alone"):
        acceptance_curve(search, model, [0.3], against="energy")


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(RangeError, match=r"against: 'masses' is not one .* did you mean 'mass'"):
        acceptance_curve("na64e-2018", against="masses")  # type: ignore[arg-type]
    with pytest.raises(RangeError, match="no one window of the mediator's energy"):
        acceptance_curve("na64e-alp", None, [0.1], against="energy")
    with pytest.raises(RangeError, match="masses"):
        acceptance_curve("na64e-2018", PHOTON, [[0.1]])
    with pytest.raises(RangeError, match="mediators of DarkPhoton are virtual, of all masses"):
        acceptance_curve("na64e-2018", replace(PHOTON, mass_ratio=1.5), [0.1], against="energy")


def test_the_table_holds_the_lines() -> None:
    search = Search.of(FLAT, calculation=TWO)
    found = acceptance_curve(search, PHOTON, [0.01, 0.1])
    table = found.columns()
    assert list(table) == [
        *("search", "process", "mediator_mass_GeV", "share", "statistical_error"),
        *("flat_efficiency", "accepted", "part_of_process"),
    ]
    assert table["process"] == ["bremsstrahlung"] * 2 + ["annihilation"] * 2 + [EVERY] * 2
    assert table["mediator_mass_GeV"] == [0.01, 0.1] * 3
    assert table["accepted"] == pytest.approx([0.5] * 6, rel=1e-3)
    by_energy = acceptance_curve(search, PHOTON, [0.1], against="energy").columns()
    assert {"mediator_energy_GeV", "window"} < set(by_energy)
