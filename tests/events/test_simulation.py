"""Simulated events: yields, spectra, kinematics, and that the random numbers do no harm."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.decays.three_body import LEPTON_MASSES, PAIRS
from scotopic.errors import RangeError
from scotopic.events.simulation import ARRAYS, Events, simulate
from scotopic.materials import material
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.models.scalar_portal import ScalarPortalInelastic
from scotopic.models.two_dark_fermions import TwoDarkFermions
from scotopic.processes.annihilation_integrals import annihilation_in_bins
from scotopic.processes.bremsstrahlung import bremsstrahlung_above
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.inversion import inverted
from scotopic.production import bremsstrahlung_table
from scotopic.shower import depth_track_lengths, track_lengths
from scotopic.units import ELECTRON_MASS

Array = npt.NDArray[np.float64]

LEAD = material("lead")
DUMP = Dump("e-", 100.0, LEAD, 40.0)
BREMSSTRAHLUNG = Calculation(processes=("bremsstrahlung",))
AT_REST = Calculation(bound_electrons=False)  # s follows from the mediator's energy

make = partial(
    InelasticDarkMatter,
    mediator_mass=0.25,
    kinetic_mixing=1e-3,
    alpha_D=2e-3,  # narrow: virtual ones are in `tests/processes/test_virtual_samples.py`
    mass_ratio=3.0,
    splitting=0.4,
)
make_dirac = partial(
    InelasticDiracDarkMatter,
    mediator_mass=0.25,
    kinetic_mixing=1e-3,
    alpha_D=2e-3,  # narrow: virtual ones are in `tests/processes/test_virtual_samples.py`
    mass_ratio=3.0,
    splitting=0.3,
    theta=0.5,
)
run = partial(simulate, DUMP, minimum_energy=50.0)


def select(events: Events, mask: npt.NDArray[np.bool_]) -> Events:
    return events.of_rows(np.flatnonzero(mask))


@pytest.mark.parametrize("mass", [0.02, 0.25, 0.7])
def test_weights_add_up_to_the_yields(mass: float) -> None:
    model = make(mediator_mass=mass)
    events = run(model, 1, 500)
    radiated = bremsstrahlung_above(DUMP, [model], np.array([50.0]), Calculation())[0, 0]
    annihilated = annihilation_in_bins(DUMP, [model], np.linspace(50, 100, 1501)).sum()
    assert events.weight[events.process == 0].sum() == pytest.approx(radiated, abs=0, rel=1e-9)
    found = events.weight[events.process == 1].sum()
    # the track length is averaged over other bins
    assert found == pytest.approx(annihilated, abs=0, rel=3e-4)
    # sqrt(s) < 0.32 GeV does not make 0.56 GeV of chi1 chi2
    assert bool(found > 0) is (mass < 0.7)


@pytest.mark.parametrize("mass", [0.02, 0.25, 0.9])
def test_spectrum_of_radiated_mediators(mass: float) -> None:
    """Shares above some energies, against the cross sections above them on a finer shower."""
    model = make(mediator_mass=mass)
    events = run(model, 3, 2**16, calculation=BREMSSTRAHLUNG)

    def above(energy: float) -> float:
        tracks = track_lengths(
            LEAD, "e-", 100.0, minimum_energy=energy, thickness_X0=40.0, nodes=180
        )
        table = bremsstrahlung_table(
            "vector",
            "electron",
            LEAD.mass_fractions[0][0],
            masses=(0.01, 1.0),
            energies=(50.0, 100.0),
        )
        response = table.above(mass, tracks.energies, [energy])[:, 0]
        return float((tracks.electron + tracks.positron) @ response)

    for energy in (52.0, 65.0, 90.0):
        share = events.weight[events.mediator_energy > energy].sum() / events.weight.sum()
        # energy and fraction come from tables of 160 and 64 cells: 1e-3 of the whole
        assert share == pytest.approx(above(energy) / above(50.0), abs=1.5e-3), energy
    assert events.mediator_energy.min() >= 50
    assert np.all(events.mediator_energy < events.lepton_energy)


def test_depth_of_radiated_mediators() -> None:
    model = make(mediator_mass=0.1)
    events = run(model, 3, 2**14, calculation=BREMSSTRAHLUNG)
    edges = np.linspace(0, 40, 801)
    slices = depth_track_lengths(
        LEAD, "e-", 100.0, minimum_energy=50.0, depth_edges_X0=edges, nodes=150
    )
    table = bremsstrahlung_table(
        "vector", "electron", LEAD.mass_fractions[0][0], masses=(0.05, 0.2), energies=(50.0, 100.0)
    )
    response = table.above(0.1, slices.energies, [50.0])[:, 0]
    profile = (slices.electron + slices.positron) @ response
    middle = (edges[1:] + edges[:-1]) / 2
    for power in (1, 2):
        expected = profile @ middle**power / profile.sum()
        # 0.2 % from slices of 0.1 X0 and 0.2 % from the sum over the shower's nodes
        found = (events.production_depth_X0**power).mean()
        assert found == pytest.approx(expected, abs=0, rel=0.01)
    ratio = events.production_depth_cm / events.production_depth_X0
    np.testing.assert_allclose(ratio, LEAD.radiation_length_cm)


def test_annihilation_at_the_resonance() -> None:
    model = make(mediator_mass=0.27, alpha_D=1e-3)
    events = run(model, 1, 4096, calculation=replace(AT_REST, processes=("annihilation",)))
    resonance = 0.27**2 / (2 * ELECTRON_MASS)
    # half width: m Gamma/(2 m_e) = 0.02 GeV, and a bin of 0.03 GeV
    assert np.median(events.mediator_energy) == pytest.approx(resonance, abs=0.06)
    np.testing.assert_allclose(
        events.mediator_energy - events.lepton_energy, ELECTRON_MASS, rtol=1e-10
    )
    # positrons of this energy come later than electrons: their own depth
    edges = np.linspace(0, 40, 801)
    slices = depth_track_lengths(
        LEAD, "e-", 100.0, minimum_energy=50.0, depth_edges_X0=edges, nodes=150
    )
    profile = slices.positron[:, np.argmin(np.abs(slices.energies - resonance))]
    expected = profile @ (edges[1:] + edges[:-1]) / 2 / profile.sum()
    # the nearest node is up to 1 % away in energy, and slices of 0.1 X0
    assert events.production_depth_X0.mean() == pytest.approx(expected, abs=0, rel=0.01)


def momenta(events: Events, mass: float, k: int = 0) -> Array:
    """E, p_x, p_z of the k-th chi2."""
    energy, slope = events.chi2_energy[:, k], events.transverse_slope[:, k]
    p = np.sqrt(energy**2 - mass**2)
    along = p / np.sqrt(1 + slope**2)
    return np.stack([energy, slope * along, along])


def test_narrow_resonance_has_one_energy() -> None:
    model = make(mediator_mass=0.25, alpha_D=1e-6)
    events = run(model, 1, 4096, calculation=replace(AT_REST, processes=("annihilation",)))
    energy = events.mediator_energy
    found = np.quantile(energy, [0.1, 0.5, 0.9])
    # half of them are within the width, nine in ten within six times as much: far below 1 MeV
    np.testing.assert_allclose(found, 0.25**2 / (2 * ELECTRON_MASS), atol=1e-3, rtol=0)


@pytest.mark.parametrize("process", ["bremsstrahlung", "annihilation"])
def test_the_other_particle_is_chi1(process: str) -> None:
    """What the mediator's four-momentum leaves for the other particle has its mass."""
    model = make_dirac()
    events = run(model, 5, 5000, calculation=AT_REST)
    events = select(events, events.process == (process == "annihilation"))
    assert np.all(events.chi2_energy[events.chi2_count == 0] == 0)
    assert np.all(events.pair[events.chi2_count == 0] == -1)
    events = select(events, events.chi2_count > 0)
    mass = (
        np.sqrt(2 * ELECTRON_MASS * events.mediator_energy)
        if process == "annihilation"
        else np.full(len(events), model.mediator_mass)
    )
    total = np.stack(
        [events.mediator_energy, 0 * mass, np.sqrt(events.mediator_energy**2 - mass**2)]
    )
    first = momenta(events, model.partner_mass)
    other = total - first
    squared = other[0] ** 2 - other[1] ** 2 - other[2] ** 2
    one, two = events.chi2_count == 1, events.chi2_count == 2
    # rounding of differences of squares of 100 GeV
    np.testing.assert_allclose(squared[one], model.dark_matter_mass**2, rtol=0, atol=1e-11)
    np.testing.assert_allclose(squared[two], model.partner_mass**2, rtol=0, atol=1e-11)
    second = momenta(select(events, two), model.partner_mass, 1)
    np.testing.assert_allclose(first[:, two] + second, total[:, two], rtol=1e-9, atol=1e-12)


