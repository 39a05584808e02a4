"""pyhf reads the workspaces back to the same limits, and its toys agree with ours."""

import copy
import csv
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyhf
import pytest
from pyhf.infer.intervals.upper_limits import toms748_scan
from scipy import stats
from scipy.special import wrightomega

from scotopic.errors import CardError
from scotopic.statistics import (
    Bin,
    Component,
    Likelihood,
    Shift,
    from_workspace,
    strength_limits,
    to_workspace,
)
from scotopic.statistics.profile import statistic
from scotopic.statistics.toys import Toys
from scotopic.statistics.workspace import read_workspace

EFFICIENCY = Shift.relative("efficiency", 0.1)
LOPSIDED = Shift("scale", 1.2, 0.9)
MODEL = Likelihood(
    (
        Bin(
            "S1",
            12,
            (Component("signal", 3.0, (EFFICIENCY,)),),
            (Component("K0", 9.0, (Shift.relative("K0", 0.2),)), Component("muons", 1.0)),
        ),
        Bin(
            "S2",
            23,
            (Component("signal", 6.0, (EFFICIENCY,)),),
            (Component("hadrons", 25.0, (Shift.relative("hadrons", 0.1), LOPSIDED)),),
        ),
        Bin("control", 110, (), (Component("hadrons", 100.0, (LOPSIDED,)),)),
    )
)


def pyhf_limits(content: dict[str, Any], interpolation: str) -> tuple[float, list[float]]:
    """Observed and expected 90 % asymptotic limits."""
    # validate=False: the schema validator of pyhf 0.7 calls a deprecated function of jsonschema
    model = pyhf.Model(
        {"channels": content["channels"]},
        poi_name=content["measurements"][0]["config"]["poi"],
        validate=False,
        modifier_settings={"normsys": {"interpcode": interpolation}},
    )
    seen = {one["name"]: one["data"] for one in content["observations"]}
    data = [float(n) for name in model.config.channels for n in seen[name]]
    bounds = [(-8.0, 8.0)] * len(model.config.par_order)
    bounds[model.config.poi_index] = (0.0, 50.0)
    observed, expected = toms748_scan(
        data + model.config.auxdata, model, 1e-3, 20, level=0.1, rtol=1e-7, par_bounds=bounds
    )
    return float(observed), [float(value) for value in expected]


def test_pyhf_reads_back_the_same_limit() -> None:
    ours = strength_limits(MODEL, "asymptotic")
    content = json.loads(json.dumps(to_workspace(MODEL)))
    observed, expected = pyhf_limits(content, "code1")
    # its minimiser stops at 1e-6 or so of the likelihood
    assert ours.value == pytest.approx(observed, rel=2e-4)
    assert ours.expected == pytest.approx(expected, rel=2e-4)


def test_the_default_interpolation_of_pyhf_makes_little_difference() -> None:
    """code4 is a polynomial for |theta| < 1, smooth where lopsided factors have a kink."""
    observed, _ = pyhf_limits(to_workspace(MODEL), "code4")
    assert strength_limits(MODEL, "asymptotic").value == pytest.approx(observed, rel=0.01)


def test_workspaces_of_pyhf_are_read() -> None:
    """Channels of several bins, made by pyhf's own helper with its modifiers replaced."""
    content: dict[str, Any] = {
        "channels": [
            {
                "name": "2018",
                "samples": [
                    {
                        "name": "signal",
                        "data": [5.0, 10.0],
                        "modifiers": [
                            {"name": "strength", "type": "normfactor", "data": None},
                            {"name": "eff", "type": "normsys", "data": {"hi": 1.1, "lo": 0.9}},
                        ],
                    },
                    {
                        "name": "background",
                        "data": [50.0, 52.0],
                        "modifiers": [
                            {"name": "b", "type": "normsys", "data": {"hi": 1.05, "lo": 0.95}}
                        ],
                    },
                ],
            }
        ],
        "observations": [{"name": "2018", "data": [51, 48]}],
        "measurements": [{"name": "m", "config": {"poi": "strength", "parameters": []}}],
        "version": "1.0.0",
    }
    ours = strength_limits(from_workspace(content), "asymptotic")
    observed, expected = pyhf_limits(content, "code1")
    assert ours.value == pytest.approx(observed, rel=2e-4)
    assert ours.expected == pytest.approx(expected, rel=2e-4)
    assert [b.name for b in from_workspace(content).bins] == ["2018[0]", "2018[1]"]


def test_a_round_trip_changes_nothing() -> None:
    assert from_workspace(json.loads(json.dumps(to_workspace(MODEL)))) == MODEL
    projection = Likelihood((Bin("a", None, MODEL.bins[0].signals, (Component("b", 0.5),)),))
    assert from_workspace(to_workspace(projection)) == projection


