"""Uncertainties of the signal by their sources: common to experiments, or of each its own.

With no event seen, CLs is the probability of empty bins with the signal, averaged over the
sources; backgrounds drop out. The averages here are sums over grids, and pyhf's models are written
by hand.
"""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyhf
import pytest
from pyhf.infer import hypotest
from scipy.optimize import brentq

from scotopic.errors import CardError, RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.search.likelihood import experiment_likelihood
from scotopic.statistics import combine_likelihoods, strength_limits

MODEL = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)
CARD = """
extends = "na64e-2018"
replace = ["searches[invisible].data_sets", "searches[invisible].systematics"]
title = "TITLE"
[[searches]]
name = "invisible"
[[searches.systematics]]
name = "SOURCE"
relative_uncertainty = 0.5
source = "made up"
"""
DATA = """
[[searches.data_sets]]
name = "NAME"
kind = "measurement"
particles_on_target = POT
signal_efficiency = 0.5
signal_efficiency_uncertainty = 0.2
background = [{name = "all", expected_events = BG, uncertainty_events = 0.0}]
observed_events = SEEN
source = "made up"
"""


def card(
    folder: Path, title: str, pot: float = 1e11, source: str = "form factor", **words: object
) -> Path:
    """A card with 40 % of its own and 50 % of a source."""
    text = CARD.replace("TITLE", title).replace("SOURCE", source)
    text += DATA.replace("NAME", "run").replace("POT", repr(pot))
    text = text.replace("BG", str(words.get("background", 0.1)))
    text = text.replace("SEEN", str(words.get("seen", 0)))
    path = folder / f"{title}.toml"
    path.write_text(text)
    return path


OWN, COMMON = 0.2 / 0.5, 0.5
TOTAL = math.hypot(OWN, COMMON)
WIDTH = math.log1p(TOTAL)
NODES = np.linspace(-8, 8, 801)
WEIGHT = np.exp(-(NODES**2) / 2) / np.exp(-(NODES**2) / 2).sum()


def empty(events: float, common: bool) -> float:
    """Probability that two experiments of equal exposure are empty, the signal being divided."""
    own, other = (np.exp(WIDTH * one / TOTAL * NODES) for one in (OWN, COMMON))
    # of one experiment at each value of the other source
    each = np.exp(-np.multiply.outer(own, other) * events / 2).T @ WEIGHT
    return float(WEIGHT @ each**2) if common else float(WEIGHT @ each) ** 2


@pytest.mark.parametrize(
    ("source", "common"), [("form factor", True), ("cross section", True), ("threshold", False)]
)
def test_two_experiments_move_together_in_what_they_share(
    tmp_path: Path, source: str, common: bool
) -> None:
    paths = [card(tmp_path, title, source=source) for title in ("one", "other")]
    both = exclusion_curve(paths, MODEL, [0.1, 0.3])
    expected = brentq(lambda s: empty(s, common) - 0.1, 1.0, 20.0)
    assert both["allowed_events"][0, 0] == pytest.approx(expected, rel=1e-5)
    assert abs(empty(expected, not common) - 0.1) > 5e-3  # the two are not alike
    assert both.attributes["common_nuisances"] == ([source] if common else [])
    alone = both["allowed_events"][1, 0]
    assert alone == pytest.approx(both["allowed_events"][2, 0])
    assert strength_limits(experiment_likelihood(paths[0])).value * 5e10 == pytest.approx(alone[0])


def test_a_card_says_otherwise(tmp_path: Path) -> None:
    """What is shared by default need not be; what is not may be, if both cards say so."""

    def common(source: str, *shared: str) -> tuple[str, ...]:
        found = []
        for title, value in zip(("one", "other"), shared, strict=True):
            path = card(tmp_path, title, source=source)
            if value:
                line = "relative_uncertainty = 0.5\n"
                path.write_text(path.read_text().replace(line, f"{line}shared = {value}\n"))
            found.append(load_experiment(path))
        return Search.of(found).common_nuisances

    assert common("form factor", "", "") == ("form factor",)
    assert common("form factor", "", "false") == ()
    assert common("dimuons", "", "true") == ()
    assert common("dimuons", "true", "true") == ("dimuons",)


def test_one_source_is_divided_among_sources_without_effect(tmp_path: Path) -> None:
    """Sources of one experiment are as good as their sum in quadrature, to rounding."""
    divided = experiment_likelihood(card(tmp_path, "divided"))
    (signal,) = divided.bins[0].signals
    width = math.hypot(*(math.log(shift.up) for shift in signal.shifts))
    assert width == pytest.approx(WIDTH, rel=1e-12)
    events = strength_limits(divided).value * 5e10

    def one(s: float) -> float:
        return float(WEIGHT @ np.exp(-s * np.exp(WIDTH * NODES)))

    assert events == pytest.approx(brentq(lambda s: one(s) - 0.1, 1.0, 20.0), rel=1e-7)


