"""A result is a value: equal where its content is, short where it is written."""

import numpy as np
import pytest

from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.search import Result, exclusion_curve, load_experiment
from scotopic.search.result import Variable

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
    assert text == "<scotopic.Result 'NA64e 2016-2018', mediator_mass: 100>"


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


def test_the_dataset_has_units_and_words() -> None:
    xarray = pytest.importorskip("xarray")
    found = exclusion_curve(NA64, PHOTON, [0.1, 0.2], quantity="y")
    data = found.dataset
    assert isinstance(data, xarray.Dataset)
    assert dict(data.sizes)["mediator_mass"] == 2
    assert data["mediator_mass"].attrs["units"] == "GeV"
    np.testing.assert_array_equal(data["lower"].values, found["lower"])
    assert data.attrs["model"]["name"] == "dark_photon"
    assert data.attrs["processes"] == ["bremsstrahlung", "annihilation"]
