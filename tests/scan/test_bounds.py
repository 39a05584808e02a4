"""Bounds of others: a hundred files as people digitise limits, and three dozen spoilt ones."""

import itertools
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from scotopic.errors import CardError
from scotopic.experiments.messages import card_error, mistakes_in
from scotopic.scan.bounds import bound_layer
from scotopic.scan.run_card import RunCard
from scotopic.search.result import Layer

ALPHA_D, RATIO = 0.5, 3.0
E = math.sqrt(4 * math.pi / 137.035999)
ELECTRON = 0.51099895e-3

PLANE: dict[str, Any] = {
    "title": "a test",
    "source": "a test",
    "model": "dark_photon",
    "fixed": {"alpha_D": ALPHA_D, "mass_ratio": RATIO, "dark_matter": "dirac"},
    "x": {"parameter": "mediator_mass", "minimum": 1e-3, "maximum": 10.0, "points": 3},
    "y": {"parameter": "kinetic_mixing", "minimum": 1e-7, "maximum": 0.1, "points": 3},
}


def card(bound: dict[str, Any], **plane: Any) -> RunCard:
    whole = {**PLANE, **plane, "bounds": [{"label": "theirs", "source": "a test", **bound}]}
    return RunCard.model_validate(whole)


def read(place: Path, content: str | bytes, bound: dict[str, Any], **plane: Any) -> Layer:
    raw = content if isinstance(content, bytes) else content.encode()
    (place / "theirs.txt").write_bytes(raw)
    whole = card({"file": "theirs.txt", **bound}, **plane)
    return bound_layer(whole.bounds[0], whole, place)


def points(layer: Layer) -> list[list[tuple[float, float]]]:
    """Return the points of each island."""
    return [
        list(zip(layer["x"][mine].tolist(), layer["y"][mine].tolist(), strict=True))
        for i in range(int(layer["island"][-1]) + 1)
        if (mine := layer["island"] == i).any()
    ]


def as_sigma(eps: float, mass: float) -> float:
    """Return 16 pi mu^2 alpha alpha_D eps^2/m^4 in cm^2, with constants of its own."""
    chi = mass / RATIO
    reduced = chi * ELECTRON / (chi + ELECTRON)
    return 16 * math.pi * reduced**2 * ALPHA_D * eps**2 / mass**4 / 137.035999 * 0.3893794e-27


QUANTITIES: dict[str, Callable[[float, float], float]] = {
    "kinetic_mixing": lambda eps, _: eps,
    "eps": lambda eps, _: eps,
    "eps^2": lambda eps, _: eps**2,
    "kinetic_mixing_squared": lambda eps, _: eps**2,
    "y": lambda eps, _: eps**2 * ALPHA_D / RATIO**4,
    "g": lambda eps, _: E * eps,
    "g^2": lambda eps, _: (E * eps) ** 2,
    "sigma": as_sigma,
}
MASSES = {
    "mediator_mass": lambda mass: mass,
    "dark_matter_mass": lambda mass: mass / RATIO,
}
UNITS = {"eV": 1e9, "keV": 1e6, "MeV": 1e3, "GeV": 1.0, "TeV": 1e-3}
SEPARATORS = (",", ";", "\t", " ", ", ", " , ", "   ", " ; ", " \t")
NUMBERS: tuple[Callable[[float], str], ...] = (
    repr,
    "{:.12e}".format,
    "{:.12E}".format,
    lambda v: f"{v:.12e}".replace("e", "D"),
    lambda v: f"{v:.12e}".replace("e", "d"),
    lambda v: f"+{v:.12e}",
    lambda v: f"{v:.12e}".replace("e", "*^"),
    lambda v: f"{v:.12e}".replace("-", "\N{MINUS SIGN}"),
)
ABOVE = (
    "",
    "# digitised with a plotter\n#\n",
    "% 90 % CL\n! arXiv:0000.00000\n// by hand\n",
    "\n\n",
    "Caf\xe9, 2\u03c3 limit of 2019\n",
)
ENDS = ("\n", "\r\n", "\r", "\r\r\n")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16")


