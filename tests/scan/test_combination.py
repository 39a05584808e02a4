"""Combined limits against sums of counts, and what is drawn beside limits."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from scotopic.cli.base import app
from scotopic.cli.commands import register
from scotopic.errors import RangeError
from scotopic.experiments import Experiment, load_experiment
from scotopic.figures.combination import draw_combination
from scotopic.models.charged_vector import LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.muonphilic import MuonphilicPseudoscalar, MuonphilicScalar
from scotopic.scan import exclusion_curve
from scotopic.scan.combination import combined_exclusion
from scotopic.scan.joint import combined_likelihood, refuse_common_data
from scotopic.scan.overlays import moment_band, thermal_overlay
from scotopic.statistics import strength_limits
from scotopic.units import ALPHA

MASSES = [1e-3, 0.03, 0.3, 0.8]
PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3, dark_matter="complex_scalar"
)
register("")


def test_without_background_expected_events_add(tmp_path: Path) -> None:
    """No background, no event, no uncertainty: N_1 + N_2 = ln 10, so that 1/y adds exactly."""
    path = tmp_path / "electrons.toml"
    path.write_text(
        'extends = "na64e-1e13"\nreplace = ["data_sets", "systematics"]\ntitle = "no errors"\n'
        'systematics = []\n[[data_sets]]\nname = "p"\nkind = "projection"\n'
        "particles_on_target = 1e13\nsignal_efficiency = 0.5\nsignal_efficiency_uncertainty = 0.0\n"
        'background = []\nsource = "x"\n'
    )
    both = combined_exclusion(
        [load_experiment(path), load_experiment("na64mu-2e13")], PHOTON, MASSES, quantity="y"
    )
    alone = [curve.observed.values for curve in both.singles]
    np.testing.assert_allclose(both.observed.values, 1 / (1 / alone[0] + 1 / alone[1]), rtol=1e-6)


def test_never_weaker_than_the_better_one_and_independent_of_the_order() -> None:
    """Nothing seen in either: more exposure never hurts, up to CLs's steps for the background."""
    cards = [load_experiment(name) for name in ("na64e-2018", "na64mu")]
    both = combined_exclusion(cards, PHOTON, MASSES, quantity="y")
    swapped = combined_exclusion(cards[::-1], PHOTON, MASSES, quantity="y")
    np.testing.assert_allclose(both.observed.values, swapped.observed.values, rtol=1e-6)
    alone = np.array([curve.observed.values for curve in both.singles])
    assert np.all(both.observed.values < alone.min(axis=0) * (1 + 1e-3))
    assert np.all(both.observed.values > 1 / np.sum(1 / alone, axis=0) * 0.97)
    # 1 MeV belongs to electrons, 0.8 GeV to muons: review section 3.6 and Fig. 6
    assert alone[0, 0] < 0.01 * alone[1, 0]
    assert alone[1, -1] < alone[0, -1]
    assert both.observed.values[0] == pytest.approx(alone[0, 0], rel=0.01)


