"""Results as HEPData submissions, read back and validated with the programs of others."""

import json
import shutil
import tarfile
from pathlib import Path

import pytest
from tests.program import rows
from tests.publication.submissions import (
    MISSING,
    assert_valid,
    attached,
    columns,
    data_of,
    documents,
    done,
    values,
)

from scotopic.scan.run_card import load_run_card
from scotopic.search import load_experiment
from scotopic.statistics import from_workspace, strength_limits

pytest.importorskip("hepdata_validator", reason=MISSING)


@pytest.mark.parametrize("form", ["directory", "archive"])
def test_validator_passes_it_without_network(submission: Path, form: str) -> None:
    path = {"directory": submission, "archive": submission.with_name("submission.tar.gz")}[form]
    assert_valid(path, form)


def test_limits_equal_those_of_the_csv(results: Path, submission: Path) -> None:
    for directory, words in (("limit", "kinetic mixing"), ("y", "y")):
        expected = rows(results / directory / "limit.csv")
        found = columns(submission, documents(submission)[f"{directory} limit"])
        quantity = words.replace(" ", "_")
        for heading, column in (
            ("mediator mass", "mediator_mass_GeV"),
            ("dark matter mass", "dark_matter_mass_GeV"),
            (f"Observed upper limit on {words}", quantity),
            (f"Expected upper limit on {words}", "expected_median"),
            ("relative numerical error", "relative_numerical_error"),
        ):
            assert values(found[heading]) == [float(row[column]) for row in expected]


def test_islands_and_their_edges(tmp_path: Path) -> None:
    options = ("--points", "3", "--mass-min", "0.01", "--no-figure")
    done("limit", "na64e-alp", *options, "--output", tmp_path / "alp")
    done("export", "hepdata", tmp_path / "alp", "--output", tmp_path / "submission")
    (table,) = documents(tmp_path / "submission").values()
    assert table["name"] == "alp excluded"
    keywords = {one["name"]: one["values"] for one in table["keywords"]}
    assert keywords["reactions"] == ["GAMMA NUCLEUS --> a NUCLEUS"]
    assert "Visible decays" in keywords["phrases"]
    expected = rows(tmp_path / "alp" / "limit.csv")
    found = columns(tmp_path / "submission", table)
    for side in ("lower", "upper"):
        heading = f"Observed {side} edge of excluded photon coupling"
        assert values(found[heading]) == [float(row[side]) for row in expected]
    data = data_of(tmp_path / "submission", table)
    assert data["dependent_variables"][0]["header"]["units"] == "GeV^{-1}"


def test_bands_are_errors_of_the_expected_limit(results: Path, submission: Path) -> None:
    found = columns(submission, documents(submission)["limit limit"])
    cells = found["Expected upper limit on kinetic mixing"]
    for row, cell in zip(rows(results / "limit" / "limit.csv"), cells, strict=True):
        errors = {one["label"]: one for one in cell["errors"]}
        for label, up, down in (
            ("1 s.d.", "expected_plus_one_sigma", "expected_minus_one_sigma"),
            ("2 s.d.", "expected_plus_two_sigma", "expected_minus_two_sigma"),
        ):
            ends = errors[label]["asymerror"]
            # a difference of doubles and its sum: some roundings
            assert cell["value"] + ends["plus"] == pytest.approx(float(row[up]), rel=1e-14)
            assert cell["value"] + ends["minus"] == pytest.approx(float(row[down]), rel=1e-14)


def test_tables_say_what_they_are(submission: Path) -> None:
    table = documents(submission)["limit limit"]
    assert "NA64e 2016-2018" in table["description"]
    keywords = {one["name"]: one["values"] for one in table["keywords"]}
    assert keywords["reactions"] == [
        "E- NUCLEUS --> E- NUCLEUS A'",
        "E+ E- --> A'",
        "GAMMA NUCLEUS --> A' NUCLEUS",
    ]
    data = data_of(submission, table)
    (mass,) = data["independent_variables"]
    assert mass["header"] == {"name": "mediator mass", "units": "GeV"}
    assert data["dependent_variables"][0]["header"]["name"].startswith("Observed")
    qualifiers = {one["name"]: one["value"] for one in data["dependent_variables"][0]["qualifiers"]}
    assert qualifiers["Exposure"] == 2.84e11
    assert qualifiers["Confidence level"] == 90
    assert qualifiers["alpha D"] == 0.1


