"""One event in the detector: the same response as the acceptance, and a figure one can read."""

import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from scotopic.detector.segments import SegmentDeposits
from scotopic.detector.zones import calorimeter_window
from scotopic.errors import RangeError
from scotopic.events.simulation import Events
from scotopic.experiments.selections import CalorimeterSelection, SegmentCut
from scotopic.figures import draw_event
from scotopic.figures.event import _BREAK
from scotopic.figures.style import BLUE, VERMILION
from scotopic.models.inelastic import (
    InelasticDarkMatter,
    InelasticDiracDarkMatter,
)
from scotopic.models.two_dark_fermions import TwoDarkFermions
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.search import load_experiment
from scotopic.search.cards import selection_of
from scotopic.signatures import single_event
from scotopic.signatures.base import Question
from scotopic.signatures.decay_chains import acceptance
from scotopic.signatures.event_record import EventRecord, position_text
from scotopic.signatures.segments import SegmentPassing
from scotopic.signatures.single_event import candidates, follow_event

NA64 = load_experiment("na64e-2018")


def selection(card: str, search: str) -> CalorimeterSelection:
    found = selection_of(load_experiment(card).search(search))
    assert isinstance(found, CalorimeterSelection)
    return found


SELECTIONS = {
    "invisible": selection("na64e-2018", "invisible"),
    "S1": selection("na64e-2018-semi-visible", "S1"),
}
SELECTIONS |= {  # what the acceptance integrates over without showers of its own
    f"{name}, no pre-shower": chosen.model_copy(update={"segments": ()})
    for name, chosen in SELECTIONS.items()
}
RECAST, NO_PRE_SHOWER = "invisible", "invisible, no pre-shower"

PRE_SHOWER = SegmentCut(
    name="pre-shower", segments=(1,), minimum_energy_GeV=1.0, maximum_energy_GeV=6.0
)
SELECTIONS["segments"] = SELECTIONS["invisible"].model_copy(update={"segments": (PRE_SHOWER,)})


def iDM(kinetic_mixing: float = 1e-3) -> InelasticDarkMatter:
    return InelasticDarkMatter(
        mediator_mass=0.3,
        kinetic_mixing=kinetic_mixing,
        alpha_D=0.1,
        mass_ratio=3,
        splitting=0.4,
    )


def i2DM(kinetic_mixing: float = 1e-2) -> InelasticDiracDarkMatter:
    return InelasticDiracDarkMatter(
        mediator_mass=0.3,
        kinetic_mixing=kinetic_mixing,
        alpha_D=0.5,
        mass_ratio=3,
        splitting=0.4,
        theta=0.3,
    )


def follow(model: TwoDarkFermions, events: Events, signature: str, number: int) -> EventRecord:
    rng = np.random.default_rng([7, abs(number)])
    return follow_event(NA64, SELECTIONS[signature], model, events, number, rng)


@pytest.mark.parametrize(
    ("model", "signature"),
    [
        (iDM(4e-3), NO_PRE_SHOWER),
        (iDM(1e-2), NO_PRE_SHOWER),
        (iDM(3e-3), "S1, no pre-shower"),
        (i2DM(1e-2), NO_PRE_SHOWER),
    ],
)
def test_drawn_events_are_accepted_as_often_as_the_acceptance_says(
    model: TwoDarkFermions, signature: str
) -> None:
    """The acceptance integrates over what is drawn here; 4 binomial standard deviations."""
    chosen = SELECTIONS[signature]
    events = candidates(NA64, chosen, model, seed=1)
    normals = np.random.default_rng(2).standard_normal((len(events), 2, 2, 2))
    expected = acceptance(NA64, chosen, events, normals).expected(model.chi2_c_tau_cm)
    probability = float(expected / events.weight.sum() / chosen.efficiency)
    n = 800
    drawn = np.mean([follow(model, events, signature, i).accepted for i in range(n)])
    assert 0.005 < probability < 0.9
    assert drawn == pytest.approx(probability, abs=4 * np.sqrt(probability / n))


