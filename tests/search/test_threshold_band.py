"""Bands of limits: thresholds at the ends of their ranges, mediators as models give them."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from scotopic.cli.base import app
from scotopic.cli.commands import register
from scotopic.errors import RangeError
from scotopic.figures import draw_limit
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.calculation import Calculation
from scotopic.publication.curves import curve_tables
from scotopic.search import Result, Search, exclusion_curve, load_experiment
from scotopic.search.allowance import BANDS
from scotopic.search.result_files import read_result
from scotopic.search.thresholds import threshold_ranges, with_thresholds

MODEL = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, dark_matter="dirac"
)
STRICTEST, LOOSEST = BANDS["thresholds"]
ELECTRONS = """
extends = "na64e-2018"
title = "electrons"
replace = ["searches[invisible].selection.segments"]
[[searches]]
name = "invisible"
source = "made up"
[searches.selection]
segments = []
"""
PHOTONS_LOST = """
extends = "ldmx-8GeV"
title = "recoils"
[[searches]]
name = "recoil electron"
source = "made up"
[searches.selection]
"""
register("")


def written(folder: Path, name: str, text: str) -> str:
    path = folder / f"{name}.toml"
    path.write_text(text)
    return str(path)


def ranged(folder: Path) -> str:
    line = "maximum_calorimeter_energy_range_GeV = [40.0, 55.0]\n"
    return written(folder, "ranged", ELECTRONS + line)


def edited(folder: Path, energy: float) -> str:
    line = f"maximum_calorimeter_energy_GeV = {energy}\n"
    return written(folder, f"edited-{energy}", ELECTRONS + line)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cards")


@pytest.fixture(scope="module")
def band(folder: Path) -> Result:
    return exclusion_curve(ranged(folder), MODEL, [0.01, 0.1, 0.5], threshold_band=True)


def test_ends_are_limits_of_cards_edited_by_hand(folder: Path, band: Result) -> None:
    stated = exclusion_curve(ranged(folder), MODEL, [0.01, 0.1, 0.5])
    np.testing.assert_array_equal(band.limits(), stated.limits())
    for name, energy in ((STRICTEST, 40.0), (LOOSEST, 55.0)):
        by_hand = exclusion_curve(edited(folder, energy), MODEL, [0.01, 0.1, 0.5])
        np.testing.assert_allclose(band.limits(None, name), by_hand.limits(), rtol=1e-9)
    assert np.all(band.limits(None, LOOSEST) < band.limits() * 0.99)
    assert np.all(band.limits(None, STRICTEST) > band.limits() * 1.01)


def test_minimum_and_maximum_go_to_opposite_ends(folder: Path) -> None:
    """A window of recoils and their least transverse momentum, all by ranges at once."""
    text = PHOTONS_LOST + (
        "maximum_energy_range_GeV = [2.0, 3.5]\n"
        "minimum_transverse_momentum_GeV = 0.05\n"
        "minimum_transverse_momentum_range_GeV = [0.02, 0.08]\n"
        "trigger = {calorimeter = 'ECAL', maximum_energy_GeV = 3.16,"
        " maximum_energy_range_GeV = [2.5, 3.5]}\n"
    )
    found = exclusion_curve(written(folder, "recoils", text), MODEL, [0.1], threshold_band=True)
    for name, (high, least, trigger) in {
        STRICTEST: (2.0, 0.08, 2.5),
        LOOSEST: (3.5, 0.02, 3.5),
    }.items():
        text = PHOTONS_LOST + (
            f"maximum_energy_GeV = {high}\nminimum_transverse_momentum_GeV = {least}\n"
            f"trigger = {{calorimeter = 'ECAL', maximum_energy_GeV = {trigger}}}\n"
        )
        by_hand = exclusion_curve(written(folder, name, text), MODEL, [0.1])
        assert found.limits(None, name) == pytest.approx(by_hand.limits(), rel=1e-9)
    assert found.limits(None, LOOSEST) < found.limits() < found.limits(None, STRICTEST)


def test_counters_of_muons_move_in_a_combination(folder: Path) -> None:
    """The counters' places, in words of the card; electrons stay where they are."""
    electrons, quick = edited(folder, 50.0), Calculation(processes=("bremsstrahlung",))
    search = Search.of([electrons, "na64mu"], calculation=quick)
    found = exclusion_curve(search, MODEL, [0.5], threshold_band=True)
    text = """
extends = "na64mu"
title = "NA64mu 2022"
[[searches]]
name = "scattered muon"
source = "made up"
[searches.selection.geometry]
source = "made up"
[searches.selection.geometry.magnet]
field_integral_T_m = FIELD
source = "made up"
[[searches.selection.geometry.counters]]
name = "S4"
position_cm = S4
x_range_cm = [5.1, 25.1]
source = "made up"
[[searches.selection.geometry.counters]]
name = "S_mu"
position_cm = SMU
x_range_cm = [12.2, 47.2]
source = "made up"
"""
    for word, number in (("FIELD", 1.54), ("S4\n", "1100.0\n"), ("SMU", 1800.0)):
        text = text.replace(f"= {word}", f"= {number}")
    search = Search.of([electrons, written(folder, "muons", text)], calculation=quick)
    by_hand = exclusion_curve(search, MODEL, [0.5])
    for label in found.labels:
        mine, theirs = found.limits(label, LOOSEST), by_hand.limits(label)
        assert mine == pytest.approx(theirs, rel=1e-9), label
    assert found.limits("electrons", LOOSEST) == found.limits("electrons")
    assert found.limits(None, LOOSEST) < found.limits()
    keys = [
        one["key"] for one in found.attributes["thresholds"] if one["experiment"] != "electrons"
    ]
    assert keys[:2] == ["geometry.magnet.field_integral_T_m", "geometry.counters[S4].position_cm"]


