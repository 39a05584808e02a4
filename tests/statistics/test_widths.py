"""Backgrounds so uncertain that their log-normal tail is all that they are."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import nbinom, norm

from scotopic.errors import CardError, RangeError
from scotopic.experiments.loader import experiment_names
from scotopic.scan.cut_card import load_cut_card
from scotopic.search import load_experiment
from scotopic.search.likelihood import counted, experiment_likelihood
from scotopic.statistics import Likelihood, read_likelihood, strength_limits, to_workspace

RUNAWAYS = [(1e-4, 0.17), (1e-3, 0.09), (0.01, 0.1), (0.53, 1.1), (9.0, 20.0), (1e-6, 1e-4)]
MEANT = [(0.53, 0.17), (0.53, 0.53), (0.53, 1.06), (5.0, 10.0), (0.02, 0.04)]
NEGLIGIBLE = [(1e-4, 1e-3), (1e-6, 5e-5), (1e-8, 9e-7), (5e-3, 0.015)]

CARD = """
extends = "na64e-2018"
title = "mine"
replace = ["searches[invisible].data_sets[2016-2018].background"]
[[searches]]
name = "invisible"
source = "a test"
[[searches.data_sets]]
name = "2016-2018"
source = "a test"
background = [{{ name = "mine", expected_events = {}, uncertainty_events = {} }}]
"""
CUTS = """
title = "mine"
experiment = "na64e-2018"
cuts_GeV = [40, 50]
mediator_masses_GeV = [0.1]
sideband = {{ edges_GeV = [50, 60, 70, 80], events = [2, 4, 9], source = "a test" }}
backgrounds = [{{ name = "mine", expected_events = {}, uncertainty_events = {} }}]
"""


def workspace(events: float, factor: float, *, control: bool = False) -> dict[str, Any]:
    """A bin with a background of a normsys, which a control region may measure."""
    content: dict[str, Any] = to_workspace(Likelihood.of_count(0, events, events / 2))
    background = content["channels"][0]["samples"][1]
    background["modifiers"][0]["data"] = {"hi": factor, "lo": 1 / factor}
    if control:
        sample = {**background, "data": [50.0]}
        content["channels"].append({"name": "control", "samples": [sample]})
        content["observations"].append({"name": "control", "data": [50.0]})
    return content


def read(tmp_path: Path, content: dict[str, Any]) -> object:
    file = tmp_path / "w.json"
    file.write_text(json.dumps(content))
    return read_likelihood(file, 0.9)


@pytest.mark.parametrize(("events", "uncertainty"), RUNAWAYS)
def test_runaways_are_refused_wherever_they_are_given(
    events: float, uncertainty: float, tmp_path: Path
) -> None:
    with pytest.raises(RangeError, match=r"^background_uncertainty: .* at two standard deviations"):
        Likelihood.of_count(0, events, uncertainty)
    (tmp_path / "card.toml").write_text(CARD.format(events, uncertainty))
    with pytest.raises(CardError, match=r"data_sets\[0\]\.background: .* give upper_value_events"):
        load_experiment(tmp_path / "card.toml")
    (tmp_path / "cuts.toml").write_text(CUTS.format(events, uncertainty))
    with pytest.raises(CardError, match=r"backgrounds\[0\]: .* give upper_value_events"):
        load_cut_card(str(tmp_path / "cuts.toml"))
    with pytest.raises(CardError, match=r"w\.json: .*background.* (factor of 3|not from 0\.01)"):
        read(tmp_path, workspace(events, 1 + uncertainty / events))


@pytest.mark.parametrize(("events", "uncertainty"), [*MEANT, *NEGLIGIBLE])
def test_others_are_taken_and_mean_the_same(
    events: float, uncertainty: float, tmp_path: Path
) -> None:
    (tmp_path / "card.toml").write_text(CARD.format(events, uncertainty))
    own = experiment_likelihood(load_experiment(tmp_path / "card.toml"))
    (tmp_path / "cuts.toml").write_text(CUTS.format(events, uncertainty))
    load_cut_card(str(tmp_path / "cuts.toml"))
    (tmp_path / "own.json").write_text(json.dumps(to_workspace(own)))
    again = read_likelihood(tmp_path / "own.json", own.confidence_level)
    assert strength_limits(again).expected == pytest.approx(strength_limits(own).expected, rel=1e-9)


@pytest.mark.parametrize(("events", "uncertainty"), NEGLIGIBLE)
def test_negligible_ones_move_no_expected_limit(events: float, uncertainty: float) -> None:
    expected = strength_limits(Likelihood.of_count(0, events, uncertainty)).expected
    assert expected == pytest.approx([math.log(10)] * 5, rel=1e-9)


@pytest.mark.parametrize("events", [0.02, 0.1, 0.53, 1.0, 5.0, 10.0, 50.0])
@pytest.mark.parametrize(("relative", "share"), [(0.3, 0.02), (1.0, 0.06), (2.0, 1 / 3)])
def test_counts_are_like_those_of_a_gamma_distribution(
    events: float, relative: float, share: float
) -> None:
    """Of a mean and standard deviation; its counts are negative binomial."""
    shape, scale = 1 / relative**2, events * relative**2
    gamma = nbinom.ppf(norm.cdf(2), shape, 1 / (1 + scale))
    limits = strength_limits(Likelihood.of_count(None, events, events * relative)).expected
    ends = gamma * (1 - share) - 1, gamma * (1 + share) + 1
    low, high = (
        strength_limits(Likelihood.of_count(n, events, events * relative)).value
        for n in (max(math.ceil(ends[0]), 0), math.floor(ends[1]))
    )
    assert low * (1 - 1e-9) <= limits[4] <= high * (1 + 1e-9)


def test_what_a_control_region_measures_may_be_wide(tmp_path: Path) -> None:
    assert isinstance(read(tmp_path, workspace(5.0, 50.0, control=True)), Likelihood)


def test_no_shipped_card_is_near_the_edge() -> None:
    for name in experiment_names():
        for _, _, _, data, _ in counted(load_experiment(name)):
            for expected, uncertainty in data.backgrounds.values():
                assert uncertainty <= 1.01 * expected, name
