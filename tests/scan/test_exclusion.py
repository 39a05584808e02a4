"""Exclusion curves against the published one, and against each other where they must agree."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from typer.testing import CliRunner

from scotopic.cli.base import app
from scotopic.cli.commands import register
from scotopic.errors import RangeError
from scotopic.experiments import Experiment, load_experiment
from scotopic.models.dark_photon import DarkPhoton
from scotopic.processes.calculation import Calculation
from scotopic.scan import ExclusionCurve, default_masses, exclusion_curve
from scotopic.scan.search import Search
from scotopic.processes.calculation import Calculation
from scotopic.units import ELECTRON_MASS

Reader = Callable[[str], npt.NDArray[np.float64]]

SCALAR = DarkPhoton(
    mediator_mass=0.1,
    kinetic_mixing=1.0,
    alpha_D=0.1,
    mass_ratio=3.0,
    dark_matter="complex_scalar",
)
register("likelihood")
BREMSSTRAHLUNG = Calculation(processes=("bremsstrahlung",))


@pytest.fixture(scope="module")
def na64() -> Experiment:
    return load_experiment("na64e-2018")


@pytest.fixture(scope="module")
def curve(na64: Experiment) -> ExclusionCurve:
    return exclusion_curve(na64, SCALAR)


# Limit on the kinetic mixing at 90 % CL from 2.84e11 electrons, read off the figure of NA64,
# Phys. Rev. Lett. 123, 121801 (2019): mass in GeV, limit.
PUBLISHED = (
    (1.0e-3, 7.5440e-06),
    (5.1703e-03, 1.9183e-05),
    (1.9090e-02, 5.9177e-05),
    (6.8830e-02, 2.2312e-04),
    (1.3139e-01, 4.8608e-04),
)


def test_limit_is_near_the_published_one(na64: Experiment) -> None:
    """As the test below, for some masses."""
    masses, expected = np.array(PUBLISHED).T
    limit = exclusion_curve(na64, SCALAR, masses, calculation=BREMSSTRAHLUNG).observed.values
    assert np.max(np.abs(limit / expected - 1)) < 0.30


def test_limit_is_the_published_one(na64: Experiment, reference: Reader) -> None:
    """NA64's curve of 2019, read off its figure, knows bremsstrahlung only.

    Its efficiency depends on the mass, the card's does not: 30 % is what can be expected.
    """
    published = reference("na64-2019-invisible-2.84e11.csv")
    masses = np.geomspace(1e-3, min(1.0, published[-1, 0]), 60)
    limit = exclusion_curve(na64, SCALAR, masses, calculation=BREMSSTRAHLUNG).observed.values
    expected = np.exp(np.interp(np.log(masses), *np.log(published.T)))
    assert np.max(np.abs(limit / expected - 1)) < 0.30


def test_annihilation_dip(na64: Experiment, curve: ExclusionCurve) -> None:
    """It opens where a 50 GeV positron is resonant, 226 MeV, and ends at 320 MeV (100 GeV)."""
    without = exclusion_curve(na64, SCALAR, curve.mediator_mass, calculation=BREMSSTRAHLUNG)
    gain = without.observed.values / curve.observed.values
    masses = curve.mediator_mass
    # sharp below, where the window opens; above, the positrons run out towards the beam energy
    assert masses[gain > 0.5 * gain.max()].min() == pytest.approx(0.226, rel=0.02)
    assert masses[gain > 1.03].max() == pytest.approx(0.320, rel=0.02)
    assert 4 < gain.max() < 10
    np.testing.assert_allclose(gain[(masses < 0.15) | (masses > 0.4)], 1, atol=0.02)


def test_background_free_limit_goes_as_root_of_exposure() -> None:
    masses = [0.01, 0.1, 0.25]
    one = exclusion_curve(load_experiment("na64e-1e12"), SCALAR, masses)
    ten = exclusion_curve(load_experiment("na64e-1e13"), SCALAR, masses)
    ratio = one.observed.values / ten.observed.values
    # the visible branching ratio, of the order of epsilon^2/alpha_D, spoils it at 1e-7
    np.testing.assert_allclose(ratio, np.sqrt(10), rtol=1e-6)


def test_limit_solves_for_the_allowed_number_of_events(na64: Experiment) -> None:
    one = exclusion_curve(na64, SCALAR, [0.05], method="poisson_zero_background")
    events = one.observed.values[0] ** 2 * one.yields.total[0] * 2.84e11 * 0.5
    assert one.signal_limit_events == pytest.approx(-np.log(0.1))
    # the visible branching ratio is of the order of epsilon^2
    assert events == pytest.approx(one.signal_limit_events, rel=1e-6)


def test_quantities_are_functions_of_one_another(na64: Experiment) -> None:
    masses = [0.01, 0.1, 0.26]
    mixing = exclusion_curve(na64, SCALAR, masses).observed.values
    square = exclusion_curve(na64, SCALAR, masses, quantity="kinetic_mixing_squared")
    y = exclusion_curve(na64, SCALAR, masses, quantity="y").observed.values
    np.testing.assert_allclose(square.observed.values, mixing**2, rtol=1e-12)
    np.testing.assert_allclose(y, mixing**2 * 0.1 / 81, rtol=1e-12)


def test_limit_on_alpha_D_is_consistent_with_that_on_y(na64: Experiment) -> None:
    """At the limiting alpha_D, the limit on y is the y that was fixed.

    Interpolation between the eight values of alpha_D in a decade is good to 1 % even where the
    width of the resonance matters.
    """
    masses = [0.01, 0.1, 0.24, 0.3]
    fixed = 1e-12
    limit = exclusion_curve(na64, SCALAR, masses, quantity="alpha_D", y=fixed)
    assert limit.observed.covered[0]
    for mass, alpha_D in zip(masses, limit.observed.values.tolist(), strict=True):
        if not np.isfinite(alpha_D):
            continue
        model = replace(SCALAR, alpha_D=alpha_D)
        y = exclusion_curve(na64, model, [mass], quantity="y").observed.values[0]
        assert y == pytest.approx(fixed, rel=0.01, abs=0)


def test_points_without_a_limit_say_so(na64: Experiment) -> None:
    weak = load_experiment("na64e-2018").model_copy(
        update={"data_sets": (na64.data_sets[0].model_copy(update={"particles_on_target": 1e4}),)}
    )
    found = exclusion_curve(weak, SCALAR, [1e-3, 0.5])
    assert found.observed.status == ("limit", "nothing excluded")
    assert np.isnan(found.observed.values[1])
    tiny = exclusion_curve(na64, SCALAR, [0.001, 0.9], quantity="alpha_D", y=1e-10)
    assert tiny.observed.status[0] == "everything excluded"


def test_visible_decays_weaken_the_limit(na64: Experiment) -> None:
    """With a dark coupling as weak as the visible one, half of the mediators are seen."""
    strong = exclusion_curve(na64, SCALAR, [0.01]).observed.values[0]
    square = strong**2
    alpha_D = square / 137.036 / (1 - 4 / 9) ** 1.5 * 4  # Gamma_inv = epsilon^2 Gamma_vis
    weak = exclusion_curve(na64, replace(SCALAR, alpha_D=alpha_D), [0.01])
    assert weak.observed.status == ("nothing excluded",) or weak.observed.values[0] > 10 * strong


def test_bands_are_ordered(curve: ExclusionCurve) -> None:
    names = ("minus_two_sigma", "minus_one_sigma", "median", "plus_one_sigma", "plus_two_sigma")
    bands = np.array([curve.expected[name].values for name in names])
    assert np.all(np.diff(bands, axis=0) >= 0)
    # no event was seen where 0.53 were expected: the median outcome
    np.testing.assert_allclose(curve.observed.values, bands[2])


def test_stated_error_covers_another_resolution(curve: ExclusionCurve) -> None:
    assert np.all(curve.relative_error < 0.0025)  # tables 0.2 % and shower, halved by the root


def test_default_masses_refine_the_resonances(na64: Experiment) -> None:
    masses = default_masses(100, experiment=na64)
    assert len(masses) == 100
    assert np.all(np.diff(masses) > 0)
    low, high = np.sqrt(2 * ELECTRON_MASS * np.array([50.0, 100.0]))
    assert np.sum((masses > low) & (masses < high)) > 20
    assert masses[0] == 1e-3
    assert masses[-1] == 1.0


def test_closed_invisible_decay_is_refused(na64: Experiment) -> None:
    with pytest.raises(RangeError, match="mass_ratio"):
        exclusion_curve(na64, replace(SCALAR, mass_ratio=1.9), [0.1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"quantity": "epsilon"}, "quantity"),
        ({"quantity": "alpha_D"}, "needs a fixed y"),
        ({"y": 1e-11}, "only in a limit on alpha_D"),
        ({"method": "bayes"}, "method"),
        ({"mediator_masses": [np.nan]}, "mediator_mass"),
        ({"mediator_masses": []}, "at least one mass"),
    ],
)
def test_bad_arguments_are_named(
    na64: Experiment, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(RangeError, match=message):
        exclusion_curve(na64, SCALAR, **{"mediator_masses": [0.1], **arguments})  # type: ignore[arg-type]


CLEAN = (2e11, 0.1, 0.0, 0)
DIRTY = (1e11, 5.0, 0.0, 5)
SETS = (CLEAN, DIRTY, (3e11, 0.4, 0.2, 1), (5e10, 0.0, 0.0, 0), (4e11, 2.0, 1.0, 1))


def card_of(directory: Path, sets: tuple[tuple[float, float, float, int], ...]) -> Path:
    """A card of NA64 with exposures, backgrounds, their uncertainties and events."""
    parts = [
        f"""
