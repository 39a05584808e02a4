"""The cards that come with the package, held to the numbers their sources print."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scotopic.errors import RangeError
from scotopic.experiments import EnergyResolution, Experiment, experiment_names
from scotopic.experiments.kinds import KINDS
from scotopic.experiments.toml_text import toml_text
from scotopic.search import experiment_card, load_experiment
from scotopic.signatures.base import dump_of

CARDS = KINDS["limit"].directory or Path()

EXPECTED_NAMES = {
    "ldmx-16GeV",
    "ldmx-16GeV-positrons",
    "ldmx-4GeV",
    "ldmx-8GeV",
    "ldmx-8GeV-1e16",
    "ldmx-8GeV-1e16-background",
    "ldmx-8GeV-2e16",
    "m3",
    "m3-1e13",
    "na64e-1e12",
    "na64e-1e12-compact",
    "na64e-1e13",
    "na64e-2017",
    "na64e-2018",
    "na64e-2018-recast",
    "na64e-2018-semi-visible",
    "na64e-2022",
    "na64e-5e12",
    "na64e-5e12-compact",
    "na64e-5e12-compact-semi-visible",
    "na64e-5e12-positrons",
    "na64e-5e12-semi-visible",
    "na64e-9e11-positrons",
    "na64e-alp",
    "na64e-positron-100GeV",
    "na64e-visible-2017",
    "na64e-visible-2017-short",
    "na64e-visible-2018",
    "na64mu",
    "na64mu-1e12",
    "na64mu-1e14",
    "na64mu-2e13",
}


def test_names() -> None:
    assert set(experiment_names()) == EXPECTED_NAMES


@pytest.mark.parametrize("name", sorted(EXPECTED_NAMES))
class TestEveryCard:
    def test_resolved_text_reads_back_equal(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / "resolved.toml"
        path.write_text(experiment_card(name))
        original, copy = load_experiment(name), load_experiment(path)
        assert copy == original
        assert copy.fingerprint == original.fingerprint

    def test_loading_twice_gives_equal_values(self, name: str) -> None:
        first, second = load_experiment(name), load_experiment(name)
        assert first.target.thickness_X0 > 0  # a cached property must not spoil the equality
        assert first == second
        assert hash(first) == hash(second)

    def test_every_number_stands_under_a_source(self, name: str) -> None:
        def check(value: object, sourced: bool) -> None:
            if isinstance(value, dict):
                for entry in value.values():
                    check(entry, sourced or "source" in value)
            elif isinstance(value, list):
                for entry in value:
                    check(entry, sourced)
            elif isinstance(value, int | float):
                assert sourced

        content = load_experiment(name).content()
        assert content.pop("confidence_level") == 0.90  # a convention, not a measurement
        del content["model"]  # where to look is a choice, not a measurement
        check(content, sourced=False)

    def test_content_is_json(self, name: str) -> None:
        content = load_experiment(name).content()
        assert json.loads(json.dumps(content, allow_nan=False)) == content

    def test_own_title(self, name: str) -> None:
        titles = [load_experiment(n).title for n in EXPECTED_NAMES]
        assert titles.count(load_experiment(name).title) == 1


class TestNa64In2018:
    """Against section 3.2 of the 2021 review and its table."""

    experiment = load_experiment("na64e-2018")
    search = experiment.search("invisible")

    def test_background_is_the_published_total(self) -> None:
        # The table prints 0.53 +- 0.17; its rows carry no more than three decimals.
        assert f"{self.search.expected_background:.2f}" == "0.53"
        assert f"{self.search.background_uncertainty:.2f}" == "0.17"

    def test_signal_uncertainty_is_the_published_one(self) -> None:
        # "do not exceed 20 %" (2021 search): two percents of rounding below
        assert self.search.relative_signal_uncertainty == pytest.approx(0.20, rel=0.02)

    def test_target_is_forty_radiation_lengths(self) -> None:
        assert 40 <= self.experiment.target.thickness_X0 <= 41
        assert self.experiment.target.thickness_cm == pytest.approx(45.0, rel=1e-12)
        assert self.experiment.target.material == self.experiment.target.build().homogenised

    def test_preshower_is_about_four_radiation_lengths(self) -> None:
        segments = self.experiment.detector("ECAL").longitudinal_segments_cm
        assert segments is not None
        depth = segments[0] / 45.0 * self.experiment.target.thickness_X0
        assert depth == pytest.approx(4, abs=0.5)  # "about 4 X0" in the review

    def test_selection(self) -> None:
        selection = self.search.selection
        assert 100 - selection["maximum_calorimeter_energy_GeV"] == 50  # of missing energy
        assert {v["name"]: v["maximum_energy_GeV"] for v in selection["vetoes"]}["HCAL"] == 1
        assert selection["calorimeter"] == "ECAL"

    def test_resolution(self) -> None:
        # 0.1/sqrt(E): 1 GeV at 100 GeV; another GeV from the beam's spread of 1 %
        resolution = self.experiment.visible_energy_resolution("ECAL")
        assert resolution.sigma_GeV(100.0) == pytest.approx(2**0.5)

    def test_data(self) -> None:
        assert self.experiment.particles_on_target == 2.84e11
        assert self.search.exposure == 2.84e11 * 0.5
        assert self.search.observed_events == 0
        assert not self.experiment.is_projection


@pytest.mark.parametrize(
    ("name", "exposure", "observed"),
    [
        ("na64e-2017", 4.3e10, 0),
        ("na64e-2022", 9.37e11, 0),
        ("na64e-1e12", 1e12, None),
        ("na64e-1e12-compact", 1e12, None),
        ("na64e-5e12", 5e12, None),
        ("na64e-5e12-compact", 5e12, None),
        ("na64e-1e13", 1e13, None),
        ("na64e-positron-100GeV", 1.01e10, 0),
        ("ldmx-4GeV", 4e14, None),
        ("ldmx-8GeV", 1.6e15, None),
        ("ldmx-8GeV-1e16", 1e16, None),
        ("ldmx-8GeV-1e16-background", 1e16, None),
        ("ldmx-8GeV-2e16", 2e16, None),
        ("ldmx-16GeV", 1e15, None),
        ("ldmx-16GeV-positrons", 1e15, None),
        ("na64e-5e12-positrons", 5e12, None),
        ("na64e-9e11-positrons", 9.37e11, None),
        ("na64mu-1e14", 1e14, None),
    ],
)
def test_exposures(name: str, exposure: float, observed: int | None) -> None:
    experiment = load_experiment(name)
    assert experiment.particles_on_target == exposure
    assert [search.observed_events for search in experiment.counted] == [observed]
    assert experiment.is_projection == (observed is None)


def test_ldmx_target_is_a_tenth_of_a_radiation_length() -> None:
    assert load_experiment("ldmx-4GeV").target.thickness_X0 == pytest.approx(0.1, rel=0.01)


def yield_inputs(name: str) -> dict[str, Any]:
    """What the yields of a card's search depend on beside the model."""
    experiment = load_experiment(name)
    (search,) = experiment.searches
    return {**dump_of(experiment).inputs(), "selection": search.selection}


