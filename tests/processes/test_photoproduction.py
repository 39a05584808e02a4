"""Mediators through vector mesons: yields per electron of the notes, and what is asked of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import gammaincinv

from scotopic.detector.window import EnergyWindow
from scotopic.materials import material
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.charged_vector import BMinusL
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import ScalarMediator
from scotopic.models.vector_meson_portal import VectorMesonPortal
from scotopic.processes.calculation import PROCESSES, Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.photoproduction import Photoproduction, nuclear_model
from scotopic.production.photoproduction import (
    MESONS,
    meson_cross_sections,
    mixed_cross_sections,
    mixing,
    photoproduction_cross_section,
)
from scotopic.search import Axis, Search, default_masses, exclusion_curve, load_experiment
from scotopic.units import ALPHA
from scotopic.words import NuclearModel, VectorMesonName

Array = npt.NDArray[np.float64]

FLAT = load_experiment(Path(__file__).parents[1] / "cards" / "na64e-flat.toml")
PHOTOPRODUCTION = Photoproduction()
LEAD = Dump("e-", 100.0, material("lead"), 40.0)
PHOTON = DarkPhoton(
    mediator_mass=0.5, kinetic_mixing=1e-3, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
)
WINDOW = EnergyWindow(100.0, 0.0, 50.0, FLAT.visible_energy_resolution("ECAL"))


def mesons(dump: Dump, least: float, model: NuclearModel) -> dict[VectorMesonName, float]:
    """Return the mesons per electron of photons above an energy, without the process."""
    tracks = dump.track_lengths(least)
    return {
        name: sum(
            per_cm2
            * float(
                tracks.photon
                @ np.add(*meson_cross_sections(meson, meson.mass, tracks.energies, nucleus, model))
            )
            for nucleus, per_cm2 in dump.material.atoms_per_cm2_per_X0.items()
        )
        for name, meson in MESONS.items()
    }


# The project's notes, tried out apart from this code: NA64e above 50 GeV. Two to three digits.
@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("classical", (1.59e-5, 1.47e-6, 1.47e-6, 3.84e-8)),
        ("glauber", (3.1e-5, 2.9e-6, 2.3e-6, 4.0e-8)),
    ],
)
def test_mesons_per_electron(model: NuclearModel, expected: tuple[float, ...]) -> None:
    found = mesons(LEAD, 50.0, model)
    np.testing.assert_allclose(list(found.values()), expected, rtol=0.05)


TUNGSTEN = material("tungsten")
BEHIND = Dump("e-", 8.0, TUNGSTEN, 0.0999, absorber=TUNGSTEN)


def photons_behind(least: float, thickness: float) -> float:
    """Return the photons above a share of the beam energy behind some radiation lengths.

    Electrons lose energy by Heitler's formula, -ln(E/E0) being gamma-distributed with 4t/3, and
    radiate at complete screening; of the photons 7/9 per radiation length make pairs.
    """

    def above(loss: Array) -> Array:
        v = np.minimum(least * np.exp(loss), 1.0)
        return np.asarray(4 / 3 * (v - 1 - np.log(v)) + (1 - v * v) / 2)

    quantiles = (np.arange(20000) + 0.5) / 20000
    depths = (np.arange(20) + 0.5) / 20 * thickness
    made = [
        above(gammaincinv(4 / 3 * z, quantiles)).mean() * np.exp(-7 / 9 * (thickness - z))
        for z in depths
    ]
    return float(np.mean(made) * thickness)


# The project's notes: LDMX above 0.7 of the beam energy, two digits, with the 0.033 photons of
# first order in the target's thickness.
@pytest.mark.parametrize(
    ("energy", "expected"),
    [(8.0, (2.4e-6, 2.3e-7, 7.5e-8)), (4.0, (1.4e-6, 1.8e-7, 4.5e-8))],
)
def test_mesons_behind_a_thin_target(energy: float, expected: tuple[float, ...]) -> None:
    dump = replace(BEHIND, energy=energy)
    behind = dump.tracks_behind(0.7 * energy)
    assert behind is not None
    photons = photons_behind(0.7, 0.0999)
    # the last part makes pairs of which one radiates a photon above the threshold again
    assert behind.photon.sum() == pytest.approx(9 / 7 * photons, rel=0.03)
    ((nucleus, per_cm2),) = dump.material.atoms_per_cm2_per_X0.items()
    for name, number in zip(MESONS, expected, strict=False):
        each = meson_cross_sections(
            MESONS[name], MESONS[name].mass, behind.energies, nucleus, "glauber"
        )
        found = per_cm2 * behind.photon @ np.add(*each)
        assert found == pytest.approx(number * photons / 0.033, rel=0.05)


def test_mesons_behind_count() -> None:
    """On the omega there are 25 times as many as in the target."""
    model = replace(PHOTON, mediator_mass=MESONS["omega"].mass)
    window = EnergyWindow(8.0, 0.0, 2.4, FLAT.visible_energy_resolution("ECAL"))
    thin = replace(BEHIND, absorber=None)
    both, alone = (
        PHOTOPRODUCTION.accepted(dump, [model], window, Calculation()).values[0]
        for dump in (BEHIND, thin)
    )
    assert 20 < both / alone - 1 < 30
    edges = np.array([5.6, 7.0, 8.0])
    spectra = [
        PHOTOPRODUCTION.spectrum(dump, [model], edges, Calculation())[0] for dump in (BEHIND, thin)
    ]
    # a sharp window in place of a smeared one
    assert spectra[0].sum() / spectra[1].sum() == pytest.approx(both / alone, rel=0.04)
    assert PHOTOPRODUCTION.behind(thin, [model], 5.6, Calculation()) == []


@pytest.mark.parametrize("mass", [0.2, 0.78266, 1.0])
def test_accepted_is_the_integral_over_the_photons(mass: float) -> None:
    tracks = LEAD.track_lengths(50.0)
    (lead,), (per_cm2,) = zip(*LEAD.material.atoms_per_cm2_per_X0.items(), strict=True)
    sigma = photoproduction_cross_section(mass, tracks.energies, lead, "classical")
    found = PHOTOPRODUCTION.accepted(
        LEAD, [replace(PHOTON, mediator_mass=mass)], WINDOW, Calculation()
    )
    assert found.values[0] == pytest.approx(per_cm2 * tracks.photon @ sigma, rel=1e-3, abs=0)
    assert 0 < found.relative_error[0] < 0.02


def folded(dark_mass: float, *charges: Mapping[str, float]) -> float:
    """Return Int dk2/k2 alpha/3 (1 + 2 r^2) beta/pi Y(k), r = m/k: Dirac millicharges for eps = 1.

    Summed over sets of charges. Nodes are dense at every meson.
    """
    ends = np.array([4 * dark_mass**2 * (1 + 1e-9), 36.0])
    k2 = []
    for one in MESONS.values():
        half = one.mass * one.width
        low, high = np.arcsinh((ends - one.mass**2) / half)
        k2.append(one.mass**2 + half * np.sinh(np.linspace(low, high, 250)[1:-1]))
    k2.append(ends[0] * (ends[1] / ends[0]) ** np.linspace(0, 1, 100) ** 2)
    at = np.unique(np.concatenate(k2))
    tracks = LEAD.track_lengths(50.0)
    (lead,), (per_cm2,) = zip(*LEAD.material.atoms_per_cm2_per_X0.items(), strict=True)
    k = np.sqrt(at)
    pairs = per_cm2 * mixed_cross_sections(k[:, None], tracks.energies, lead, "classical")
    made = sum(np.einsum("vwk,vwk->k", mixing(k, q), pairs @ tracks.photon) for q in charges)
    r2 = dark_mass**2 / at
    density = ALPHA / (3 * np.pi * at) * (1 + 2 * r2) * np.sqrt(1 - 4 * r2)
    return float(np.trapezoid(density * made, at))


@pytest.mark.parametrize(
    ("dark_mass", "expected", "error"), [(0.1, 3.6e-9, 0.04), (1.0, 2.1e-9, 1e-3)]
)
def test_the_fold_and_the_sum_over_narrow_mesons(
    dark_mass: float, expected: float, error: float
) -> None:
    """Two ways to millicharges: without interference as near as the notes say, 4 % and 0.1 %.

    N = Sum N_V BR(V -> e+ e-) (1 + 2 r^2) beta is the notes' too, two digits.
    """
    narrow = 0.0
    for name, number in mesons(LEAD, 50.0, "classical").items():
        meson = MESONS[name]
        if meson.mass > 2 * dark_mass:
            r2 = (dark_mass / meson.mass) ** 2
            branching = meson.electron_width / meson.width
            narrow += number * branching * (1 + 2 * r2) * np.sqrt(1 - 4 * r2)
    alone = folded(dark_mass, *({str(name): 1.0} for name in MESONS))
    assert alone == pytest.approx(narrow, rel=error + 2e-3, abs=0)
    together = folded(dark_mass, dict.fromkeys(map(str, MESONS), 1.0))
    assert narrow == pytest.approx(expected, rel=0.02, abs=0)
    assert 0.999 < together / alone < 1.12


def test_bins_of_depth_and_energy() -> None:
    model = replace(PHOTON, mediator_mass=0.77)
    edges = np.linspace(0, 40.0, 81)
    (made,) = PHOTOPRODUCTION.produced(LEAD, [model], 50.0, edges, Calculation())
    whole = PHOTOPRODUCTION.accepted(LEAD, [model], WINDOW, Calculation())
    assert made.yields.sum() == pytest.approx(whole.values[0], rel=5e-3, abs=0)
    uniforms = np.random.default_rng(2).random((3, 4000))
    sample = PHOTOPRODUCTION.sample(LEAD, model, 50.0, Calculation(), uniforms)
    assert sample is not None
    assert sample.total == pytest.approx(made.yields.sum(), rel=1e-9, abs=0)
    assert sample.virtual_mass == 0.77


def test_who_is_made() -> None:
    alp = AxionLikeParticle(mediator_mass=0.03, photon_coupling=1e-4)
    scalar = ScalarMediator(mediator_mass=0.5, electron_coupling=1e-3, alpha_D=0.1, mass_ratio=3)
    for model in (alp, scalar):
        reason = PHOTOPRODUCTION.obstacle(LEAD, model)
        assert reason == f"{type(model).__name__} does not mix with vector mesons"
    assert PHOTOPRODUCTION.obstacle(LEAD, PHOTON) is None
    assert "photoproduction" in PROCESSES.names()
    assert "photoproduction" in Calculation().applicable(LEAD, PHOTON)
    assert "photoproduction" not in Calculation(processes=("annihilation",)).applicable(
        LEAD, PHOTON
    )


def test_charges_count() -> None:
    """B - L does not mix with the rho: the omega alone is left below it, twice as strong."""
    model = BMinusL(mediator_mass=0.7, gauge_coupling=1e-3, alpha_D=0.1)
    found = PHOTOPRODUCTION.accepted(LEAD, [model], WINDOW, Calculation()).values[0]
    tracks = LEAD.track_lengths(50.0)
    (lead,), (per_cm2,) = zip(*LEAD.material.atoms_per_cm2_per_X0.items(), strict=True)
    charges = {"omega": 2.0, "phi": -1.0, "J/psi": 0.5}
    sigma = photoproduction_cross_section(0.7, tracks.energies, lead, "classical", charges)
    strength = PHOTOPRODUCTION.coupling(LEAD, model)
    expected = per_cm2 * (tracks.photon @ sigma) * (1e-3 / 0.30282) ** 2
    assert found * strength**2 == pytest.approx(expected, rel=1e-3, abs=0)


def test_nuclear_models_go_with_the_energy() -> None:
    assert nuclear_model(LEAD, Calculation()) == "classical"
    assert nuclear_model(replace(LEAD, energy=8.0), Calculation()) == "glauber"
    glauber = Calculation(nuclear_model="glauber")
    assert nuclear_model(LEAD, glauber) == "glauber"
    rho = [replace(PHOTON, mediator_mass=0.77)]
    one, other = (
        PHOTOPRODUCTION.accepted(LEAD, rho, WINDOW, how).values[0]
        for how in (Calculation(), glauber)
    )
    assert other / one == pytest.approx(3.1 / 1.59, rel=0.05)


def test_default_masses_sample_the_mesons() -> None:
    """Limits dip at omega, phi and J/psi, by more than a tenth against 10 MeV away."""
    search = Search.of(FLAT, calculation=Calculation(processes=("photoproduction",)))
    masses = default_masses(100, 0.5, 4.0, search, replace(PHOTON, alpha_D=1e-9))
    narrow: tuple[VectorMesonName, ...] = ("omega", "phi", "J/psi")
    for name in narrow:
        meson = MESONS[name]
        near = np.abs(masses - meson.mass) < meson.width / 2
        assert near.any(), name
    models = replace(PHOTON, mediator_mass=1.0)
    found = exclusion_curve(search, models, [0.99, 1.019, 1.04]).limits()
    assert found[1] < 0.9 * min(found[0], found[2])


def test_the_model_error_is_in_results() -> None:
    heavy = exclusion_curve(FLAT, PHOTON, [0.05, 0.5])
    (caveat,) = heavy.attributes["caveats"]
    assert "photoproduction: vector meson dominance" in caveat
    assert "35%" in caveat
    assert heavy.attributes["processes"] == ["bremsstrahlung", "annihilation", "photoproduction"]
    assert exclusion_curve(FLAT, PHOTON, [0.01, 0.05]).attributes["caveats"] == []


def test_slow_photons_are_said_to_make_none() -> None:
    heavy = [replace(PHOTON, mediator_mass=0.775)]
    slow, fast = (
        PHOTOPRODUCTION.caveats(replace(BEHIND, energy=energy), heavy, Calculation())
        for energy in (3.0, 8.0)
    )
    assert slow[:-1] == fast
    assert slow[-1].startswith("photons below 2 GeV are taken to make no meson: with a beam of 3")


def test_muons_carry_photons() -> None:
    """The notes: 160 GeV, 40 radiation lengths of lead, 80 to 150 GeV: Sum N BR(ee) = 1.6e-9.

    95 % of that is J/psi and phi, by the height of their peaks, which is N BR(ee) up to the width:
    4 pi alpha/f^2 (M/Gamma)^2 = 3 BR(ee) M/(alpha Gamma).
    """
    dump = Dump("mu-", 160.0, material("lead"), 40.0)
    window = EnergyWindow(160.0, 10.0, 80.0, FLAT.visible_energy_resolution("ECAL"))
    found = []
    heavy: tuple[VectorMesonName, ...] = ("phi", "J/psi")
    for name in heavy:
        meson = MESONS[name]
        model = replace(PHOTON, mediator_mass=meson.mass)
        peak = PHOTOPRODUCTION.accepted(dump, [model], window, Calculation()).values[0]
        found.append(float(peak) * ALPHA * meson.width / (3 * meson.mass))
    # the phi's peak has the rho's tail, a few per cent
    np.testing.assert_allclose(found, [7.9e-11, 1.42e-9], rtol=0.08)
    assert sum(found) == pytest.approx(1.6e-9, rel=0.1)
    edges = np.array([0.0, 10.0, 40.0])
    (made,) = PHOTOPRODUCTION.produced(dump, [model], 80.0, edges, Calculation())
    by_depth = made.yields.sum(axis=1)
    assert by_depth[1] / by_depth[0] == pytest.approx(3, rel=0.02)
    (caveats,) = [
        text
        for text in PHOTOPRODUCTION.caveats(dump, [model], Calculation())
        if "photons that muons carry" in text
    ]
    assert "20%" in caveats


# The notes: efficiency 0.5, no events, 9.37e11 electrons.
@pytest.mark.parametrize(
    ("meson", "expected"), [("rho", 3.1e-7), ("omega", 3.3e-6), ("phi", 3.3e-6), ("J/psi", 1.3e-4)]
)
def test_limits_on_invisible_decays_of_mesons(meson: VectorMesonName, expected: float) -> None:
    model = VectorMesonPortal(meson=meson, dark_matter_mass=0.1, amplitude=0.01)
    curve = exclusion_curve(FLAT, model, Axis("dark_matter_mass", 0.05, 0.1, 2))
    assert curve.quantity == "branching_ratio"
    assert curve.attributes["processes"] == ["photoproduction"]
    assert curve.limits() == pytest.approx(expected, rel=0.05)
    number = mesons(LEAD, 50.0, "classical")[meson]
    # the rho's tails: 2 % of it
    assert curve.limits() == pytest.approx(np.log(10) / (9.37e11 * 0.5 * number), rel=0.03)
    amplitude = exclusion_curve(FLAT, model, [0.1], quantity="amplitude").limits()
    assert amplitude**2 == pytest.approx(curve.limits()[-1:], rel=1e-9)
