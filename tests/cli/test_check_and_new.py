"""`scotopic check`, `new` and `gallery`: what is wrong with cards, and cards to begin with."""

import errno
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scotopic.cli import main
from scotopic.experiments.kinds import KINDS
from scotopic.experiments.templates import template_titles
from scotopic.experiments.toml_text import toml_text
from scotopic.scan.run_card import gallery_names
from scotopic.search import experiment_card, load_experiment

GALLERY = KINDS["plane"].directory or Path()

Run = tuple[int, str, str]
Scotopic = Callable[..., Run]
EXPERIMENTS = [name for name in template_titles() if name != "plane"]


@pytest.fixture
def scotopic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Scotopic:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Run:
        monkeypatch.setattr(sys, "argv", ["scotopic", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    return run


def test_all_mistakes_at_once(scotopic: Scotopic) -> None:
    text = experiment_card("na64e-2018")
    for old, new in {
        "energy_GeV = 100.0": "energy_GeV = -100.0",
        'material = "lead"': 'material = "PbWO4"',
        "length_cm = 45.0": "lenght_cm = 45.0",
        'calorimeter = "ECAL"': 'calorimeter = "ECAL"\nfoo = 1',
        "observed_events = 0\n": "",
    }.items():
        assert old in text
        text = text.replace(old, new, 1)
    Path("mine.toml").write_text(text + "\n[extra]\n")
    code, out, err = scotopic("check", "mine.toml")
    assert (code, out) == (2, "")
    keys = {line.split(": ")[1] for line in err.splitlines()}
    assert keys == {
        "extra",
        "beam.energy_GeV",
        "target.layers[0].material",
        "detectors[0].lenght_cm",
        "detectors[0].length_cm",
        "searches[0].selection.foo",
        "searches[0].data_sets[0].observed_events",
    }
    assert "did you mean 'lead tungstate'?" in err
    code, _, err = scotopic("limit", "mine.toml")
    assert code == 2
    assert len(err.splitlines()) == 1
    assert err.endswith("(and 6 more errors; 'scotopic check mine.toml' names them)\n")


def thin(material: str, centimetres: float, most_GeV: float = 1.2) -> str:
    """Return positrons of 3.5 GeV on a thin target, behind which a poor calorimeter is."""
    card = load_experiment("ldmx-4GeV").content()
    card["beam"] |= {"particle": "e+", "energy_GeV": 3.5}
    card["target"]["layers"] = [{"material": material, "thickness_cm": centimetres}]
    (search,) = [one for one in card["searches"] if one["signature"] == "missing-energy"]
    search["selection"]["maximum_calorimeter_energy_GeV"] = most_GeV
    card["searches"] = [search | {"by_default": True}]
    return toml_text(card)


def test_a_thin_light_target_is_taken_though_its_shower_ends_early(scotopic: Scotopic) -> None:
    Path("thin.toml").write_text(thin("silicon", 0.94))
    code, out, _ = scotopic("check", "thin.toml")
    assert code == 0
    assert out.endswith(": nothing wrong\n")
    code, _, err = scotopic(
        "limit", "thin.toml", "--mass-min", "0.05", "--mass-max", "0.06", "--points", "2"
    )
    assert code == 0
    assert "fewer than 1e-07 of which are accepted" in err


def test_check_refuses_what_limit_refuses(scotopic: Scotopic) -> None:
    Path("thin.toml").write_text(thin("beryllium", 0.5, 1.23))
    masses = ("--mass-min", "0.05", "--mass-max", "0.06", "--points", "2")
    for arguments in (["check", "thin.toml"], ["limit", "thin.toml", *masses]):
        code, out, err = scotopic(*arguments)
        assert code != 0
        assert out == ""
        assert "minimum_energy: " in err
        assert len(err.splitlines()) == 1


def test_mistakes_of_a_run_card_and_of_the_experiments_in_it(scotopic: Scotopic) -> None:
    text = (GALLERY / "thermal-targets.toml").read_text()
    text = text.replace("alpha_D = 0.1", "alpha_D = 0.1\ndelta = 0.1")
    text = text.replace("maximum = 1.0", "maximum = 0.0001")
    Path("mine.toml").write_text(text.replace('"majorana"', '"Majoran"'))
    code, _, err = scotopic("check", "mine.toml")
    assert code == 2
    first, second, third = err.splitlines()
    assert first == "mine.toml: x.maximum: 0.0001 is not above x.minimum = 0.001"
    assert second.startswith("mine.toml: fixed.delta: is no parameter of dark_photon; known: ")
    assert third == (
        "mine.toml: thermal_lines[1].fixed.dark_matter: 'Majoran' is not one of complex_scalar,"
        " dirac, majorana, pseudo_dirac; did you mean 'majorana'?"
    )
    scotopic("new", "plane", "plane.toml")
    text = Path("plane.toml").read_text()
    Path("plane.toml").write_text(text.replace('"na64e-2018"', '"na64e-2081"'))
    code, _, err = scotopic("check", "plane.toml")
    assert code == 2
    assert err.startswith("plane.toml: limits[0].experiment: 'na64e-2081' is no experiment; did")


BOUND = '[[bounds]]\nlabel = "{0}"\nsource = "a test"\nfile = "{0}.csv"\n'


def test_tables_of_a_run_card_are_read(scotopic: Scotopic) -> None:
    """As `scotopic plane` would: a mistake of each, and what it would remark."""
    scotopic("new", "plane", "plane.toml")
    plain = Path("plane.toml").read_text()
    Path("plane.toml").write_text(plain + "".join(map(BOUND.format, ("none", "zero", "far"))))
    Path("zero.csv").write_text("0.1,1e-3\n0.2,0\n")
    Path("far.csv").write_text("20,1e-3\n200,1e-3\n")
    expected = (
        "plane.toml: bounds[none].file: none.csv: cannot be read",
        "plane.toml: bounds[zero].file: zero.csv: line 2: kinetic_mixing: 0 is not positive",
    )
    code, _, err = scotopic("check", "plane.toml")
    found = err.splitlines()
    assert (code, len(found)) == (2, 2)
    assert all(map(str.startswith, found, expected))
    _, _, err = scotopic("plane", "plane.toml")
    assert (
        err == f"scotopic: {found[0]} (and 1 more error; 'scotopic check plane.toml' names them)\n"
    )
    Path("plane.toml").write_text(plain + BOUND.format("far"))
    code, out, err = scotopic("check", "plane.toml")
    assert (code, out.endswith("nothing wrong\n")) == (0, True)
    assert err.startswith("remark: bounds[far]: none of its 2 points are in the plane")


def test_a_full_disk_is_told_with_the_file(
    scotopic: Scotopic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    expected = f"scotopic: mine.toml: {os.strerror(errno.ENOSPC)}\n"
    assert scotopic("new", "plane", "mine.toml") == (1, "", expected)
    assert not list(Path().iterdir())


def test_a_word_for_true_is_refused_as_such(scotopic: Scotopic) -> None:
    scotopic("new", "plane", "plane.toml")
    text = Path("plane.toml").read_text()
    Path("plane.toml").write_text(text + '[figure]\nnote = "no"\n')
    _, _, err = scotopic("check", "plane.toml")
    assert err == "plane.toml: figure.note: 'no' is not true or false\n"


def test_a_plane_without_a_point_is_no_good_card(scotopic: Scotopic) -> None:
    scotopic("new", "plane", "plane.toml")
    text = Path("plane.toml").read_text()
    Path("plane.toml").write_text(text.replace('"pseudo_dirac"', '"dirac"'))
    code, out, err = scotopic("check", "plane.toml")
    assert (code, out) == (2, "")
    assert err.startswith("plane.toml: no point of the plane exists: splitting: 0.1 needs")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("limit", "thermal-targets"),
            "thermal-targets: is a run card; 'scotopic plane thermal-targets' takes",
        ),
        (("shower", "plane.toml"), "plane.toml: is a run card, not an experiment card; 'scotopic"),
        (("plane", "na64e-2018"), "na64e-2018: is an experiment card; 'scotopic limit na64e-2018'"),
        (
            ("plane", "muon.toml"),
            "muon.toml: is an experiment card, not a run card; 'scotopic",
        ),
        (
            ("cuts", "muon.toml"),
            "muon.toml: is an experiment card, not a cut card; 'scotopic",
        ),
        (("limit", "cut.toml"), "cut.toml: is a cut card, not an experiment card; 'scotopic cuts'"),
        (
            ("relic", "cut.toml"),
            "cut.toml: is a cut card, not a run card; 'scotopic cuts",
        ),
    ],
)
def test_another_kind_of_card(arguments: tuple[str, ...], message: str, scotopic: Scotopic) -> None:
    for name, file in (("muon-beam", "muon.toml"), ("plane", "plane.toml")):
        assert scotopic("new", name, file)[0] == 0
    Path("cut.toml").write_text('title = "cuts"\ncuts_GeV = [40, 50]\nalpha_D = 0.1\n')
    code, _, err = scotopic(*arguments)
    assert code == 2
    assert err.startswith(f"scotopic: {message}")