def test_energies_in_segments_are_drawn_as_the_acceptance_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same showers in both; what pairs add, errors and limits are drawn here."""
    model, chosen = iDM(6e-3), SELECTIONS["segments"]
    events = candidates(NA64, chosen, model, seed=1)
    question = Question(NA64, chosen, Calculation(processes=("bremsstrahlung",)))
    passing = SegmentPassing.of(question, calorimeter_window(NA64, chosen))
    assert passing is not None
    uniforms = np.random.default_rng(3).random(len(events))
    (process,) = (PROCESSES[name] for name in events.processes)
    shower = passing.drawn(process, model, events.mediator_energy, uniforms)
    deposits = SegmentDeposits(passing.cuts, shower)
    normals = np.random.default_rng(2).standard_normal((len(events), 2, 2, 2))
    expected = acceptance(NA64, chosen, events, normals, deposits).expected(model.chi2_c_tau_cm)
    probability = float(expected / events.weight.sum())
    n, rows = 4000, iter(shower)
    with monkeypatch.context() as context:
        context.setattr(single_event, "_shower_in_segments", lambda *_: next(rows))
        records = [follow(model, events, "segments", number) for number in range(n)]
    drawn = np.mean([record.accepted for record in records])
    assert drawn == pytest.approx(probability, abs=4 * np.sqrt(probability / n))
    cuts = [record.cuts[-1] for record in records]
    assert 0.5 < np.mean([cut.met is True for cut in cuts]) < 0.9
    record = follow(model, events, "segments", 0)
    assert record.cuts[-1].condition == "pre-shower: 1 < segment 1 < 6 GeV"
    assert 0 < record.segments_GeV[0] < 10
    assert follow(model, events, NO_PRE_SHOWER, 0).segments_GeV == ()


@pytest.mark.parametrize("model", [iDM(), i2DM()])
def test_no_energy_is_lost(model: TwoDarkFermions) -> None:
    """Beam energy: what is measured without resolutions, dark energies, and what gets out.

    The VETO takes only a part of what leaks out, the HCAL behind it the rest.
    """
    sharp = NA64.model_copy(
        update={
            "detectors": tuple(
                d.model_copy(
                    update={
                        "energy_resolution": d.energy_resolution
                        and d.energy_resolution.model_copy(update={"stochastic": 0.0})
                    }
                )
                for d in NA64.detectors
            )
        }
    )
    signature = SELECTIONS[RECAST]
    events = candidates(sharp, signature, model, seed=1)
    for number in range(100):
        rng = np.random.default_rng(number)
        record = follow_event(sharp, signature, model, events, number, rng)
        dark = sum(record.dark_energies)
        dark += sum(d.chi2_energy - d.pair_energy for d in record.decays)
        outside = sum(d.pair_energy for d in record.decays if not d.detector)
        both = dark + outside + sum(record.measured_GeV.values())
        if len(record.decays) == 0:
            both += record.mediator_energy
        assert both == pytest.approx(100.0, rel=1e-12)


def test_a_decay_is_in_the_detector_at_its_position() -> None:
    """Gaps belong to the detector behind them."""
    rears = {"ECAL": 45.0, "VETO": 55.0, "HCAL1": 250.0, "HCAL2": 415.0, "HCAL3": 580.0}
    model = iDM(4e-3)
    events = candidates(NA64, SELECTIONS[RECAST], model, seed=1)
    found = set()
    for number in range(600):
        (decay,) = follow(model, events, RECAST, number).decays
        name = next((name for name, rear in rears.items() if decay.position_cm < rear), "")
        assert decay.detector == name
        found.add(name)
    assert found == {*rears, ""}


def test_cuts_are_those_of_the_signature() -> None:
    model = iDM(3e-3)
    events = candidates(NA64, SELECTIONS["S1"], model, seed=1)
    record = follow(model, events, "S1", 0)
    assert [cut.condition for cut in record.cuts] == [
        "ECAL < 85 GeV",
        "VETO < 5 MeV",
        "HCAL1 < 1 GeV",
        "HCAL2 + HCAL3 >= 15 GeV",
        "no decay before HCAL2's front, 255 cm",
        "pre-shower: segment 1 > 0.4 GeV",
        "R < 0.06: not simulated",
    ]
    assert [cut.met is None for cut in record.cuts] == [False] * 6 + [True]


@pytest.mark.parametrize("number", [-1, 2**15])
def test_unknown_event_is_refused(number: int) -> None:
    events = candidates(NA64, SELECTIONS[RECAST], iDM(), seed=1)
    with pytest.raises(RangeError, match=f"number: {number} is not a whole number from 0 to 32767"):
        follow(iDM(), events, RECAST, number)


def visible_texts(figure: Figure) -> list[Text]:
    figure.draw_without_rendering()
    texts = [t for t in figure.findobj(Text) if isinstance(t, Text)]
    return [t for t in texts if t.get_visible() and t.get_text().strip()]


@pytest.mark.parametrize(
    ("model", "signature", "card"),
    [
        (iDM(), "S1", "na64e-2018"),
        (i2DM(), RECAST, "na64e-2018"),
        (i2DM(0.05), "S1", "na64e-2018"),
        (i2DM(0.0123456), "S1", "na64e-1e12-compact"),  # the longest heading
        (iDM(2e-5), RECAST, "na64e-2018"),  # decays far away
    ],
)
def test_labels_do_not_overlap(model: TwoDarkFermions, signature: str, card: str) -> None:
    experiment = load_experiment(card)
    chosen = SELECTIONS[signature]
    events = candidates(experiment, chosen, model, seed=1)
    for number in range(3):
        record = follow_event(
            experiment, chosen, model, events, number, np.random.default_rng(number)
        )
        figure = draw_event(experiment, signature, chosen, model, record)
        texts = visible_texts(figure)
        written = {t.get_text() for t in texts}
        assert {d.name for d in experiment.detectors} <= written
        assert ("accepted" if record.accepted else "rejected") in written
        page = figure.bbox
        # badges may come close to each other in short flights: they are in the picture, not text
        boxes = [(t.get_text(), t.get_window_extent()) for t in texts if len(t.get_text()) > 1]
        for text, box in boxes:
            assert page.x0 <= box.x0 <= box.x1 <= page.x1, text
            assert page.y0 <= box.y0 <= box.y1 <= page.y1, text
        for (one, a), (two, b) in itertools.combinations(boxes, 2):
            assert not a.overlaps(b), (one, two)


def test_stable_chi2_leaves_the_setup() -> None:
    model = InelasticDarkMatter(
        mediator_mass=0.003, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    assert model.chi2_is_stable
    chosen = SELECTIONS[RECAST]
    events = candidates(NA64, chosen, model, seed=1)
    record = follow_event(NA64, chosen, model, events, 0, np.random.default_rng(1))
    (decay,) = record.decays
    assert np.isinf(decay.position_cm)
    written = [t.get_text() for t in visible_texts(draw_event(NA64, RECAST, chosen, model, record))]
    assert any("χ₂ is stable" in text for text in written)


def test_far_decays_are_behind_a_break_with_their_distance() -> None:
    """At 27 m: behind the ruler's end, where chi2 ends and the pair begins."""
    model = iDM(2e-3)
    chosen = SELECTIONS[RECAST]
    events = candidates(NA64, chosen, model, seed=1)
    record = follow_event(NA64, chosen, model, events, 0, np.random.default_rng([1, 0]))
    (decay,) = record.decays
    assert 600 < decay.position_cm < np.inf
    figure = draw_event(NA64, RECAST, chosen, model, record)
    (axes,) = figure.axes
    assert position_text(decay.position_cm) in [t.get_text() for t in axes.texts]
    (chi2,) = [line for line in axes.lines if line.get_color() == VERMILION]
    pair = [line for line in axes.lines if line.get_color() == BLUE]
    end = np.asarray(chi2.get_xydata())[-1]
    assert len(pair) == 2
    for line in pair:
        assert np.asarray(line.get_xydata())[0] == pytest.approx(end)
    # The ruler, which is to scale, ends before: its last tick is in front of the decay.
    ticks = dict(
        zip([t.get_text() for t in axes.get_xticklabels()], axes.get_xticks(), strict=True)
    )
    assert max(ticks.values()) < _BREAK < end[0]


def test_near_decays_need_no_break() -> None:
    model = iDM(1e-2)
    chosen = SELECTIONS[RECAST]
    events = candidates(NA64, chosen, model, seed=1)
    record = follow(model, events, RECAST, 0)
    assert record.decays[0].position_cm < 580
    (axes,) = draw_event(NA64, RECAST, chosen, model, record).axes
    assert "600" in [t.get_text() for t in axes.get_xticklabels()]