@pytest.mark.parametrize("kind", ["histosys", "lumi", "shapefactor", "shapesys", "staterror"])
def test_other_modifiers_are_refused_by_name(kind: str) -> None:
    content = copy.deepcopy(to_workspace(MODEL))
    content["channels"][1]["samples"][1]["modifiers"].append(
        {"name": "shape", "type": kind, "data": [1.0]}
    )
    with pytest.raises(CardError, match=rf"^w.json: S2.hadrons.modifiers: 'shape' is a {kind} \("):
        from_workspace(content, label="w.json")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("version",), "2.0", "version: '2.0' is not '1.0.0'"),
        (
            ("channels", 0, "samples", 1, "modifiers", 0, "type"),
            "normsis",
            "type: 'normsis' is not one of normsys, .*; did you mean 'normsys'?",
        ),
        (("observations", 0, "data"), [1.5], "observations.S1.: 1.5 is not a whole number"),
        (
            ("observations", 0, "name"),
            "other",
            "observations.other.: no such channel; there are S1, S2",
        ),
        (("observations", 0, "name"), "S2", "observations.S2.: is there twice"),
        (("observations",), [], "missing: 'S1'"),
        (("patches",), [], "'patches': unknown key; allowed: channels, observations"),
        (("channels", 0, "sample"), [], "S1: 'sample': unknown key"),
        (
            ("measurements",),
            [{"name": n, "config": {"poi": "mu", "parameters": []}} for n in ("a", "b")],
            "measurements: 'a', 'b': only one is allowed",
        ),
        (
            ("channels", 0, "samples", 1, "modifiers", 0, "data", "hi"),
            1e300,
            r"K0.up: 1e\+300 is not from 0.01 to 100",
        ),
        (("channels", 0, "samples", 0, "data"), [1.0, 2.0], "S1.signal.data: 2 bins, 1 observed"),
        (("channels", 0, "samples", 0, "data"), ["x"], "S1.signal: 'x' is not a finite number"),
        (("channels", 0, "samples", 1, "data"), [-1.0], "K0.events: -1.0 is not"),
        (("channels",), 3, "not a pyhf workspace"),
        (("measurements",), [], "not a pyhf workspace"),
        (
            ("measurements", 0, "config", "parameters"),
            [{"name": "K0", "fixed": True}],
            "parameters.K0..fixed: True is not supported",
        ),
        (
            ("channels", 0, "samples", 1, "modifiers", 0),
            {"name": "free", "type": "normfactor", "data": None},
            "'free' is a normfactor .only 'mu' is free.",
        ),
    ],
)
def test_broken_workspaces_are_refused_in_one_line(
    path: tuple[Any, ...], value: object, message: str
) -> None:
    content: Any = copy.deepcopy(to_workspace(MODEL))
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(CardError, match=rf"^w.json: .*{message}") as error:
        from_workspace(content, label="w.json")
    assert "\n" not in str(error.value)


def test_keys_that_occur_twice_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "w.json"
    file.write_text(json.dumps(to_workspace(MODEL)).replace("{", '{"version": "1.0.0", ', 1))
    with pytest.raises(CardError, match="the key 'version' occurs 2 times in a table"):
        read_workspace(file, 0.9)


def pyhf_toys() -> list[dict[str, float]]:
    file = Path(__file__).with_name("pyhf-toys.csv")
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(lines)]


def thrown_by_pyhf(index: int, case: dict[str, float], toys: int) -> Iterator[np.ndarray]:
    """The pseudo-experiments of make_pyhf_toys.py, with and without signal, shape (toys, 2)."""
    n, b, db, s = (case[k] for k in ("observed", "background", "uncertainty", "signal"))
    shift = {"name": "b", "type": "normsys", "data": {"hi": 1 + db / b, "lo": 1 / (1 + db / b)}}
    strength = {"name": "mu", "type": "normfactor", "data": None}
    samples = [
        {"name": "signal", "data": [s], "modifiers": [strength]},
        {"name": "background", "data": [b], "modifiers": [shift] if db else []},
    ]
    model = pyhf.Model(
        {"channels": [{"name": "counts", "samples": samples}]},
        validate=False,
        poi_name="mu",
        modifier_settings={"normsys": {"interpcode": "code1"}},
    )
    bounds = [(-8.0, 8.0)] * len(model.config.par_order)
    bounds[model.config.poi_index] = (0.0, 30.0)
    data = [n, *model.config.auxdata]
    np.random.seed(1000 + index)  # noqa: NPY002 - pyhf draws from numpy's global state
    for mu in (1.0, 0.0):
        fitted = pyhf.infer.mle.fixed_poi_fit(mu, data, model, par_bounds=bounds)
        yield np.array(model.make_pdf(fitted).sample((toys,)))


