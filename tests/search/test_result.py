"""A result is a value: equal where its content is, short where it is written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scotopic.errors import RangeError, ScotopicError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.scan.plane import exclusion_plane
from scotopic.scan.plane_files import write_plane
from scotopic.search import Axis, Result, exclusion_curve, load_experiment, result_files
from scotopic.search.result import Variable
from scotopic.search.result_files import read_result

NA64 = load_experiment("na64e-2018")
PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, dark_matter="complex_scalar"
)


def made(lower: list[list[float]], upper: list[list[float]], above: list[list[bool]]) -> Result:
    dims = ("limit", "outcome", "mediator_mass", "interval")
    one = {"lower": np.array(lower), "upper": np.array(upper), "open_above": np.array(above)}
    one["open_below"] = np.zeros(one["lower"].shape, dtype=bool)
    variables = {name: Variable(dims, values[None, None]) for name, values in one.items()}
    words = np.dtypes.StringDType()
    variables["limit"] = Variable(("limit",), np.array(["it"], words))
    variables["outcome"] = Variable(("outcome",), np.array(["observed"], words))
    variables["mediator_mass"] = Variable(("mediator_mass",), np.array([0.1, 0.2]), "GeV")
    return Result(
        ("mediator_mass",), variables, {"title": "made up", "quantity": "coupling", "side": "upper"}
    )


def test_equal_content_is_equal_and_hashes_the_same() -> None:
    one, two = (exclusion_curve(NA64, PHOTON, [0.1, 0.2]) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert len({one, two}) == 1
    assert one != exclusion_curve(NA64, PHOTON, [0.1, 0.21])
    assert one != exclusion_curve(NA64, PHOTON, [0.1, 0.2], quantity="y")
    assert one != "something else"


def test_it_is_written_in_one_line() -> None:
    text = repr(exclusion_curve(NA64, PHOTON))
    assert text == "<scotopic.Result 'NA64e 2016-2018', kinetic_mixing over mediator_mass: 100>"


def test_its_arrays_are_read_only() -> None:
    found = exclusion_curve(NA64, PHOTON, [0.1])
    with pytest.raises(ValueError, match="read-only"):
        found["lower"][0] = 1.0
    with pytest.raises(RangeError, match="result: no 'limits'; there are mediator_mass"):
        found["limits"]
    with pytest.raises(RangeError, match="dims: "):
        Variable(("one",), np.zeros((2, 2)))


def test_limits_are_what_is_excluded_without_end() -> None:
    nan = np.nan
    found = made(
        [[1.0, 5.0], [2.0, nan]], [[2.0, 9.0], [3.0, nan]], [[False, True], [False, False]]
    )
    np.testing.assert_array_equal(found.limits(), [5.0, nan])
    assert found.intervals() == [[(1.0, 2.0), (5.0, 9.0)], [(2.0, 3.0)]]
    assert found.has_islands
    assert not exclusion_curve(NA64, PHOTON, [0.1]).has_islands
    with pytest.raises(RangeError, match="limit: 'that' is not one of it"):
        found.limits("that")


def test_short_texts_and_html() -> None:
    found = exclusion_curve(NA64, PHOTON, np.geomspace(0.001, 1.0, 50))
    page = found._repr_html_()
    assert page.startswith("<p><b>NA64e 2016-2018: 90 % CL upper limit on kinetic_mixing</b></p>")
    assert page.count("<tr>") == 9
    assert f"<td>{found.limits()[-1]:.4g}</td>" in page
    assert "straight lines between the points" in page
    named = replace(found, attributes={**found.attributes, "title": "<script>"})
    assert "<script>" not in named._repr_html_()


def test_dataframe_is_the_table(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    found = exclusion_curve(NA64, PHOTON, [0.1, 0.2])
    files = found.save(tmp_path / "new" / "directory")
    assert [one.name for one in files] == ["limit.csv", "result.json"]
    pd.testing.assert_frame_equal(found.to_dataframe(), pd.read_csv(files[0], comment="#"))
    assert found.to_dataframe().attrs["comments"][0].endswith("upper limit on kinetic_mixing")
    assert read_result(files[1]) == found
    assert read_result(files[1].parent) == found
    islands = exclusion_curve("na64e-visible-2018", axis=[0.0167])
    assert list(islands.to_dataframe())[:3] == ["mediator_mass_GeV", "lower", "upper"]


def test_all_points_of_a_plane_are_a_table(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    x, y = (Axis("mediator_mass", 0.1, 0.2, 2), Axis("kinetic_mixing", 1e-5, 1e-3, 3))
    fixed = {"alpha_D": 0.1, "mass_ratio": 3, "dark_matter": "dirac"}
    plane = exclusion_plane(NA64, DarkPhoton, x, y, fixed)
    table = plane.to_dataframe()
    assert len(table) == 6
    assert {"limit", "mediator_mass", "kinetic_mixing", "excess", "status"} <= set(table)
    files = plane.save(tmp_path / "plane")
    assert [one.name for one in files] == ["boundaries.csv", "contours.csv", "result.json"]
    assert read_result(files[2]) == plane
    by_command_line = write_plane(plane, tmp_path, 1.0)
    for ours, theirs in zip(files[:2], by_command_line[:2], strict=True):
        assert ours.read_bytes() == theirs.read_bytes()
    assert "mediator_mass: 2 x kinetic_mixing: 3" in plane._repr_html_()


def test_files_are_saved_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = exclusion_curve(NA64, PHOTON, [0.1])
    found.save(tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    before = {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()}

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(result_files, "write_result", fails)
    other = exclusion_curve(NA64, PHOTON, [0.2])
    with pytest.raises(ScotopicError, match="out: No space left on device"):
        other.save(tmp_path / "out")
    with pytest.raises(ScotopicError, match="new: No space left"):
        other.save(tmp_path / "new")
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
    assert {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()} == before
    (tmp_path / "file").write_text("")
    with pytest.raises(ScotopicError, match="file"):
        found.save(tmp_path / "file")


def test_the_dataset_has_units_and_words() -> None:
    xarray = pytest.importorskip("xarray")
    found = exclusion_curve(NA64, PHOTON, [0.1, 0.2], quantity="y")
    data = found.to_xarray()
    assert isinstance(data, xarray.Dataset)
    assert dict(data.sizes)["mediator_mass"] == 2
    assert data["mediator_mass"].attrs["units"] == "GeV"
    np.testing.assert_array_equal(data["lower"].values, found["lower"])
    assert data.attrs["model"]["name"] == "dark_photon"
    assert data.attrs["processes"] == ["bremsstrahlung", "annihilation", "photoproduction"]
