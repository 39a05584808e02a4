"""Vector mesons made by photons, gamma A -> V A, that mix with the mediator.

A photon of the shower, or one that a muon carries, turns into a mediator through rho, omega, phi or
J/psi and hands it all of its energy: with the photons' track length T(E), N = sum_i n_i Int dE T(E)
sigma_i(E, m) per particle on target and per unit of the squared coupling. On a narrow meson the
mediator is what the meson decays into; elsewhere it is made through the tails of all of them, which
interfere.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.processes.base import AcceptedYields, Process, Produced, Window
from scotopic.processes.calculation import Calculation
from scotopic.processes.dump import Dump
from scotopic.processes.features import Feature, around
from scotopic.processes.fold import needed_masses
from scotopic.progress import Report, silent

if TYPE_CHECKING:
    from scotopic.models.portal import Portal
    from scotopic.processes.meson_photons import MesonPhotons
    from scotopic.words import NuclearModel

Array = npt.NDArray[np.float64]

GLAUBER_BELOW: Final = 20.0
"""Beam energy in GeV up to which Glauber's formula is taken, and the classical one above.

Data on rho mesons are 0.5 of Glauber's and 1.0 of the classical cross section (+-20 %) for photons
of some 80 GeV and more, where nucleons shadow each other in states that Glauber's single meson
leaves out; at 5 to 9 GeV they are Glauber's.
"""

_CARRIED = 0.20  # relative error of taking photons that muons carry for real ones
_SLOW = 4.0  # GeV, of beams half of whose energy is less than photons need for mesons
_MATTERS = 0.1  # GeV, of mediators; of lighter ones others make a hundred times as many
_AWAY = 0.15  # of a meson's mass, to which default masses are dense around it


class Photoproduction(Process):
    """Photons that turn into vectors through vector mesons."""

    reaction = "GAMMA NUCLEUS --> {mediator} NUCLEUS"
    depends_on_widths = False
    is_transverse = True  # the meson keeps the photon's helicity
    emitters = "photons"
    model_error = 0.25  # of the best known, J/psi

    def obstacle(self, dump: Dump, model: "Portal") -> str | None:
        """Return why no photon turns into the mediator, if none does."""
        if not self.coupling(dump, model) > 0:
            return f"{type(model).__name__} does not mix with vector mesons"
        return None

    def coupling(self, dump: Dump, model: "Portal") -> float:  # noqa: ARG002 - for any beam
        """Return the largest of the couplings to mesons, relative to that of a photon."""
        return max(map(abs, model.meson_couplings.values()), default=0.0)

    @property
    def resonances(self) -> tuple[tuple[float, float], ...]:
        """Masses and widths of the mesons."""
        from scotopic.production.photoproduction import MESONS  # noqa: PLC0415 - not when warm

        return tuple((meson.mass, meson.width) for meson in MESONS.values())

    def depends_on(self, model: "Portal") -> dict[str, Any]:
        """Return the mass, and how the couplings to mesons share."""
        return {"mediator_mass": model.mediator_mass, "charges": _charges(model)}

    def features(
        self,
        dump: Dump,  # noqa: ARG002 - they are where they are
        edges: "Sequence[Array]",
        relative_width: Callable[[float], float],
        calculation: Calculation,  # noqa: ARG002
    ) -> list[Feature]:
        """Return the narrow mesons: omega, phi and J/psi, as wide as they and the mediator are."""
        from scotopic.production.photoproduction import MESONS  # noqa: PLC0415 - not when warm

        if not edges:
            return []
        found = []
        for name in ("omega", "phi", "J/psi"):
            mass = MESONS[name].mass
            half = (MESONS[name].width + relative_width(mass) * mass) / 2
            masses = around(mass, half, mass * (1 - _AWAY), mass * (1 + _AWAY))
            found.append(Feature(f"photoproduction, {name}", masses, (mass - half, mass + half)))
        return found

    def accepted(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        window: Window,
        calculation: Calculation,
        report: Report = silent,  # noqa: ARG002 - it is fast
    ) -> AcceptedYields:
        """Return what the window accepts, at all nodes of the shower's energy."""
        from scotopic.processes.meson_photons import (  # noqa: PLC0415 - not when warm
            TABLES,
            MesonPhotons,
        )

        softest = float(window.thresholds()[0].min())
        found, error = np.zeros(len(models)), 0.0
        for photons in (MesonPhotons.of(dump, softest), MesonPhotons.behind(dump, softest)):
            if photons is None:
                continue
            made = _yields(photons, dump, models, calculation).sum(axis=1)
            found += made @ window.acceptance(photons.energies)
            error = max(error, photons.relative_error)
        return AcceptedYields(found, np.full(len(models), error + TABLES))

    def produced(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        minimum_energy: float,
        edges_X0: Array,
        calculation: Calculation,
        report: Report = silent,  # noqa: ARG002 - it is fast
    ) -> list[Produced]:
        """Return the mediators at the nodes of the photons' energy."""
        from scotopic.processes.meson_photons import MesonPhotons  # noqa: PLC0415 - not when warm

        photons = MesonPhotons.of(dump, minimum_energy, edges_X0)
        return _produced(photons, dump, models, calculation)

    def behind(
        self,
        dump: Dump,
        models: "Sequence[Portal]",
        minimum_energy: float,
        calculation: Calculation,
    ) -> list[Produced]:
        """Return the mediators that photons make behind the target, in what absorbs them."""
        from scotopic.processes.meson_photons import MesonPhotons  # noqa: PLC0415 - not when warm

        photons = MesonPhotons.behind(dump, minimum_energy)
        if photons is None:
            return []
        return _produced(photons, dump, models, calculation)

    def caveats(
        self, dump: Dump, models: "Sequence[Portal]", calculation: Calculation
    ) -> tuple[str, ...]:
        """Return how well the number of mesons is known, if it matters."""
        if max(_heaviest(model) for model in models) < _MATTERS:
            return ()
        from scotopic.production.photoproduction import (  # noqa: PLC0415 - not when warm
            LEAST_PHOTON_ENERGY,
            MESONS,
        )

        rho, heavy = MESONS["rho"].relative_error, MESONS["J/psi"].relative_error
        model = nuclear_model(dump, calculation)
        carried = (
            "photons that muons carry count as real ones with 1/(1 + Q^2/M^2) of the amplitude, to"
            f" {_CARRIED:.0%}, and their muons go straight on"
        )
        known = (
            f"vector meson dominance and a nuclear model ({model}) give the events of rho, omega"
            f" and phi to {rho:.0%} and of J/psi to {heavy:.0%}; where they dominate, couplings"
            " are known to half of that"
        )
        found = [known, carried] if dump.lepton == "muon" else [known]
        if dump.energy < _SLOW:
            found.append(
                f"photons below {LEAST_PHOTON_ENERGY:g} GeV are taken to make no meson: with a beam"
                f" of {dump.energy:g} GeV there are more than are counted"
            )
        return tuple(found)