Islands = list[list[tuple[float, float]]]


class Style:
    """How somebody writes a file: choices of a random generator."""

    def __init__(self, number: int) -> None:
        self.rng = np.random.default_rng(number)
        self.quantity = self.one_of(list(QUANTITIES))
        self.mass = self.one_of(list(MASSES))
        self.unit = self.one_of(list(UNITS))
        self.mark = self.one_of(SEPARATORS)
        self.written = self.one_of(NUMBERS)
        self.factor = self.one_of((1.0, 1.0, 1e-3, 2.5))
        self.logarithms = self.one_of((False, False, True))
        self.excludes = self.one_of(("above", "inside", "nothing"))
        self.parting = self.one_of(("blank line", "nan"))
        self.named = self.one_of((False, True))
        self.order = self.rng.permutation(self.one_of((2, 2, 3, 4))).tolist()
        blanks = not self.mark.strip(" ")
        self.names = ["m", "Limit", "a", "b"] if blanks else [f"m ({self.unit})", "90 %", "a", "b"]
        # blanks part the columns then, or semicolons
        self.comma = self.one_of((False, True)) and "," not in self.mark

    def one_of(self, choices: Any) -> Any:
        return choices[int(self.rng.integers(len(choices)))]

    def islands(self) -> Islands:
        """Return points; a closed contour comes back to where it began."""
        found = []
        for _ in range(self.one_of((1, 1, 2, 3))):
            mass = np.sort(self.rng.uniform(0.002, 9.0, 12)).tolist()
            eps = (10 ** self.rng.uniform(-6, -2, 12)).tolist()
            island = list(zip(mass, eps, strict=True))
            found.append([*island, island[0]] if self.excludes == "inside" else island)
        return found

    def line(self, mass: float, eps: float) -> str:
        x = MASSES[self.mass](mass) * UNITS[self.unit] / self.factor
        y = QUANTITIES[self.quantity](eps, mass)
        x, y = (math.log10(x), math.log10(y)) if self.logarithms else (x, y)
        cells = [self.written(v).replace("+-", "-") for v in (x, y, 1.5, 2.5)]
        cells = [cell.replace(".", ",") if self.comma else cell for cell in cells]
        return str(self.mark.join(cells[place] for place in self.order))

    def lines(self, islands: Islands) -> list[str]:
        end = "" if self.parting == "blank line" else self.mark.join(["nan"] * len(self.order))
        found: list[str] = []
        for island in islands:
            rows = list(island)
            if self.excludes == "above" and self.one_of((False, True)):
                self.rng.shuffle(rows)
            found += [end] * bool(found) + [self.line(*row) for row in rows]
            found += ["# between"] * self.one_of((0, 1))
        return found

    def content(self, islands: Islands) -> bytes:
        words = self.mark.join(self.names[place] for place in self.order)
        header = self.one_of(("", "#", "# ")) + words + "\n" if self.named else ""
        last = self.one_of(("", "\n", "\n\n"))
        text = self.one_of(ABOVE) + header + "\n".join(self.lines(islands)) + last
        return str(text.replace("\n", self.one_of(ENDS))).encode(self.one_of(ENCODINGS))

    def bound(self) -> dict[str, Any]:
        """Return what a card says of the file."""
        found = []
        for place in (0, 1):
            column: dict[str, Any] = {"scale": "log10"} if self.logarithms else {}
            if self.named:
                column["column"] = self.names[place]
            elif self.order != [0, 1]:
                column["column"] = self.order.index(place) + 1
            found.append(column)
        x = found[0] | {"quantity": self.mass, "unit": self.unit, "factor": self.factor}
        y = found[1] | {"quantity": self.quantity}
        return {"x": x, "y": y, "excludes": self.excludes, "decimal_comma": self.comma}


