"""The command `event` as its users meet it."""

from pathlib import Path

import pytest
from tests.program import Run, scotopic, scotopic_alone

MODEL = ("--mediator-mass", "0.3", "--kinetic-mixing", "3e-3")


def event(*arguments: str | Path) -> Run:
    return scotopic("event", *arguments)


def test_event_and_map_are_drawn(tmp_path: Path) -> None:
    arguments = (
        "na64e-2018-semi-visible",
        *MODEL,
        "--search",
        "S1",
        "--map",
        "--output",
        tmp_path / "new",
    )
    done = event(*arguments)
    assert done.returncode == 0, done.stderr
    names = {f.name for f in (tmp_path / "new").iterdir()}
    assert names == {"event.png", "event.pdf", "efficiency.png", "efficiency.pdf"}
    first, *cuts = done.stdout.splitlines()
    assert first in ("event 0: accepted by S1", "event 0: rejected by S1")
    assert len(cuts) == 7
    assert ("fails" in done.stdout) == ("rejected" in first)


def test_the_same_seed_gives_the_same_event(tmp_path: Path) -> None:
    asked = ("na64e-2018", *MODEL, "--number", "5", "--output", tmp_path)
    here, elsewhere = event(*asked), scotopic_alone("event", *asked)
    assert here.stdout == elsewhere.stdout
    assert "by invisible" in here.stdout  # the card's first search
    assert {f.name for f in tmp_path.iterdir()} == {"event.png", "event.pdf"}


def test_another_model_of_chi2(tmp_path: Path) -> None:
    scalar = ("--model", "scalar_portal_inelastic", "--mediator-mass", "0.3", "--coupling", "3e-3")
    done = event("na64e-2018", *scalar, "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    photon = event("na64e-2018", *MODEL, "--output", tmp_path / "photon")
    assert done.stdout.splitlines()[1] != photon.stdout.splitlines()[1]
    wrong = event("na64e-2018", "--model", "scalar", *scalar[2:], "--output", tmp_path)
    assert wrong.returncode != 0
    assert (
        wrong.stderr == "scotopic: model: ScalarMediator has no chi2 that decays in the detector\n"
    )


def test_tan_theta_makes_it_i2DM(tmp_path: Path) -> None:
    done = event("na64e-2018", *MODEL, "--tan-theta", "0.3", "--output", tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["na64e-2018-semi-visible", *MODEL, "--search", "S3"], ["S3", "S1"]),
        (["na64e-2018", *MODEL, "--number", "99999"], ["number", "32767"]),
        (["na64e-2018", *MODEL, "--number", "-1"], ["number", "32767"]),
        (["na64e-2018", *MODEL, "--mass-ratio", "-2.1"], ["mass_ratio"]),
        (["na64e-2018", *MODEL, "--mass-ratio", "1e300"], ["mass_ratio: 1e+300", "1e+09"]),
        (["na64e-2018", *MODEL, "--seed", "-3"], ["seed"]),
        (["na64e-2018", *MODEL, "--tan-theta", "-1"], ["theta"]),
        (["na64e-2018"], ["mediator-mass"]),
        (["ldmx-4GeV", *MODEL], ["recoil-electron", "missing-energy"]),
        (["ldmx-4GeV", *MODEL, "--search", "missing energy"], ["calorimeter", "active target"]),
        (["na64e-2081", *MODEL], ["na64e-2018"]),
    ],
)
def test_mistakes_are_named_without_traceback(
    arguments: list[str], words: list[str], tmp_path: Path
) -> None:
    output = tmp_path / "out"
    done = event(*arguments, "--output", output)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert not output.exists()
