"""The command `acceptance` as its users meet it."""

import json
from pathlib import Path

import pytest
from tests.program import Run, rows, scotopic


def acceptance(*arguments: str | Path) -> Run:
    return scotopic("acceptance", *arguments)


def test_table_figure_and_json_are_of_the_same_numbers(tmp_path: Path) -> None:
    asked = ("na64mu", "--mass", "0.1", "--mass", "0.5", "--process", "bremsstrahlung")
    done = acceptance(*asked, "--json", "--plot", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    names = [f.name for f in tmp_path.iterdir()]
    assert sorted(names) == ["acceptance.csv", "acceptance.pdf", "acceptance.png"]
    content = json.loads(done.stdout)
    assert content["against"] == "mass"
    lines = (tmp_path / "acceptance.csv").read_text().splitlines()
    comments = [one for one in lines if one.startswith("#")]
    assert any("the geometry behind the target; a flat efficiency of" in one for one in comments)
    found = rows(tmp_path / "acceptance.csv")
    for name, values in content["table"].items():
        assert [row[name] for row in found] == [str(value) for value in values]
    # another author's prototype has 18 and 30 %
    assert [float(row["share"]) for row in found] == pytest.approx([0.18, 0.30], rel=0.1)
    printed = acceptance(*asked)
    assert "m = 0.1 GeV: computed 0.18" in printed.stdout
    assert "remark: NA64mu 2022: computed: the window of MS2, the geometry" in printed.stderr


def test_masses_by_range_and_energies(tmp_path: Path) -> None:
    ends = ("--mass-min", "0.01", "--mass-max", "1", "--points", "3")
    done = acceptance("na64mu-1e12", *ends, "--against", "energy", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    found = rows(tmp_path / "acceptance.csv")
    masses = dict.fromkeys(float(row["mediator_mass_GeV"]) for row in found)
    assert list(masses) == pytest.approx([0.01, 0.1, 1.0])
    # nothing but the window: each energy inside of it has the flat efficiency
    inside = [row for row in found if 75 < float(row["mediator_energy_GeV"]) < 140]
    assert inside
    assert all(float(row["accepted"]) == pytest.approx(0.5, abs=0.01) for row in inside)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("na64mu", "--mass", "0.1", "--points", "3"), "--mass: does not go together with"),
        (("na64mu", "--mass-min", "0.1"), "--mass-min, --mass-max: both are needed"),
        (("na64mu", "--mass", "-1"), "masses"),
        (("na64mu", "--mass", "0.1", "--set", "x=1"), "x: is no parameter of"),
        (("na64mu", "--against", "angle"), "'angle' is not one of 'mass', 'energy'"),
        (("na64mu", "--search", "invisible"), "search: 'invisible' is not one"),
        (("na64e-alp", "--mass", "0.1", "--against", "energy"), "no one window"),
    ],
)
def test_mistakes_are_one_line(arguments: tuple[str, ...], words: str) -> None:
    done = acceptance(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not done.stdout
