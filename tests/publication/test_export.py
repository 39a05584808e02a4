"""Results as HEPData submissions and as Parquet, read back with the programs of others."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from scotopic.scan.run_card import load_run_card
from scotopic.search import load_experiment
from scotopic.search.result_files import read_result
from scotopic.statistics import from_workspace, strength_limits

MISSING = "the extra 'publication' is not installed"
yaml = pytest.importorskip("yaml", reason=MISSING)
pytest.importorskip("hepdata_validator", reason=MISSING)
parquet = pytest.importorskip("pyarrow.parquet", reason=MISSING)

PLANE = """\
title = "A small plane"
source = "a test"
model = "dark_photon"

[fixed]
alpha_D = 0.1
mass_ratio = 3
dark_matter = "complex_scalar"

[x]
parameter = "mediator_mass"
minimum = 0.01
maximum = 0.1
points = 3

[y]
parameter = "kinetic_mixing"
minimum = 1e-6
maximum = 1e-2
points = 9

[[limits]]
label = "e+/e- 2018"
experiment = "na64e-2018"
signal_efficiency = 0.33

[[limits]]
label = "e+ e- 2018"
experiment = "mine.toml"

[[thermal_lines]]
label = "thermal, relic"
"""

JOINED = (
    PLANE.partition("[[limits]]")[0]
    + """\
[[limits]]
label = "2018"
experiment = "na64e-2018"
joined_with = ["na64e-positron-100GeV"]

[[limits]]
label = "a, b"
experiment = "na64e-1e12"

[[bounds]]
label = "theirs"
points = [[0.01, 1e-4], [0.1, 1e-3]]
source = "a test"

[[bounds]]
card = "babar-2017"

[[bounds]]
card = "lep"
"""
)

VALIDATE = """\
import socket, sys
from hepdata_validator.full_submission_validator import FullSubmissionValidator

def refuse(*_):
    raise AssertionError("the network was asked")

socket.socket.connect = refuse
validator = FullSubmissionValidator()
if not validator.validate(**{sys.argv[1]: sys.argv[2]}):
    sys.exit(str(validator.get_messages()))
"""


def scotopic(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    command = [sys.executable, "-c", "from scotopic.cli import main; main()"]
    return subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ,
        timeout=900,
        check=False,
    )


def done(*arguments: str | Path) -> None:
    found = scotopic(*arguments)
    assert found.returncode == 0, found.stderr


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def number(text: str) -> float | None:
    return float(text) if text else None


def documents(submission: Path) -> dict[str, dict[str, Any]]:
    """Return what submission.yaml says of each table, by name."""
    found = list(yaml.safe_load_all((submission / "submission.yaml").read_text()))
    return {one["name"]: one for one in found[1:]}


def columns(submission: Path, table: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    data = yaml.safe_load((submission / table["data_file"]).read_text())
    variables = data["independent_variables"] + data["dependent_variables"]
    return {one["header"]["name"]: one["values"] for one in variables}


def values(cells: list[dict[str, Any]]) -> list[float | str]:
    return [one["value"] for one in cells]


def attached(table: dict[str, Any], end: str) -> str:
    (name,) = (
        one["location"] for one in table["additional_resources"] if one["location"].endswith(end)
    )
    return str(name)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directories of results: limits with and without a background, and a plane."""
    home = tmp_path_factory.mktemp("results")
    done("limit", "na64e-2018", "--points", "3", "--output", home / "limit")
    arguments = ("--quantity", "y", "--points", "3", "--no-figure")
    done("limit", "na64e-2017", *arguments, "--output", home / "y")
    (home / "plane.toml").write_text(PLANE)
    (home / "mine.toml").write_text('extends = "na64e-2018"\ntitle = "Mine"\n')
    dataset = ("--dataset",) if find_spec("zarr") else ()
    done("plane", home / "plane.toml", *dataset, "--output", home / "plane")
    return home


@pytest.fixture(scope="module")
def submission(results: Path) -> Path:
    inputs = [results / name for name in ("limit", "y", "plane")]
    done("export", "hepdata", *inputs, "--output", results / "submission")
    return results / "submission"


