"""Combinations and joined planes as HEPData submissions and as tables."""

import json
from pathlib import Path

import pytest
from tests.program import rows
from tests.publication.submissions import MISSING, assert_valid, documents, done

from scotopic.scan.run_card import load_run_card
from scotopic.search.result_files import read_result
from scotopic.statistics import from_workspace, strength_limits

pytest.importorskip("hepdata_validator", reason=MISSING)
parquet = pytest.importorskip("pyarrow.parquet", reason=MISSING)


def test_combinations_and_joined_planes_pass_the_validator(together: Path) -> None:
    assert_valid(together / "submission")
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
