"""Vector mesons: numbers per electron, limits on invisible decays, yields over the mass."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from scotopic import DarkPhoton, Search, exclusion_curve, load_experiment, material
from scotopic.figures.style import BLACK, CYCLE, GREY
from scotopic.models.vector_meson_portal import VectorMesonPortal
from scotopic.processes.bremsstrahlung import bremsstrahlung_above
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.production.photoproduction import MESONS, meson_cross_sections, mixed_cross_sections
from scotopic.production.photoproduction import mixing as mixing_of
from scotopic.words import NuclearModel
from validation.report import ROOT, Report, largest, power, single

SECTION = "Vector mesons"
Array = npt.NDArray[np.float64]

# the project's physics notes, section 3
PER_ELECTRON: dict[tuple[str, NuclearModel], tuple[float, ...]] = {
    ("NA64e", "classical"): (1.59e-5, 1.47e-6, 1.47e-6, 3.84e-8),
    ("NA64e", "glauber"): (3.1e-5, 2.9e-6, 2.3e-6, 4.0e-8),
    ("LDMX, 8 GeV", "glauber"): (2.4e-6, 2.3e-7, 7.5e-8),
    ("LDMX, 4 GeV", "glauber"): (1.4e-6, 1.8e-7, 4.5e-8),
}
BRANCHING = {"rho": 3.1e-7, "omega": 3.3e-6, "phi": 3.3e-6, "J/psi": 1.3e-4}
_HARD = 0.033  # photons above 0.7 of the beam energy behind 0.1 radiation lengths, in the notes


def per_electron(report: Report) -> None:
    """Compare mesons per electron, and limits on their invisible decays, with the notes."""
    rows, worst = [], 0.0
    for (name, model), expected in PER_ELECTRON.items():
        dump, energies, lengths = _photons(name)
        found = [_mesons(dump, energies, lengths, meson, model) for meson in MESONS]
        worst = max(worst, largest(np.array(found[: len(expected)]) / expected))
        texts = [f"{power(a, 2)} ({power(b, 2)})" for a, b in zip(found, expected, strict=False)]
        rows.append((name, model, *texts, *["-"] * (len(MESONS) - len(texts))))
    report.table("mesons", ("", "nuclei", *MESONS), rows)
    report.compare(SECTION, "mesons per electron: the notes", worst, 0.05)
    flat = load_experiment(ROOT / "tests" / "cards" / "na64e-flat.toml")
    worst = 0.0
    for meson, bound in BRANCHING.items():
        model_of = VectorMesonPortal(meson=meson, dark_matter_mass=0.1, amplitude=0.1)  # type: ignore[arg-type]
        limit = float(exclusion_curve(Search.of(flat), model_of, [0.1]).limits()[0])
        worst = max(worst, abs(limit / bound - 1))
    what = "largest invisible branching ratios, 9.37e11 electrons: the notes"
    report.compare(SECTION, what, worst, 0.05)


def over_the_mass(report: Report) -> None:  # noqa: ARG001 - a figure alone
    """Draw mediators per electron over their mass, by meson and together."""
    masses = np.unique(
        np.concatenate(
            [np.geomspace(0.03, 4.0, 300)]
            + [m.mass + m.width * np.sinh(np.linspace(-6, 6, 121)) / 2 for m in MESONS.values()]
        )
    )
    masses = masses[(masses > 0.03) & (masses < 4)]
    dump, energies, lengths = _photons("NA64e")
    pairs = np.zeros((len(MESONS), len(MESONS), len(masses)))
    for nucleus, per_cm2 in dump.material.atoms_per_cm2_per_X0.items():
        each = mixed_cross_sections(masses[:, None], energies, nucleus, "classical")
        pairs += per_cm2 * each @ lengths
    with single("mesons") as axes:
        together = np.einsum("vwk,vwk->k", mixing_of(masses), pairs)
        axes.fill_between(masses, 0.65 * together, 1.35 * together, color=GREY, alpha=0.35, lw=0)
        axes.plot(masses, together, color=BLACK, label=r"together, $\pm35\,\%$")
        labels = (r"$\rho$", r"$\omega$", r"$\phi$", r"$J/\psi$")
        for name, label, colour in zip(MESONS, labels, CYCLE, strict=False):
            alone = np.einsum("vwk,vwk->k", mixing_of(masses, {name: 1.0}), pairs)
            axes.plot(masses, alone, color=colour, linewidth=0.8, label=label)
        light = np.geomspace(0.03, 2.9, 40)
        model = DarkPhoton(
            mediator_mass=1, kinetic_mixing=1, alpha_D=0.1, mass_ratio=3, dark_matter="dirac"
        )
        models = [replace(model, mediator_mass=float(m)) for m in light]
        radiated = bremsstrahlung_above(dump, models, np.array([50.0]), Calculation())[:, 0]
        axes.plot(light, radiated, color=BLACK, linestyle="--", label="bremsstrahlung")
        axes.set(xscale="log", yscale="log", ylim=(1e-14, 1e-2), xlim=(0.03, 4))
        axes.set(xlabel=r"$m_{A'}$ [GeV]", ylabel=r"$A'$ per electron and $\epsilon^2$")
        axes.legend()


def _photons(name: str) -> tuple[Dump, Array, Array]:
    """Return what photons cross, their energies in GeV, and their lengths in X0."""
    if name == "NA64e":
        dump = Dump("e-", 100.0, material("lead"), 40.0)
        tracks = dump.track_lengths(50.0)
        return dump, tracks.energies, tracks.photon
    beam = 8.0 if "8" in name else 4.0
    dump = Dump("e-", beam, material("tungsten"), 0.1)
    behind = dump.depth_track_lengths(0.7 * beam, np.array([0.0, 0.1, 0.1001]))
    leaving = behind.photon[1] / behind.photon[1].sum()
    return dump, behind.energies, _HARD * 9 / 7 * leaving


def _mesons(dump: Dump, energies: Array, lengths: Array, name: str, model: NuclearModel) -> float:
    """Return mesons per electron."""
    meson, found = MESONS[name], 0.0  # type: ignore[index]
    for nucleus, per_cm2 in dump.material.atoms_per_cm2_per_X0.items():
        sigma = np.add(*meson_cross_sections(meson, meson.mass, energies, nucleus, model))
        found += per_cm2 * float(lengths @ sigma)
    return found