def centre_cosine(events: Events, model: TwoDarkFermions) -> Array:
    """Cosine of chi2 in the mediator's frame, from its energy in the laboratory."""
    m, m1, m2 = model.mediator_mass, model.dark_matter_mass, model.partner_mass
    if events.process[0] == 1:
        mass = np.sqrt(2 * ELECTRON_MASS * events.mediator_energy)
    else:
        mass = np.full(len(events), m)
    at_rest = (mass**2 + m2**2 - m1**2) / (2 * mass)
    gamma = events.mediator_energy / mass
    momentum = np.sqrt(at_rest**2 - m2**2)
    energy = events.chi2_energy[:, 0]
    return np.asarray((energy / gamma - at_rest) / (np.sqrt(1 - gamma**-2) * momentum))


def test_angles_of_the_mediators_decay() -> None:
    model = make()
    events = run(model, 5, 4096, calculation=AT_REST)
    even = centre_cosine(select(events, events.process == 0), model)
    # quasi-random numbers do better than 1/sqrt(n)
    assert even.mean() == pytest.approx(0, abs=2e-3)
    assert (even**2).mean() == pytest.approx(1 / 3, abs=2e-3)
    resonant = select(events, events.process == 1)
    cosine = centre_cosine(resonant, model)
    s = 2 * ELECTRON_MASS * resonant.mediator_energy
    total2 = (model.dark_matter_mass + model.partner_mass) ** 2
    # e+ e- -> chi1 chi2 without the electron mass: s (1 + c^2) + S^2 (1 - c^2)
    k = float(((s - total2) / (s + total2)).mean())
    expected = (1 / 3 + k / 5) / (1 + k / 3)
    assert (cosine**2).mean() == pytest.approx(expected, abs=2e-3)
    assert expected > 1 / 3 + 0.01


