"""Laws that rescale published curves, by hand and as identities."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.bounds import Bound, load_bound
from scotopic.experiments.toml_text import toml_text
from scotopic.models.charged_vector import BMinusL, LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.units import ELEMENTARY_CHARGE

Reader = Callable[[str], npt.NDArray[np.float64]]
E = ELEMENTARY_CHARGE
INVISIBLE = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)
VISIBLE = replace(INVISIBLE, alpha_D=0)
B_L = BMinusL(mediator_mass=0.1, gauge_coupling=1e-3)


def bound(tmp_path: Path, law: str, model: DarkPhoton = INVISIBLE, **given: Any) -> Bound:
    """Return a curve of one's own that is flat, or an island of the dark photon."""
    parameters = {"alpha_D": model.alpha_D, "mass_ratio": 3.0, "dark_matter": "dirac"}
    content = {
        "kind": "curve",
        "title": "own",
        "label": "own",
        "source": "a test",
        "law": law,
        "produced_by": "electrons",
        "points": [[0.01, 1e-3], [1.0, 1e-3]],
        "assumes": {"name": "dark_photon", "parameters": parameters},
    }
    path = tmp_path / "own.toml"
    path.write_text(toml_text(content | given))
    return load_bound(path)


ISLAND: dict[str, Any] = {
    "points": [[0.01, 1e-7], [1.0, 1e-7], [1.0, 1e-4], [0.01, 1e-4]],
    "excludes": "inside",
    "decay_volume_cm": [48000.0, 51500.0],
}


@pytest.mark.parametrize(
    ("law", "model", "given", "edges"),
    [
        ("invisible", INVISIBLE, {}, (1e-3, math.inf)),
        ("prompt", VISIBLE, {}, (1e-3, math.inf)),
        ("scattering", INVISIBLE, {}, (1e-3, math.inf)),
        ("displaced", VISIBLE, ISLAND, (1e-7, 1e-4)),
    ],
)
def test_of_its_own_model_a_curve_stays_as_it_is(
    law: str,
    model: DarkPhoton,
    given: dict[str, Any],
    edges: tuple[float, float],
    tmp_path: Path,
) -> None:
    (found,) = bound(tmp_path, law, model, **given).excluded(model).intervals
    assert found == pytest.approx(edges, rel=1e-9, abs=0)


def test_invisible_decays_follow_production_and_branching(tmp_path: Path) -> None:
    own = bound(tmp_path, "invisible")
    # B - L below two muons: electrons of charge 1 get 2 parts, three neutrinos 3 x 1
    (found,) = own.excluded(B_L).intervals
    assert found[0] == pytest.approx(1e-3 * E * math.sqrt(5 / 3), rel=1e-4)
    # the mixing of L_mu - L_tau at one loop, near g/69; it decays to neutrinos
    loop = LMuMinusLTau(mediator_mass=0.02, gauge_coupling=1e-3)
    (found,) = own.excluded(loop).intervals
    assert found[0] == pytest.approx(0.0693, rel=0.02)
    # a dark coupling so small that visible decays count: x/(x + V/D) x = T
    weak = replace(INVISIBLE, alpha_D=1e-8)
    dark, visible = weak.invisible_width, weak.visible_width * (1e-3 / weak.kinetic_mixing) ** 2
    assert own.excluded(weak).intervals[0][0] == pytest.approx(
        1e-3 / math.sqrt(1 - visible / dark), rel=1e-5
    )
    assert "too few" in own.excluded(replace(weak, alpha_D=1e-9)).reason


def test_neutrinos_and_dark_matter_count_together(tmp_path: Path) -> None:
    """B - L with a dark coupling as weak as its own: the edge is a root of x B_inv(x), by steps."""
    model = BMinusL(mediator_mass=0.1, gauge_coupling=1e-3, alpha_D=1e-7)
    dark, neutrinos = model.invisible_width, 3 * 1e-6 * 0.1 / (24 * math.pi)
    electrons = model.visible_width
    dark -= neutrinos
    x = np.geomspace(1e-4, 1e1, 1_000_001)
    fraction = (dark + x * neutrinos) / (dark + x * (neutrinos + electrons))
    wanted = (1e-3 * E / 1e-3) ** 2
    edge = 1e-3 * math.sqrt(x[np.argmax(x * fraction > wanted)])
    (found,) = bound(tmp_path, "invisible").excluded(model).intervals
    assert found[0] == pytest.approx(edge, rel=1e-4)
    assert 1.02 < found[0] / (1e-3 * E) < 1.29 - 0.02  # neither of the two alone


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (VISIBLE, "A' decays visibly, if at all"),
        (replace(INVISIBLE, mass_ratio=1.5), "A' is too light for dark decays"),
        (
            InelasticDarkMatter(
                mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
            ),
            "chi2 decays visibly",
        ),
        (replace(INVISIBLE, dark_matter="pseudo_dirac", splitting=0.1), "chi2 decays visibly"),
        (
            ScalarMediator(mediator_mass=0.1, electron_coupling=1e-3, alpha_D=0.1, mass_ratio=3),
            "not recast for ScalarMediator, which is no vector",
        ),
        (replace(INVISIBLE, mediator_mass=2.0), "masses of the mediator from 0.01 to 1 GeV"),
    ],
)
def test_what_is_not_bounded_has_a_reason(model: Any, reason: str, tmp_path: Path) -> None:
    found = bound(tmp_path, "invisible").excluded(model)
    assert found.intervals == ()
    assert reason in found.reason