@pytest.mark.parametrize(("index", "case"), list(enumerate(pyhf_toys())))
def test_confidence_levels_agree_with_toys_of_pyhf(index: int, case: dict[str, float]) -> None:
    """Fourteen (n, b, db): our fits of the 1000 pseudo-experiments that pyhf 0.7.6 threw.

    The table has what pyhf made of them in ten minutes (make_pyhf_toys.py). Being of the same
    pseudo-experiments, the fractions are equal; only ties can differ.
    """
    toys, b, db = 1000, case["background"], case["uncertainty"]
    shifts = (Shift.relative("b", db / b),) if db else ()
    signals = (Component("signal", case["signal"]),)
    one = Bin("counts", int(case["observed"]), signals, (Component("b", b, shifts),))
    cells = Likelihood((one,)).cells
    observed = statistic(cells, np.array([[case["observed"]]]), np.zeros((1, len(shifts))), 1.0)
    both, alone = (
        float(np.mean(statistic(cells, x[:, :1], x[:, 1:], 1.0) >= observed - 1e-5))
        for x in thrown_by_pyhf(index, case, toys)
    )
    theirs = case["signal_plus_background"], case["background_only"]
    if case["observed"] > 0 or not db:
        assert (both, alone) == pytest.approx(theirs, abs=1.5 / toys)
        return
    # all outcomes without events tie (next test), and about half of them count: the ratio is left
    expected = both / alone * theirs[1]
    error = math.sqrt(expected * toys) / (theirs[1] * toys)
    assert abs(theirs[0] / theirs[1] - both / alone) <= 2.5 * error


@pytest.mark.parametrize(("b", "db"), [(0.53, 0.17), (0.19, 0.07), (3.0, 1.0)])
def test_outcomes_without_events_tie(b: float, db: float) -> None:
    """q~ = 2 s for n = 0, whatever the auxiliary measurement: CL_b is the probability of n = 0.

    The minimiser of pyhf leaves noise that decides the ties, so that about half of them count.
    """
    shift = Shift.relative("b", db / b)
    one = Bin("a", 0, (Component("s", 2.0),), (Component("b", b, (shift,)),))
    levels = Toys(Likelihood((one,)), 20_000, seed=1).levels(1.0)[0]
    # theta that fits n = 0: b kappa^theta ln kappa + theta = 0
    sigma = math.log(shift.up)
    theta = -float(wrightomega(math.log(b * sigma**2))) / sigma
    for found, mean in ((levels.background, b * shift.up**theta),
                        (levels.signal_plus_background, 2 + b * shift.up**theta)):  # fmt: skip
        exact = math.exp(-mean)
        assert abs(found - exact) <= 4 * math.sqrt(exact * (1 - exact) / 20_000)


def exact_levels(n: int, b: float, db: float, s: float) -> list[float]:
    """CL_{s+b} and CL_b summed over counts and auxiliary measurements, fits by search on a grid."""
    sigma = math.log1p(db / b)
    theta = np.linspace(-7, 7, 7001)
    expected = b * np.exp(sigma * theta)

    def conditional(count: int, a: float, mu: float) -> tuple[float, float]:
        nu = mu * s + expected
        cost = nu - count * np.log(nu) + (theta - a) ** 2 / 2
        best = int(cost.argmin())
        return float(cost[best]), float(theta[best])

    def q(count: int, a: float) -> float:
        fitted = (count - b * math.exp(sigma * a)) / s
        if fitted > 1:
            return 0.0
        free = count - count * math.log(count) if fitted > 0 else conditional(count, a, 0.0)[0]
        return 2 * (conditional(count, a, 1.0)[0] - free)

    observed = q(n, 0.0)
    found = []
    for mu in (1.0, 0.0):
        centre = conditional(n, 0.0, mu)[1]
        mean = mu * s + b * math.exp(sigma * centre)
        pull = np.linspace(-4.5, 4.5, 91)
        weight = stats.norm.pdf(pull) / stats.norm.pdf(pull).sum()
        found.append(
            sum(
                stats.poisson.pmf(k, mean)
                * weight[[q(k, centre + x) >= observed - 1e-5 for x in pull]].sum()
                for k in range(2 * n + 4)
            )
        )
    return found


@pytest.mark.parametrize(("n", "b", "db", "s"), [(1, 1.0, 0.5, 2.8), (2, 0.53, 0.17, 4.5)])
def test_levels_of_toys_equal_an_exact_sum(n: int, b: float, db: float, s: float) -> None:
    shift = Shift.relative("b", db / b)
    one = Bin("a", n, (Component("s", s),), (Component("b", b, (shift,)),))
    levels = Toys(Likelihood((one,)), 20_000, seed=5).levels(1.0)[0]
    ours = (levels.signal_plus_background, levels.background)
    for found, exact in zip(ours, exact_levels(n, b, db, s), strict=True):
        # 3.5 binomial standard deviations, and 0.02 of a standard deviation of the pull's grid
        assert abs(found - exact) <= 3.5 * math.sqrt(exact * (1 - exact) / 20_000) + 0.02 * exact


def test_bands_of_toys_at_large_counts_are_the_asymptotic_ones() -> None:
    one = Bin(
        "a", 210, (Component("s", 20.0),), (Component("b", 200.0, (Shift.relative("b", 0.05),)),)
    )
    asymptotic = strength_limits(Likelihood((one,)), "asymptotic")
    toys = strength_limits(Likelihood((one,)), "toys", toys=4000)
    # 4 standard deviations, and 1/(2 sqrt 200) = 3.5 % from the counts' discreteness
    assert abs(toys.value - asymptotic.value) < 4 * toys.error + 0.035 * asymptotic.value
    assert np.array(toys.expected) == pytest.approx(asymptotic.expected, rel=0.12)