def test_islands_have_bands(folder: Path) -> None:
    text = """
extends = "na64e-2018-semi-visible"
title = "islands"
replace = ["searches[S1].selection.segments", "searches[S2].selection.segments"]
[[searches]]
name = "S2"
source = "made up"
selection = {segments = []}
[[searches]]
name = "S1"
source = "made up"
[searches.selection]
segments = []
[searches.selection.decay_signal]
"""
    model = InelasticDarkMatter(
        mediator_mass=0.25, kinetic_mixing=1.0, alpha_D=0.1, mass_ratio=3.0, splitting=0.6
    )
    how = Calculation(processes=("bremsstrahlung",), events=64)

    def of(name: str, line: str, *, is_band: bool) -> Result:
        search = Search.of(written(folder, name, text + line), calculation=how)
        return exclusion_curve(search, model, [0.25], threshold_band=is_band)

    found = of("islands", "minimum_energy_range_GeV = [12.0, 22.0]\n", is_band=True)
    assert found.has_islands
    by_hand = of("stricter", "minimum_energy_GeV = 22.0\n", is_band=False)
    (mine,), (theirs,) = found.intervals(None, STRICTEST), by_hand.intervals()
    assert mine == [pytest.approx(interval, rel=1e-9) for interval in theirs]
    (row,) = found.to_dataframe().to_dict("records")
    assert row["lower_loosest_thresholds"] < row["lower"] < row["lower_strictest_thresholds"]
    assert row["upper_loosest_thresholds"] > row["upper"] > row["upper_strictest_thresholds"]
    lines = draw_limit(found).axes[0].get_lines()
    drawn = {float(y) for line in lines for y in np.asarray(line.get_ydata(), dtype=float)}
    assert {row["lower_strictest_thresholds"], row["upper_loosest_thresholds"]} <= drawn


def test_table_figure_and_publication_say_the_same(folder: Path, tmp_path: Path) -> None:
    options = ["--mass-min", "0.01", "--mass-max", "0.1", "--points", "3", "--no-figure"]
    arguments = ["limit", ranged(folder), "--threshold-band", *options, "-o", str(tmp_path)]
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 0, ran.output
    lines = (tmp_path / "limit.csv").read_text().splitlines()
    comments = [line for line in lines if line.startswith("#")]
    assert any("invisible.maximum_calorimeter_energy_GeV 40 ... 55" in line for line in comments)
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert list(rows[0])[:4] == ["mediator_mass_GeV", "kinetic_mixing", STRICTEST, LOOSEST]
    result = read_result(tmp_path)
    for name in (STRICTEST, LOOSEST):
        in_table = [float(row[name]) for row in rows]
        assert in_table == result.limits(None, name).tolist()
        drawn = [np.asarray(one.get_ydata()) for one in draw_limit(result).axes[0].get_lines()]
        assert any(np.array_equal(line, in_table) for line in drawn)
        assert f"{in_table[0]:.4g}" in ran.output
    (table,) = curve_tables(result, "band")
    published = {one.name: one for one in table.dependent}
    one = published["Observed upper limit on kinetic mixing, loosest thresholds"]
    assert list(one.values) == result.limits(None, LOOSEST).tolist()
    assert "thresholds, strictest ... loosest" in table.description


