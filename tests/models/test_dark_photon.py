"""The dark photon: widths, branching ratios, lifetimes, and what it refuses."""

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants

from scotopic.decays.hadrons import hadronic_ratio
from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.units import ALPHA, ELECTRON_MASS, MUON_MASS
from scotopic.words import DarkMatter

if TYPE_CHECKING:
    from scotopic.models.mediator import DecayingMediator

KINDS: tuple[DarkMatter, ...] = get_args(DarkMatter)
UNKNOWN: dict[str, Any] = {"dark_matter": "axion"}


make = partial(
    DarkPhoton,
    mediator_mass=0.1,
    kinetic_mixing=1e-4,
    alpha_D=0.1,
    mass_ratio=3.0,
    dark_matter="complex_scalar",
)


def test_it_is_a_mediator() -> None:
    mediator: DecayingMediator = make()
    assert mediator.spin_parity == "vector"
    assert mediator.dark_threshold == pytest.approx(0.2 / 3)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        # review, eq. 11 and footnote 10; the Majorana width is half the axial Dirac one
        ("dirac", 0.1 / 3 * 0.1 * (1 + 2 / 9) * math.sqrt(1 - 4 / 9)),
        ("pseudo_dirac", 0.1 / 3 * 0.1 * (1 + 2 / 9) * math.sqrt(1 - 4 / 9)),
        ("complex_scalar", 0.1 / 12 * 0.1 * (1 - 4 / 9) ** 1.5),
        ("majorana", 0.1 / 6 * 0.1 * (1 - 4 / 9) ** 1.5),
    ],
)
def test_invisible_widths(kind: DarkMatter, expected: float) -> None:
    assert make(dark_matter=kind).invisible_width == pytest.approx(expected, abs=0, rel=1e-13)


def test_small_splittings_join_the_dirac_limit() -> None:
    dirac = make(dark_matter="dirac").invisible_width
    for splitting in (1e-3, 1e-6):
        width = make(dark_matter="pseudo_dirac", splitting=splitting).invisible_width
        assert width == pytest.approx(dirac, abs=0, rel=2 * splitting)


@pytest.mark.parametrize(
    ("kind", "ratio", "splitting", "is_open"),
    [
        ("dirac", 2.0, 0.0, False),
        ("majorana", 1.5, 0.0, False),
        ("complex_scalar", 2.001, 0.0, True),
        ("pseudo_dirac", 2.3, 0.4, False),
        ("pseudo_dirac", 2.5, 0.4, True),
    ],
)
def test_where_the_dark_decay_closes(
    kind: DarkMatter, ratio: float, splitting: float, *, is_open: bool
) -> None:
    model = make(dark_matter=kind, mass_ratio=ratio, splitting=splitting)
    assert model.decays_to_dark_matter is is_open
    assert (model.invisible_width > 0) is is_open
    assert (model.mediator_mass > model.dark_threshold) is is_open


def test_visible_branching_ratios() -> None:
    """Above the phi: e, mu and hadrons share as 1 : 1 : R, up to (m_mu/m)^4."""
    model = make(alpha_D=0.0, mediator_mass=1.5)
    ratio = float(hadronic_ratio(1.5))
    assert model.branching_ratio("e+e-") == pytest.approx(1 / (2 + ratio), abs=0, rel=1e-3)
    assert model.branching_ratio("hadrons") == pytest.approx(ratio / (2 + ratio), abs=0, rel=1e-3)
    assert model.branching_ratio("tau+tau-") == 0
    assert model.branching_ratio("dark matter") == 0
    assert sum(model.branching_ratio(c) for c in model.partial_widths()) == pytest.approx(1)


def test_muon_width_with_its_mass() -> None:
    model = make(mediator_mass=0.3)
    r2 = (MUON_MASS / 0.3) ** 2
    expected = ALPHA * 1e-8 / 3 * 0.3 * (1 + 2 * r2) * math.sqrt(1 - 4 * r2)
    assert model.partial_widths()["mu+mu-"] == pytest.approx(expected, abs=0, rel=1e-13)


def test_widths_add_up() -> None:
    model = make(mediator_mass=0.8, kinetic_mixing=0.1)
    widths = model.partial_widths()
    assert model.total_width == pytest.approx(sum(widths.values()), abs=0, rel=1e-12)
    assert model.invisible_width == widths["dark matter"]
    assert model.visible_width == pytest.approx(
        model.total_width - model.invisible_width, abs=0, rel=1e-9
    )


def test_virtual_masses() -> None:
    model = make(mediator_mass=0.5)
    masses = np.array([[0.2, 0.3], [0.5, 0.9]])
    widths = model.partial_widths_at(masses)
    assert all(w.shape == (2, 2) for w in widths.values())
    assert widths["dark matter"][0, 1] == 0  # below 2 m_chi = 1/3 GeV
    for name, width in model.partial_widths().items():
        assert widths[name][1, 0] == width


