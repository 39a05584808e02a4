"""What wrong options and cards are answered: the culprit, what is allowed, the nearest word."""

import json
import math
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scipy.integrate import quad

from scotopic.cli import main
from scotopic.cli.commands import HOMES
from scotopic.experiments.toml_text import toml_text
from scotopic.search import experiment_card

Scotopic = Callable[..., tuple[int, str, str]]

COMMANDS = ((), *((name,) for name in HOMES), ("likelihood", "limit"))
EXPORTS = tuple(("export", name) for name in ("likelihood", "hepdata", "parquet", "csv"))

BOUNDS = tuple(("bounds", name) for name in ("list", "show", "run"))


@pytest.fixture
def scotopic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Scotopic:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["scotopic", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    return run


LIMIT = ("limit", "na64e-2018", "--points", "2")
OPTIONS = {
    ("--dark-matter", "Majorana"): "--dark-matter: 'Majorana' is not one of 'complex_scalar', 'di",
    ("--set", "delta=0.4"): "delta: is no parameter of dark_photon that can be set; known: alpha_D",
    (
        *("--set", "delta=0.4", "--dark-matter", "pseudo_dirac"),
    ): "delta: is no parameter of dark_photon that can be set; did you mean 'splitting'?",
    ("--alpha-D", "2"): "alpha_D: 2 means g^2/(4 pi) = 2, above 1: not perturbative",
    ("--set", "m_chi=0.1"): "m_chi: is no parameter of dark_photon that can be set; ",
    ("--set", "mediator_mass=0.1"): "--set mediator_mass: it is the axis; --mass-min and --mass-ma",
    (
        "--model",
        "iDM",
    ): "model: 'iDM' is not one of the models; did you mean 'inelastic_dark_matter",
    ("--quantity", "epsilon"): "quantity: 'epsilon' is not one of kinetic_mixing, ",
    ("--statistics", "CLs"): "--statistics: 'CLs' is not one of the methods; did you mean 'cls'?; ",
    (
        "--method",
        "WW",
    ): "--method: 'WW' is not one of 'exact', 'ww', 'iww'; did you mean 'ww'?; see",
    ("--process", "brems"): "process: 'brems' is not one of the processes; did you mean 'bremsstra",
    ("--signature", "visible"): "signature: 'visible' is not one of the signatures; did you mean '",
    ("--alpha-D", "0"): "alpha_D: 0 leaves the mediator no invisible decay; it must be above 0",
    ("--alpha-D", "abc"): "--alpha-D: abc is not a valid number; see 'scotopic limit --help'",
    ("--axis-min", "3"): "--axis-min, --axis-max: masses take --mass-min and --mass-max",
    ("--axis", "alpha_D", "--mass-min", "1"): "--mass-min, --mass-max: --axis alpha_D takes --axi",
    (
        "--axis",
        "beam_energy",
    ): "beam_energy: is no parameter of the model, nor of the set-up; did y",
    ("--axis", "alpha_D"): "--axis alpha_D: needs --axis-min and --axis-max",
}


@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_options_of_limit(options: tuple[str, ...], scotopic: Scotopic) -> None:
    code, out, err = scotopic(*LIMIT, *options)
    assert (code, out) == (2, "")
    assert err.startswith(f"scotopic: {OPTIONS[options]}")
    assert err.count("\n") == 1
    assert err.count("did you mean") <= 1


OTHERS = {
    (
        "xsec",
        "0.1",
        "--element",
        "Tungsten",
    ): "element: 'Tungsten' is no element, nor a material of",
    ("xsec", "0.1", "--minimum-energy", "200"): "--minimum-energy 200: is not below --energy, 100",
    (
        "relic",
        "thermal-targets",
        "--at",
        "delta=0.1",
    ): "--at delta=0.1: is no parameter of dark_photon; kn",
    ("relic", "thermal-targets", "--at", "alpha_D=2"): "--at alpha_D=2.0: 2.0 is not between 0 and",
    ("limit", "thermal-targets"): "thermal-targets: is a run card; 'scotopic plane thermal-targets",
    ("relic", "thermal-targets", "--at", "dark_matter=Dirac"): "--at dark_matter=Dirac: 'Dirac' is",
    ("plane", "my/card"): "my/card: cannot be read: No such file or directory",
    (
        "export",
        "likelihood",
        "na64e-2018",
        "--signal",
        "0",
    ): "--signal 0: is not positive and finit",
    ("cuts", "na64e-2018"): "na64e-2018: is an experiment card; 'scotopic limit na64e-2018' takes ",
}


@pytest.mark.parametrize("arguments", OTHERS, ids=" ".join)
def test_other_commands(arguments: tuple[str, ...], scotopic: Scotopic) -> None:
    code, _, err = scotopic(*arguments)
    assert code == 2
    assert err.startswith(f"scotopic: {OTHERS[arguments]}")


NONSENSE: dict[tuple[str | int, ...], tuple[Any, str]] = {
    ("target", "layers", 0, "thickness_cm"): (1e-12, "below 1e-06, the smallest allowed"),
    ("target", "repetitions"): (10**6, "radiation lengths; allowed: 1e-06 to 3000"),
    ("detectors", 0, "length_cm"): (1e-30, "below 0.0001, the smallest allowed"),
    ("detectors", 0, "width_cm"): (1e-9, "below 0.0001, the smallest allowed"),
    ("searches", 0, "data_sets", 0, "particles_on_target"): (
        8,
        "below 1e+06, the smallest allowed",
    ),
    ("searches", 0, "data_sets", 0, "signal_efficiency"): (1e-30, "below 1e-09, the smallest"),
    ("searches", 0, "data_sets", 0, "signal_efficiency_uncertainty"): (0.9, "above the efficiency"),
    ("searches", 0, "selection", "vetoes", 1, "maximum_energy_GeV"): (
        1e-12,
        "below 1e-09, the sma",
    ),
    ("searches", 0, "selection", "vetoes", 1, "maximum_energy_GeV", ""): (
        150,
        "beam.energy_GeV = 10",
    ),
    ("searches", 0, "selection", "maximum_calorimeter_energy_GeV"): (
        500.0,
        "beam.energy_GeV = 100",
    ),
    ("model", "name"): ("idm", "did you mean 'inelastic_dark_matter'?"),
    ("model", "parameters"): ({"delta": 0.4}, "delta: is no parameter of dark_photon; known: "),
    ("model", "parameters", ""): ({"dark_matter": "Majorana"}, "did you mean 'majorana'?"),
}


@pytest.mark.parametrize("place", NONSENSE, ids=str)
def test_nonsense_in_cards(place: tuple[str | int, ...], scotopic: Scotopic) -> None:
    content = tomllib.loads(experiment_card("na64e-2018"))
    steps = [step for step in place if step != ""]
    table: Any = content
    for step in steps[:-1]:
        table = table[step]
    table[steps[-1]], words = NONSENSE[place]
    Path("mine.toml").write_text(toml_text(content))
    code, _, err = scotopic("check", "mine.toml")
    assert code == 2
    assert str(steps[-1]) in err.splitlines()[0]
    assert words in err.splitlines()[0]


@pytest.mark.parametrize(("model", "power"), [("scalar", 1), ("pseudoscalar", 0)])
def test_scalars_behind_muons_limit_the_moment_of_the_muon(
    model: str, power: int, scotopic: Scotopic
) -> None:
    """The limits on the moment and on the square of the coupling differ by the loop.

    Leveille, Nucl. Phys. B137 (1978) 63: g^2/(8 pi^2) times the integral of
    (1 - z)^2 ((1 - z) + 2 z P)/((1 - z)^2 + z r^2), P = 1 for scalars and 0 for pseudoscalars.
    """
    limits = []
    for quantity in ("delta_a_mu", "muon_coupling_squared"):
        options = ("--model", model, "--quantity", quantity, "--mass-min", "0.05")
        code, out, err = scotopic("limit", "na64mu", *options, "--points", "2", "--json")
        assert code == 0, err
        variables = json.loads(out)["variables"]
        masses = variables["mediator_mass"]["values"]
        limits.append([low for (low,) in variables["lower"]["values"][0][0]])
    for mass, moment, square in zip(masses, *limits, strict=True):
        loop, _ = quad(_integrand, 0, 1, args=(mass / 0.1056583755, power))
        assert moment == pytest.approx(square * loop / (8 * math.pi**2), rel=1e-4)


def _integrand(z: float, ratio: float, power: int) -> float:
    rest = 1 - z
    return rest**2 * (rest + 2 * z * power) / (rest**2 + z * ratio**2)


@pytest.mark.parametrize("command", [*COMMANDS, *EXPORTS, *BOUNDS], ids=" ".join)
def test_help_is_narrow_and_whole(command: tuple[str, ...], scotopic: Scotopic) -> None:
    code, out, _ = scotopic(*command, "--help")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert not [line for line in out.splitlines()[1:] if line.endswith("...")]
