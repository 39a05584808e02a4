"""The command line as its users meet it: what it prints, writes, and says of mistakes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from tests.cards.simple import WINDOW
from tests.program import rows, scotopic, scotopic_alone

from scotopic.cli.base import app
from scotopic.cli.commands import HOMES, register

COLUMNS = {"mediator_mass_GeV", "kinetic_mixing"}


def test_limit_leaves_curve_figure_and_result(tmp_path: Path) -> None:
    output = tmp_path / "new" / "na64e-2018"
    done = scotopic_alone("limit", "na64e-2018", "--output", output)
    assert done.returncode == 0, done.stderr
    names = {f.name for f in output.iterdir()}
    assert names == {"limit.csv", "limit.png", "limit.pdf", "result.json"}
    found = rows(output / "limit.csv")
    assert len(found) == 100
    assert set(found[0]) >= COLUMNS
    masses = [float(row["mediator_mass_GeV"]) for row in found]
    assert masses == sorted(masses)
    assert (masses[0], masses[-1]) == (1e-3, 1.0)
    assert (output / "limit.png").read_bytes().startswith(b"\x89PNG")
    assert (output / "limit.pdf").read_bytes().startswith(b"%PDF")
    result = json.loads((output / "result.json").read_text())
    (search,) = result["attributes"]["experiments"][0]["searches"]
    assert search["data_sets"][0]["particles_on_target"] == 2.84e11
    limits = result["variables"]["lower"]["values"][0][0]
    assert [low for (low,) in limits] == [float(row["kinetic_mixing"]) for row in found]
    assert {"scotopic", "libraries", "command", "time", "seconds"} <= set(result["provenance"])
    assert not done.stdout.startswith("{")
    assert "\r" not in done.stderr  # no progress bar without a terminal


def test_json_goes_to_the_output_alone() -> None:
    done = scotopic_alone("limit", "na64e-2018", "--points", "3", "--json", "--quantity", "y")
    result = json.loads(done.stdout)
    assert result["attributes"]["quantity"] == "y"
    assert len(result["variables"]["mediator_mass"]["values"]) == 3
    caveat, *missed, second = done.stderr.splitlines()  # what three points miss
    assert caveat.startswith("caveat: NA64e 2016-2018: photoproduction: vector meson dominance")
    assert len(missed) == 2
    assert all(line.startswith("no point lies between") for line in missed)
    assert second.startswith("straight lines between the points")


def test_results_do_not_depend_on_the_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        arguments = ("--points", "5", "--no-figure", "--output", tmp_path / name)
        assert scotopic_alone("limit", "na64e-2018", *arguments).returncode == 0
    first, second = ((tmp_path / name / "limit.csv").read_bytes() for name in ("a", "b"))
    assert first == second


def test_own_card_that_extends(tmp_path: Path) -> None:
    """Four times the exposure without background: half of the coupling."""
    card = tmp_path / "mine.toml"
    card.write_text(
        'extends = "na64e-1e12"\ntitle = "Mine"\n[[searches]]\nname = "invisible"\n'
        '[[searches.data_sets]]\nname = "projection"\n'
        'particles_on_target = 4e12\nsource = "a plan"\n'
    )
    shown = scotopic("experiments", "--show", card)
    assert "particles_on_target = 4" in shown.stdout, shown.stderr
    limits = []
    for name in (card, "na64e-1e12"):
        done = scotopic("limit", name, "--mass-min", "0.01", "--points", "2", "--json")
        assert done.returncode == 0, done.stderr
        limits.append(json.loads(done.stdout)["variables"]["lower"]["values"][0][0][0][0])
    assert limits[0] == pytest.approx(limits[1] / 2, rel=1e-6)


def test_experiments_lists_the_shipped_cards() -> None:
    done = scotopic("experiments")
    for name in ("na64e-2018", "na64e-2017", "na64e-2022", "na64e-5e12"):
        assert name in done.stdout
    shown = scotopic("experiments", "--show", "na64e-2018")
    assert "particles_on_target = " in shown.stdout


def test_shower_prints_and_draws(tmp_path: Path) -> None:
    done = scotopic("shower", "na64e-2018", "--plot", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    names = {f.name for f in (tmp_path / "out" / "shower-na64e-2018").iterdir()}
    assert names == {"shower.csv", "shower.png", "shower.pdf"}
    assert len(done.stdout.splitlines()) > 5


def test_xsec_compares_methods(tmp_path: Path) -> None:
    arguments = ("xsec", "0.1", "--method", "exact", "--method", "iww", "--plot")
    done = scotopic(*arguments, "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    (row,) = rows(tmp_path / "xsec.csv")
    # the founders' notes, section 2: exact/IWW is 0.62 at 100 MeV (elastic; inelastic cancels)
    ratio = float(row["sigma_exact_cm2"]) / float(row["sigma_iww_cm2"])
    assert ratio == pytest.approx(0.62, rel=0.03)
    assert (tmp_path / "xsec.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["limit", "na64e-2081"], ["na64e-2081", "na64e-2018"]),
        (["limit", "missing.toml"], ["missing.toml"]),
        (["limit", "na64e-2018", "--mass-ratio", "0"], ["mass_ratio"]),
        (["limit", "na64e-2018", "--alpha-D", "nan"], ["alpha_D"]),
        (["limit", "na64e-2018", "--mass-max", "50"], ["mediator_mass"]),
        (["limit", "na64e-2018", "--mass-min", "2"], ["1.0 GeV is not above", "mass, 2.0 GeV"]),
        (["limit", "na64e-2018", "--points", "1"], ["points"]),
        (["limit", "na64e-2018", "--quantity", "alpha_D"], ["y"]),
        (["limit", "na64e-2018", "--quantity", "epsilon"], ["epsilon", "kinetic_mixing"]),
        (["limit", "na64e-2018", "--splitting", "0.1"], ["splitting", "pseudo_dirac"]),
        (["shower", "na64e-2018", "--minimum-energy", "200"], ["minimum_energy"]),
        (["xsec", "0.1", "--element", "Xx"], ["Xx", "Pb"]),
        (["xsec", "0.1", "--method", "guess"], ["guess", "exact"]),
        (["xsec", "-1"], ["-1"]),
        (["experiments", "--show", "nothing"], ["nothing"]),
        (["nonsense"], ["nonsense"]),
        (["limit"], ["Missing argument", "limit --help"]),
        (["limit", "na64e-2018", "--foo"], ["--foo"]),
        (["limit", "na64e-2018", "--points", "1.5"], ["--points: 1.5", "from 2 to 10000"]),
        (["limit", "na64e-2018", "--points", "100000000"], ["--points", "from 2 to 10000"]),
        (["limit", "na64e-2018", "--against", "foo"], ["--against", "foo", "dark_matter_mass"]),
        (["limit", "na64e-2018", "--mass-min", "1e-5"], ["1e-05 GeV", "between 0.0001 and 6"]),
        (["limit", "na64e-2018", "--mass-max", "1e10"], ["1e+10 GeV", "between 0.0001 and 6"]),
        (["limit", "na64e-2018", "--mass-ratio", "1e300"], ["mass_ratio: 1e+300"]),
        (["limit", "na64e-2018", "--set", "alpha_D=1", "--set", "alpha_D=2"], ["given already"]),
        (["limit", "na64e-2018", "--alpha-D", "1", "--set", "alpha_D=2"], ["given already"]),
        (["limit", "na64e-alp", "--model", "dark_photon"], ["does not decay into gamma gamma"]),
        (["limit", "na64e-2018", "na64e-2022"], ["have data of 2016, 2017, 2018 in common"]),
        (["shower", "na64e-2018", "--minimum-energy", "0"], ["minimum_energy: 0.0"]),
        (["shower", "na64e-2018", "--minimum-energy=-1"], ["minimum_energy: -1.0"]),
        (["shower", "na64e-2018", "--minimum-energy", "inf"], ["minimum_energy: inf"]),
        (["plane", "na64-2021-fig4", "--workers", "0"], ["--workers: 0", "from 1"]),
        (["likelihood", "limit", "x", "--confidence-level", "1e-308"], ["from 0.5 to 0.9999"]),
    ],
)
def test_mistakes_are_named_without_traceback(
    arguments: list[str], words: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    without = ("experiments", "likelihood", "nonsense")
    extra = [] if arguments[0] in without else ["--output", str(output)]
    done = scotopic(*arguments, *extra)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("scotopic: ")
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr
    assert not output.exists() or not list(output.iterdir())


@pytest.mark.parametrize("arguments", [("limit", "na64e-2081"), ("limit",), ("nonsense",)])
def test_mistakes_end_the_process(arguments: tuple[str, ...]) -> None:
    """As here, where the others are tried."""
    done, here = scotopic_alone(*arguments), scotopic(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert (done.returncode, done.stdout, done.stderr) == (here.returncode, "", here.stderr)


@pytest.mark.parametrize(
    "command", [["limit", "na64e-2018"], ["experiments"], ["limit", "no-card"]]
)
@pytest.mark.parametrize("place", ["file", "file/below", "", "x" * 300])
def test_output_that_cannot_be_written_is_refused_first(
    command: list[str], place: str, tmp_path: Path
) -> None:
    """Before the card is read even; `experiments` has no such option."""
    obstacle = tmp_path / "file"
    obstacle.write_text("mine")
    done = scotopic(*command, f"--output={place}", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("scotopic: ")
    assert "--output" in done.stderr
    assert obstacle.read_text() == "mine"


@pytest.mark.parametrize(
    "command",
    [
        ["shower", "na64e-2018", "--plot"],
        ["xsec", "--plot"],
        ["event", "na64e-2018", "--mediator-mass", "0.1", "--kinetic-mixing", "1e-3"],
        ["relic", "thermal-targets"],
        ["plane", "na64-2021-fig4"],
        ["cuts", "no-card.toml"],
    ],
)
def test_default_directory_is_checked_first(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    done = scotopic(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("scotopic: --output out/")
    assert len(done.stderr.splitlines()) == 1


def test_directory_in_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "limit.csv").mkdir()
    done = scotopic("limit", "na64e-2018", "--points", "2", "--output", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "limit.csv in it is a directory" in done.stderr
    assert [f.name for f in tmp_path.iterdir()] == ["limit.csv"]
    done = scotopic("export", "likelihood", "na64e-2018", "--file", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path}: Is a directory" in done.stderr


def test_every_command_has_its_module() -> None:
    register("")
    assert set(vars(typer.main.get_command(app))["commands"]) == set(HOMES)


@pytest.mark.parametrize("command", HOMES)
def test_a_command_needs_no_other_module(command: str) -> None:
    done = scotopic_alone(command, "--help")
    assert done.returncode == 0
    assert f"scotopic {command}" in done.stdout


@pytest.mark.parametrize("delay", [0.1, 0.3, 0.6])
def test_interrupt_is_quiet(delay: float) -> None:
    """Also while modules are imported; as on a terminal, whatever the tests were started by."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from scotopic.cli import main; print('', flush=True); main()"
    )
    command = [sys.executable, "-c", code, "limit", "na64e-2018", "--mass-min", "0.0012"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "SCOTOPIC_CACHE": ""},  # with tables at hand it might be faster than we
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(delay)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=900)
    assert (running.returncode, told) == (130, b"")