def nuclear_model(dump: Dump, calculation: Calculation) -> "NuclearModel":
    """Return how nuclei make mesons coherently: as asked for, or by the beam's energy."""
    by_energy: NuclearModel = "glauber" if dump.energy < GLAUBER_BELOW else "classical"
    return calculation.nuclear_model or by_energy


def _produced(
    photons: "MesonPhotons", dump: Dump, models: "Sequence[Portal]", calculation: Calculation
) -> list[Produced]:
    """Return the mediators that photons make."""
    from scotopic.processes.meson_photons import TABLES  # noqa: PLC0415 - not when warm

    error = photons.relative_error + TABLES
    every = _yields(photons, dump, models, calculation)
    return [Produced(photons.energies, one, error) for one in every]


def _yields(
    photons: "MesonPhotons", dump: Dump, models: "Sequence[Portal]", calculation: Calculation
) -> Array:
    """Return mediators per squared coupling, shape (models, slices, n).

    At an end of what the model of mesons is known to, the number of each meson moves by its error.
    """
    scales = _scales(dump, calculation)
    charges = [
        {name: scales[name] * charge for name, charge in _charges(model).items()}
        for model in models
    ]
    masses = np.array([model.mediator_mass for model in models])
    return photons.yields(masses, charges, nuclear_model(dump, calculation))


def _scales(dump: Dump, calculation: Calculation) -> dict[str, float]:
    """Return by which factors the amplitudes of mesons are scaled."""
    from scotopic.production.photoproduction import MESONS  # noqa: PLC0415 - not when warm

    sign = {"fewest": -1.0, "most": 1.0, None: 0.0}[calculation.model_end]
    carried = _CARRIED if dump.lepton == "muon" else 0.0
    return {
        name: math.sqrt(1 + sign * math.hypot(meson.relative_error, carried))
        for name, meson in MESONS.items()
    }


def _heaviest(model: "Portal") -> float:
    """Return the mass in GeV from which mediators are made: real ones, or virtual ones."""
    dark = model.dark_threshold
    if model.mediator_mass == 0 and math.isinf(needed_masses(model)[1]):  # up to any mass
        return math.inf
    return max(model.mediator_mass, dark if math.isfinite(dark) else 0.0)


def _charges(model: "Portal") -> dict[str, float]:
    """Return the couplings to mesons in units of the largest."""
    couplings = model.meson_couplings
    largest = max(map(abs, couplings.values()), default=0.0) or 1.0
    return {name: coupling / largest for name, coupling in couplings.items()}