@pytest.mark.parametrize(("quantity", "power"), [("kinetic_mixing", 0.5), ("y", 1.0)])
def test_the_error_is_that_of_the_yields_and_of_the_likelihood(
    monkeypatch: pytest.MonkeyPatch, quantity: str, power: float
) -> None:
    """Events go as the square of the mixing: half of the error of the limit on them is left."""

    def set_limits(_: list[Experiment], shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full((6, shares.shape[1]), 2.3), np.full(shares.shape[1], 0.03)

    monkeypatch.setattr("scotopic.scan.combination.strength_limits_of_shares", set_limits)
    cards = [load_experiment(name) for name in ("na64e-2018", "na64mu")]
    both = combined_exclusion(cards, PHOTON, [0.03], quantity=quantity)
    yields = max(float(curve.yields.relative_error[0]) for curve in both.singles)
    assert both.relative_error == pytest.approx(power * (yields + 0.03), rel=1e-9)


def test_reach_of_the_review() -> None:
    """Review section 3.6: with 1e13 electrons and 2e13 muons the scalar's thermal line (digitised
    values of it: 1.3e-11 at m_chi = 10 MeV) is excluded for alpha_D = 0.1 and m_chi <= 1 GeV."""
    cards = [load_experiment(name) for name in ("na64e-1e13", "na64mu-2e13")]
    masses = np.array([0.03, 0.3, 1.2, 2.4])
    both = combined_exclusion(cards, PHOTON, masses, quantity="y")
    thermal = thermal_overlay(PHOTON, masses, "y")
    assert thermal.upper[0] == pytest.approx(1.3e-11, rel=0.05)
    assert np.all(both.observed.values < thermal.upper)


def test_refusals() -> None:
    na64e, na64mu, projection = (
        load_experiment(name) for name in ("na64e-2018", "na64mu", "na64mu-2e13")
    )
    with pytest.raises(RangeError, match="at least two different ones"):
        combined_exclusion([na64e], PHOTON, MASSES)
    with pytest.raises(RangeError, match="NA64e 2016-2018 is there twice"):
        combined_exclusion([na64e, na64mu, na64e], PHOTON, MASSES)
    with pytest.raises(RangeError, match="given for some bins but not for all"):
        combined_exclusion([na64e, projection], PHOTON, MASSES)
    scalar = ScalarMediator(mediator_mass=0.1, electron_coupling=1, alpha_D=0.1, mass_ratio=3)
    with pytest.raises(RangeError, match="does not couple to muons"):
        combined_exclusion([na64e, na64mu], scalar, MASSES)
    with pytest.raises(RangeError, match="one experiment at a time"):
        combined_exclusion([na64e, na64mu], PHOTON, MASSES, quantity="alpha_D")


@pytest.mark.parametrize(
    ("name", "other", "years"),
    [
        ("na64e-2018", "na64e-2022", "2016, 2017, 2018"),
        ("na64e-2017", "na64e-2018", "2016"),
        ("na64e-2018", "na64e-alp", "2016, 2017, 2018"),
        ("na64e-2022", "na64e-positron-100GeV", None),  # another beam, in 2022 too
        ("na64e-2022", "na64mu", None),
        ("na64e-visible-2017", "na64e-visible-2017-short", None),  # another target
        ("na64e-2018", "na64e-visible-2018", None),
        ("na64e-1e13", "na64mu-2e13", None),  # projections
    ],
)
def test_data_do_not_count_twice(name: str, other: str, years: str | None) -> None:
    cards = [load_experiment(name), load_experiment(other)]
    if years is None:
        refuse_common_data(cards)
        return
    for pair in (cards, cards[::-1]):
        with pytest.raises(RangeError, match=f"have data of {years} in common") as refused:
            refuse_common_data(pair)
        assert all(card.title in str(refused.value) for card in cards)


def test_a_card_that_does_not_say_its_years_is_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'extends = "na64e-2018"\ntitle = "Mine"\n'
        '[[data_sets]]\nname = "2016-2018"\nyears = []\nsource = "a test"\n'
    )
    refuse_common_data([load_experiment(path), load_experiment("na64e-2018")])


@pytest.mark.parametrize(
    "arguments",
    [
        ["combine", "na64e-2018", "na64e-2022", "na64mu"],
        ["visible", "na64e-visible-2017", "na64e-visible-2018", "na64e-visible-2017"],
    ],
)
def test_commands_refuse_data_that_count_twice(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, RangeError)
    assert "twice" in str(result.exception)


def test_combined_likelihood_has_the_limit() -> None:
    """The strength is the number of events in all, whose limit the combination states."""
    cards = [load_experiment(name) for name in ("na64e-2018", "na64mu")]
    both = combined_exclusion(cards, PHOTON, [0.3, 0.8])
    np.testing.assert_allclose(both.shares.sum(axis=0), 1, rtol=1e-12)
    for i, events in enumerate(both.signal_limit_events.tolist()):
        likelihood = combined_likelihood(cards, both.shares[:, i])
        assert strength_limits(likelihood).value == pytest.approx(events, rel=1e-9)
        assert sum(b.signal for b in likelihood.bins) == pytest.approx(1, rel=1e-12)