def test_mediators_as_few_and_as_many_as_models_give(folder: Path, tmp_path: Path) -> None:
    """The rho to 35 %, J/psi to 25 %; in the table, in the figure and in publications."""
    photons = Calculation(processes=("photoproduction",))
    search = Search.of(edited(folder, 50.0), calculation=photons)
    model = replace(MODEL, alpha_D=1e-3)
    found = exclusion_curve(search, model, [0.775, 3.0969], model_band=True)
    fewest, most = (found.limits(None, name) / found.limits() for name in BANDS["models"])
    assert fewest**-2 == pytest.approx([0.65, 0.75], rel=3e-3)
    assert most**-2 == pytest.approx([1.35, 1.25], rel=3e-3)
    options = ["--model-band", "--threshold-band", "--mass-min", "0.01", "--mass-max", "0.775"]
    arguments = ["limit", ranged(folder), *options, "--points", "2", "--no-figure"]
    ran = CliRunner().invoke(app, [*arguments, "-o", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    result = read_result(tmp_path)
    assert list(result["outcome"][-4:]) == [STRICTEST, LOOSEST, *BANDS["models"]]
    light, heavy = result.limits(None, "fewest_mediators") / result.limits()
    assert 1 <= light < 1.001
    assert 1.1 < heavy < 1.25
    assert "fewest mediators: " in ran.output
    lines = [np.asarray(one.get_ydata()) for one in draw_limit(result).axes[0].get_lines()]
    edge = result.limits(None, "most_mediators").tolist()
    assert any(np.array_equal(line, edge) for line in lines)
    (table,) = curve_tables(result, "band")
    names = [one.name for one in table.dependent]
    assert "Observed upper limit on kinetic mixing, most mediators" in names
    alone = Search.of(edited(folder, 50.0), calculation=Calculation(processes=("annihilation",)))
    none = exclusion_curve(alone, MODEL, [0.2], model_band=True)
    assert any("the band has no width" in text for text in none.attributes["remarks"])


def test_a_band_without_width_is_remarked(folder: Path) -> None:
    """Vetoes see nothing of mediators that leave no trace."""
    found = exclusion_curve(edited(folder, 50.0), MODEL, [0.1], threshold_band=True)
    assert found.limits(None, LOOSEST) == found.limits()
    assert any("move no limit" in text for text in found.attributes["remarks"])


def test_cards_without_ranges_are_refused() -> None:
    assert threshold_ranges(load_experiment("m3")) == []
    with pytest.raises(RangeError, match=r"no threshold of M3 .* has a range in its card"):
        exclusion_curve("m3", MODEL, [0.1], threshold_band=True)


def test_one_range_moves_alone(folder: Path) -> None:
    """The counter's place is that of the end, its range is used up; all else is as stated."""
    stated = load_experiment("na64mu")
    (search,) = with_thresholds(stated, "loosest", ["geometry.counters[S4]"]).searches
    s4, other = search.selection["geometry"]["counters"]
    assert s4["position_cm"] == 1100.0
    assert s4["x_range_cm"] == pytest.approx([5.1, 25.1])
    assert "shift_range_cm" not in s4
    assert other == stated.searches[0].selection["geometry"]["counters"][1]
    assert search.selection["geometry"]["magnet"]["field_integral_T_m"] == 1.4

    text = ELECTRONS + (
        "maximum_calorimeter_energy_range_GeV = [40.0, 55.0]\n"
        '[[searches.selection.vetoes]]\nname = "HCAL"\nmaximum_energy_range_GeV = [0.5, 2.0]\n'
    )
    path = written(folder, "two", text)
    found = exclusion_curve(path, MODEL, [0.1], threshold_band="vetoes")
    assert [one["key"] for one in found.attributes["thresholds"]] == [
        "vetoes[VETO].maximum_energy_GeV",
        "vetoes[HCAL].maximum_energy_GeV",
    ]
    assert found.limits(None, LOOSEST) == found.limits()
    options = ["--mass-min", "0.1", "--mass-max", "0.2", "--points", "2"]
    for key, message in (
        ("vetoes[HCAL].maximum_energy", "did you mean 'vetoes[HCAL].maximum_energy_GeV'?"),
        ("geometry", "'geometry' is not one of maximum_calorimeter_energy_GeV, vetoes[VETO]"),
    ):
        ran = CliRunner().invoke(app, ["limit", path, "--threshold", key, *options])
        assert isinstance(ran.exception, RangeError)
        assert message in str(ran.exception)
