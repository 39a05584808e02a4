"""Workspaces with modifiers that pyhf alone computes."""

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyhf
import pytest
from pyhf.infer.intervals.upper_limits import toms748_scan

from scotopic.errors import CardError, RangeError, ScotopicError
from scotopic.statistics import (
    Likelihood,
    read_likelihood,
    strength_limits,
    to_workspace,
)
from scotopic.statistics.foreign import ForeignLikelihood

WORKSPACE: dict[str, Any] = {
    "channels": [
        {
            "name": "spectrum",
            "samples": [
                {
                    "name": "signal",
                    "data": [5.0, 10.0],
                    "modifiers": [
                        {"name": "mu", "type": "normfactor", "data": None},
                        {"name": "eff", "type": "normsys", "data": {"hi": 1.1, "lo": 0.9}},
                    ],
                },
                {
                    "name": "background",
                    "data": [50.0, 52.0],
                    "modifiers": [],
                },
            ],
        }
    ],
    "observations": [{"name": "spectrum", "data": [51, 48]}],
    "measurements": [{"name": "m", "config": {"poi": "mu", "parameters": []}}],
    "version": "1.0.0",
}
SHAPE = {"hi_data": [55.0, 50.0], "lo_data": [45.0, 54.0]}
LUMI = {"name": "lumi", "auxdata": [1.0], "sigmas": [0.02], "inits": [1.0], "bounds": [[0.9, 1.1]]}
MODIFIERS: list[dict[str, Any]] = [
    {"name": "shape", "type": "histosys", "data": SHAPE},
    {"name": "bins", "type": "shapesys", "data": [5.0, 4.0]},
    {"name": "staterror_spectrum", "type": "staterror", "data": [5.0, 4.0]},
    {"name": "lumi", "type": "lumi", "data": None},
]


def with_modifier(modifier: dict[str, Any]) -> dict[str, Any]:
    content = copy.deepcopy(WORKSPACE)
    content["channels"][0]["samples"][1]["modifiers"].append(modifier)
    if modifier["type"] == "lumi":
        content["measurements"][0]["config"]["parameters"].append(LUMI)
    return content


def written(directory: Path, content: dict[str, Any]) -> Path:
    file = directory / "theirs.json"
    file.write_text(json.dumps(content))
    return file


@pytest.mark.parametrize("modifier", MODIFIERS, ids=lambda m: m["type"])
def test_pyhf_computes_what_our_sums_cannot(tmp_path: Path, modifier: dict[str, Any]) -> None:
    """Its own scan, over a model made without our reader."""
    content = with_modifier(modifier)
    found = strength_limits(read_likelihood(written(tmp_path, content), 0.9), "asymptotic")
    settings: Any = content["measurements"][0]["config"]["parameters"]
    spec = {"channels": content["channels"], "parameters": settings}
    model = pyhf.Model(spec, poi_name="mu", validate=False)
    data = [51.0, 48.0, *model.config.auxdata]
    observed, expected = toms748_scan(data, model, 1e-3, 10, level=0.1, rtol=1e-6)
    assert found.value == pytest.approx(float(observed), rel=1e-4)
    assert found.expected == pytest.approx([float(e) for e in expected], rel=1e-4)
    (remark,) = found.remarks
    reason = f"the {modifier['type']} {modifier['name']!r}"
    assert remark == f"computed by pyhf {pyhf.__version__}, asymptotic formulae: it has {reason}"


def test_a_free_background_weakens_the_limit(tmp_path: Path) -> None:
    free = with_modifier({"name": "free", "type": "normfactor", "data": None})
    foreign = read_likelihood(written(tmp_path, free), 0.9)
    assert isinstance(foreign, ForeignLikelihood)
    assert foreign.observed == (51.0, 48.0)
    ours = read_likelihood(written(tmp_path, WORKSPACE), 0.9)
    assert isinstance(ours, Likelihood)
    known = strength_limits(ours, "asymptotic").value
    assert strength_limits(foreign, "asymptotic").value > 1.2 * known


@pytest.mark.long
def test_pseudo_experiments_of_pyhf(tmp_path: Path) -> None:
    """At fifty events they agree with the asymptotic formulae; numpy's generator is left alone."""
    foreign = read_likelihood(written(tmp_path, with_modifier(MODIFIERS[0])), 0.9)
    before = np.random.get_state(legacy=False)["state"]["key"].tolist()  # noqa: NPY002
    found = strength_limits(foreign, "toys", toys=100, seed=3)
    assert np.random.get_state(legacy=False)["state"]["key"].tolist() == before  # noqa: NPY002
    asymptotic = strength_limits(foreign, "asymptotic")
    assert abs(found.value - asymptotic.value) < 3 * found.error
    assert 0.05 < found.error / found.value < 0.5
    assert "100 pseudo-experiments" in found.remarks[0]


def test_a_projection_is_the_median(tmp_path: Path) -> None:
    content = with_modifier(MODIFIERS[0])
    content["measurements"][0]["name"] = "projection"
    content["observations"][0]["data"] = [50.0, 52.0]
    found = strength_limits(read_likelihood(written(tmp_path, content), 0.9), "asymptotic")
    assert found.is_projection
    assert found.value == found.expected[2]


def test_exact_sums_are_refused(tmp_path: Path) -> None:
    foreign = read_likelihood(written(tmp_path, with_modifier(MODIFIERS[0])), 0.9)
    with pytest.raises(RangeError, match=r"^method: 'cls' cannot treat .*the histosys 'shape'"):
        strength_limits(foreign)


def test_without_pyhf_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scotopic.extras.find_spec", lambda _: None)
    foreign = read_likelihood(written(tmp_path, with_modifier(MODIFIERS[0])), 0.9)
    with pytest.raises(ScotopicError, match=r"pip install 'scotopic\[likelihoods\]'"):
        strength_limits(foreign, "asymptotic")


def test_what_pyhf_does_not_understand_is_one_line(tmp_path: Path) -> None:
    content = with_modifier({"name": "shape", "type": "histosys", "data": [1.0]})
    foreign = read_likelihood(written(tmp_path, content), 0.9)
    with pytest.raises(CardError, match="pyhf does not understand it") as raised:
        strength_limits(foreign, "asymptotic")
    assert "\n" not in str(raised.value)


def test_what_is_broken_is_refused_by_our_own_reader(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="missing: 'version'"):
        read_likelihood(written(tmp_path, {"channels": 3}), 0.9)
    twice = tmp_path / "twice.json"
    text = json.dumps(to_workspace(Likelihood.of_count(0)))
    twice.write_text(text.replace("{", '{"a": 1, "a": 1, ', 1))
    with pytest.raises(CardError, match="the key 'a' occurs 2 times"):
        read_likelihood(twice, 0.9)