@pytest.mark.parametrize("form", ["directory", "archive"])
def test_validator_passes_it_without_network(submission: Path, form: str) -> None:
    """In a process of its own: the validator leaves files open and warns of what it imports."""
    path = {"directory": submission, "archive": submission.with_name("submission.tar.gz")}[form]
    found = subprocess.run(
        [sys.executable, "-c", VALIDATE, form, path],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert found.returncode == 0, found.stderr


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A combination, a plane of joined experiments with a bound of others, and a submission."""
    home = tmp_path_factory.mktemp("together")
    arguments = ("--points", "3", "--no-figure")
    done("limit", "na64e-2018", "na64mu", *arguments, "--output", home / "both")
    (home / "joined.toml").write_text(JOINED)
    done("plane", home / "joined.toml", "--dataset", "--no-figure", "--output", home / "joined")
    done("export", "hepdata", home / "both", home / "joined", "--output", home / "submission")
    return home


def test_combinations_and_joined_planes_pass_the_validator(together: Path) -> None:
    command = [sys.executable, "-c", VALIDATE, "directory", str(together / "submission")]
    found = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert found.returncode == 0, found.stderr
    assert set(documents(together / "submission")) == {
        "both combined limit",
        "joined excluded 2018",
        "joined excluded a b",
        "joined contour 2018",
        "joined contour a b",
    }


def test_combined_likelihood_gives_the_combined_limit(together: Path) -> None:
    table = documents(together / "submission")["both combined limit"]
    ends = [one["location"] for one in table["additional_resources"]]
    assert len([end for end in ends if end.endswith("-likelihood.json")]) == 3
    (resource,) = (
        one for one in table["additional_resources"] if one["location"] == "both-likelihood.json"
    )
    assert resource["type"] == "HistFactory"
    workspace = json.loads((together / "submission" / "both-likelihood.json").read_text())
    found = read_result(together / "both" / "result.json")
    limit = strength_limits(from_workspace(workspace)).value
    masses = zip(found.axis.tolist(), found["allowed_events"][0, 0].tolist(), strict=True)
    (expected,) = (n for m, n in masses if f"mediator_mass = {m!r};" in resource["description"])
    assert limit == pytest.approx(expected, rel=1e-6)  # the signal's scale is in other places


def test_attached_run_card_of_a_joined_plane_reproduces_it(together: Path, tmp_path: Path) -> None:
    """With bounds of others, whose points are in the card then; one excludes nothing there."""
    card = together / "submission" / "joined-run-card.toml"
    assert "points = [[0.01" in card.read_text()
    labels = [bound.label for bound in load_run_card(card)[0].bounds]
    assert labels == ["theirs", "BaBar"]
    done("plane", card, "--no-figure", "--output", tmp_path)
    for name in ("boundaries.csv", "contours.csv"):
        assert (tmp_path / name).read_bytes() == (together / "joined" / name).read_bytes()


def test_schema_does_not_depend_on_the_data(together: Path, tmp_path: Path) -> None:
    """No reason is given at any point, and a label looks like a number."""
    done("export", "parquet", together / "joined", "--output", tmp_path)
    for name in ("points", "contours", "boundaries"):
        table = parquet.read_table(tmp_path / f"{name}.parquet")
        texts = {one.name for one in table.schema if str(one.type) == "string"}
        assert texts == ({"limit", "reason", "status"} if name == "points" else {"limit"})
        assert {str(one.type) for one in table.schema} == {"string", "double"}
        assert set(table["limit"].to_pylist()) == {"2018", "a, b"}
    done("export", "csv", together / "joined", "--output", tmp_path)
    assert {row["limit"] for row in rows(tmp_path / "points.csv")} == {"2018", "a, b"}


def test_a_result_is_published_once(results: Path, tmp_path: Path) -> None:
    again = results / "plane" / ".." / "limit"
    found = scotopic("export", "hepdata", results / "limit", again, "-o", tmp_path / "out")
    assert found.returncode == 2
    assert f"{again}: is named twice" in found.stderr
    assert not list(tmp_path.iterdir())


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
    data = yaml.safe_load((tmp_path / "submission" / table["data_file"]).read_text())
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
    data = yaml.safe_load((submission / table["data_file"]).read_text())
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, ["result.json", "cannot be read", "scotopic limit"]),
        ("{", ["result.json", "not JSON"]),
        ('{"a": 1}', ["result.json", "no kind", "limit, plane, relic"]),
        ('{"kind": "curve", "axes": []}', ["result.json", "not as scotopic writes results"]),
        ('{"kind": "plane", "axes": []}', ["result.json", "not as scotopic writes results"]),
    ],
)
def test_what_is_no_result_is_one_line(
    tmp_path: Path, content: str | None, words: list[str]
) -> None:
    directory = tmp_path / "some"
    directory.mkdir()
    if content is not None:
        (directory / "result.json").write_text(content)
    found = scotopic("export", "hepdata", directory, "--output", tmp_path / "out")
    assert found.returncode == 2
    assert len(found.stderr.splitlines()) == 1
    for word in (*words, str(directory)):
        assert word in found.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["some"]


def test_a_submission_is_never_overwritten(results: Path, submission: Path) -> None:
    before = (submission / "submission.yaml").read_bytes()
    found = scotopic("export", "hepdata", results / "limit", "--output", submission)
    assert found.returncode == 2
    assert "is there already" in found.stderr
    assert (submission / "submission.yaml").read_bytes() == before


def test_nothing_is_left_of_one_that_fails(results: Path, tmp_path: Path) -> None:
    """A damaged picture among the figures."""
    copy = tmp_path / "limit"
    shutil.copytree(results / "limit", copy)
    picture = (copy / "limit.png").read_bytes()
    for content, message in (
        (b"nothing", "limit.png: is no figure that scotopic made"),
        (picture[:1000], "limit.png: is no picture"),
        (picture.replace(b"made by", b"made in"), "limit.png: is no figure that scotopic made"),
    ):
        (copy / "limit.png").write_bytes(content)
        found = scotopic("export", "hepdata", copy, "--output", tmp_path / "out")
        assert found.returncode == 2
        assert message in found.stderr
        assert [one.name for one in tmp_path.iterdir()] == ["limit"]


@pytest.mark.parametrize("name", ["limit.pdf", "limit.png", "result.json"])
def test_links_out_of_a_directory_are_not_published(
    results: Path, tmp_path: Path, name: str
) -> None:
    """Whatever they lead to: a figure of another directory, a secret, nothing."""
    copy = tmp_path / "limit"
    shutil.copytree(results / "limit", copy)
    (tmp_path / "secret").write_text("made by scotopic: not quite")
    for target in (tmp_path / "secret", results / "limit" / name, tmp_path / "nowhere"):
        (copy / name).unlink()
        (copy / name).symlink_to(target)
        found = scotopic("export", "hepdata", copy, "--output", tmp_path / "out")
        assert found.returncode == 2
        assert f"{name}: is a link to {target}" in found.stderr
        assert not (tmp_path / "out").exists()


def test_pictures_of_others_are_not_published(results: Path, tmp_path: Path) -> None:
    copy = tmp_path / "limit"
    shutil.copytree(results / "limit", copy)
    shutil.copy(copy / "limit.png", copy / "passport.png")
    (copy / "passport.pdf").symlink_to("/etc/passwd")
    done("export", "hepdata", copy, "--output", tmp_path / "out")
    published = {one.name for one in (tmp_path / "out").iterdir()}
    assert {"limit-limit.png", "limit-limit.pdf"} <= published
    assert not [name for name in published if "passport" in name]


def test_parquet_equals_csv(results: Path, tmp_path: Path) -> None:
    for name in ("limit", "plane"):
        done("export", "parquet", results / name, "--output", tmp_path / name)
        files = sorted(file.stem for file in (results / name).glob("*.csv"))
        written = {file.stem for file in (tmp_path / name).iterdir()}
        assert written - {"points"} == set(files)
        for stem in files:
            table = parquet.read_table(tmp_path / name / f"{stem}.parquet")
            expected = rows(results / name / f"{stem}.csv")
            assert table.num_rows == len(expected) > 0
            assert table.column_names == list(expected[0])
            for row, other in zip(table.to_pylist(), expected, strict=True):
                for column, cell in row.items():
                    assert cell == (
                        other[column] if isinstance(cell, str) else number(other[column])
                    )
            comment = table.schema.metadata[b"comment"].decode().splitlines()
            lines = (results / name / f"{stem}.csv").read_text().splitlines()
            assert comment == [line[2:] for line in lines if line.startswith("#")]


def test_points_of_a_dataset(results: Path, tmp_path: Path) -> None:
    pytest.importorskip("zarr", reason="the extra 'scan' is not installed")
    for form in ("csv", "parquet"):
        done("export", form, results / "plane", "--output", tmp_path)
    found = rows(tmp_path / "points.csv")
    assert len(found) == 2 * 3 * 9
    table = parquet.read_table(tmp_path / "points.parquet").to_pylist()
    assert [row["excess"] for row in table] == [float(row["excess"]) for row in found]
    assert {row["status"] for row in table} == {"computed"}
    excluded = {
        (row["limit"], float(row["mediator_mass"])) for row in found if float(row["excess"]) > 0
    }
    boundaries = rows(results / "plane" / "boundaries.csv")
    assert excluded == {(row["limit"], float(row["mediator_mass"])) for row in boundaries}


def test_no_tables_no_parquet(tmp_path: Path) -> None:
    found = scotopic("export", "parquet", tmp_path)
    assert found.returncode == 2
    assert "no .csv and no dataset.zarr" in found.stderr


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from scotopic import extras  # noqa: PLC0415
    from scotopic.errors import ScotopicError  # noqa: PLC0415

    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    with pytest.raises(ScotopicError, match=r"hepdata_lib .*'scotopic\[publication\]'"):
        extras.required("hepdata_lib")
