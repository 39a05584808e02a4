"""Track lengths of the particles of a shower."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from scotopic.figures.style import BLUE, GREEN, VERMILION, new_figure
from scotopic.figures.ticks import label_ticks

if TYPE_CHECKING:
    from scotopic.shower import Particle, TrackLengths

_SPECIES: tuple[tuple["Particle", str, str, str], ...] = (
    ("gamma", "photons", GREEN, "-."),
    ("e-", "electrons", BLUE, "-"),
    ("e+", "positrons", VERMILION, "--"),
)


def draw_shower(tracks: "TrackLengths", title: str) -> Figure:
    """Draw the differential track lengths of electrons, positrons and photons.

    Parameters
    ----------
    tracks : TrackLengths
        Of one shower.
    title : str
        What the shower develops in.

    Returns
    -------
    Figure
        Save it with `scotopic.figures.save`.
    """
    top = 0.9997 * tracks.beam_energy
    energies = np.geomspace(tracks.minimum_energy, top, 400)
    with new_figure(title) as (figure, axes):
        for species, label, colour, style in _SPECIES:
            density = tracks.density(species, energies)
            drawn = np.where(density > 0, density, np.nan)
            axes.plot(energies, energies * drawn, style, color=colour, label=label)
        axes.set(
            xscale="log",
            yscale="log",
            xlabel=r"energy $E$ [GeV]",
            ylabel=r"track length $E\,\mathrm{d}L/\mathrm{d}E$ [$X_0$]",
        )
        axes.margins(x=0)
        axes.set_xlim(right=tracks.beam_energy)
        axes.set_ylim(bottom=1e-4)
        label_ticks(axes)
        axes.grid(visible=True)
        axes.legend(loc="lower left")
    return figure