class TestKeys:
    def test_exposure_does_not_enter_the_key_of_the_yields(self) -> None:
        keys = {
            json.dumps(yield_inputs(n), sort_keys=True)
            for n in ("na64e-2017", "na64e-2018", "na64e-2022", "na64e-1e13")
        }
        assert len(keys) == 1

    def test_exposure_enters_the_fingerprint(self) -> None:
        prints = {load_experiment(n).fingerprint for n in EXPECTED_NAMES}
        assert len(prints) == len(EXPECTED_NAMES)

    def test_beam_enters_the_key_of_the_yields(self) -> None:
        electrons, positrons = (yield_inputs(n) for n in ("na64e-2018", "na64e-positron-100GeV"))
        assert electrons != positrons
        assert electrons["particle"] == "e-"

    def test_no_texts_in_the_key_of_the_yields(self) -> None:
        assert "source" not in json.dumps(yield_inputs("na64e-2018"))


def test_unknown_detector_is_named() -> None:
    with pytest.raises(RangeError, match="'HCAL9' is not one of ECAL, VETO, HCAL1"):
        load_experiment("na64e-2018").detector("HCAL9")


def test_resolution_terms_add_in_quadrature() -> None:
    resolution = EnergyResolution(stochastic=0.3, constant=0.04, noise_GeV=1.2)
    # a 3-4-12 quadruple at 100 GeV: 3, 4, 1.2 GeV
    assert resolution.sigma_GeV(100.0) == pytest.approx((9 + 16 + 1.44) ** 0.5, rel=1e-14)


