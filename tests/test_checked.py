"""Numbers are numbers: any type of a number gives what float gives; what is none is refused."""

import contextlib
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scotopic.checked import count, number, numbers
from scotopic.cosmology.annihilation import (
    annihilation_cross_sections,
    thermal_average_cm3_per_s,
)
from scotopic.cosmology.cmb import deposition_efficiency
from scotopic.cosmology.degrees_of_freedom import energy_degrees_of_freedom
from scotopic.cosmology.thermal_lines import thermal_couplings
from scotopic.decays.hadrons import hadronic_ratio, hadronic_ratio_of_charges
from scotopic.decays.kinematics import quadratic_cosine, two_body_momentum
from scotopic.decays.three_body import PairDecay, pair_width
from scotopic.decays.widths import complex_scalar_width, fermion_width, hadron_width
from scotopic.errors import RangeError
from scotopic.materials import Layer, Material, Target, compound, element, material
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.charged_vector import ChargedVector, LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.models.parameters import build, models_along
from scotopic.models.running import maximum_alpha_D, running_alpha_D
from scotopic.precision.bands import MUON_2021, Deviation, mixing_band
from scotopic.precision.magnetic_moments import (
    coupling_of_mixing,
    loop_integral,
    magnetic_moment,
    mixing_of_moment,
)
from scotopic.production import differential_cross_section, total_cross_section
from scotopic.production.annihilation import (
    cross_section,
    integrated_cross_section,
    resonance_energy,
)
from scotopic.production.form_factors import form_factor
from scotopic.production.primakoff import primakoff_cross_section
from scotopic.search.axis import Axis
from scotopic.shower import depth_track_lengths, track_lengths
from scotopic.shower.muons import muon_loss, muon_tracks

PB, LEAD = element("Pb"), material("lead")
BASE: dict[str, Any] = {"mediator_mass": 1.0, "kinetic_mixing": 1e-4, "alpha_D": 0.1}
PHOTON = DarkPhoton(**BASE, mass_ratio=3.0, dark_matter="dirac")
DARK: dict[str, Any] = {"alpha_D": 0.1, "mass_ratio": 3.0}
IDM: dict[str, Any] = {**BASE, "mass_ratio": 4, "splitting": 0.5}


def photon(**changes: Any) -> DarkPhoton:
    return DarkPhoton(**{**BASE, "mass_ratio": 3.0, "dark_matter": "dirac", **changes})


def built(kind: type[Any], **values: Any) -> Any:
    return build(kind, {**DARK, **values})


def photon_of(**values: Any) -> Any:
    return built(DarkPhoton, dark_matter="dirac", **values)


def pair_of(v: Any) -> Any:
    return PairDecay("e+e-", v, 1.0, 30.0).sample(np.full((4, 2), 0.3))


