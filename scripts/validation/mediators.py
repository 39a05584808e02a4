"""Other mediators, visible decays, muon beams: figures and numbers of the review of 2021."""

import numpy as np

from scotopic import Result, exclusion_curve, load_experiment
from scotopic.figures import draw_plane
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.charged_vector import LMuMinusLTau
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.electrophilic import (
    AxialVectorMediator,
    ElectrophilicMediator,
    PseudoscalarMediator,
    ScalarMediator,
)
from scotopic.models.muonphilic import MuonphilicScalar
from scotopic.scan.plane import planes_of
from scotopic.scan.run import compute_run_card
from scotopic.scan.run_card import gallery_names, load_run_card
from validation.report import DOCS, Report, helpers, write_figure

SECTION = "Other mediators"
REVIEW = "gninenko-2021-"
DARK = {"alpha_D": 0.1, "mass_ratio": 3.0}
MASSES = np.array([0.001, 0.01, 0.1, 0.5, 1.0])


def gallery(report: Report) -> None:
    """Draw the figures of the review, and read from them what it says about them."""
    found: dict[str, Result] = {}
    for name in (name for name in gallery_names() if name.startswith(REVIEW)):
        card, place = load_run_card(name)
        one = compute_run_card(card, place)
        write_figure(draw_plane(one), DOCS / "validation" / name)
        found[name.removeprefix(REVIEW)] = one
    _thermal(report, found["fig6-lower-right"])
    _beryllium(report, found["fig8"])
    _light_particles(report, found["fig9"])


def _thermal(report: Report, found: Result) -> None:
    """Compare the alpha_D of thermal Majorana matter that are excluded."""
    plane = planes_of(found)["NA64, 2.84e11 electrons"]
    below = plane.x.values * 3 <= 0.2
    reached = [held[0][1] for held in np.array(plane.intervals(), dtype=object)[below]]
    report.demand(
        SECTION,
        "thermal Majorana matter, m_A' from 3 to 200 MeV: excluded alpha_D, Fig. 6d",
        f"{min(reached):.3f} to {max(reached):.3f}",
        "at least 0.02",
        holds=min(reached) >= 0.02,
    )


def _beryllium(report: Report, found: Result) -> None:
    """Compare the couplings of X17 that are excluded."""
    (plane,) = planes_of(found).values()
    masses = plane.x.values
    at = int(np.argmin(np.abs(masses - 0.0167)))
    (island,) = plane.intervals()[at]
    for edge, mine, published in zip(("lower", "upper"), island, (1.2e-4, 6.8e-4), strict=True):
        report.demand(
            SECTION,
            f"{edge} edge at {1e3 * masses[at]:.1f} MeV, Fig. 8",
            f"{mine:.3g}",
            f"{published:.2g} within 20 %",
            holds=abs(mine / published - 1) <= 0.2,
        )


def _light_particles(report: Report, found: Result) -> None:
    """Compare the region of axion-like particles with the published contour."""
    (plane,) = planes_of(found).values()
    reached = max(
        m for m, held in zip(plane.x.values.tolist(), plane.intervals(), strict=True) if held
    )
    report.demand(
        SECTION,
        "region of axion-like particles closes at, Fig. 9",
        f"{1e3 * reached:.1f} MeV",
        "52 to 58 MeV",
        holds=0.052 <= reached <= 0.058,
    )
    contour = helpers("signatures/test_decay_in_flight.py")["CONTOUR"]
    model = AxionLikeParticle(mediator_mass=0.01, photon_coupling=1.0)
    curve = exclusion_curve(load_experiment("na64e-alp"), model, [m for m, _, _ in contour])
    off = [
        abs(mine / published - 1)
        for (_, *edges), (island,) in zip(contour, curve.intervals(), strict=True)
        for mine, published in zip(island, edges, strict=True)
    ]
    report.compare(SECTION, "its edges at 11, 33, 46 and 52 MeV, Fig. 9", max(off), 0.2)


def moments(report: Report) -> None:
    """Compare limits on couplings and on shares in the electron's magnetic moment."""
    card = load_experiment("na64e-2018")
    kinds: dict[str, type[ElectrophilicMediator]] = {
        "A": AxialVectorMediator,
        "S": ScalarMediator,
        "P": PseudoscalarMediator,
    }
    photon = DarkPhoton(mediator_mass=0.1, kinetic_mixing=1, dark_matter="dirac", **DARK)
    vector = exclusion_curve(card, photon, MASSES)
    limits = {"V": vector.limits()}
    largest = {"V": exclusion_curve(card, photon, MASSES, quantity="delta_a_e").limits()}
    for name, kind in kinds.items():
        model = kind(mediator_mass=0.1, electron_coupling=1.0, **DARK)
        limits[name] = exclusion_curve(card, model, MASSES).limits()
        curve = exclusion_curve(card, model, MASSES, quantity="delta_a_e")
        largest[name] = curve.limits()
    rows = [
        [f"{1e3 * m:g}"]
        + [f"{values[i]:.3g}" for values in limits.values()]
        + [f"{values[i]:.2g}" for values in largest.values()]
        for i, m in enumerate(MASSES)
    ]
    header = ["m_X [MeV]", *(f"ε_{k}" for k in limits), *(f"Δa_e, {k}" for k in largest)]
    report.table("mediators", header, rows)
    ratio = limits["S"] / limits["V"]
    report.demand(
        SECTION,
        "ε_S/ε_V from 10 MeV to 0.5 GeV, Fig. 10",
        f"{ratio[1:4].min():.2f} to {ratio[1:4].max():.2f}",
        "about 1.5",
        holds=bool(np.all(np.abs(ratio[1:4] / 1.5 - 1) < 0.1)),
    )
    every = np.concatenate(list(largest.values()))
    report.demand(
        SECTION,
        "Δa_e of V, A, S, P, five masses off resonance, Fig. 11",
        f"{every.min():.1e} to {every.max():.1e}",
        "1e-15 to 1e-12",
        holds=bool(every.min() > 1e-15 and every.max() < 1e-12),
    )


def muon_beam(report: Report) -> None:
    """Compare the projection for 1e12 muons with the notes' program, which has no virtual ones."""
    card = load_experiment("na64mu-1e12")
    masses = np.array([0.001, 0.1, 0.5, 1.0])
    narrow = {"alpha_D": 1e-3, "mass_ratio": 3.0}
    vector = LMuMinusLTau(mediator_mass=0.1, gauge_coupling=1.0, **narrow)
    scalar = MuonphilicScalar(mediator_mass=0.1, muon_coupling=1.0, **narrow)
    rows = []
    for name, model, notes in (
        ("g_V", vector, [1.94e-5, 2.87e-5, 1.15e-4, 3.13e-4]),
        ("g_S", scalar, [2.71e-5, 4.97e-5, 2.21e-4, 6.0e-4]),
    ):
        curve = exclusion_curve(card, model, masses)
        per_event = curve.limits() * np.sqrt(2.3 / curve["allowed_events"][0, 0])
        off = per_event / notes - 1
        rows += [
            (name, f"{1e3 * m:g}", f"{theirs:.3g}", f"{mine:.3g}", f"{100 * o:+.1f} %")
            for m, theirs, mine, o in zip(masses, notes, per_event, off, strict=True)
        ]
        worst = float(np.abs(off).max())
        report.compare(
            SECTION, f"{name} for 1e12 muons and 2.3 events, 1 MeV to 1 GeV", worst, 0.03
        )
    report.table("muon-beam", ("coupling", "m [MeV]", "notes", "scotopic", "difference"), rows)