def test_lifetime_and_decay_length() -> None:
    """0.8 cm (E/10 GeV)(1e-4/eps)^2 (100 MeV/m)^2 for electrons alone.

    Bjorken, Essig, Schuster and Toro, Phys. Rev. D80 (2009) 075018; 0.8 is 0.811 rounded.
    """
    model = make(mediator_mass=0.05, alpha_D=0.0)
    expected = 0.8 * (100 / 50) ** 2 * 20 / 10
    assert float(model.decay_length_cm(20.0)) == pytest.approx(expected, abs=0, rel=0.02)
    hbar = constants.hbar / constants.e * 1e-9
    assert model.lifetime_s == pytest.approx(hbar / model.total_width, abs=0, rel=1e-9)
    assert float(model.decay_length_cm(0.05)) == 0


def test_a_mediator_that_cannot_decay() -> None:
    model = make(mediator_mass=1.9 * ELECTRON_MASS, mass_ratio=1.0)
    assert model.total_width == 0
    assert model.lifetime_s == math.inf
    with pytest.raises(RangeError, match="no decay is open"):
        model.branching_ratio("e+e-")


@given(
    mass=st.floats(1.1e-3, 9.9),
    mixing=st.floats(1e-8, 0.1),
    alpha_D=st.floats(1e-4, 1),
    ratio=st.floats(2.1, 50),
    kind=st.sampled_from(KINDS),
)
def test_y_and_back(
    mass: float, mixing: float, alpha_D: float, ratio: float, kind: DarkMatter
) -> None:
    model = DarkPhoton(
        mediator_mass=mass,
        kinetic_mixing=mixing,
        alpha_D=alpha_D,
        mass_ratio=ratio,
        dark_matter=kind,
    )
    expected = mixing**2 * alpha_D * (model.dark_matter_mass / mass) ** 4
    assert model.y == pytest.approx(expected, abs=0, rel=1e-12)
    fields = asdict(model)
    del fields["kinetic_mixing"]
    back = DarkPhoton.from_y(model.y, **fields)
    assert back.kinetic_mixing == pytest.approx(mixing, abs=0, rel=1e-12)
    # exact scaling, of which every scan makes use
    assert replace(model, kinetic_mixing=2 * mixing).visible_width == 4 * model.visible_width


@pytest.mark.parametrize("name", ["mediator_mass", "kinetic_mixing", "mass_ratio"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, 0.0])
def test_refuses_what_is_not_positive(name: str, value: float) -> None:
    wrong: dict[str, Any] = {name: value}
    with pytest.raises(RangeError, match=f"{name}: {value} is not positive"):
        make(**wrong)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("alpha_D", math.nan, "alpha_D: nan is not zero or positive"),
        ("alpha_D", math.inf, "alpha_D: inf means g^2/(4 pi) = inf, above 1: not perturbative"),
        ("alpha_D", -1.0, "alpha_D: -1.0 is not zero or positive"),
        ("splitting", math.nan, "splitting: nan is not between 0 and 1e+09"),
        ("splitting", math.inf, "splitting: inf is not between 0 and 1e+09"),
        ("splitting", -1.0, "splitting: -1.0 is not between 0 and 1e+09"),
    ],
)
def test_refuses_what_is_negative(name: str, value: float, message: str) -> None:
    wrong: dict[str, Any] = {name: value, "dark_matter": "pseudo_dirac"}
    with pytest.raises(RangeError) as caught:
        make(**wrong)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: make(**UNKNOWN), "dark_matter: 'axion' is not one of complex_scalar, d"),
        (lambda: make(splitting=0.1), "splitting: 0.1 needs pseudo_dirac .* is complex_scalar"),
        (lambda: make().branching_ratio("photons"), "channel: 'photons' is not one of e\\+e-, mu"),
        (lambda: make().decay_length_cm([0.2, 0.05]), "energy: 0.05 GeV is not above the mass 0.1"),
        (lambda: make(mediator_mass=11.0).visible_width, "sqrt_s: 11.0 GeV"),
        (
            lambda: DarkPhoton.from_y(
                -1.0, alpha_D=0.1, mass_ratio=3, mediator_mass=0.1, dark_matter="dirac"
            ),
            "y: -1.0 is not positive",
        ),
        (
            lambda: DarkPhoton.from_y(
                1e-11, alpha_D=0.0, mass_ratio=3, mediator_mass=0.1, dark_matter="dirac"
            ),
            "alpha_D: 0.0 is not positive",
        ),
    ],
)
def test_messages(use: Callable[[], object], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        use()


def test_models_are_values() -> None:
    model = make()
    with pytest.raises(FrozenInstanceError):
        model.alpha_D = 0.5  # type: ignore[misc] # what is tested
    assert model == make()
    assert hash(model) == hash(make())
    assert replace(model, alpha_D=0.5) == make(alpha_D=0.5)