def test_pyhf_agrees_where_counts_are_large(tmp_path: Path) -> None:
    """Two channels with a common and two own normalisations, in pyhf's own words."""
    cards = [
        card(tmp_path, "one", seen=150, background=120.0),
        card(tmp_path, "other", pot=2e11, seen=150, background=100.0),
    ]
    both = combine_likelihoods(
        *(experiment_likelihood(path) for path in cards), names=["one", "other"]
    )
    unit = both.with_signal({b.name: b.signal / 5e9 for b in both.bins})

    def modifier(name: str, part: float) -> dict[str, object]:
        up = math.exp(WIDTH * part / TOTAL)
        return {"name": name, "type": "normsys", "data": {"hi": up, "lo": 1 / up}}

    def channel(name: str, signal: float, background: float) -> dict[str, object]:
        moving = [modifier("common", COMMON), modifier(name, OWN)]
        strength = {"name": "mu", "type": "normfactor", "data": None}
        return {
            "name": name,
            "samples": [
                {"name": "s", "data": [signal], "modifiers": [strength, *moving]},
                {"name": "b", "data": [background], "modifiers": []},
            ],
        }

    model = pyhf.Model(
        {"channels": [channel("one", 10.0, 120.0), channel("other", 20.0, 100.0)]},
        poi_name="mu",
        validate=False,
        modifier_settings={"normsys": {"interpcode": "code1"}},
    )
    data = [150, 150, *model.config.auxdata]
    found = strength_limits(unit, "asymptotic").value
    cls = float(hypotest(found, data, model, test_stat="qtilde"))
    assert cls == pytest.approx(0.1, abs=1e-5)


def test_data_sets_of_one_name_have_one_efficiency() -> None:
    """S1 and S2 are two views of the same data."""
    both = experiment_likelihood("na64e-2018-semi-visible")
    moved = [{s.nuisance for s in b.signals[0].shifts} for b in both.bins]
    assert moved[0] == moved[1]
    assert "NA64e 2016-2018, semi-visible: efficiency 2016-2018" in moved[0]


def test_efficiencies_of_two_runs_are_independent(tmp_path: Path) -> None:
    path = card(tmp_path, "two runs", source="threshold")
    other = DATA.replace("NAME", "later").replace("POT", "1e11").replace("BG", "0.1")
    path.write_text(path.read_text() + other.replace("SEEN", "0"))
    likelihood = experiment_likelihood(path)
    names = [name.removeprefix("two runs: ") for name in likelihood.nuisances]
    assert names == ["efficiency run", "threshold", "efficiency later"]
    expected = brentq(lambda s: empty(s, common=True) - 0.1, 1.0, 20.0)
    assert strength_limits(likelihood).value * 1e11 == pytest.approx(expected, rel=1e-5)


def test_the_table_says_what_is_common(tmp_path: Path) -> None:
    search = Search.of(["na64e-2022", "na64e-positron-100GeV"])
    exclusion_curve(search, replace(MODEL, alpha_D=0.2), [0.1, 0.2]).save(tmp_path / "out")
    text = (tmp_path / "out" / "limit.csv").read_text()
    assert "# uncertainties that the experiments have in common: form factor\n" in text


def test_wrong_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(RangeError, match=r"'form facter' .* did you mean 'form factor'\?"):
        experiment_likelihood("na64e-2018", shared=["form facter"])
    with pytest.raises(CardError, match=r"systematics\[0\]\.name: 'efficiency run' is what the"):
        load_experiment(card(tmp_path, "own", source="efficiency run"))
    path = tmp_path / "both.toml"
    stated = '[[searches.systematics]]\nname = "form factor"\nsource = "made up"\nshared = '
    path.write_text(
        'extends = "na64e-2018-semi-visible"\ntitle = "both"\n'
        f'[[searches]]\nname = "S1"\n{stated} true\n[[searches]]\nname = "S2"\n{stated} false\n'
    )
    with pytest.raises(CardError, match=r"searches\[1\]\.systematics\[0\]\.shared: false is not"):
        load_experiment(path)
    path.write_text(path.read_text().replace(" false", ' "yes"'))
    with pytest.raises(CardError, match=r"shared: 'yes' is not true or false"):
        load_experiment(path)
