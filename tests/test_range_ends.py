"""Ranges have two ends: models of any parameters that are allowed give numbers, or one line."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scotopic.search.ties  # noqa: F401 - magnetic moments are parameters then
from scotopic.cosmology.annihilation import annihilation_cross_sections, thermal_average_cm3_per_s
from scotopic.cosmology.cmb import cmb_bound
from scotopic.cosmology.freeze_out import thermal_coupling
from scotopic.errors import RangeError
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDiracDarkMatter
from scotopic.models.mediator import DecayingMediator
from scotopic.models.metadata import parameters
from scotopic.models.parameters import build, field_of, parameter_names, value_of
from scotopic.models.portal import COUPLINGS, Portal
from scotopic.models.registry import BUILT_IN, model_class
from scotopic.models.running import landau_pole
from scotopic.models.two_dark_fermions import TwoDarkFermions
from scotopic.precision.magnetic_moments import moment_of
from scotopic.production.annihilation import cross_section, integrated_cross_section, quadrature


def sizes(low: float, high: float) -> st.SearchStrategy[float]:
    between = st.floats(math.log(low), math.log(high)).map(math.exp)
    return st.sampled_from([low, high]) | between.map(lambda v: min(max(v, low), high))


ANGLES = st.sampled_from([1e-30, math.nextafter(math.pi / 2, 0)]) | sizes(1e-30, 1.5)
DARK = st.sampled_from([0.0, 0.1]) | sizes(1e-60, 1.0)
SPLITTINGS = st.sampled_from([0.0, 0.1]) | sizes(1e-30, 1e9)
CHARGES = st.sampled_from([0.0, 1.0, -1.0]) | sizes(1e-30, 1e30)
RANGES: Mapping[str, st.SearchStrategy[float]] = {
    "mediator_mass": sizes(1e-3, 10.0) | sizes(1e-12, 1e12),
    "dark_matter_mass": sizes(1e-3, 10.0) | sizes(1e-12, 1e12),
    "dark_photon_mass": sizes(1e-3, 10.0) | sizes(1e-12, 1e12),
    "axion_mass": st.just(0.0) | sizes(1e-12, 1e12),
    "mass_ratio": st.just(3.0) | sizes(1e-9, 1e9),
    "alpha_D": DARK,
    "splitting": SPLITTINGS,
    "theta": ANGLES,
}


def given_to(kind: type[Portal]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw all parameters of a class, the ends of the ranges often."""
    couplings = sizes(COUPLINGS[0], 1.0) | sizes(*COUPLINGS)
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, known in parameters(kind).items():
        if known.choices:
            fields[name] = st.sampled_from(known.choices)
        elif name == kind.coupling_field:
            fields[name] = couplings
        else:
            fields[name] = CHARGES if name.startswith("q_") else RANGES[name]
    return st.fixed_dictionaries(fields)


DRAWN = (
    st.sampled_from(sorted(BUILT_IN))
    .map(model_class)
    .flatmap(lambda kind: given_to(kind).map(lambda values: (kind, values)))
)


def widths_of_chi2(model: Portal) -> Any:
    if not isinstance(model, TwoDarkFermions):
        return []
    channels = [one.branching_ratio for one in model.dark_channels()]
    return [model.chi2_width, model.chi2_c_tau_cm, model.chi2_lifetime_s, *channels]


def bound(model: Portal) -> Any:
    found = cmb_bound(model)
    return (
        [] if found.y is None or found.kinetic_mixing is None else [found.kinetic_mixing, found.y]
    )


USES: tuple[Callable[[Any], Any], ...] = (
    lambda m: [*m.partial_widths().values()],
    lambda m: [*m.partial_widths_at(np.geomspace(1e-3, 9.9, 9)).values()],
    lambda m: [m.lifetime_s, m.y, m.coupling_strength, m.invisible_threshold],
    lambda m: m.decay_length_cm([m.mediator_mass, 1e3 * m.mediator_mass]),
    lambda m: m.branching_ratio(next(iter(m.partial_widths()))),
    widths_of_chi2,
    bound,
    lambda m: thermal_average_cm3_per_s(m, [3.0, 20.0, 1e5, 1e10]),
    lambda m: [*annihilation_cross_sections(m, min(9.9, 1.5 * m.dark_threshold)).values()],
    lambda m: cross_section([1.0, 10.0, 1e6], m),
    lambda m: integrated_cross_section([1e-3, 1.0, 10.0, 1e6], m),
    lambda m: np.concatenate(quadrature([1.0, 1e6], m)),
    lambda m: [moment_of(m, "electron"), moment_of(m, "muon")],
    lambda m: landau_pole(m) if isinstance(m, DarkPhoton) else 0.0,
)

