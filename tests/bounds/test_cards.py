"""Cards of bounds: those of the package are whole, and what is wrong with one is named."""

from pathlib import Path
from typing import Any

import pytest

from scotopic.bounds import Bound, bound_names, load_bound
from scotopic.bounds.base import BOUNDS
from scotopic.errors import CardError
from scotopic.experiments.toml_text import toml_text
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.derived import PROBE
from scotopic.models.metadata import parameters
from scotopic.models.parameters import model_of
from scotopic.models.registry import BUILT_IN, model_class

PHOTON = DarkPhoton(
    mediator_mass=0.1, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)


def content(name: str) -> dict[str, Any]:
    found: dict[str, Any] = load_bound(name).card.model_dump(mode="json", exclude_none=True)
    return found


def written(tmp_path: Path, card: dict[str, Any]) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(toml_text(card))
    return path


@pytest.mark.parametrize("name", bound_names())
def test_a_shipped_card_answers_and_reads_back_equal(name: str, tmp_path: Path) -> None:
    own = load_bound(name)
    assert own.excluded(PHOTON).intervals or own.excluded(PHOTON).reason
    assert load_bound(written(tmp_path, content(name))).card == own.card
    assert load_bound(own) is own
    assert own.kind is BOUNDS[own.card.kind]


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_model_has_answers(name: str) -> None:
    """Intervals or a reason: no model is refused, or answered by a number that is none."""
    kind = model_class(name)
    known = {"splitting": 0.3, "theta": 0.1, "q_e": 1.0, "meson": "phi"}
    given = {key: value for key, value in known.items() if key in parameters(kind)}
    if name in ("dark_photon", "L_mu_minus_L_tau", "B_minus_L", "B_minus_3L_e", "charged_vector"):
        del given["splitting"]
    model = model_of(name, given, {kind.mass_field: 0.1, kind.coupling_field: PROBE})
    for bound in bound_names():
        found = load_bound(bound).excluded(model)
        assert len(found.reason.split()) > 2 or all(low > 0 for low, _ in found.intervals)


def test_every_kind_has_a_card() -> None:
    assert {load_bound(name).card.kind for name in bound_names()} == set(BOUNDS.homes)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("lep", {"kind": "numbr"}, "kind: 'numbr' is not one of the bounds; did you mean 'number'"),
        ("lep", {"kind": None}, "own.toml: kind: missing; one of number, "),
        ("lep", {"source": None}, "source: missing"),
        ("lep", {"minimum_mixing": -1.0}, "minimum_mixing: -1.0 is not positive"),
        (
            "lep",
            {"minimum_mixng": 1.0},
            "minimum_mixng: unknown key; did you mean",
        ),
        ("hera", {"minimum_mixing_range": [0.04, 0.05]}, "0.04 to 0.05 has not minimum_mixing"),
        ("g-2-muon", {"deviation": "muon-2020"}, "'muon-2020' is not one of"),
        ("na62-2019", {"law": "invisble"}, "law: 'invisble' is not one of .* 'invisible'"),
        ("na62-2019", {"law": "displaced"}, "decay_volume_cm: goes together with"),
        ("na62-2019", {"points": [[0.1, 1e-3]]}, "points: at least two are needed"),
        ("na62-2019", {"points": [[0.1, 1e-3], [0.2, -1.0]]}, "points: -1 is not positive"),
        ("na62-2019", {"file": "x.csv"}, "points: give either points or file"),
        ("na62-2019", {"y": {"quantity": "epsilon"}}, "y.quantity: 'epsilon' does not give"),
        ("na62-2019", {"x": {"unit": "cm"}}, "x.unit: 'cm' is no unit of it"),
        ("na62-2019", {"assumes": {"name": "dark_foton"}}, "assumes: .*'dark_photon'"),
        ("na62-2019", {"assumes": {"name": "millicharged"}}, "assumes: "),
        ("e949", {"points": [[0.1, 1e-3], [0.2, 0.0]]}, "points: 0 is not positive"),
        ("babar-2017", {"photon_cosines": [-0.4]}, "photon_cosines"),
        ("babar-2017", {"minimum_energy_range_GeV": [0.1, 0.2]}, "has not minimum_energy_GeV"),
        ("sensei-2020", {"y": {"quantity": "eps"}}, "y.quantity: 'eps' is not sigma"),
        ("sensei-2020", {"local_density_GeV_per_cm3": 0.0}, "is not positive"),
    ],
)
def test_what_is_wrong_is_named(
    name: str, changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    card = content(name) | changes
    card = {key: value for key, value in card.items() if value is not None}
    with pytest.raises(CardError, match=message) as caught:
        load_bound(written(tmp_path, card))
    assert "own.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_curve_may_be_in_a_file(tmp_path: Path) -> None:
    card = content("na62-2019")
    points = card.pop("points")
    rows = [f"{1e3 * mass:.9g};{coupling:.9g}" for mass, coupling in points]
    (tmp_path / "curve.csv").write_text("m_A [MeV];epsilon\n" + "\n".join(rows))
    card |= {"file": "curve.csv", "x": {"unit": "MeV"}}
    from_file = load_bound(written(tmp_path, card)).excluded(PHOTON).intervals
    assert from_file[0][0] == pytest.approx(
        load_bound("na62-2019").excluded(PHOTON).intervals[0][0]
    )
    (tmp_path / "curve.csv").write_text("m_A;epsilon\n0.1;x\n")
    with pytest.raises(CardError, match=r"curve\.csv"):
        load_bound(tmp_path / "own.toml")


def test_other_cards_and_things_are_refused() -> None:
    with pytest.raises(CardError, match="'scotopic limit na64e-2018' takes it"):
        load_bound("na64e-2018")
    with pytest.raises(CardError, match="did you mean 'babar-2017'"):
        load_bound("babar-2018")
    with pytest.raises(CardError, match="is no bound, and no name"):
        load_bound(3)  # type: ignore[arg-type]
    assert isinstance(load_bound("lep"), Bound)