[[data_sets]]
name = "{i}"
kind = "measurement"
particles_on_target = {exposure}
signal_efficiency = 0.5
signal_efficiency_uncertainty = 0.0
observed_events = {n}
source = "invented"
background = [{{ name = "b", expected_events = {b}, uncertainty_events = {db} }}]
"""
        for i, (exposure, b, db, n) in enumerate(sets)
    ]
    file = directory / f"{len(sets)}.toml"
    head = f'extends = "na64e-2018"\ntitle = "{len(sets)} sets"\nreplace = ["data_sets"]\n'
    file.write_text(head + "".join(parts))
    return file


def test_a_dirty_run_does_not_weaken_the_limit(tmp_path: Path) -> None:
    """With the events added up the second run made 3.998e-4 to 4.866e-4."""
    clean, both = (
        exclusion_curve(load_experiment(card_of(tmp_path, sets)), SCALAR, [0.1]).observed.values[0]
        for sets in ((CLEAN,), (CLEAN, DIRTY))
    )
    assert clean == pytest.approx(3.998e-4, rel=1e-3)
    assert both == pytest.approx(0.928 * clean, rel=1e-3)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_card_has_one_limit(tmp_path: Path, number: int) -> None:
    """A curve, a plane, and the likelihood exported and read again allow as many events."""
    card = card_of(tmp_path, SETS[:number])
    experiment = load_experiment(card)
    curve = exclusion_curve(experiment, SCALAR, [0.1]).signal_limit_events
    assert Search.of("x", experiment, ()).limits["observed"] == pytest.approx(curve, rel=1e-12)
    workspace = str(tmp_path / "workspace.json")
    run = CliRunner().invoke
    exported = run(app, ["likelihood", "export", str(card), "--file", workspace])
    assert exported.exit_code == 0, exported.output
    found = run(app, ["likelihood", "limit", workspace, "--json"])
    assert json.loads(found.stdout)["value"] == pytest.approx(curve, rel=1e-6)
