"""Scalar mediators with dark matter of all kinds, and the axial vector's timelike polarisation."""

import math

from scotopic.cosmology.cmb import recombination_average_cm3_per_s
from scotopic.cosmology.freeze_out import thermal_coupling
from scotopic.figures import draw_plane
from scotopic.models.electrophilic import AxialVectorMediator
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import load_run_card
from scotopic.units import ALPHA, ELECTRON_MASS, GEV2_TO_CM2, SPEED_OF_LIGHT_CM_PER_S
from validation.report import DOCS, Report, power, write_figure

SECTION = "Scalar mediators"
PLANES = (
    "scalar-majorana",
    "scalar-dirac",
    "scalar-complex-scalar",
    "scalar-complex-scalar-weak",
    "scalar-vector-dual",
)
MASSES = (0.01, 0.1, 1.0)
TARGETS = {  # the notes, section 2: y with alpha_D in units of the mediator's mass, m = 3 m_chi
    "dirac": (0, (2.19e-12, 2.60e-10, 3.42e-8)),
    "majorana": (0, (9.6e-13, 1.18e-10, 1.57e-8)),
    "complex_scalar": (2, (2.86e-14, 2.77e-12, 3.14e-10)),
    "real_scalar": (2, (1.32e-14, 1.32e-12, 1.50e-10)),
}
DUAL = (1.55e-5, 2.7e-4, 2.3e-3)  # epsilon, m = 2.5 m_V, alpha_D = 0.5 GeV^-2


def scalar_targets(report: Report) -> None:
    """Compare thermal targets with those of the notes."""
    rows, worst = [], 0.0
    for kind, (dimension, theirs) in TARGETS.items():
        for mass, expected in zip(MASSES, theirs, strict=True):
            unit = mass**dimension
            of = {"mediator_mass": mass, "mass_ratio": 3, "alpha_D": 0.1 * unit}
            found = thermal_coupling("scalar", dark_matter=kind, **of).y / unit
            worst = max(worst, abs(found / expected - 1))
            name = kind.replace("_", " ")
            rows.append((name, f"{1e3 * mass:g}", "y", power(found, 2), power(expected, 2)))
    for mass, expected in zip(MASSES, DUAL, strict=True):
        of = {"mediator_mass": mass, "mass_ratio": 2.5, "alpha_D": 0.5}
        found = thermal_coupling("scalar", dark_matter="vector_dual", **of).kinetic_mixing
        worst = max(worst, abs(found / expected - 1))
        rows.append(("vector, dual", f"{1e3 * mass:g}", "ε", power(found, 2), power(expected, 2)))
    header = ("dark matter", "$m_\\phi$ [MeV]", "", "here", "notes")
    report.table("scalar-targets", header, rows)
    report.compare(SECTION, "thermal targets of five kinds of dark matter, notes", worst, 0.03)


def axial_s_wave(report: Report) -> None:
    """Compare dark matter at rest with a contact interaction of two axial currents."""
    worst = 0.0
    for mass in (2e-3, 0.1, 1.0):
        model = AxialVectorMediator(
            mediator_mass=mass, electron_coupling=1e-4, alpha_D=0.1, mass_ratio=3
        )
        velocity = math.sqrt(1 - (ELECTRON_MASS / model.dark_matter_mass) ** 2)
        couplings = 16 * math.pi**2 * ALPHA * model.coupling**2 * model.alpha_D
        sigma = couplings * ELECTRON_MASS**2 / (2 * math.pi * mass**4) * velocity
        expected = sigma / 2 * GEV2_TO_CM2 * SPEED_OF_LIGHT_CM_PER_S
        worst = max(worst, abs(recombination_average_cm3_per_s(model) / expected - 1))
    report.compare(SECTION, "axial vector, dark matter at rest: contact interaction", worst, 1e-5)


def scalar_planes(report: Report) -> None:  # noqa: ARG001 - as all comparisons
    """Draw the slides' four panels, and one that is perturbative all over."""
    for name in PLANES:
        card, place = load_run_card(name)
        write_figure(draw_plane(compute_run_card(card, place)), DOCS / "validation" / name)