# What one number does; and a number that all types hold.
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], float]] = {
    "mediator_mass": (lambda v: photon(mediator_mass=v).total_width, 2),
    "kinetic_mixing": (lambda v: photon(kinetic_mixing=v).total_width, 1),
    "alpha_D": (lambda v: photon(alpha_D=v).y, 1),
    "mass_ratio": (lambda v: photon(mass_ratio=v).y, 3),
    "splitting": (lambda v: InelasticDarkMatter(**{**IDM, "splitting": v}).chi2_width, 1),
    "theta": (lambda v: InelasticDiracDarkMatter(**IDM, theta=v).chi2_width, 1),
    "charge": (
        lambda v: ChargedVector(mediator_mass=1.0, gauge_coupling=1e-4, q_e=v).total_width,
        1,
    ),
    "gauge_coupling": (
        lambda v: LMuMinusLTau(mediator_mass=1.0, gauge_coupling=v).total_width,
        1,
    ),
    "photon_coupling": (
        lambda v: AxionLikeParticle(mediator_mass=1.0, photon_coupling=v).total_width,
        1,
    ),
    "muon_coupling": (
        lambda v: MuonphilicScalar(mediator_mass=1.0, muon_coupling=v, **DARK).total_width,
        1,
    ),
    "electron_coupling": (
        lambda v: ScalarMediator(mediator_mass=1.0, electron_coupling=v, **DARK).total_width,
        1,
    ),
    "y": (lambda v: photon_of(mediator_mass=1.0, y=v, alpha_D=1, mass_ratio=1).kinetic_mixing, 1),
    "squared": (lambda v: photon_of(mediator_mass=1.0, coupling_squared=v).kinetic_mixing, 1),
    "dark_matter_mass": (lambda v: photon_of(dark_matter_mass=v, coupling=1e-3).mediator_mass, 1),
    "tan_theta": (
        lambda v: (
            built(
                InelasticDiracDarkMatter,
                mediator_mass=1.0,
                coupling=1e-3,
                splitting=0.5,
                tan_theta=v,
            ).theta
        ),
        1,
    ),
    "models_along": (lambda v: models_along(PHOTON, "mediator_mass", [v])[0].total_width, 1),
    "from_y": (
        lambda v: (
            DarkPhoton.from_y(
                v, mediator_mass=1.0, alpha_D=1, mass_ratio=1, dark_matter="dirac"
            ).kinetic_mixing
        ),
        1,
    ),
    "partial_widths_at": (lambda v: PHOTON.partial_widths_at(v)["e+e-"], 2),
    "decay_length_cm": (PHOTON.decay_length_cm, 50),
    "running_alpha_D": (lambda v: running_alpha_D(PHOTON, v), 1),
    "maximum_alpha_D": (lambda v: maximum_alpha_D("dirac", 0.1, v), 100),
    "maximum_alpha_D, mass": (lambda v: maximum_alpha_D("dirac", v, 100.0), 1),
    "thermal average": (lambda v: thermal_average_cm3_per_s(PHOTON, v), 20),
    "sqrt_s": (lambda v: list(annihilation_cross_sections(PHOTON, v).values()), 2),
    "f_eff": (lambda v: deposition_efficiency(v, "e+e-"), 1),
    "temperature": (energy_degrees_of_freedom, 1),
    "omega_h2": (lambda v: thermal_couplings([PHOTON], v)[0].value, 0.125),
    "total, energy": (lambda v: total_cross_section("vector", "electron", PB, v, 0.1), 100),
    "total, mass": (lambda v: total_cross_section("vector", "electron", PB, 100.0, v), 1),
    "total, minimum": (
        lambda v: total_cross_section("vector", "electron", PB, 100.0, 0.1, minimum_energy=v),
        50,
    ),
    "differential, x": (
        lambda v: differential_cross_section("vector", "electron", PB, 100.0, 0.1, v),
        0.5,
    ),
    "differential, energy": (
        lambda v: differential_cross_section("vector", "electron", PB, v, 0.1, 0.5),
        100,
    ),
    "primakoff, mass": (lambda v: primakoff_cross_section(v, 60.0, PB), 1),
    "primakoff, energy": (lambda v: primakoff_cross_section(0.1, v, PB), 60),
    "positron_energy": (lambda v: cross_section(v, PHOTON), 20),
    "edges": (lambda v: integrated_cross_section([1.0, v], PHOTON), 20),
    "resonance_energy": (resonance_energy, 1),
    "form_factor": (lambda v: form_factor(v, PB, "elastic+inelastic"), 1),
    "beam_energy": (lambda v: track_lengths(LEAD, "e-", v, minimum_energy=10.0).electron, 50),
    "minimum_energy": (lambda v: track_lengths(LEAD, "e-", 50.0, minimum_energy=v).electron, 10),
    "depth_edges_X0": (
        lambda v: (
            depth_track_lengths(
                LEAD, "e-", 50.0, minimum_energy=10.0, depth_edges_X0=[0, v]
            ).electron
        ),
        10,
    ),
    "muon, energy": (lambda v: muon_tracks(LEAD, v, thickness_X0=10.0).lengths, 100),
    "muon, thickness": (lambda v: muon_tracks(LEAD, 160.0, thickness_X0=v).lengths, 10),
    "muon_loss": (lambda v: muon_loss(LEAD, v), 100),
    "loop_integral": (lambda v: loop_integral("vector", v), 1),
    "moment, mass": (lambda v: magnetic_moment("muon", "vector", v, 1e-3), 1),
    "moment, coupling": (lambda v: magnetic_moment("muon", "vector", 1.0, v), 1),
    "moment": (lambda v: mixing_of_moment("muon", "vector", 1.0, v), 1),
    "coupling_of_mixing": (coupling_of_mixing, 1),
    "band": (lambda v: mixing_band(MUON_2021, "vector", v).upper, 1),
    "sigmas": (lambda v: mixing_band(MUON_2021, "vector", 1.0, v).upper, 2),
    "uncertainty": (
        lambda v: Deviation(lepton="muon", value=0.0, uncertainty=v, source="").uncertainty,
        1,
    ),
    "hadronic_ratio": (hadronic_ratio, 3),
    "q_u": (lambda v: hadronic_ratio_of_charges(3.0, v, 1.0, 1.0), 1),
    "fermion_width": (lambda v: fermion_width("vector", v, 0.1, 0.1), 1),
    "fermion_width, alpha": (lambda v: fermion_width("vector", 3.0, v, 0.1), 1),
    "fermion_width, fermion": (lambda v: fermion_width("vector", 3.0, 0.1, v), 1),
    "complex_scalar_width": (lambda v: complex_scalar_width(3.0, 0.1, v), 1),
    "hadron_width": (lambda v: hadron_width(v, 0.1), 3),
    "two_body_momentum": (lambda v: two_body_momentum(v, 0.1, 0.1), 3),
    "curvature": (lambda v: quadratic_cosine(0.5, v), 3),
    "pair_width": (lambda v: pair_width("e+e-", v, 1.0, 30.0), 2),
    "PairDecay": (pair_of, 2),
    "thickness_cm": (lambda v: Target((Layer(LEAD, v),)).thickness_X0, 2),
    "density_g_cm3": (lambda v: Material("x", ((PB, 1.0),), v).radiation_length_cm, 2),
    "compound": (lambda v: compound("x", {"C": v, "H": 1}, 1.0).radiation_length_cm, 2),
    "axis": (lambda v: Axis("mediator_mass", 0.5, v, 3).values, 2),
}

