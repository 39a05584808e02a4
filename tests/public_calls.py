"""How functions, methods and constructors of the public interface that take numbers are called."""

import dataclasses
import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from scotopic.bounds import Excluded
from scotopic.bounds.kaon import kaon_branching_ratio
from scotopic.cosmology import annihilation, degrees_of_freedom, freeze_out
from scotopic.cosmology.two_species import TwoSpecies
from scotopic.detector.window import EnergyWindow
from scotopic.events import simulation
from scotopic.events.flight import DecaysInFlight
from scotopic.events.lifetimes import Acceptance
from scotopic.events.vertices import vertices
from scotopic.figures import draw_cross_sections
from scotopic.materials import Layer, Material, Target, element, material
from scotopic.models import running
from scotopic.models.axion_like import AxionLikeParticle
from scotopic.models.charged_vector import BMinusL, LMuMinusLTau
from scotopic.models.dark_axion_portal import DarkAxionPortal
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter, InelasticDiracDarkMatter
from scotopic.models.metadata import parameters
from scotopic.models.millicharged import Millicharged
from scotopic.models.registry import BUILT_IN, model_class
from scotopic.models.scalar_portal import ScalarPortalInelastic
from scotopic.models.tensor import TensorMediator
from scotopic.models.vector_meson_portal import VectorMesonPortal
from scotopic.precision.bands import Deviation, mixing_band
from scotopic.precision.magnetic_moments import magnetic_moment
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.kept import produced_by_depth
from scotopic.production import annihilation as positrons
from scotopic.production import (
    bremsstrahlung_table,
    differential_cross_section,
    total_cross_section,
)
from scotopic.production.phase_space import Process
from scotopic.production.tables import CrossSectionTable
from scotopic.search import Axis, Search, default_masses, exclusion_curve, load_experiment
from scotopic.search.acceptance import acceptance_curve
from scotopic.search.cards import selection_of
from scotopic.shower import depth_track_lengths, monte_carlo, track_lengths
from scotopic.signatures.single_event import candidates, follow_event
from scotopic.statistics import (
    Bin,
    Component,
    ForeignLikelihood,
    Likelihood,
    Shift,
    from_workspace,
    to_workspace,
)

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")

NOT_FOR_CALLERS = {
    # made by functions alone
    *("TrackLengths", "DepthTrackLengths", "StrengthLimits.of"),
    # pairs of edges: `tests/bounds/test_numbers.py`
    "Excluded",
    # between solvers
    *("TwoSpecies.coefficients", "TwoSpecies.momentum_exchange"),
    # what extensions override, and scotopic calls
    *("DataSet.in_bin", "DataSet.wrong_bins", "scattered_muons"),
    *("TwoDarkFermions", "Search.responses", "accepted_yields", "Experiment.require_detector"),
    # pyhf, an extra: `tests/statistics/test_foreign.py`
    "ForeignLikelihood.limits",
    # of files, where it is how long something took
    *("write_curve", "write_result", "write_plane"),
}


def numbers_of(way: Callable[..., Any]) -> list[str]:
    """Return the parameters that are numbers, or arrays of them."""
    found = []
    for one in inspect.signature(way).parameters.values():
        hint = one.annotation
        text = hint if isinstance(hint, str) else inspect.formatannotation(hint)
        is_odd = one.kind is one.VAR_KEYWORD or bool(re.search("ndarray|Callable|Mapping", text))
        if "ArrayLike" in text or "_SupportsArray" in text:
            is_odd = "Mapping" in text
        elif not re.search(r"\b(float|int)\b", text):
            is_odd = True
        if not is_odd:
            found.append(one.name)
    return found