def test_a_scalar_has_no_axis() -> None:
    """Its decay is even over the angles after annihilation too, and chi2's over q^2 as its own."""
    model = ScalarPortalInelastic(
        mediator_mass=0.25, electron_coupling=1e-3, alpha_D=2e-3, mass_ratio=3.0, splitting=0.4
    )
    events = run(model, 5, 4096, calculation=AT_REST)
    for number in (0, 1):
        chosen = select(events, events.process == number)
        assert (centre_cosine(chosen, model) ** 2).mean() == pytest.approx(1 / 3, abs=2e-3)
        # the mean of q over q^2 (S^2-q^2)^1.5 (D^2-q^2)^0.5/(q^2-m^2)^2 dq^2, without the electron
        m1, m = model.dark_matter_mass, 0.25
        q = np.linspace(0, 0.4 * m1, 20_001)
        density = q**3 * ((2.4 * m1) ** 2 - q**2) ** 1.5 * ((0.4 * m1) ** 2 - q**2) ** 0.5
        density /= (q**2 - m**2) ** 2
        expected = (q * density).sum() / density.sum()
        assert chosen.pair_mass[:, 0].mean() == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("minimum_energy", [20.0, 50.0, 90.0])
def test_lorentz_invariance_of_the_pair(minimum_energy: float) -> None:
    """<E_pair/E_chi2> is that at rest, 0.256, however fast chi2 is."""
    events = simulate(DUMP, make(), 2, 4096, minimum_energy=minimum_energy)
    ratio = events.pair_energy[:, 0] / events.chi2_energy[:, 0]
    assert ratio.mean() == pytest.approx(0.256, abs=1.5e-3)


