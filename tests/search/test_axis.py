"""Axes: what comes back from coordinates is what went in."""

import pytest

from scotopic.search import Axis


@pytest.mark.parametrize("minimum", [0.001, 3e-7, 0.3])
def test_logarithms_and_back_leave_the_number_that_was_written(minimum: float) -> None:
    axis = Axis("mediator_mass", minimum, 1.0, 5)
    back = axis.from_coordinates(axis.coordinates)
    assert back[0] == minimum
    assert back == pytest.approx(axis.values, rel=1e-11)