def test_attached_card_and_likelihood_give_the_same_limit(results: Path, submission: Path) -> None:
    for name in ("limit", "y"):
        table = documents(submission)[f"{name} limit"]
        result = json.loads((results / name / "result.json").read_text())
        label = attached(table, "-likelihood.json").removesuffix("-likelihood.json")
        experiment = load_experiment(submission / f"{label}.toml")
        (card,) = result["attributes"]["experiments"]
        assert experiment.content() == card
        workspace = json.loads((submission / f"{label}-likelihood.json").read_text())
        allowed = result["variables"]["allowed_events"]["values"][0][0][0]
        limit = strength_limits(from_workspace(workspace)).value
        # the same sums, with the signal's scale in other places: a solver's tolerance
        assert limit == pytest.approx(allowed, rel=1e-6)
        whole = json.loads((submission / attached(table, "result.json")).read_text())
        assert whole["variables"] == result["variables"]


def test_thumbnails_are_small_pictures(submission: Path) -> None:
    from PIL import Image  # noqa: PLC0415 - comes with matplotlib

    table = documents(submission)["limit limit"]
    png = "limit-limit.png"
    locations = [one["location"] for one in table["additional_resources"]]
    assert {png, f"thumb_{png}", "limit-limit.pdf"} <= set(locations)
    with Image.open(submission / f"thumb_{png}") as small, Image.open(submission / png) as large:
        assert small.width <= 240
        assert small.height <= 179
        assert max(small.width / 240, small.height / 179) == pytest.approx(1, abs=0.01)  # a pixel
        ratio = small.width / small.height
        assert ratio == pytest.approx(large.width / large.height, rel=0.01)  # a pixel


def test_planes_become_a_table_for_each_limit_and_line(results: Path, submission: Path) -> None:
    tables = {name: one for name, one in documents(submission).items() if name.startswith("plane")}
    assert set(tables) == {
        "plane excluded e+ e- 2018",
        "plane excluded e+ e- 2018-2",
        "plane contour e+ e- 2018",
        "plane contour e+ e- 2018-2",
        "plane thermal thermal relic",
    }
    boundaries = rows(results / "plane" / "boundaries.csv")
    found = columns(submission, tables["plane excluded e+ e- 2018"])
    mine = [row for row in boundaries if row["limit"] == "e+/e- 2018"]
    assert 0 < len(mine) < len(boundaries)
    for end in ("from", "to"):
        expected = [float(row[f"kinetic_mixing_{end}"]) for row in mine]
        assert values(found[f"kinetic mixing {end}"]) == expected
    thermal = columns(submission, tables["plane thermal thermal relic"])
    expected = [float(row["y"]) for row in rows(results / "plane" / "thermal.csv")]
    assert values(thermal["y"]) == expected
    assert set(values(thermal["caveats"])) == {"-"}  # an empty cell


def test_attached_run_card_reproduces_the_plane(
    results: Path, submission: Path, tmp_path: Path
) -> None:
    """It names the attached experiment cards, which have the changed efficiency."""
    card, place = load_run_card(str(submission / "plane-run-card.toml"))
    assert [load_experiment(place / one.experiment).title for one in card.limits] == [
        "NA64e 2016-2018",
        "Mine",
    ]
    done("plane", submission / "plane-run-card.toml", "--no-figure", "--output", tmp_path)
    name = "boundaries.csv"
    assert (tmp_path / name).read_bytes() == (results / "plane" / name).read_bytes()


def test_the_same_results_give_the_same_bytes(
    results: Path, submission: Path, tmp_path: Path
) -> None:
    """Even if they were made at another time; whole directories and archives."""
    for name in ("limit", "y", "plane"):
        copy = tmp_path / name
        shutil.copytree(results / name, copy)
        result = json.loads((copy / "result.json").read_text())
        result["provenance"] |= {"time": "2000-01-01T00:00:00+00:00", "seconds": 1.0}
        (copy / "result.json").write_text(json.dumps(result))
    again = tmp_path / "again"
    inputs = [tmp_path / name for name in ("limit", "y", "plane")]
    done("export", "hepdata", *inputs, "--output", again)
    names = {one.name for one in submission.iterdir()}
    assert {one.name for one in again.iterdir()} == names
    for one in names:
        assert (again / one).read_bytes() == (submission / one).read_bytes(), one
    archives = [path.with_name(f"{path.name}.tar.gz") for path in (again, submission)]
    assert archives[0].read_bytes() == archives[1].read_bytes()
    with tarfile.open(archives[0]) as archive:
        assert set(archive.getnames()) == names