TYPES: list[Callable[[Any], Any]] = [
    *(np.float16, np.float32, np.float64, np.longdouble, Fraction, Decimal, int),
    *(np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64),
    *(np.array, lambda v: np.array(v, dtype=np.float32), lambda v: np.array(v, dtype=object)),
]

NONE = [
    *(True, np.True_, 1 + 0j, np.complex64(1), "1", b"1", np.str_("1"), object(), [], {}),
    *(10**400, 10**5000, Fraction(10**400, 3), Decimal("1e400"), math.nan, Decimal("sNaN")),
    *(np.array([True]), np.array(True), np.array(["1"]), np.array("1"), ["1"], [True], [None]),
    *(np.datetime64("2020-01-01"), np.timedelta64(1), [[1.0], [1.0, 2.0]]),
    *(np.ma.masked_array([1.0], [True]), np.ma.masked),
]
ALSO_FINE = [math.inf, -math.inf, 1e308, -1e308, 1e-308, 5e-324, 0, -0.0, -1]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_any_number_gives_what_float_gives(name: str) -> None:
    function, value = FUNCTIONS[name]
    expected = function(float(value))
    for kind in TYPES:
        if not (kind is int or (isinstance(kind, type) and issubclass(kind, np.integer))) or (
            float(value).is_integer()
        ):
            np.testing.assert_array_equal(function(kind(value)), expected, err_msg=str(kind))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_no_number_is_refused_in_one_line(name: str) -> None:
    function, _ = FUNCTIONS[name]
    for value in NONE:
        if isinstance(value, list) and not value:  # an empty array, where arrays may be given
            with contextlib.suppress(RangeError):
                assert np.size(function(value)) == 0
            continue
        with pytest.raises(RangeError, match=r"^[^\n]{,300}$"):
            function(value)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_number_gives_a_warning_or_none(name: str) -> None:
    """Warnings are errors in the suite."""
    function, _ = FUNCTIONS[name]
    for value in ALSO_FINE:
        try:
            found = function(value)
        except RangeError:
            continue
        assert not np.isnan(np.asarray(found, dtype=float)).any()


@given(st.fractions() | st.decimals(allow_nan=False, allow_infinity=False) | st.integers())
def test_exact_numbers(value: Fraction | Decimal | int) -> None:
    try:
        found = number("x", value)
    except RangeError:
        assert abs(Fraction(value)) > Fraction(1.79e308)
    else:
        assert found == float(value)
        both: Any = [value, 1]
        assert numbers("x", both).tolist() == [found, 1.0]


def test_counts() -> None:
    assert [count("n", n) for n in (3, 3.0, np.uint8(3), Fraction(6, 2), np.array(3))] == [3] * 5
    for wrong in (2.5, True, "3", -1, math.inf, math.nan, None, 10**5000):
        with pytest.raises(RangeError, match=r"^n: "):
            count("n", wrong)
