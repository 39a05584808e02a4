"""A statistical method in one file outside of the package."""

import math

import numpy as np
import pytest
from tests.extension import flat_prior

from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.search import Search, exclusion_curve, load_experiment
from scotopic.statistics import strength_limits
from scotopic.statistics.likelihood import Likelihood
from scotopic.statistics.methods import method, methods

PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)
NA64 = load_experiment("na64e-2018")
PLACE = "tests.extension.flat_prior:flat_prior"


@pytest.mark.parametrize("name", ["flat_prior", PLACE])
def test_limit_is_the_analytic_one(name: str) -> None:
    """-ln(0.1) events, where cls allows its own number of the same yields."""
    found = exclusion_curve(Search.of(NA64, method=name), PHOTON, [0.01, 0.1])
    np.testing.assert_allclose(found["allowed_events"], math.log(10), rtol=1e-12)
    other = exclusion_curve(NA64, PHOTON, [0.01, 0.1])
    ratio = np.sqrt(math.log(10) / other["allowed_events"][0, 0])
    np.testing.assert_allclose(found.limits() / other.limits(), ratio, rtol=1e-6)
    assert found.attributes["method"] == name


def test_it_has_options_and_a_description() -> None:
    assert "flat_prior" in methods()
    assert method("flat_prior").options == ("credibility",)
    assert method(PLACE).description.startswith("Bayesian limit with a flat prior")
    one = Likelihood.of_count(0, 0.5, 0.1)
    assert strength_limits(one, "flat_prior", credibility=0.95).value == pytest.approx(
        -math.log(0.05)
    )
    with pytest.raises(RangeError, match="no option of the method"):
        strength_limits(one, "flat_prior", toys=3)
    with pytest.raises(RangeError, match="no observed events"):
        strength_limits(Likelihood.of_count(2, 0.5, 0.1), "flat_prior")


def test_unknown_ones_are_refused_at_once() -> None:
    assert flat_prior.flat_prior is method("flat_prior").compute
    with pytest.raises(RangeError, match="'flat_priors' is not one of the methods; did you mean"):
        Search.of(NA64, method="flat_priors")