def test_kinematics_of_the_pairs() -> None:
    model = make_dirac()
    events = run(model, 4, 2000)
    there = events.pair >= 0
    np.testing.assert_array_equal(there.sum(axis=1), events.chi2_count)
    for name in ("pair_energy", "electron_energy", "positron_energy", "pair_mass", "chi2_energy"):
        assert np.all((getattr(events, name) > 0) == there), name
    np.testing.assert_allclose(events.electron_energy + events.positron_energy, events.pair_energy)
    gamma = events.chi2_energy[there] / model.partner_mass
    np.testing.assert_allclose(events.chi2_beta_gamma[there], np.sqrt(gamma**2 - 1))
    m2, m1 = model.partner_mass, model.dark_matter_mass
    q = events.pair_mass[there]
    assert q.min() > 2 * ELECTRON_MASS
    assert q.max() < model.mass_difference
    # at most all of the momentum along the flight of chi2
    at_rest = (m2**2 - m1**2 + q**2) / (2 * m2)
    forward = gamma * (at_rest + np.sqrt(1 - gamma**-2) * np.sqrt(at_rest**2 - q**2))
    assert np.all(events.pair_energy[there] <= forward * (1 + 1e-9))
    # the angle between the two particles makes the mass
    one, two = events.electron_energy[there], events.positron_energy[there]
    p, k = (np.sqrt(e**2 - ELECTRON_MASS**2) for e in (one, two))
    # (E E' - p p') without its cancellation
    slow = ELECTRON_MASS**2 * (one**2 + two**2 - ELECTRON_MASS**2) / (one * two + p * k)
    half = np.sin(events.opening_angle[there] / 2)
    squared = 2 * ELECTRON_MASS**2 + 2 * slow + 4 * p * k * half**2
    np.testing.assert_allclose(squared, q**2, rtol=1e-6)


def test_channels_follow_the_branching_ratios() -> None:
    model = make_dirac()
    events = run(model, 4, 4096, calculation=BREMSSTRAHLUNG)
    for channel in model.dark_channels():
        share = (events.chi2_count == channel.partners).mean()
        assert share == pytest.approx(channel.branching_ratio, abs=1e-3), channel.name


def test_muons_and_hadrons() -> None:
    model = make(mediator_mass=2.0, splitting=0.9)
    events = run(model, 4, 4096)
    widths = model.chi2_partial_widths()
    for pair in PAIRS:
        mine = events.pair[:, 0] == PAIRS.index(pair)
        share = widths[pair] / model.chi2_width
        assert mine.mean() == pytest.approx(share, abs=1e-3), pair
        if pair in ("e+e-", "mu+mu-"):
            assert np.all(events.pair_mass[mine, 0] > 2 * LEPTON_MASSES[pair])
            assert np.all(events.electron_energy[mine, 0] > LEPTON_MASSES[pair])


def test_stable_partner() -> None:
    events = run(make(splitting=1e-3), 4, 256)
    assert np.all(events.chi2_count == 1)
    assert np.all(events.chi2_energy[:, 0] > 0)
    assert np.all(events.pair == -1)
    assert np.all(events.pair_energy == 0)