@pytest.mark.parametrize("name", template_titles())
def test_a_template_has_no_mistake_and_a_line_for_the_list(name: str, scotopic: Scotopic) -> None:
    assert f"{name} " in scotopic("new")[1]
    _, text, _ = scotopic("new", name)
    code, _, err = scotopic("new", name, "mine.toml")
    assert (code, err) == (0, "wrote mine.toml\n")
    assert Path("mine.toml").read_text() == text
    code, out, _ = scotopic("check", "mine.toml")
    assert (code, out.endswith("nothing wrong\n")) == (0, True)
    code, _, err = scotopic("new", name, "mine.toml")
    assert code == 2
    assert "is there already" in err


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_template_has_a_limit(name: str, scotopic: Scotopic) -> None:
    scotopic("new", name, "mine.toml")
    code, out, err = scotopic("limit", "mine.toml", "--points", "2")
    assert (code, "GeV: " in out) == (0, True), err
    assert "no limit" not in err


def test_commented_keys_of_templates_are_right(scotopic: Scotopic) -> None:
    """What a template shows as a comment may be written, one key at a time."""
    written = 0
    for name in template_titles():
        lines = scotopic("new", name)[1].splitlines()
        for i, line in enumerate(lines):
            if line.startswith("# ") and "=" in line and not line.startswith("# file"):
                key = line[2:].split(" ")[0]
                if lines[i - 1].startswith("# ") or key in ("upper_value_events", "efficiency"):
                    continue  # part of a table, or in place of another key
                text = "\n".join([*lines[:i], line[2:], *lines[i + 1 :]])
                if key == "observed_events":
                    text = text.replace('"projection"', '"measurement"')
                Path("one.toml").write_text(text)
                code, _, err = scotopic("check", "one.toml")
                assert code == 0, (name, line, err)
                written += 1
    assert written > 8