def test_muon_band_of_the_review() -> None:
    """Eqs. 24 and 25: alpha' = (1.6 +- 0.4)e-8 light, (2.4 +- 0.5)e-8 m^2/m_mu^2 heavy.

    The band at one sigma, 251 +- 59; 5 % is the rounding of the coefficients, and 1.2 that of the
    half widths, given to one digit.
    """
    vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0)
    masses = np.array([1e-4, 8.0])
    band = moment_band(vector, masses, "gauge_coupling_squared", sigmas=1.0)
    scale = 1 / (4 * math.pi) / np.array([1, (8.0 / 0.10566) ** 2])
    centre = (band.lower + band.upper) / 2 * scale
    np.testing.assert_allclose(centre, [1.6e-8, 2.4e-8], rtol=0.05)
    half = (band.upper - band.lower) / 2 * scale
    np.testing.assert_allclose(half, [0.4e-8, 0.5e-8], rtol=0.2)


def test_projections_exclude_the_bands() -> None:
    """Review Fig. 14: NA64mu with 1e12 muons excludes both bands from 1 MeV to 1 GeV."""
    scalar = MuonphilicScalar(mediator_mass=0.1, muon_coupling=1.0, alpha_D=0.1, mass_ratio=3.0)
    vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0, alpha_D=0.1)
    for model in (scalar, vector):
        curve = exclusion_curve(load_experiment("na64mu-1e12"), model, MASSES)
        band = moment_band(model, curve.mediator_mass, curve.quantity)
        assert np.all(curve.observed.values < band.lower)


def test_bands_that_do_not_exist() -> None:
    pseudoscalar = MuonphilicPseudoscalar(
        mediator_mass=0.1, muon_coupling=1.0, alpha_D=0.1, mass_ratio=3.0
    )
    with pytest.raises(RangeError, match="lowers the muon's magnetic moment"):
        moment_band(pseudoscalar, np.array([0.1]), "muon_coupling")
    scalar = ScalarMediator(mediator_mass=0.1, electron_coupling=1, alpha_D=0.1, mass_ratio=3)
    with pytest.raises(RangeError, match="does not couple to muons"):
        moment_band(scalar, np.array([0.1]), "electron_coupling")
    with pytest.raises(RangeError, match="does not follow from a coupling alone"):
        moment_band(PHOTON, np.array([0.1]), "alpha_D")


def test_thermal_line_of_the_review() -> None:
    """Eq. 45: eps^2 alpha_D = k 1e-6 (m_chi/GeV)^2 (m_Z'^2/m_chi^2 - 4)^2 with k of order one.

    For m_chi from 1 to 100 MeV; k is nearly constant, because freeze-out depends logarithmically
    on the mass.
    """
    vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0, alpha_D=0.1)
    masses = np.array([3e-3, 0.03, 0.15])
    line = thermal_overlay(vector, masses, "gauge_coupling_squared")
    assert line.is_line
    squared = line.upper / (4 * math.pi * ALPHA)
    k = squared * 0.1 / (1e-6 * (masses / 3) ** 2 * 25)
    assert np.all((k > 0.3) & (k < 1.5))


def test_figure_and_files(tmp_path: Path) -> None:
    cards = [load_experiment(name) for name in ("na64e-1e13", "na64mu-2e13")]
    both = combined_exclusion(cards, PHOTON, MASSES, quantity="y")
    (axes,) = draw_combination(both).axes
    assert [str(line.get_label()) for line in axes.get_lines()][-1] == "combined"
    options = ["--points", "4", "--mass-max", "0.8", "--output", str(tmp_path), "--no-figure"]
    result = CliRunner().invoke(app, ["combine", "na64e-1e13", "na64mu-2e13", *options])
    assert result.exit_code == 0, result.output
    content = json.loads((tmp_path / "result.json").read_text())
    assert len(content["combination"]["value"]) == 4
    assert (tmp_path / "combination.csv").read_text().count("\n") >= 5


def test_limit_command_knows_scalars_of_a_muon_beam(tmp_path: Path) -> None:
    options = ["--model", "scalar", "--points", "3", "--muon-band", "--output", str(tmp_path)]
    result = CliRunner().invoke(app, ["limit", "na64mu-1e12", *options])
    assert result.exit_code == 0, result.output
    content = json.loads((tmp_path / "result.json").read_text())
    assert content["limit"]["quantity"] == "muon_coupling"
    assert content["model"]["class"] == "MuonphilicScalar"
    assert "g-2" in content["beside"][0]["label"]
    assert (tmp_path / "limit.png").stat().st_size > 0
