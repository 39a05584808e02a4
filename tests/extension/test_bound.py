"""A kind of bounds in one file outside of the package, and a card of a known kind alone."""

from pathlib import Path

import pytest
from tests.extension.fixed_edge import ElectronCoupling
from tests.program import rows, scotopic

from scotopic.bounds import load_bound
from scotopic.bounds.base import BOUNDS
from scotopic.errors import CardError, RangeError
from scotopic.figures import draw_plane
from scotopic.models.charged_vector import BMinusL
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.scan.run import compute_run_card
from scotopic.units import ELEMENTARY_CHARGE

CARD = """
kind = "{kind}"
title = "toy"
label = "toy"
source = "a test"
"""
OWN = CARD + "electron_coupling = [1e-5, 1e-3]\n"
NUMBER = CARD + "minimum_mixing = 0.01\nmass_range_GeV = [0.001, 0.5]\n"
PLANE = """
title = "toy"
source = "a test"
model = "dark_photon"
fixed = { alpha_D = 0.1, mass_ratio = 3.0, dark_matter = "dirac" }
x = { parameter = "mediator_mass", minimum = 0.01, maximum = 0.1, points = 3 }
y = { parameter = "kinetic_mixing", minimum = 1e-7, maximum = 1e-1, points = 7 }
bounds = [{ card = "toy.toml" }]
"""
PLACE = "tests.extension.fixed_edge:ElectronCoupling"


@pytest.mark.parametrize("kind", ["electron-coupling", PLACE])
def test_its_own_table_and_answer(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "toy.toml"
    path.write_text(OWN.format(kind=kind))
    own = load_bound(path)
    model = BMinusL(mediator_mass=0.1, gauge_coupling=1e-3)
    (found,) = own.excluded(model).intervals
    assert found == pytest.approx((1e-5 * ELEMENTARY_CHARGE, 1e-3 * ELEMENTARY_CHARGE), rel=1e-12)
    deaf = MuonphilicScalar(mediator_mass=0.1, muon_coupling=1e-3, alpha_D=0.1, mass_ratio=3)
    assert own.excluded(deaf).reason == "it does not couple to electrons"
    path.write_text(OWN.format(kind=kind).replace("electron_c", "elektron_c"))
    with pytest.raises(CardError, match="did you mean 'electron_coupling'"):
        load_bound(path)


def test_it_is_one_of_the_kinds() -> None:
    assert "electron-coupling" in BOUNDS.names()
    assert isinstance(BOUNDS["electron-coupling"], ElectronCoupling)
    with pytest.raises(RangeError, match="is no BoundKind"):
        BOUNDS["tests.extension.fixed_edge:EdgesCard"]


@pytest.mark.parametrize("text", [OWN.format(kind=PLACE), NUMBER.format(kind="number")])
def test_the_command_line_takes_a_card_alone(text: str, tmp_path: Path) -> None:
    (tmp_path / "toy.toml").write_text(text)
    command = ("bounds", "run", tmp_path / "toy.toml", "--points", "2", "--mass-max", "0.1")
    done = scotopic(*command, "--output", tmp_path / "out")
    assert done.returncode == 0
    assert "mediator_mass = 0.1 GeV: excluded" in done.stdout
    found = rows(tmp_path / "out" / "bound.csv")
    assert list(found[0])[:3] == ["mediator_mass_GeV", "lower", "upper"]


def test_planes_and_figures_take_it(tmp_path: Path) -> None:
    """Between two numbers, at all masses: one island from end to end of the frame."""
    (tmp_path / "toy.toml").write_text(OWN.format(kind=PLACE))
    (tmp_path / "plane.toml").write_text(PLANE)
    found = compute_run_card(tmp_path / "plane.toml")
    (layer,) = found.layers
    assert (layer["x"].min(), layer["x"].max()) == pytest.approx((0.01, 0.1))
    assert (layer["y"].min(), layer["y"].max()) == pytest.approx((1e-5, 1e-3), rel=1e-6, abs=0)
    legend = draw_plane(found).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["toy"]
