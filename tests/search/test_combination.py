"""Combined limits against sums of counts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from scotopic.cli.base import app
from scotopic.cli.commands import register
from scotopic.errors import RangeError
from scotopic.figures import draw_limit
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.parameters import models_along
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.search.exclusion import COMBINED
from scotopic.search.overlays import thermal_overlay
from scotopic.search.result_files import read_result, without_limit
from scotopic.search.search import refuse_common_data
from scotopic.statistics import Likelihood, StrengthLimits, register_method, strength_limits

MASSES = [1e-3, 0.03, 0.3, 0.8]
PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3, dark_matter="complex_scalar"
)
register("")


def test_without_background_expected_events_add(tmp_path: Path) -> None:
    """No background, no event, no uncertainty: N_1 + N_2 = ln 10, so that 1/y adds exactly."""
    path = tmp_path / "electrons.toml"
    path.write_text(
        'extends = "na64e-1e13"\ntitle = "no errors"\n'
        'replace = ["searches[invisible].data_sets", "searches[invisible].systematics"]\n'
        '[[searches]]\nname = "invisible"\nsystematics = []\n'
        '[[searches.data_sets]]\nname = "p"\nkind = "projection"\n'
        "particles_on_target = 1e13\nsignal_efficiency = 0.5\nsignal_efficiency_uncertainty = 0.0\n"
        'background = []\nsource = "x"\n'
    )
    both = exclusion_curve(
        [load_experiment(path), load_experiment("na64mu-2e13")], PHOTON, MASSES, quantity="y"
    )
    alone = [both.limits(label) for label in both.labels[1:]]
    np.testing.assert_allclose(both.limits(), 1 / (1 / alone[0] + 1 / alone[1]), rtol=1e-6)


def test_never_weaker_than_the_better_one_and_independent_of_the_order() -> None:
    """Nothing seen in either: more exposure never hurts, up to CLs's steps for the background."""
    cards = [load_experiment(name) for name in ("na64e-2018", "na64mu")]
    both = exclusion_curve(cards, PHOTON, MASSES, quantity="y")
    swapped = exclusion_curve(cards[::-1], PHOTON, MASSES, quantity="y")
    np.testing.assert_allclose(both.limits(), swapped.limits(), rtol=1e-6)
    alone = np.array([both.limits(label) for label in both.labels[1:]])
    assert np.all(both.limits() < alone.min(axis=0) * (1 + 1e-3))
    assert np.all(both.limits() > 1 / np.sum(1 / alone, axis=0) * 0.97)
    assert alone[0, 0] < 0.01 * alone[1, 0]  # 1 MeV belongs to electrons: review, section 3.6
    assert both.limits()[0] == pytest.approx(alone[0, 0], rel=0.01)


def test_reach_of_the_review() -> None:
    """Review section 3.6: with 1e13 electrons and 2e13 muons the scalar's thermal line (digitised
    values of it: 1.3e-11 at m_chi = 10 MeV) is excluded for alpha_D = 0.1 and m_chi <= 1 GeV."""
    cards = [load_experiment(name) for name in ("na64e-1e13", "na64mu-2e13")]
    masses = np.array([0.03, 0.3, 1.2, 2.4])
    both = exclusion_curve(cards, PHOTON, masses, quantity="y")
    electrons, muons = (both.limits(label) for label in both.labels[1:])
    assert muons[-1] < electrons[-1]  # heavy mediators belong to muons: section 3.6 and Fig. 6
    thermal = thermal_overlay(models_along(PHOTON, "mediator_mass", masses), "y")
    assert thermal.upper[0] == pytest.approx(1.3e-11, rel=0.05)
    assert np.all(both.limits() < thermal.upper)


