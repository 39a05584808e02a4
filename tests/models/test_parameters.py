"""Parameters by the names of the papers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scotopic.errors import RangeError
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.models.parameters import build, parameter_names

IDM = {"alpha_D": 0.1, "mass_ratio": 3.0, "splitting": 0.4}


@given(st.floats(1e-3, 0.3), st.floats(1e-14, 1e-6), st.floats(0.01, 1), st.floats(2.5, 10))
def test_derived_parameters_are_recovered(
    mass: float, y: float, alpha_D: float, ratio: float
) -> None:
    values = {"dark_matter_mass": mass, "y": y, "alpha_D": alpha_D, "mass_ratio": ratio}
    model = build(InelasticDarkMatter, {**values, "splitting": 0.1})
    assert model.dark_matter_mass == pytest.approx(mass)
    assert model.kinetic_mixing**2 * alpha_D / ratio**4 == pytest.approx(y, rel=1e-9, abs=0)


def test_angle_by_its_tangent() -> None:
    values = {**IDM, "mediator_mass": 0.1, "kinetic_mixing": 1e-3, "tan_theta": 0.02}
    assert build(InelasticDiracDarkMatter, values).theta == pytest.approx(math.atan(0.02))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({**IDM, "kinetic_mixing": 1e-3}, "mediator_mass: missing"),
        ({**IDM, "mediator_mass": 0.1, "kinetic_mixing": 1e-3, "y": 1e-10}, "y: does not go"),
        ({**IDM, "mediator_mass": 0.1, "kinetic_mixing": "tau"}, "'tau' is no number"),
        ({**IDM, "mediator_mass": 0.1, "kinetic_mixing": 1e-3, "theta": 0.1}, "theta: is no"),
        ({"dark_matter_mass": 0.1, "kinetic_mixing": 1e-3}, "mass_ratio: missing"),
    ],
)
def test_what_does_not_fit_is_named(values: dict[str, float | str], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        build(InelasticDarkMatter, values)


def test_names_are_those_of_the_model() -> None:
    assert "tan_theta" in parameter_names(InelasticDiracDarkMatter)
    assert "tan_theta" not in parameter_names(InelasticDarkMatter)