def public() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield functions, methods, and constructors that check what they are given."""
    for address in re.findall(r"^::: (\S+)$", PAGE, re.MULTILINE):
        module, _, name = address.rpartition(".")
        thing = getattr(importlib.import_module(module), name)
        if inspect.isfunction(thing):
            yield f"{module.split('.')[1]}.{name}" if name == "simulate" else name, thing
        elif inspect.isclass(thing) and name not in ("Process", "Signature", "Window"):
            if dataclasses.is_dataclass(thing) and hasattr(thing, "__post_init__"):
                yield name, thing
            for own, raw in vars(thing).items():
                if own[0] != "_" and isinstance(raw, FunctionType | classmethod):
                    yield f"{name}.{own}", getattr(thing, own)


FOUND = {name: numbers for name, way in public() if (numbers := numbers_of(way))}


class Call(NamedTuple):
    """How something is called."""

    way: Callable[..., Any]
    given: Mapping[str, Any]
    is_slow: bool = False  # then only what is refused is tried
    called: str = ""  # what messages call the number, if not by the argument's name


DARK: dict[str, Any] = {"mediator_mass": 0.03125, "alpha_D": 0.125, "mass_ratio": 3.0}
PHOTON = DarkPhoton(**DARK, kinetic_mixing=2.0**-10, dark_matter="dirac")
IDM = InelasticDarkMatter(**DARK, kinetic_mixing=2.0**-10, splitting=0.5)
I2DM = InelasticDiracDarkMatter(**DARK, kinetic_mixing=2.0**-10, splitting=0.125, theta=0.0625)
SCALAR = ScalarPortalInelastic(**DARK, electron_coupling=2.0**-10, splitting=0.5)
TENSOR = TensorMediator(**DARK, coupling_per_GeV=2.0**-10)
B_L = BMinusL(mediator_mass=0.5, gauge_coupling=2.0**-10)
L_L = LMuMinusLTau(mediator_mass=0.5, gauge_coupling=2.0**-10)
AXION = AxionLikeParticle(mediator_mass=0.5, photon_coupling=2.0**-10)
CHARGED = Millicharged(dark_matter_mass=0.0625, kinetic_mixing=2.0**-10, dark_matter="dirac")
PORTAL = DarkAxionPortal(dark_photon_mass=0.0625, portal_coupling=2.0**-10)
MESON = VectorMesonPortal(meson="phi", dark_matter_mass=0.125, amplitude=2.0**-10)
LEAD, DUMP = material("lead"), Dump("e-", 100.0, material("lead"), 40.0)
QUICK = Calculation(processes=("bremsstrahlung",))
COUNT = Likelihood.of_count(3, 2.0, 0.5)
RNG = np.random.default_rng(1)
ATOM: dict[str, Any] = {"mediator": "vector", "lepton": "electron", "element": "Pb"}
BEAM: dict[str, Any] = {"medium": "lead", "beam_particle": "e-", "nodes": 48}
CROSS = {"model": PHOTON, "total_width": 2.0**-10}
VIRTUAL = {"mass": [0.25, 0.5]}


@cache
def shower() -> Any:
    return track_lengths("lead", "e-", 10.0, minimum_energy=5.0, nodes=48)


def table() -> CrossSectionTable:
    """Return a table of constants, which is cheap."""
    process = Process("vector", "electron", element("Pb"))
    return CrossSectionTable(process, (0.0625, 0.125), (64.0, 128.0), np.ones((1, 1, 8)), 0.0)


@cache
def search() -> Search:
    return Search.of("na64e-2018", calculation=QUICK)


def flight() -> DecaysInFlight:
    region = selection_of(load_experiment("na64e-visible-2018").searches[0]).regions[0]  # type: ignore[attr-defined]
    return DecaysInFlight(region, 10.0, 1.0, np.ones((2, 2)), np.array([1.0, 2.0]))


def event(**given: Any) -> Any:
    """Follow one of two events that is nothing but its number."""
    card = load_experiment("na64e-2018-semi-visible")
    return follow_event(card, selection_of(card.searches[-1]), IDM, (0, 0), rng=RNG, **given)  # type: ignore[arg-type]


def window(**given: Any) -> EnergyWindow:
    resolution = load_experiment("na64e-2018").detectors[0].energy_resolution
    assert resolution is not None
    return EnergyWindow(resolution=resolution, **given)


def chosen(seed: Any) -> Any:
    card = load_experiment("na64e-2018-semi-visible")
    return candidates(card, selection_of(card.searches[-1]), IDM, seed)  # type: ignore[arg-type]


def model_call(name: str) -> Call:
    kind = model_class(name)
    usual = {"splitting": 0.0625, "theta": 0.0625, kind.coupling_field: 2.0**-10, **DARK}
    if kind is VectorMesonPortal:  # of which half the meson's mass is the highest
        usual["dark_matter_mass"] = 0.125
    given = {n: usual.get(n, 1.0) for n, one in parameters(kind).items() if not one.choices}
    kinds = {"dark_matter": "dirac"} if "dark_matter" in parameters(kind) else {}
    if "splitting" in parameters(kind):
        kinds = dict.fromkeys(kinds, "pseudo_dirac")
    if "meson" in parameters(kind):
        kinds = {"meson": "phi"}
    return Call(kind, {**given, **({"q_chi": 0.0} if "q_chi" in given else {}), **kinds})


def two_species(name: str) -> Call:
    given: dict[str, Any] = {"kinetic_mixing": 2.0**-10}
    if name in ("history", "today"):
        given["refinement"] = 1
    return Call(getattr(TwoSpecies(I2DM), name), given, is_slow=True)


AWAY = {**VIRTUAL, "distance": [0.25, 0.5]}
DENSITIES = ("propagator_squared", "spectral_density")
WIDTHS: Sequence[tuple[str, Mapping[str, Any], Sequence[str]]] = (
    ("Portal", VIRTUAL, ("dark_widths_at", "dark_width_at", "invisible_width_at")),
    ("Portal", VIRTUAL, ("neutrino_widths_at", "timelike_visible_widths_at")),
    ("Portal", VIRTUAL, ("timelike_dark_width_at",)),
    ("Portal", AWAY, DENSITIES),
    ("DecayingMediator", VIRTUAL, ("visible_widths_at", "partial_widths_at")),
    ("DecayingMediator", AWAY, DENSITIES[:1]),
)
CALLS: Mapping[str, Callable[[], Call]] = {
    **{model_class(name).__name__: lambda name=name: model_call(name) for name in BUILT_IN},  # type: ignore[misc]
    **{
        f"{kind}.{name}": lambda name=name, given=given: Call(getattr(PHOTON, name), given)  # type: ignore[misc]
        for kind, given, names in WIDTHS
        for name in names
    },
    **{
        f"{kind}.at_virtual_mass": lambda one=one: Call(  # type: ignore[misc]
            one.at_virtual_mass, {"mass": 0.5}, called="mediator_mass"
        )
        for kind, one in (
            ("Portal", PHOTON),
            ("DecayingMediator", PHOTON),
            ("PhotonPortal", CHARGED),
            ("VectorMesonPortal", MESON),
        )
    },
    "PhotonPortal.propagator_squared": lambda: Call(CHARGED.propagator_squared, AWAY),
    "Millicharged.dark_widths_at": lambda: Call(CHARGED.dark_widths_at, VIRTUAL),
    "DarkAxionPortal.dark_widths_at": lambda: Call(PORTAL.dark_widths_at, VIRTUAL),
    "VectorMesonPortal.dark_widths_at": lambda: Call(MESON.dark_widths_at, VIRTUAL),
    "VectorMesonPortal.propagator_squared": lambda: Call(MESON.propagator_squared, AWAY),
    "DecayingMediator.decay_length_cm": lambda: Call(
        PHOTON.decay_length_cm, {"energy": [1.0, 2.0]}
    ),
    "DarkPhoton.from_y": lambda: Call(
        DarkPhoton.from_y, {**DARK, "y": 2.0**-30, "splitting": 0.0, "dark_matter": "dirac"}
    ),
    "MassProportionalScalar": lambda: model_call("scalar_portal_inelastic"),
    "MassProportionalScalar.visible_widths_at": lambda: Call(SCALAR.visible_widths_at, VIRTUAL),
    "TensorMediator.dark_widths_at": lambda: Call(TENSOR.dark_widths_at, VIRTUAL),
    "TensorMediator.visible_widths_at": lambda: Call(TENSOR.visible_widths_at, VIRTUAL),
    "TwoDarkFermions.dark_widths_at": lambda: Call(IDM.dark_widths_at, VIRTUAL),
    "TwoDarkFermions.chi2_decay_length_cm": lambda: Call(
        IDM.chi2_decay_length_cm, {"energy": [1.0, 2.0]}
    ),
    "ChargedVector.loop_mixing": lambda: Call(L_L.loop_mixing, VIRTUAL),
    "ChargedVector.visible_widths_at": lambda: Call(B_L.visible_widths_at, VIRTUAL),
    "ChargedVector.neutrino_widths_at": lambda: Call(B_L.neutrino_widths_at, VIRTUAL),
    "AxionLikeParticle.dark_widths_at": lambda: Call(AXION.dark_widths_at, VIRTUAL),
    "AxionLikeParticle.visible_widths_at": lambda: Call(AXION.visible_widths_at, VIRTUAL),
    "Excluded.above": lambda: Call(Excluded.above, {"edge": 0.5}),
    "Excluded.excludes": lambda: Call(Excluded.above(0.25).excludes, {"coupling": 0.5}),
    "Excluded.below": lambda: Call(Excluded.above(0.25).below, {"highest": 0.5}),
    "kaon_branching_ratio": lambda: Call(kaon_branching_ratio, {"mass": [0.125, 0.25]}),
    "Material": lambda: Call(
        Material, {"name": "x", "mass_fractions": ((element("Pb"), 1.0),), "density_g_cm3": 2.0}
    ),
    "Layer": lambda: Call(Layer, {"material": LEAD, "thickness_cm": 2.0}),
    "Target": lambda: Call(Target, {"layers": (Layer(LEAD, 1.0),), "repetitions": 2}),
    "running_alpha_D": lambda: Call(
        running.running_alpha_D, {"model": PHOTON, "scale": [0.5, 1.0]}
    ),
    "maximum_alpha_D": lambda: Call(
        running.maximum_alpha_D, {"dark_matter": "dirac", "mediator_mass": 0.5, "scale": 2.0}
    ),
    "thermal_coupling": lambda: Call(
        freeze_out.thermal_coupling, {"model": PHOTON, "omega_h2": 0.125}, is_slow=True
    ),
    "thermal_line": lambda: Call(
        freeze_out.thermal_line,
        {"models": PHOTON, "omega_h2": 0.125, "masses": [0.0625]},
        is_slow=True,
    ),
    **{
        f"TwoSpecies.{name}": lambda name=name: two_species(name)  # type: ignore[misc]
        for name in ("history", "today", "abundance", "holds_for")
    },
    "thermal_average_cm3_per_s": lambda: Call(
        annihilation.thermal_average_cm3_per_s, {"model": PHOTON, "x": [16.0, 32.0]}
    ),
    **{
        f"{name}_degrees_of_freedom": lambda name=name: Call(  # type: ignore[misc]
            getattr(degrees_of_freedom, f"{name}_degrees_of_freedom"), {"temperature": [0.25, 0.5]}
        )
        for name in ("energy", "entropy", "freeze_out")
    },
    "magnetic_moment": lambda: Call(
        magnetic_moment,
        {"lepton": "muon", "mediator": "vector", "mass": [0.25, 0.5], "coupling": [0.5, 1.0]},
    ),
    "Deviation": lambda: Call(
        Deviation, {"lepton": "muon", "value": 0.25, "uncertainty": 0.5, "source": "x"}
    ),
    "mixing_band": lambda: Call(
        mixing_band,
        {"deviation": "muon-2021", "mediator": "vector", "mass": [0.25, 0.5], "sigmas": 2.0},
    ),
    "track_lengths": lambda: Call(
        track_lengths,
        {**BEAM, "beam_energy": 10.0, "minimum_energy": 5.0, "thickness_X0": 40.0},
        is_slow=True,
    ),
    "depth_track_lengths": lambda: Call(
        depth_track_lengths,
        {**BEAM, "beam_energy": 10.0, "minimum_energy": 5.0, "depth_edges_X0": [0.0, 1.0, 2.0]},
        is_slow=True,
    ),
    "TrackLengths.density": lambda: Call(
        shower().density, {"particle": "e-", "energy": [6.0, 7.0]}
    ),
    "TrackLengths.above": lambda: Call(shower().above, {"particle": "e-", "energy": [6.0, 7.0]}),
    "TrackLengths.differential": lambda: Call(
        shower().differential, {"particle": "e-", "edges": [6.0, 7.0]}
    ),
    "shower.simulate": lambda: Call(
        monte_carlo.simulate,
        {
            "medium": "lead",
            "beam_particle": "e-",
            "beam_energy": 10.0,
            "minimum_energy": 5.0,
            "depth_edges_X0": [0.0, 1.0, 2.0],
            "energy_edges": [5.0, 10.0],
            "showers": 2,
            "rng": RNG,
        },
        is_slow=True,
    ),
    "total_cross_section": lambda: Call(
        total_cross_section,
        {
            **ATOM,
            "energy": 64.0,
            "mediator_mass": 0.125,
            "minimum_energy": 32.0,
            "method": "iww",
        },
    ),
    "differential_cross_section": lambda: Call(
        differential_cross_section,
        {**ATOM, "energy": 64.0, "mediator_mass": 0.125, "x": [0.5, 0.75], "method": "iww"},
    ),
    "bremsstrahlung_table": lambda: Call(
        bremsstrahlung_table,
        {**ATOM, "masses": (0.0625, 0.125), "energies": (64.0, 128.0)},
        is_slow=True,
    ),
    "CrossSectionTable.above": lambda: Call(
        table().above,
        {"mediator_mass": 0.125, "energies": [64.0, 96.0], "mediator_energies": [32.0, 48.0]},
    ),
    "CrossSectionTable.total": lambda: Call(
        table().total, {"mediator_mass": 0.125, "energies": [64.0, 96.0]}
    ),
    "CrossSectionTable.differential": lambda: Call(
        table().differential, {"mediator_mass": 0.125, "energy": [64.0, 96.0], "x": [0.5, 0.75]}
    ),
    "resonance_energy": lambda: Call(positrons.resonance_energy, {"mass": 0.25}),
    "cross_section": lambda: Call(
        positrons.cross_section, {**CROSS, "positron_energy": [1.0, 2.0]}
    ),
    "integrated_cross_section": lambda: Call(
        positrons.integrated_cross_section, {**CROSS, "edges": [1.0, 2.0]}
    ),
    "quadrature": lambda: Call(positrons.quadrature, {**CROSS, "edges": [1.0, 2.0]}),
    "Calculation": lambda: Call(Calculation, {"events": 64, "seed": 3}),
    "Dump": lambda: Call(
        Dump, {"particle": "e-", "energy": 100.0, "medium": LEAD, "thickness_X0": 40.0}
    ),
    "Dump.check": lambda: Call(DUMP.check, {"minimum_energy": 50.0}),
    "Dump.track_lengths": lambda: Call(DUMP.track_lengths, {"minimum_energy": 50.0}, is_slow=True),
    "Dump.radiating_tracks": lambda: Call(
        DUMP.radiating_tracks, {"minimum_energy": 50.0}, is_slow=True
    ),
    "Dump.tracks_behind": lambda: Call(
        Dump("e-", 100.0, LEAD, 0.1, LEAD).tracks_behind, {"minimum_energy": 50.0}, is_slow=True
    ),
    "Dump.depth_track_lengths": lambda: Call(
        DUMP.depth_track_lengths,
        {"minimum_energy": 50.0, "edges_X0": np.array([0.0, 1.0]), "nodes": 48},
        is_slow=True,
    ),
    "produced_by_depth": lambda: Call(
        produced_by_depth,
        {
            "name": "bremsstrahlung",
            "dump": DUMP,
            "models": [PHOTON],
            "calculation": QUICK,
            "minimum_energy": 50.0,
            "edges_X0": np.array([0.0, 40.0]),
        },
        is_slow=True,
    ),
    "EnergyWindow": lambda: Call(
        window,
        {
            "beam_energy": 100.0,
            "minimum_energy": 0.0,
            "maximum_energy": 50.0,
            "followed_from": 0.0,
        },
        called="energy",
    ),
    "events.simulate": lambda: Call(
        simulation.simulate,
        {
            "dump": DUMP,
            "model": IDM,
            "rng_or_seed": 1,
            "events": 64,
            "minimum_energy": 50.0,
            "calculation": QUICK,
        },
        is_slow=True,
    ),
    **{
        f"Acceptance.{name}": lambda name=name: Call(  # type: ignore[misc]
            getattr(Acceptance(np.ones(2), np.arange(2), np.ones(2), np.ones(2)), name),
            {"ctau_cm": [1.0, 2.0]},
        )
        for name in ("expected", "error")
    },
    "DecaysInFlight.accepted": lambda: Call(flight().accepted, {"couplings": [0.25, 0.5]}),
    "vertices": lambda: Call(
        vertices,
        {
            **ATOM,
            "mediator_mass": 0.125,
            "energies": [64.0, 96.0],
            "minimum_energy": 32.0,
            "events": 2,
            "rng_or_seed": 1,
        },
        is_slow=True,
    ),
    "candidates": lambda: Call(chosen, {"seed": 1}, is_slow=True),
    "follow_event": lambda: Call(event, {"number": 1}, is_slow=True),
    "Likelihood": lambda: Call(Likelihood, {"bins": COUNT.bins, "confidence_level": 0.75}),
    "Likelihood.of_count": lambda: Call(
        Likelihood.of_count,
        {
            "observed": 3,
            "background": 2.0,
            "background_uncertainty": 0.5,
            "signal_uncertainty": 0.25,
            "confidence_level": 0.75,
        },
    ),
    "Bin": lambda: Call(Bin, {"name": "x", "observed": 3, "signals": (), "backgrounds": ()}),
    "Component": lambda: Call(Component, {"name": "x", "events": 3.0}),
    "Shift": lambda: Call(Shift, {"nuisance": "x", "up": 2.0, "down": 0.5}),
    "Shift.relative": lambda: Call(Shift.relative, {"nuisance": "x", "uncertainty": 0.5}),
    "ForeignLikelihood": lambda: Call(
        ForeignLikelihood, {"workspace": {}, "confidence_level": 0.75, "reason": "x"}
    ),
    "from_workspace": lambda: Call(
        from_workspace, {"workspace": to_workspace(COUNT), "confidence_level": 0.75}
    ),
    "Search.over_alpha_D": lambda: Call(search().over_alpha_D, {"low": 0.125, "high": 0.5}),
    "Search.in_set_up": lambda: Call(
        search().in_set_up, {"name": "beam_energy_GeV", "value": 128.0}, called="beam_energy_GeV"
    ),
    "exclusion_curve": lambda: Call(
        exclusion_curve,
        {
            "search": search(),
            "model": PHOTON,
            "axis": [0.0625, 0.125],
            "quantity": "alpha_D",
            "y": 2.0**-36,
        },
        is_slow=True,
        called="mass",
    ),
    "acceptance_curve": lambda: Call(
        acceptance_curve,
        {"search": "na64mu-1e12", "model": B_L, "masses": [0.0625, 0.125]},
        called="masses",
    ),
    "default_masses": lambda: Call(default_masses, {"points": 4, "lowest": 0.125, "highest": 0.5}),
    "Axis": lambda: Call(Axis, {"parameter": "x", "minimum": 0.125, "maximum": 0.5, "points": 4}),
    "draw_cross_sections": lambda: Call(
        draw_cross_sections,
        {"masses": [0.25, 0.5], "cross_sections_cm2": {"a": [1.0, 2.0]}, "title": "x"},
        is_slow=True,
    ),
}