def accepted(model: InelasticDarkMatter | InelasticDiracDarkMatter, seed: int, n: int) -> float:
    """A stand-in for a selection: missing energy after prompt decays, or late decays."""
    events = run(model, seed, n)
    late = np.prod(
        np.where(events.pair >= 0, np.exp(-20.0 / np.maximum(events.chi2_beta_gamma, 1e-9)), 1.0),
        axis=1,
    )
    prompt = events.mediator_energy - events.pair_energy.sum(axis=1) > 50
    return float(events.weight @ (prompt * (1 - late) + late))


@pytest.mark.parametrize("model", [make(mediator_mass=0.4), make(), make_dirac(mediator_mass=0.4)])
def test_statistical_error(model: InelasticDarkMatter | InelasticDiracDarkMatter) -> None:
    """0.5 % rms on a limit that goes as the square root: 1 % on what is accepted."""
    found = np.array([accepted(model, seed, 5000) for seed in range(12)])
    assert found.std(ddof=1) / found.mean() < 0.01 / 2  # a factor of 2 below what is asked


def test_smooth_in_the_mass() -> None:
    """Neighbouring masses differ smoothly, by far less than two seeds do."""
    masses = np.geomspace(0.4, 0.42, 11)
    logs = np.log([accepted(make(mediator_mass=float(m)), 7, 2000) for m in masses])
    kinks = np.diff(logs, 2)
    # steps over the cut are 1/2000 each; a smooth curve has 1e-5
    assert np.abs(kinks).max() < 2e-3


def test_the_seed_is_all() -> None:
    one, two = run(make(), 9, 300), run(make(), 9, 300)
    generator = run(make(), np.random.default_rng(9), 300)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        np.testing.assert_array_equal(getattr(one, name), getattr(generator, name))
    other = run(make(), 10, 300)
    assert not np.any(one.mediator_energy == other.mediator_energy)
    # neither the coupling nor the call before matters
    strong = run(replace(make(), kinetic_mixing=1e-2), 9, 300)
    np.testing.assert_array_equal(strong.weight, one.weight)
    with pytest.raises(ValueError, match="read-only"):
        one.weight[0] = 0


def test_inversion_of_rows() -> None:
    rng = np.random.default_rng(0)
    density = rng.random((5, 7))
    density[2, 3] = density[3, 0] = density[4, -1] = 0
    cumulative = np.hstack([np.zeros((5, 1)), np.cumsum(density, axis=1)])
    u = np.linspace(0, 1, 64, endpoint=False)
    for row in range(5):
        position = inverted(cumulative, np.full(64, row), u)
        back = np.interp(position, np.arange(8), cumulative[row] / cumulative[row, -1])
        np.testing.assert_allclose(back, u, rtol=0, atol=1e-14)
        assert np.all(np.diff(position) > 0)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: run(make(), 1, 0), "events: 0 is not a whole number from 1 to"),
        (
            lambda: run(
                make(mediator_mass=1.0), 1, 8, calculation=Calculation(processes=("annihilation",))
            ),
            "minimum_energy: no mediator of 1.0 GeV is made above 50.0 GeV",
        ),
        (lambda: simulate(DUMP, make(), 1, 8, minimum_energy=99.0), "minimum_energy: 99.0 GeV is"),
        (lambda: run(make(mediator_mass=7.0), 1, 8), "mediator_mass: 7 GeV is not between"),
    ],
)
def test_refusals(use: Callable[[], object], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        use()


def test_a_target_that_contains_its_shower() -> None:
    """40 X0 or no end makes no difference above 50 GeV."""
    endless = simulate(Dump("e-", 100.0, LEAD), make(), 1, 512, minimum_energy=50.0)
    finite = run(make(), 1, 512)
    np.testing.assert_allclose(endless.weight, finite.weight, rtol=1e-9)
    away = np.abs(endless.production_depth_X0 - finite.production_depth_X0)
    by_photons = endless.process == endless.processes.index("photoproduction")
    assert away[~by_photons].max() < 1e-3
    assert away[by_photons].max() < 60 / 240  # the slices from which depths are drawn
    assert math.isclose(endless.production_depth_X0.mean(), 1.5, rel_tol=0.5)