def test_unknown_template(scotopic: Scotopic) -> None:
    code, _, err = scotopic("new", "thin_target")
    assert (code, err) == (
        2,
        "scotopic: 'thin_target' is no template; did you mean 'thin-target'?\n",
    )


def test_gallery_shows_cards(scotopic: Scotopic) -> None:
    _, out, _ = scotopic("gallery", "--show", "thermal-targets")
    assert out == (GALLERY / "thermal-targets.toml").read_text()
    _, out, _ = scotopic("gallery", "--json")
    assert list(json.loads(out)) == gallery_names()
    _, out, _ = scotopic("gallery", "--show", "thermal-targets", "--json")
    assert json.loads(out)["x"]["points"] == 80
    code, _, err = scotopic("gallery", "--show", "thermal-target")
    assert code == 2
    assert "did you mean 'thermal-targets'?" in err


def test_odd_observations_are_remarked(scotopic: Scotopic) -> None:
    """One event where none is expected, and ten where half of one is."""
    text = experiment_card("na64e-2018").replace("observed_events = 0", "observed_events = 10")
    Path("ten.toml").write_text(text)
    scotopic("new", "thin-target", "thin.toml")
    thin = Path("thin.toml").read_text().replace('"projection"', '"measurement"')
    Path("one.toml").write_text(thin.replace("# observed_events = 0", "observed_events = 1"))
    Path("none.toml").write_text(thin.replace("# observed_events = 0", "observed_events = 0"))
    for file, words in (
        ("ten.toml", "observed_events: 10 where the background is 0.528 +- 0.17: hardly by chance"),
        ("one.toml", "observed_events: 1 where the background is 0 +- 0: hardly by chance"),
    ):
        code, _, err = scotopic("check", file)
        assert (code, words in err) == (0, True), err
    assert "hardly" not in scotopic("check", "none.toml")[2]