def test_stable_chi2_is_invisible(tmp_path: Path) -> None:
    """Below 2 m_e of splitting."""
    model = InelasticDarkMatter(
        mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.01
    )
    (found,) = bound(tmp_path, "invisible").excluded(model).intervals
    assert found[0] == pytest.approx(1e-3, rel=1e-4)


def test_prompt_decays_follow_the_visible_fraction(tmp_path: Path) -> None:
    own = bound(tmp_path, "prompt", VISIBLE)
    (found,) = own.excluded(B_L).intervals
    assert found[0] == pytest.approx(1e-3 * E * math.sqrt(5 / 2), rel=1e-4)
    assert own.excluded(INVISIBLE).reason == "A' decays to the dark sector"


def test_scattering_goes_as_the_fourth_root(tmp_path: Path) -> None:
    own = bound(tmp_path, "scattering")
    (found,) = own.excluded(replace(INVISIBLE, alpha_D=0.4)).intervals
    assert found[0] == pytest.approx(1e-3 / math.sqrt(math.sqrt(4)), rel=1e-9)
    assert "mass_ratio = 3.0" in own.excluded(replace(INVISIBLE, mass_ratio=4)).reason
    assert "dark_matter" in own.excluded(replace(INVISIBLE, dark_matter="majorana")).reason


def test_displaced_edges_are_those_of_the_decay_law(tmp_path: Path) -> None:
    """B - L: 2/5 of decays seen, the width 5/2 of that to electrons; counted on a grid."""
    own = bound(tmp_path, "displaced", VISIBLE, **ISLAND)
    (found,) = own.excluded(B_L).intervals
    x = np.geomspace(1e-16, 1e-5, 2_000_001)
    ratio = 51500 / 48000

    def decays(x: Any, a: float) -> Any:
        return x * (np.exp(-a * x) - np.exp(-ratio * a * x))

    # the attenuation that gives both edges of the card: bisection
    low, high = 1e-3 / 1e-8, 1e3 / 1e-8
    for _ in range(200):
        a = math.sqrt(low * high)
        low, high = (a, high) if decays(1e-8, a) > decays(1e-14, a) else (low, a)
    counted = 2 / 5 * decays(x, a * 5 / 2)
    inside = x[counted > decays(1e-14, a)]
    assert np.sqrt(inside[[0, -1]]) * E == pytest.approx(found, rel=1e-4)
    assert "dark sector" in own.excluded(INVISIBLE).reason


def test_pions_make_b_minus_l_as_electrons_do(tmp_path: Path) -> None:
    """2 q_u + q_d is one for both; K -> pi X by another current is not recast."""
    own = bound(tmp_path, "invisible", produced_by="neutral-pions")
    (found,) = own.excluded(B_L).intervals
    assert found[0] == pytest.approx(1e-3 * E * math.sqrt(5 / 3), rel=1e-4)
    own = bound(tmp_path, "invisible", produced_by="quark-current")
    assert "does not couple to quarks as the photon does" in own.excluded(B_L).reason


def test_quantities_of_papers_are_converted(tmp_path: Path) -> None:
    """y and the mass of dark matter, in MeV."""
    y = 1e-6 * 0.1 / 81
    own = bound(
        tmp_path,
        "invisible",
        points=[[1e3 * 0.01 / 3, y], [1e3 / 3, y]],
        x={"quantity": "dark_matter_mass", "unit": "MeV"},
        y={"quantity": "y"},
    )
    (found,) = own.excluded(INVISIBLE).intervals
    assert found[0] == pytest.approx(1e-3, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "table"),
    [("e137", "e137-visible-bjorken-2009.csv"), ("charm", "charm-visible-2019-recast.csv")],
)
def test_both_edges_behind_dumps_follow_the_whole_curve(
    name: str, table: str, reference: Reader
) -> None:
    own, rows = load_bound(name), reference(table)
    for mass, lower, upper in rows[1:-1]:
        (found,) = own.excluded(replace(VISIBLE, mediator_mass=float(mass))).intervals
        assert found == pytest.approx((lower, upper), rel=0.03, abs=0)
    model = InelasticDarkMatter(
        mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, splitting=0.4
    )
    dark = "A' decays to the dark sector, and decays of chi2 are not recast"
    assert own.excluded(model).reason == dark


@pytest.mark.parametrize(
    ("name", "table", "worst", "typical"),
    [
        ("babar-2017", "babar-2017-invisible.csv", 0.13, 0.04),
        ("na62-2019", "na62-2019-pi0-invisible.csv", 0.07, 0.03),
    ],
)
def test_typed_points_follow_the_whole_curve(
    name: str, table: str, worst: float, typical: float, reference: Reader
) -> None:
    """A tenth of the points: wiggles between them are lost."""
    own = load_bound(name)
    rows = reference(table)
    ratio = []
    for mass, limit in rows[(rows[:, 0] > 0.0353) & (rows[:, 0] < 7.9999)]:
        model = replace(INVISIBLE, mediator_mass=float(mass))
        ratio.append(own.excluded(model).intervals[0][0] / limit)
    off = np.abs(np.log(ratio))
    assert off.max() < worst
    assert np.sqrt(np.mean(off**2)) < typical
