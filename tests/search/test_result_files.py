"""Results as files: read back equal, and tables that say what the result says."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from scotopic.errors import RangeError, ScotopicError
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.calculation import Calculation
from scotopic.search import Axis, Result, Search, exclusion_curve, load_experiment
from scotopic.search.overlays import with_overlays
from scotopic.search.result import Layer, Variable
from scotopic.search.result_files import as_json, from_json, read_result, write_curve

PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3, dark_matter="complex_scalar"
)


def rows(path: Path) -> list[dict[str, float]]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(lines)]


@pytest.fixture(scope="module")
def limits() -> Result:
    """Limits of two experiments, with a band beside them."""
    cards = [load_experiment(name) for name in ("na64e-2018", "na64mu")]
    return with_overlays(exclusion_curve(cards, PHOTON, [0.01, 0.1]), PHOTON, muon_band=True)


@pytest.fixture(scope="module")
def islands() -> Result:
    """Islands, and masses where nothing is excluded."""
    axion = AxionLikeParticle(mediator_mass=0.01, photon_coupling=1e-3)
    return exclusion_curve(load_experiment("na64e-alp"), axion, [0.01, 0.05, 0.06, 0.07])


@pytest.mark.parametrize("which", ["limits", "islands"])
def test_results_read_back_equal(
    which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    result: Result = request.getfixturevalue(which)
    assert from_json(json.loads(json.dumps(as_json(result), allow_nan=False))) == result
    write_curve(result, tmp_path, 1.0)
    read = read_result(tmp_path / "result.json")
    assert (read, hash(read)) == (result, hash(result))
    assert read != exclusion_curve(load_experiment("na64e-2018"), PHOTON, [0.01, 0.1])


def test_no_result_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    for text, words in (("[", "not JSON"), ("[]", "not as"), ('{"variables": {"a": 1}}', "not as")):
        path.write_text(text)
        with pytest.raises(ScotopicError, match=words) as refused:
            read_result(path)
        assert str(path) in str(refused.value)
    with pytest.raises(ScotopicError, match="cannot be read"):
        read_result(tmp_path / "none.json")


def test_damaged_results_are_refused(limits: Result, tmp_path: Path) -> None:
    """Arrays that do not go together, and layers without theirs."""
    path = tmp_path / "result.json"
    content = as_json(limits)
    content["variables"]["mediator_mass"]["values"].pop()
    path.write_text(json.dumps(content))
    with pytest.raises(ScotopicError, match="along mediator_mass, others") as refused:
        read_result(path)
    assert str(path) in str(refused.value)
    bound = Layer("bound", "theirs", {"x": Variable(("point",), np.array([0.1]))})
    with pytest.raises(RangeError, match=r"layers\[theirs\]: no 'y'; there are x"):
        bound["y"]


def test_table_of_limits(limits: Result, tmp_path: Path) -> None:
    write_curve(limits, tmp_path, 1.0)
    found = rows(tmp_path / "limit.csv")
    assert list(found[0])[:3] == ["mediator_mass_GeV", "kinetic_mixing", "dark_matter_mass_GeV"]
    assert [row["kinetic_mixing"] for row in found] == limits.limits().tolist()
    single = limits.limits("NA64mu 2022")
    assert [row["NA64mu 2022 alone"] for row in found] == single.tolist()
    assert [row["expected_median"] for row in found] == limits.limits(None, "median").tolist()


def test_table_of_islands(islands: Result, tmp_path: Path) -> None:
    write_curve(islands, tmp_path, 1.0)
    found = rows(tmp_path / "limit.csv")
    assert list(found[0])[:5] == [
        "mediator_mass_GeV",
        "lower",
        "upper",
        "open_below",
        "open_above",
    ]
    pairs = [pair for intervals in islands.intervals() for pair in intervals]
    assert [(row["lower"], row["upper"]) for row in found] == pairs
    assert {row["open_above"] for row in found} == {0.0}
    text = (tmp_path / "limit.csv").read_text()
    assert "to 0.07, " in text
    assert "nothing excluded" in text


def test_axis_of_another_parameter(tmp_path: Path) -> None:
    """The splitting: the heavier chi_2, the shorter it lives, the smaller the largest coupling."""
    model = InelasticDarkMatter(
        mediator_mass=0.3, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    quick = Calculation(processes=("bremsstrahlung",), events=2000)
    search = Search.of("na64e-2018-semi-visible", calculation=quick)
    curve = exclusion_curve(search, model, Axis("splitting", 0.3, 0.5, 2, "linear"))
    write_curve(curve, tmp_path, 1.0)
    found = rows(tmp_path / "limit.csv")
    assert list(found[0])[:3] == ["splitting", "lower", "upper"]
    assert [row["splitting"] for row in found] == [0.3, 0.5]
    assert found[0]["upper"] > found[1]["upper"]
    assert found[0]["mediator_mass_GeV"] == 0.3


def test_values_that_json_has_not(limits: Result) -> None:
    content = as_json(limits)
    content["variables"]["relative_error"]["values"] = [[None, "inf"], ["-inf", 0.5], [1.0, 2.0]]
    found = from_json(content)["relative_error"]
    np.testing.assert_array_equal(found, [[np.nan, np.inf], [-np.inf, 0.5], [1.0, 2.0]])


def test_what_is_no_limit_or_outcome_is_refused(limits: Result, islands: Result) -> None:
    """They were not-a-number everywhere, and a ValueError."""
    with pytest.raises(RangeError, match=r"^limits: .* intervals\(\) gives both"):
        islands.limits()
    for ask in (limits.limits, limits.intervals):
        with pytest.raises(RangeError, match="'expected_median' is not one of observed, "):
            ask(outcome="expected_median")


def test_mediators_without_dark_matter_have_no_mass_of_it(islands: Result) -> None:
    """The column held the mass of the axion, or a third of that of a mediator of neutrinos."""
    neutrinos = exclusion_curve("na64mu", "L_mu_minus_L_tau", [0.1])
    for found in (islands, neutrinos):
        assert "dark_matter_mass" not in found.variables
        assert "dark matter mass" not in found.model._repr_html_()
    dark = exclusion_curve("na64mu", "L_mu_minus_L_tau", [0.1], alpha_D=0.1)
    assert dark["dark_matter_mass"] == pytest.approx([0.1 / 3])
    assert "dark matter mass" in dark.model._repr_html_()