def test_refusals() -> None:
    na64e, na64mu, projection = (
        load_experiment(name) for name in ("na64e-2018", "na64mu", "na64mu-2e13")
    )
    with pytest.raises(RangeError, match="NA64e 2016-2018 is there twice"):
        exclusion_curve([na64e, na64mu, na64e], PHOTON, MASSES)
    with pytest.raises(RangeError, match="given for some bins but not for all"):
        exclusion_curve([na64e, projection], PHOTON, MASSES)


def test_an_experiment_that_does_not_see_a_model_adds_nothing() -> None:
    """Scalars that couple to electrons: muons make none, and the limit of muons says so."""
    na64e, na64mu = load_experiment("na64e-2018"), load_experiment("na64mu")
    scalar = ScalarMediator(mediator_mass=0.1, electron_coupling=1, alpha_D=0.1, mass_ratio=3)
    both = exclusion_curve([na64e, na64mu], scalar, MASSES)
    alone = exclusion_curve(na64e, scalar, MASSES).limits()
    np.testing.assert_allclose(both.limits(), alone, rtol=1e-3)  # steps of CLs for the background
    assert "does not couple to muons" in both["status"][2, 0]
    assert np.isnan(both.limits(both.labels[2])).all()
    ((told, low, high, count),) = without_limit(both)
    assert told.startswith("NA64mu 2022 alone: ")
    assert (low, high, count) == (MASSES[0], MASSES[-1], len(MASSES))
    with pytest.raises(RangeError, match="does not couple to muons"):
        exclusion_curve(na64mu, scalar, MASSES)


def test_lower_limits_on_alpha_D_combine() -> None:
    """At the combined limit on alpha_D, the combined limit on y is the y that was fixed."""
    cards = [load_experiment(name) for name in ("na64e-2018", "na64mu")]
    fixed = 1e-12
    (alpha_D,) = exclusion_curve(cards, PHOTON, [0.05], quantity="alpha_D", y=fixed).limits()
    model = replace(PHOTON, alpha_D=float(alpha_D))
    (y,) = exclusion_curve(cards, model, [0.05], quantity="y").limits()
    assert y == pytest.approx(fixed, rel=0.01, abs=0)  # as for one experiment


@pytest.mark.parametrize(
    ("name", "other", "years"),
    [
        ("na64e-2018", "na64e-2022", "2016, 2017, 2018"),
        ("na64e-2017", "na64e-2018", "2016"),
        ("na64e-2018", "na64e-alp", "2016, 2017, 2018"),
        ("na64e-2022", "na64e-positron-100GeV", None),  # another beam, in 2022 too
        ("na64e-2022", "na64mu", None),
        ("na64e-visible-2017", "na64e-visible-2017-short", None),  # another target
        ("na64e-2018", "na64e-visible-2018", None),
        ("na64e-1e13", "na64mu-2e13", None),  # projections
    ],
)
def test_data_do_not_count_twice(name: str, other: str, years: str | None) -> None:
    cards = [load_experiment(name), load_experiment(other)]
    if years is None:
        refuse_common_data(cards)
        return
    for pair in (cards, cards[::-1]):
        with pytest.raises(RangeError, match=f"have data of {years} in common") as refused:
            refuse_common_data(pair)
        assert all(card.title in str(refused.value) for card in cards)


def test_a_card_that_does_not_say_its_years_is_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'extends = "na64e-2018"\ntitle = "Mine"\n'
        '[[searches]]\nname = "invisible"\n'
        '[[searches.data_sets]]\nname = "2016-2018"\nyears = []\nsource = "a test"\n'
    )
    refuse_common_data([load_experiment(path), load_experiment("na64e-2018")])


@pytest.mark.parametrize(
    "arguments",
    [
        ["limit", "na64e-2018", "na64e-2022", "na64mu"],
        ["limit", "na64e-visible-2017", "na64e-visible-2018", "na64e-visible-2017"],
    ],
)
def test_commands_refuse_data_that_count_twice(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, RangeError)
    assert "twice" in str(result.exception)


