"""S1 and S2 of the semi-visible search as two bins, against a calculation of its own.

Nothing was seen in either bin, which no test statistic that rises with both counts can tell from
the least signal-like outcome: CLs is the probability of two empty bins with the signal, over that
without it, averaged over the nuisance parameters. Here these averages are sums over a grid.
"""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.calculation import Calculation
from scotopic.search import Search, exclusion_curve, load_experiment

MODEL = InelasticDarkMatter(
    mediator_mass=0.25, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, splitting=0.6
)
# Cazzaniga et al. (2021): backgrounds 0.19 +- 0.07 and 0.53 +- 0.17; 0.07/0.50, 10 % and 10 % of
# the signal, which is common to both bins.
BACKGROUNDS = ((0.19, 0.07), (0.53, 0.17))
SIGNAL = math.hypot(0.07 / 0.50, 0.10, 0.10)


def mean_of_empty(events: float, relative: float) -> float:
    """<exp(-events (1 + relative)^theta)> over a standard normal theta."""
    theta = np.linspace(-8, 8, 20_001)
    weight = np.exp(-(theta**2) / 2)
    values = np.exp(-events * (1 + relative) ** theta)
    return float((weight * values).sum() / weight.sum())


def allowed_events() -> float:
    """Largest sum of the signals: the backgrounds' factors drop out of CLs."""
    return brentq(lambda s: mean_of_empty(s, SIGNAL) - 0.10, 1.0, 10.0)


def test_two_empty_bins() -> None:
    search = Search.of(
        load_experiment("na64e-2018-semi-visible"),
        calculation=Calculation(processes=("bremsstrahlung",)),
    )
    found = exclusion_curve(search, MODEL, [0.25])
    row = found.variables["mediator_mass"].values.tolist().index(0.25)
    shares = found.variables["share"].values[:, row]
    assert shares.sum() == pytest.approx(1)
    assert np.all(shares > 0.01)  # both bins have a part in it
    allowed = found.variables["allowed_events"].values[0, 0, row]
    assert allowed == pytest.approx(allowed_events(), rel=1e-6)
    # the events at the limit, of both bins together, are those that are allowed
    responses = search.responses([MODEL])[0]
    edge = found.variables["lower"].values[0, 0, row, :1]
    events = responses.events(edge, np.array([MODEL.alpha_D]))
    assert events.sum() == pytest.approx(allowed, rel=1e-8)
    assert events[:, 0] / allowed == pytest.approx(shares, rel=1e-6)


def test_the_bins_are_those_of_the_paper() -> None:
    first, second = load_experiment("na64e-2018-semi-visible").searches
    for search, (expected, uncertainty) in zip((first, second), BACKGROUNDS, strict=True):
        assert search.expected_background == expected
        assert search.background_uncertainty == uncertainty
        assert search.relative_signal_uncertainty == pytest.approx(SIGNAL)


def test_the_bands_are_those_of_the_probability_of_empty_bins() -> None:
    search = Search.of(
        load_experiment("na64e-2018-semi-visible"),
        calculation=Calculation(processes=("bremsstrahlung",)),
    )
    found = exclusion_curve(search, MODEL, [0.25])
    # 49 % of all outcomes are two empty bins: they are both lower bands, and not the median
    empty = [mean_of_empty(b, u / b) for b, u in BACKGROUNDS]
    assert 0.16 < math.prod(empty) < 0.5
    outcomes = found.variables["outcome"].values.tolist()
    row = found.variables["mediator_mass"].values.tolist().index(0.25)
    limits = found.variables["allowed_events"].values[0, :, row]
    by_name = dict(zip(outcomes, limits, strict=True))
    for band in ("minus_two_sigma", "minus_one_sigma"):
        assert by_name[band] == pytest.approx(by_name["observed"], rel=1e-6)
    assert by_name["median"] > 1.01 * by_name["observed"]
