"""Virtual photons: pairs over phase space, millicharges, dark axions, and what is left out."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from scotopic import Calculation, DarkPhoton, Search, exclusion_curve, load_experiment
from scotopic.figures import draw_plane
from scotopic.materials import element, material
from scotopic.models.dark_axion_portal import DarkAxionPortal
from scotopic.models.millicharged import Millicharged
from scotopic.models.portal import Portal
from scotopic.processes.dump import Dump
from scotopic.production.form_factors import elastic_form_factor
from scotopic.quadrature import gauss_legendre
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.units import ALPHA, AVOGADRO, GEV2_TO_CM2
from validation.report import DOCS, ROOT, Report, helpers, largest, power, write_figure

Array = npt.NDArray[np.float64]

SECTION = "Virtual photons"
Notes = Mapping[float, tuple[float, ...]]
FLAT = load_experiment(ROOT / "tests" / "cards" / "na64e-flat.toml")
PROCESSES = ("bremsstrahlung", "annihilation", "photoproduction")
PLANES = (
    "millicharges-na64e",
    "millicharges",
    "dark-axion-portal",
    "scalar-dark-matter-mesons",
    "inelastic-below-threshold",
)
MILLICHARGES: Notes = {  # the notes, section 4: N/eps^2 per electron before the efficiency
    0.01: (2.38e-6, 8.6e-8, 3.6e-9),
    0.03: (2.39e-7, 8.6e-8, 3.6e-9),
    0.1: (1.23e-8, 6.5e-8, 3.6e-9),
    0.3: (4.3e-10, 0.0, 3.4e-9),
    1.0: (1.5e-12, 0.0, 2.1e-9),
}
AXIONS: Notes = {  # the notes, section 5: N/g^2 per electron in GeV^2
    0.01: (8.9e-9, 7.1e-9, 3.13e-8),
    0.1: (2.2e-9, 4.2e-9, 3.12e-8),
    0.5: (2.0e-10, 0.0, 2.81e-8),
    1.0: (2.9e-11, 0.0, 2.16e-8),
    2.0: (1.5e-12, 0.0, 6.0e-9),
}
SCALARS: Notes = {  # the notes, section 6: y without and with mesons
    0.2: (4.5e-9, 3.3e-9),
    0.25: (9.2e-9, 2.1e-9),
    0.26: (1.05e-8, 7.8e-10),
    0.3: (1.7e-8, 9.6e-9),
    0.34: (2.8e-8, 2.5e-10),
    0.5: (1.4e-7, 9.3e-8),
    0.7: (7.9e-7, 2.2e-7),
    1.0: (7.7e-6, 6.6e-9),
}


def pairs(report: Report) -> None:
    """Compare the fold with the integral over all of phase space."""
    known = helpers("processes/test_fold_phase_space.py")
    rows, worst = [], 0.0
    for name, (setup, model, alpha) in known["CASES"].items():
        sigma, error = setup.cross_section(known["photon"], alpha, points=2**15, shifts=16)
        ratio = sigma / known["by_the_fold"](setup, model)
        worst = max(worst, abs(ratio - 1))
        masses = f"{1e3 * setup.dark_mass:g}"
        what = f"{setup.energy:g} GeV, pairs above {setup.least_energy:g} GeV"
        rows.append((name, what, masses, f"{ratio:.4f} ± {error / sigma:.4f}"))
    header = ("pair", "of", "m [MeV]", "phase space / fold")
    report.table("pairs", header, rows)
    report.compare(SECTION, "pairs: fold and 2 → 4 phase space, five points", worst, 0.003)


def _per_electron(models: Sequence[Portal], masses: Sequence[float]) -> dict[str, Array]:
    """Return what each process makes above 50 GeV, per electron and squared coupling."""
    found = {}
    for name in PROCESSES:
        search = Search.of(FLAT, calculation=Calculation(processes=(name,)))
        found[name] = np.zeros(len(masses))
        for i, model in enumerate(models):
            (response,) = search.responses([model])
            (one,) = response.accepted(np.array([1e-7]), np.array([0.0])).values()
            found[name][i] = one.per_particle[0] * 1e14
    return found


def _compare(
    report: Report,
    name: str,
    masses: str,
    models: Sequence[Portal],
    notes: Notes,
) -> None:
    """Compare what each process makes with the notes."""
    found = _per_electron(models, list(notes))
    rows = []
    for i, (mass, theirs) in enumerate(notes.items()):
        row: list[str] = [f"{1e3 * mass:g}"]
        for process, value in zip(PROCESSES, theirs, strict=True):
            mine = float(found[process][i])
            row += [power(mine, 2) if mine > 0 else "0", power(value, 2) if value > 0 else "0"]
        rows.append(row)
    header = ["m [MeV]"]
    for process in PROCESSES:
        header += [process, "notes"]
    report.table(name, header, rows)
    for k, process in enumerate(PROCESSES):
        expected = np.array([row[k] for row in notes.values()])
        ratio = found[process][expected > 0] / expected[expected > 0]
        what = f"{name}: {process} per electron, {masses}, notes"
        if name == "millicharges" and process == "photoproduction":
            report.demand(
                SECTION,
                f"{what} (narrow mesons, no interference)",
                f"{ratio.min():.2f} to {ratio.max():.2f} times",
                "1 to 1.2 times: tails and interference",
                holds=bool(ratio.min() > 0.99 and ratio.max() < 1.205),
            )
        else:  # half of the last digit of the smallest
            report.compare(SECTION, what, largest(ratio), 0.05 if k == 2 else 0.035)


def millicharges(report: Report) -> None:
    """Compare what is made of millicharged pairs with the notes."""
    models = [
        Millicharged(dark_matter_mass=mass, kinetic_mixing=1e-4, dark_matter="dirac")
        for mass in MILLICHARGES
    ]
    _compare(report, "millicharges", "10 MeV to 1 GeV", models, MILLICHARGES)


def dark_axions(report: Report) -> None:
    """Compare what is made of axions and dark photons with the notes."""
    models = [DarkAxionPortal(dark_photon_mass=mass, portal_coupling=1e-4) for mass in AXIONS]
    _compare(report, "dark-axion-portal", "10 MeV to 2 GeV", models, AXIONS)


def scalar_matter(report: Report) -> None:
    """Compare y of scalar dark matter with the notes, without and with mesons."""
    model = DarkPhoton(
        mediator_mass=1.0,
        kinetic_mixing=1.0,
        alpha_D=0.1,
        mass_ratio=3.0,
        dark_matter="complex_scalar",
    )
    masses = [3 * mass for mass in SCALARS]
    theirs = np.array([*SCALARS.values()]).T
    limits = np.array(
        [
            exclusion_curve(
                Search.of(FLAT, calculation=Calculation(processes=names)),
                model,
                masses,
                quantity="y",
            ).limits()
            for names in (("bremsstrahlung",), ("bremsstrahlung", "photoproduction"))
        ]
    )
    rows = [
        (f"{1e3 * mass:g}", *(power(float(v), 2) for v in (a, b, c, d)))
        for mass, a, b, c, d in zip(
            SCALARS, limits[0], theirs[0], limits[1], theirs[1], strict=True
        )
    ]
    header = ("$m_\\chi$ [MeV]", "bremsstrahlung", "notes", "and mesons", "notes")
    report.table("scalar-matter", header, rows)
    off = np.abs(limits / theirs - 1)
    between = np.isclose(masses, 0.9)  # of omega and phi, which interfere there
    what = "y of scalar matter, 0.6 to 3 GeV, notes"
    report.compare(SECTION, what, float(off[:, ~between].max()), 0.03)
    report.compare(SECTION, f"{what}, at 0.9 GeV", float(off[:, between].max()), 0.15)


def planes(report: Report) -> None:  # noqa: ARG001 - as all comparisons
    """Draw the planes of the gallery."""
    for name in PLANES:
        card, place = load_run_card(name)
        write_figure(draw_plane(compute_run_card(card, place)), DOCS / "validation" / name)


def two_photons(report: Report) -> None:
    """Estimate pairs by two photons, which go as epsilon^4 and are left out."""
    found = _per_electron(
        [
            Millicharged(dark_matter_mass=mass, kinetic_mixing=1e-4, dark_matter="dirac")
            for mass in MILLICHARGES
        ],
        list(MILLICHARGES),
    )
    single = sum(found.values())
    rows = []
    for mass, one in zip(MILLICHARGES, single, strict=True):
        two = _by_two_photons(mass)
        limit = np.sqrt(np.log(10) / (0.5 * 5e12 * one))
        rows.append(
            (
                f"{1e3 * mass:g}",
                power(one, 2),
                power(two, 1),
                f"{two / one:.0f} $\\epsilon^2$",
                f"{100 * two / one * limit**2:.2g} %",
            )
        )
    header = ("m [MeV]", "one photon, over $\\epsilon^2$", "two, over $\\epsilon^4$", "ratio")
    report.table("two-photons", (*header, "at the limit of 5e12 electrons"), rows)


def _by_two_photons(mass: float) -> float:
    """Return pairs above 50 GeV by a real photon and an equivalent one, per electron."""
    lead, medium = element("Pb"), material("lead")
    tracks = Dump("e-", 100.0, medium, 40.0).track_lengths(50.0)
    x, weights = gauss_legendre(80)
    span = np.log(1e4)
    s = 4 * mass**2 * np.exp(span * x**2)
    b = np.sqrt(1 - 4 * mass**2 / s)
    bracket = (3 - b**4) * np.log((1 + b) / (1 - b)) - 2 * b * (2 - b**2)
    annihilate = np.pi * ALPHA**2 / (2 * mass**2) * (1 - b**2) * bracket  # Breit and Wheeler
    sigma = []
    for energy in tracks.energies:
        least = (s / (2 * energy)) ** 2
        decades = np.log(np.maximum(s, 1.0) / least)[:, None]
        t = least[:, None] * np.exp(decades * x)
        flux = ((t - least[:, None]) / t * elastic_form_factor(t, lead) * decades) @ weights
        sigma.append(ALPHA / np.pi * (2 * span * x * annihilate * flux) @ weights)
    nuclei = AVOGADRO / lead.atomic_mass * medium.radiation_length_g_cm2
    return float(nuclei * (np.array(sigma) @ tracks.photon) * GEV2_TO_CM2)