@pytest.mark.parametrize("number", range(100))
def test_files_in_all_styles_have_the_right_numbers(number: int, tmp_path: Path) -> None:
    style = Style(number)
    islands = style.islands()
    found = points(read(tmp_path, style.content(islands), style.bound()))
    assert len(found) == len(islands)
    for island, expected in zip(found, islands, strict=True):
        # constants of the test have eight digits
        np.testing.assert_allclose(island, expected, rtol=1e-7)


LINE = r"theirs\.txt: line {}: "
SPOILT: dict[str, tuple[str | bytes, str]] = {
    "a third column": ("1,1e-3,5\n2,1e-3,5\n", LINE.format(1) + "there are 3 columns, not 2; say"),
    "one column": ("1\n2\n", LINE.format(1) + "there is 1 column"),
    "a ragged line": ("1,1e-3\n2\n", LINE.format(2) + "'2' has 1 column, those above have 2"),
    "a longer line": ("1 1e-3\n2 1e-3 4\n", LINE.format(2) + ".* has 3 columns"),
    "a word": ("1,1e-3\ntwo,1e-3\n", LINE.format(2) + "'two' is not a finite number"),
    "a missing number": ("1,1e-3\n,1e-3\n", LINE.format(2) + "'' is not a finite number"),
    "a letter O": ("O.1,1e-3\n1,1e-3\n", LINE.format(1) + "'O.1' is not"),
    "a letter l": ("1 1e-3\nl.5 1e-3\n", LINE.format(2) + "'l.5' is not"),
    "infinity": ("1,1e-3\n2,inf\n", LINE.format(2) + "'inf' is not a finite number"),
    "minus infinity": ("1,1e-3\n2,-Infinity\n", LINE.format(2) + "'-Infinity' is not"),
    "beyond floats": ("1,1e-3\n2,1e999\n", LINE.format(2) + "'1e999' is not"),
    "below floats": ("1,1e-3\n2,1e-999\n", LINE.format(2) + "'1e-999' is not"),
    "two points": ("1,1e-3\n2,1.0.0\n", LINE.format(2) + r"'1\.0\.0' is not"),
    "underscores": ("1,1e-3\n2_0,1e-3\n", LINE.format(2) + "'2_0' is not"),
    "hexadecimal": ("1,1e-3\n0x10,1e-3\n", LINE.format(2) + "'0x10' is not"),
    "another script": ("1,1e-3\n\u0662,1e-3\n", LINE.format(2) + "'\u0662' is not"),
    "per cent": ("1,1e-3\n2,5%\n", LINE.format(2) + "'5%' is not"),
    "a unit": ("1 MeV,1e-3\n2 MeV,1e-3\n", LINE.format(1) + "'1 MeV' is not"),
    "an inequality": ("1,<1e-3\n2,<1e-3\n", LINE.format(1) + "'<1e-3' is not"),
    "an error": ("1,1e-3+-2e-4\n2,1e-3\n", LINE.format(1) + r"'1e-3\+-2e-4' is not"),
    "a power": ("1,1e-3\n2,2x10^-3\n", LINE.format(2) + r"'2x10\^-3' is not"),
    "decimal commas": ("0,1;1\n0,2;1\n", LINE.format(1) + "'0,1' .*; for decimal commas say"),
    "and blanks": ("0,1 0,001\n0,2 0,001\n", LINE.format(1) + ".*; for decimal commas say"),
    "and commas": ("0,1,0,001\n0,2,0,001\n", LINE.format(1) + ".*; for decimal commas say"),
    "thousands": ("1.000,5;1\n2.000,5;1\n", LINE.format(1) + "'1.000,5' .* decimal commas"),
    "words between": ("1,1e-3\nMASS,EPS\n2,1e-3\n", LINE.format(2) + "'MASS' is not"),
    "no mass": ("0,1e-3\n2,1e-3\n", LINE.format(1) + "mediator_mass: 0 is not positive, and the"),
    "no coupling": ("1,1e-3\n2,0.0\n", LINE.format(2) + "kinetic_mixing: 0 is not positive"),
    "logarithms": ("1,-3\n2,-4\n", LINE.format(1) + ".*-3 is not positive.*say scale = 'log10'"),
    "a closed limit": ("1,1e-3\n2,1e-4\n1,1e-3", LINE.format(1) + ".*closed; say excludes"),
    "a lonely point": ("1,1e-3\n", LINE.format(1) + "an island of less than 2 points"),
    "a lonely island": ("1,1e-3\n2,1e-3\n\n4,1e-3", LINE.format(4) + "an island of less than 2"),
    "words alone": ("no,numbers\nat,all\n", r"theirs\.txt: no line has numbers"),
    "nothing": ("", r"theirs\.txt: no line has numbers"),
    "nan alone": ("nan,nan\nnan,nan\n", r"theirs\.txt: no line has numbers"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", r"theirs\.txt: is binary, no text"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_spoilt_files_are_refused_with_the_line(what: str, tmp_path: Path) -> None:
    content, message = SPOILT[what]
    with pytest.raises(CardError, match=rf"^bounds\[theirs\]\.file: .*{message}") as error:
        read(tmp_path, content, {})
    assert str(error.value).isprintable()


HEADERS = [
    ("m_A [MeV],eps\n", {}, r"its column 'm_A \[MeV\]' seems to be in MeV; say x.unit = 'MeV'"),
    ("M(A') [GEV],EPSILON**2\n", {}, "seems to be eps.2, .* say y.quantity = 'eps.2'"),
    ("# mass_MeV; eps^2\n", {"x": {"unit": "MeV"}}, "seems to be eps.2, and the axis has kinetic"),
    ("eps,mass\n", {}, "'eps' seems to be eps, and .* mediator_mass; say x.column and y.column"),
    ("m_chi,eps\n", {}, "seems to be dark_matter_mass, .* say x.quantity = 'dark_matter_mass'"),
    ("mass,sigma_e\n", {}, "seems to be sigma, .* say y.quantity = 'sigma'"),
]


@pytest.mark.parametrize(("header", "bound", "message"), HEADERS)
def test_headers_are_not_contradicted_in_silence(
    header: str, bound: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """What a column is called and the card does not say might be a factor, or a square, amiss."""
    numbers = "0.1;1e-3\n0.2;1e-3\n" if ";" in header else "0.1,1e-3\n0.2,1e-3\n"
    with pytest.raises(CardError, match=rf"^bounds\[theirs\]\.file: .*theirs\.txt: .*{message}"):
        read(tmp_path, header + numbers, bound)
    said = {"x": {"unit": "GeV", "quantity": "mediator_mass"}, "y": {"quantity": "kinetic_mixing"}}
    assert points(read(tmp_path, header + numbers, said)) == [[(0.1, 1e-3), (0.2, 1e-3)]]


@pytest.mark.parametrize(
    "header", ["", "x,y\n", "Mass,Eps\n", "m_A (GeV),\u03b5\n", "m,limit\n", "# by hand\n"]
)
def test_headers_that_agree_or_say_nothing(header: str, tmp_path: Path) -> None:
    layer = read(tmp_path, header + "0.1,1e-3\n0.2,1e-3\n", {})
    assert points(layer) == [[(0.1, 1e-3), (0.2, 1e-3)]]


def test_tables_beside_each_other_have_their_own_lengths(tmp_path: Path) -> None:
    """As programs that digitise figures write them."""
    table = "BaBar,,NA48,\nX,Y,X,Y\n0.1,1e-3,0.3,2e-3\n0.2,2e-3,0.4,2e-3\n0.3,3e-3,,\n"
    for places, expected in (
        ((1, 2), [(0.1, 1e-3), (0.2, 2e-3), (0.3, 3e-3)]),
        ((3, 4), [(0.3, 2e-3), (0.4, 2e-3)]),
    ):
        bound = {key: {"column": place} for key, place in zip("xy", places, strict=True)}
        assert points(read(tmp_path, table, bound)) == [expected]
        turned = "0.3,3e-3,,\n0.1,1e-3,0.3,2e-3\n0.2,2e-3,0.4,2e-3\n"
        assert points(read(tmp_path, turned, bound)) == [expected]
    with pytest.raises(CardError, match="line 3: '' is not a finite number"):
        read(
            tmp_path,
            "0.1,1e-3,1,1\n0.2,1e-3,2,1\n0.3,,2,1\n",
            {"x": {"column": 1}, "y": {"column": 2}},
        )


def test_what_is_done_to_lines_is_said(tmp_path: Path) -> None:
    layer = read(tmp_path, "0.1 1e-4\n1 1e-4\n1 1e-3\n", {"excludes": "inside"})
    assert layer.attributes["remarks"] == [
        "bounds[theirs]: a line of it is open; its last point is joined with its first"
    ]
    layer = read(tmp_path, "0.1 1e-4\n1 1e-4\n0.9 1e-3\n", {})
    (remark,) = layer.attributes["remarks"]
    assert remark.endswith("were sorted; of a region say excludes = 'inside'")


@pytest.mark.parametrize("key", ["x", "y", "decimal_comma"])
def test_numbers_of_a_card_have_no_columns(key: str) -> None:
    value: Any = True if key == "decimal_comma" else {"column": 2}
    with pytest.raises(ValidationError, match="there is no file"):
        card({"points": [[0.1, 1e-3], [0.2, 1e-3]], key: value})


def test_three_dozen_are_spoilt() -> None:
    assert len(SPOILT) == 36


@pytest.mark.parametrize(
    ("bound", "message"),
    [
        ({"x": {"column": "mas"}}, r"if one column is named all 2 must be"),
        ({"x": {"column": "mas"}, "y": {"column": 2}}, "'mas' is no column; .* are .mass, eps."),
        ({"x": {"column": 1}, "y": {"column": 3}}, "there is no column 3; it has 2 .mass, eps."),
        ({"x": {"column": 1}, "y": {"column": "Mass"}}, "the same column is asked for twice"),
        ({"excludes": "inside"}, "an island of less than 3 points"),
        ({"y": {"scale": "log10", "factor": 1e300}}, "kinetic_mixing: inf is not finite"),
    ],
)
def test_what_a_card_says_must_be_there(
    bound: dict[str, Any], message: str, tmp_path: Path
) -> None:
    table = "mass,eps\n1,299\n2,299\n"
    with pytest.raises(CardError, match=message):
        read(tmp_path, table, bound)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("x", {"unit": "Mev"}, r"bounds\[0\].x.unit: 'Mev' is no unit of it; did you mean 'MeV'"),
        ("x", {"unit": "pb"}, r"bounds\[0\].x.unit: 'pb' is no unit of it; known: eV, keV"),
        ("y", {"unit": "GeV"}, r"bounds\[0\].y.unit: 'GeV' .*; the quantity has none"),
        ("y", {"quantity": "eps2"}, r"bounds\[0\].y.quantity: .* did you mean 'eps\^2'"),
        ("y", {"quantity": "alpha_D"}, "y.quantity: 'alpha_D' does not give kinetic_mixing"),
        ("x", {"quantity": "sigma"}, "x.quantity: 'sigma' does not give mediator_mass"),
        ("x", {"column": 0}, r"x.column: 0 is not positive"),
        ("x", {"column": 1.5}, r"x.column: 1.5 is not an integer"),
        ("x", {"factor": 0.0}, r"x.factor: 0.0 is not"),
        ("x", {"scale": "ln"}, r"x.scale: 'ln' is not one of"),
        ("decimal_comma", 1, r"decimal_comma: "),
    ],
)
def test_mistakes_are_found_when_the_card_is_checked(key: str, value: Any, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        card({"file": "theirs.txt", key: value})
    text = str(card_error("card", mistakes_in(error.value, RunCard)))
    assert re.search(message, text), text


def test_numbers_of_the_card_are_converted_too() -> None:
    numbers = [[1.0, -6.0], [2.0, -8.0], [], [3.0, -6.0], [4.0, -6.0]]
    whole = card(
        {
            "points": numbers,
            "x": {"unit": "TeV", "factor": 1e-3},
            "y": {"quantity": "eps^2", "scale": "log10"},
            "excludes": "nothing",
        }
    )
    found = points(bound_layer(whole.bounds[0], whole, Path()))
    expected = [[(1.0, 1e-3), (2.0, 1e-4)], [(3.0, 1e-3), (4.0, 1e-3)]]
    for island, right in zip(found, expected, strict=True):
        np.testing.assert_allclose(island, right, rtol=1e-12)


def test_other_axes_have_their_own_quantities(tmp_path: Path) -> None:
    """A plane of y over the dark matter's mass takes limits on eps^2 over that of the mediator."""
    axes = {
        "x": {"parameter": "dark_matter_mass", "minimum": 1e-3, "maximum": 1.0, "points": 3},
        "y": {"parameter": "y", "minimum": 1e-14, "maximum": 1e-6, "points": 3},
    }
    bound = {"x": {"quantity": "mediator_mass", "unit": "MeV"}, "y": {"quantity": "eps^2"}}
    layer = read(tmp_path, "30 1e-6\n300 1e-8\n", bound, **axes)
    assert layer["x"].tolist() == pytest.approx([0.01, 0.1])
    assert layer["y"].tolist() == pytest.approx([1e-6 * 0.5 / 81, 1e-8 * 0.5 / 81])


def test_gauge_couplings_are_g(tmp_path: Path) -> None:
    """Of B - L the coupling is g itself; eps is g/e."""
    plane = {
        "model": "B_minus_L",
        "fixed": {},
        "y": {"parameter": "gauge_coupling", "minimum": 1e-7, "maximum": 0.1, "points": 3},
    }
    for quantity, value in (("g", 1e-4), ("eps", 1e-4 / E), ("g^2", 1e-8), ("eps^2", 1e-8 / E**2)):
        table = f"0.1 {value!r}\n1 {value!r}\n"
        layer = read(tmp_path, table, {"y": {"quantity": quantity}}, **plane)
        assert layer["y"].tolist() == pytest.approx([1e-4, 1e-4], rel=1e-7)


@pytest.mark.parametrize(
    ("table", "remarks"),
    [
        ("0.1 1e-3\n1 1e-4\n", []),
        ("1 1e-4\n0.1 1e-3\n", []),
        ("0.1 1e-3\n1 1e-4\n0.2 1e-3\n", ["did not stand in the order of x and were sorted"]),
        (
            "100 1e-3\n1000 1e-4\n",
            ["none of its 2 points are in the plane: mediator_mass from 100"],
        ),
        ("0.1 1e-9\n1 1e-9\n", ["none of its 2 points are in the plane"]),
        ("0.1 1e-3\n100 1e-4\n", ["1 of its 2 points are in the plane"]),
    ],
)
def test_what_was_done_or_is_not_seen_is_said(
    table: str, remarks: list[str], tmp_path: Path
) -> None:
    layer = read(tmp_path, table, {})
    said = layer.attributes["remarks"]
    assert len(said) == len(remarks)
    assert all(a in b for a, b in itertools.zip_longest(remarks, said, fillvalue="?"))
    assert np.all(np.diff(layer["x"]) > 0)