def test_combined_likelihood_has_the_limit() -> None:
    """The strength is the number of events in all, whose limit the combination states."""
    search = Search.of([load_experiment(name) for name in ("na64e-2018", "na64mu")])
    both = exclusion_curve(search, PHOTON, [0.3, 0.8])
    np.testing.assert_allclose(both["share"].sum(axis=0), 1, rtol=1e-12)
    for i, events in enumerate(both["allowed_events"][0, 0].tolist()):
        likelihood = search.allowance.likelihood(both["share"][:, i])
        assert strength_limits(likelihood).value == pytest.approx(events, rel=1e-9)
        assert sum(b.signal for b in likelihood.bins) == pytest.approx(1, rel=1e-12)


@register_method("three_events_roughly")
def three_events_roughly(likelihood: Likelihood) -> StrengthLimits:
    """Three events, give or take 0.3."""
    value = 3 / likelihood.signal_weight
    return StrengthLimits.of(
        likelihood, "three_events_roughly", value, expected=(value,) * 5, error=0.1 * value
    )


@register_method("three_events")
def three_events(likelihood: Likelihood) -> StrengthLimits:
    """Three events."""
    value = 3 / likelihood.signal_weight
    return StrengthLimits.of(likelihood, "three_events", value, expected=(value,) * 5)


@pytest.mark.parametrize("names", [("na64e-2018",), ("na64e-2018", "na64mu")])
def test_stated_error_includes_that_of_the_likelihood(names: tuple[str, ...]) -> None:
    """10 % of the allowed events are 5 % of a coupling, whose square the events go with."""
    cards = [load_experiment(name) for name in names]
    rough, sure = (
        exclusion_curve(Search.of(cards, method=method), PHOTON, MASSES)
        for method in ("three_events_roughly", "three_events")
    )
    np.testing.assert_allclose(rough.limits(), sure.limits(), rtol=1e-9)
    more = rough["relative_error"] - sure["relative_error"]
    np.testing.assert_allclose(more, 0.05, rtol=1e-3)  # the visible branching ratio
    assert np.all(sure["relative_error"] > 1e-6)  # that of the yields


def test_figure_and_files(tmp_path: Path) -> None:
    cards = [load_experiment(name) for name in ("na64e-1e13", "na64mu-2e13")]
    both = exclusion_curve(cards, PHOTON, MASSES, quantity="y")
    (axes,) = draw_limit(both).axes
    lines = axes.get_lines()
    assert [str(line.get_label()) for line in lines][-1] == COMBINED
    for line, label in zip(lines, [*both.labels[1:], COMBINED], strict=True):
        drawn = np.asarray(line.get_ydata(), dtype=float)
        np.testing.assert_array_equal(drawn, both.limits(label))
    options = ["--points", "4", "--mass-max", "0.8", "--output", str(tmp_path), "--no-figure"]
    result = CliRunner().invoke(app, ["limit", "na64e-1e13", "na64mu-2e13", *options])
    assert result.exit_code == 0, result.output
    table = (tmp_path / "limit.csv").read_text().splitlines()
    _, *remarks, header = table[:-4]
    assert all(line.startswith("# ") for line in remarks)
    assert header.split(",")[:2] == ["mediator_mass_GeV", "kinetic_mixing"]
    assert "NA64mu 2e13 muons (projection) alone" in header
    assert len(read_result(tmp_path / "result.json").labels) == 3


def test_limit_command_knows_scalars_of_a_muon_beam(tmp_path: Path) -> None:
    options = ["--model", "scalar", "--points", "3", "--muon-band", "--output", str(tmp_path)]
    result = CliRunner().invoke(app, ["limit", "na64mu-1e12", *options])
    assert result.exit_code == 0, result.output
    found = read_result(tmp_path / "result.json")
    assert found.quantity == "muon_coupling"
    assert found.attributes["model"]["name"] == "muonphilic_scalar"
    assert "g-2" in found["beside"][0]
    assert (tmp_path / "limit.png").stat().st_size > 0