USES_OF_ALL: tuple[Callable[[Portal], Any], ...] = (
    lambda m: [*m.dark_widths_at(np.geomspace(1e-3, 9.9, 9)).values()],
    lambda m: [m.coupling_strength, m.invisible_threshold, m.resonance_scale, m.total_width],
    lambda m: m.spectral_density(np.geomspace(1e-3, 1e3, 9)),
    lambda m: [m.at_virtual_mass(2 * m.dark_threshold).mediator_mass],
    bound,
    lambda m: thermal_average_cm3_per_s(m, [3.0, 20.0, 1e5, 1e10]),
    lambda m: cross_section([1.0, 10.0, 1e6], m),
    lambda m: integrated_cross_section([1e-3, 1.0, 10.0, 1e6], m),
    lambda m: np.concatenate(quadrature([1.0, 1e6], m)),
    lambda m: [moment_of(m, "electron"), moment_of(m, "muon")],
)


@given(DRAWN)
def test_any_model_gives_numbers_or_one_line(
    drawn: tuple[type[Portal], dict[str, Any]],
) -> None:
    """Warnings are errors in the suite."""
    kind, values = drawn
    try:
        model = kind(**values)
    except RangeError as error:
        return only_one_line(error)
    for use in USES if isinstance(model, DecayingMediator) else USES_OF_ALL:
        try:
            found = use(model)
        except RangeError as error:
            only_one_line(error)
        else:
            assert not any(np.isnan(np.asarray(one, dtype=float)).any() for one in found_in(found))
    for name in set(parameter_names(kind)) - set(parameters(kind)):
        try:
            value = value_of(model, name)
            field = field_of(kind, name)
            others = {n: v for n, v in values.items() if field_of(kind, n) != field}
            build(kind, {**others, name: value})
        except RangeError as error:
            only_one_line(error)
    return None


def found_in(found: Any) -> Any:
    return found if isinstance(found, list) else [found]


def only_one_line(error: RangeError) -> None:
    assert "\n" not in str(error)
    assert len(str(error)) < 300


@pytest.mark.parametrize("value", [1e-200, 1e-51, 5e-324])
@pytest.mark.parametrize("name", ["inelastic_dirac_dark_matter", "dark_photon", "B_minus_L"])
def test_couplings_too_small_for_their_squares_are_refused(name: str, value: float) -> None:
    kind = model_class(name)
    needed: dict[str, Any] = {"mediator_mass": 0.3, "alpha_D": 0.1, "mass_ratio": 3}
    others: dict[str, Any] = {}
    others |= {"splitting": 0.05, "theta": 0.04} if name.startswith("inelastic") else {}
    others |= {"dark_matter": "dirac"} if name == "dark_photon" else {}
    with pytest.raises(RangeError, match=r"is not between 1e-50 and 1e\+50"):
        kind(**needed, **others, **{kind.coupling_field: value})


def test_the_bound_of_the_smallest_coupling_is_that_of_any() -> None:
    """It used to be lost where the square of the coupling vanishes."""
    base: dict[str, Any] = {"alpha_D": 0.1, "mass_ratio": 3, "mediator_mass": 0.03}
    small, usual = (
        cmb_bound(DarkPhoton(**base, dark_matter="dirac", kinetic_mixing=epsilon)).kinetic_mixing
        for epsilon in (1e-50, 1e-4)
    )
    assert small == pytest.approx(usual, rel=1e-6)


def test_thermal_averages_of_very_cold_dark_matter() -> None:
    """Without s wave they fall as 1/x, with it they are constant, up to 15/(8 x) and the like."""
    x = np.array([1e7, 1e9, 1e10])
    kinds: list[tuple[Any, int]] = [("dirac", 0), ("complex_scalar", 1), ("majorana", 1)]
    for kind, slope in kinds:
        model = DarkPhoton(
            mediator_mass=0.03, kinetic_mixing=1e-4, alpha_D=0.1, mass_ratio=3, dark_matter=kind
        )
        average = thermal_average_cm3_per_s(model, x) * x**slope
        assert average == pytest.approx(average[0], rel=3e-6)


def test_densities_beyond_reach() -> None:
    model = InelasticDiracDarkMatter(
        mediator_mass=0.3,
        kinetic_mixing=1e-4,
        alpha_D=0.1,
        mass_ratio=3,
        splitting=0.05,
        theta=0.04,
    )
    for omega in (1e-300, 0, math.inf, math.nan):
        with pytest.raises(RangeError, match=r"omega_h2: .* is not between"):
            thermal_coupling(model, omega)