def test_interrupts_that_finalizers_swallow_are_repeated() -> None:
    code = (
        "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "class Held:\n"
        "    def __del__(self): signal.raise_signal(signal.SIGINT)\n"
        "def run():\n"
        "    Held()\n"
        "    time.sleep(60)\n"
        "import scotopic.cli.commands; scotopic.cli.commands.run = run\n"
        "scotopic.cli.main()"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, timeout=900, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_thin_target_has_a_caveat(tmp_path: Path) -> None:
    card = tmp_path / "thin.toml"
    card.write_text(
        f'extends = "{WINDOW}"\ntitle = "Thin"\nreplace = ["detectors[ECAL]"]\n'
        '[target]\nrepetitions = 30\nsource = "an idea"\n'
        '[[detectors]]\nname = "ECAL"\nkind = "electromagnetic calorimeter"\n'
        'position_cm = 0.0\nlength_cm = 9.0\nsource = "an idea"\n'
        "energy_resolution = {stochastic = 0.1, constant = 0.0, noise_GeV = 0.0}\n"
    )
    done = scotopic("limit", card, "--mass-min", "0.1", "--points", "2", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("caveat: Thin: the target of 8.13 radiation lengths")
    assert len(json.loads(done.stdout)["variables"]["mediator_mass"]["values"]) == 2


def test_help_imports_nothing_slow() -> None:
    code = (
        "import sys; sys.argv = ['scotopic', '--help']; import scotopic.cli\n"
        "try: scotopic.cli.main()\n"
        "finally: print([m for m in ('numpy', 'scipy', 'pydantic', 'rich') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "likelihood" in done.stdout


def test_version_and_help() -> None:
    assert scotopic_alone("--version").stdout.strip()
    assert "limit" in scotopic_alone("--help").stdout