def test_experiments_cannot_be_changed() -> None:
    beam = load_experiment("na64e-2018").beam
    for key in type(beam).model_fields:
        with pytest.raises(ValueError, match="frozen"):
            setattr(beam, key, getattr(beam, key))


def test_combined_data_sets(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_text(
        """
        extends = "na64e-2018"
        title = "two"
        [[searches]]
        name = "invisible"
        [[searches.data_sets]]
        name = "more"
        kind = "measurement"
        particles_on_target = 8.52e11
        signal_efficiency = 0.30
        signal_efficiency_uncertainty = 0.06
        observed_events = 2
        source = "made up"
        background = [{name = "x", expected_events = 1.472, uncertainty_events = 0.4}]
        """
    )
    search = load_experiment(path).search("invisible")
    assert search.particles_on_target == pytest.approx(1.136e12)
    assert search.observed_events == 2
    assert search.expected_background == pytest.approx(2.0)
    assert search.background_uncertainty == pytest.approx((0.4**2 + 0.16668833**2) ** 0.5)
    mean = search.exposure / search.particles_on_target
    assert mean == pytest.approx(0.25 * 0.5 + 0.75 * 0.3)  # 1 : 3
    independent = ((0.25 * 0.07) ** 2 + (0.75 * 0.06) ** 2) / 0.35**2
    assert search.relative_signal_uncertainty == pytest.approx((independent + 0.02) ** 0.5)


def test_a_repr_is_short_and_tells_cards_apart() -> None:
    reprs = {repr(load_experiment(n)) for n in EXPECTED_NAMES}
    assert len(reprs) == len(EXPECTED_NAMES)
    assert max(map(len, reprs)) < 120
    experiment = load_experiment("na64e-2018")
    assert repr(experiment) == f"Experiment('NA64e 2016-2018', {experiment.fingerprint[:12]})"


def test_shipped_cards_parse_without_the_loader() -> None:
    for path in CARDS.glob("*.toml"):
        parsed = tomllib.loads(path.read_text())
        assert tomllib.loads(toml_text(parsed)) == parsed


def test_import_is_light() -> None:
    heavy = "scipy numba matplotlib particle"
    code = (
        "import sys, scotopic.experiments as e; e.read_experiment('na64e-2022');"
        f"print([m for m in '{heavy}'.split() if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_experiment_is_what_loading_returns() -> None:
    assert isinstance(load_experiment(CARDS / "na64e-2018.toml"), Experiment)


def test_copies_with_other_values_compute_anew() -> None:
    experiment = load_experiment("na64e-2018")
    before = experiment.fingerprint, experiment.target.thickness_cm
    fewer = experiment.model_copy(update={"confidence_level": 0.95})
    target = experiment.target.model_copy(update={"repetitions": 75})
    assert fewer.fingerprint != before[0]
    assert target.thickness_cm == pytest.approx(before[1] / 2)
    assert experiment.fingerprint == before[0]
