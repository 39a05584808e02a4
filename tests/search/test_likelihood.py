"""The likelihoods of parts of a search: every bin once, whatever is asked for."""

import json
from pathlib import Path

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.experiments import Experiment
from scotopic.search import Search, load_experiment
from scotopic.search.likelihood import experiment_likelihood, part_likelihoods
from scotopic.statistics import Bin, Component, Likelihood, Shift
from scotopic.statistics.workspace import to_workspace

NA64 = load_experiment("na64e-2018-semi-visible")


def parts(*experiments: Experiment, searches: tuple[str, ...] = ()) -> list[list[str]]:
    search = Search.of(experiments, searches=searches)
    return [[b.name for b in one.bins] for one in part_likelihoods(search.parts)]


def test_each_search_has_its_own_bin_and_background() -> None:
    s1, s2 = part_likelihoods(Search.of(NA64).parts)
    assert [b.name for b in s1.bins] == ["S1: 2016-2018"]
    assert [b.name for b in s2.bins] == ["S2: 2016-2018"]
    (one,), (two,) = (b.bins[0].backgrounds for b in (s1, s2))
    assert (one.events, two.events) == (0.19, 0.53)
    # 0.07/0.5, and twice 10 %, which move both bins together
    shared = set(s1.nuisances) & set(s2.nuisances)
    title = "NA64e 2016-2018, semi-visible"
    own = {f"{title}: efficiency 2016-2018", f"{title}: dimuon normalisation"}
    assert shared == {"form factor", *own}
    whole = experiment_likelihood(NA64)
    assert [b.name for b in whole.bins] == ["S1: 2016-2018", "S2: 2016-2018"]


def test_several_experiments_begin_bins_with_their_title() -> None:
    other = load_experiment("na64mu")
    assert parts(NA64, other) == [
        ["NA64e 2016-2018, semi-visible: S1: 2016-2018"],
        ["NA64e 2016-2018, semi-visible: S2: 2016-2018"],
        ["NA64mu 2022: 2022"],
    ]


def test_control_regions_are_there_once(tmp_path: Path) -> None:
    """A workspace of others with two signal bins of S2 and a region without signal."""
    own = (Shift.relative("normalisation", 0.3),)
    made = Likelihood(
        (
            Bin("S1: 2016-2018", 0, (Component("signal", 1.0),), (Component("all", 0.19),)),
            Bin("S2: 2016-2018[0]", 0, (Component("signal", 3.0),), (Component("all", 0.3, own),)),
            Bin("S2: 2016-2018[1]", 0, (Component("signal", 1.0),), (Component("all", 0.2, own),)),
            Bin("control", 9, (), (Component("all", 10.0, own),)),
        )
    )
    path = tmp_path / "workspace.json"
    path.write_text(json.dumps(to_workspace(made)))
    experiment = NA64.model_copy(update={"likelihood": str(path)})
    assert parts(experiment) == [
        ["S1: 2016-2018", "control"],
        ["S2: 2016-2018[0]", "S2: 2016-2018[1]"],
    ]
    assert parts(experiment, searches=("S2",)) == [
        ["S2: 2016-2018[0]", "S2: 2016-2018[1]", "control"]
    ]
    _, two = part_likelihoods(Search.of(experiment).parts)
    signals = [b.signal for b in two.bins]
    assert signals == pytest.approx([2.84e11 * 0.5 * 0.75, 2.84e11 * 0.5 * 0.25])
    # the parts make one likelihood again
    assert len(Search.of(experiment).allowance.likelihood(np.full(2, 0.5)).bins) == 4


def test_unknown_searches_are_refused() -> None:
    with pytest.raises(RangeError, match=r"search: 'S3' is not one of S1, S2"):
        Search.of(NA64, searches=("S3",))
