"""Small surveys for the tests of datasets, and a program that runs one in a process of its own."""

import pickle
import subprocess
import sys
from pathlib import Path

from scotopic.scan.axis import Axis
from scotopic.scan.search import Search
from scotopic.scan.semi_visible import Simulation

from scotopic.experiments import load_experiment
from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.calculation import Calculation
from scotopic.scan.execute import computing
from scotopic.scan.points import Arrays, Setup
from scotopic.scan.store import Dataset
from scotopic.scan.survey import survey

CARD = {"title": "a test"}

_PROGRAM = """
import pickle, sys
from pathlib import Path
from scotopic.errors import ScotopicError
from scotopic.scan.execute import computing
from scotopic.scan.store import Dataset
from scotopic.scan.survey import survey

if __name__ == "__main__":
    directory, tolerance = Path(sys.argv[1]), float(sys.argv[2]) or None
    setup, card = pickle.loads((directory / "setup.pickle").read_bytes())
    try:
        with Dataset(directory, setup, card) as dataset, computing() as compute:
            survey(setup, dataset, compute, tolerance=tolerance)
    except ScotopicError as error:
        sys.exit(str(error))
"""


def semi_visible(masses: int = 64, events: int = 1500, mixings: int = 12) -> Setup:
    """A plane of eight masses a tile, from a single table of cross sections."""
    search = Search.of("NA64", load_experiment("na64e-2018"), ["S1", "S2"])
    return Setup(
        InelasticDarkMatter,
        Axis("mediator_mass", 0.11, 0.9, masses),
        Axis("kinetic_mixing", 1e-5, 3e-2, mixings),
        {"alpha_D": 0.1, "mass_ratio": 3.0, "splitting": 0.4},
        (search,),
        Simulation(events=events),
    )


def invisible(x: Axis, y: Axis, **fixed: object) -> Setup:
    """A plane of the invisible dark photon, with both ways of production."""
    search = Search.of("NA64", load_experiment("na64e-2018"), [])
    others = {"dark_matter": "complex_scalar", "mass_ratio": 3.0, **fixed}
    return Setup(DarkPhoton, x, y, others, (search,), Simulation(calculation=Calculation()))


def complete(
    directory: Path,
    setup: Setup,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    tolerance: float | None = None,
) -> Arrays:
    """Survey a plane into a dataset, and return all of it."""
    directory.mkdir(parents=True, exist_ok=True)
    with Dataset(directory, setup, CARD) as dataset, computing(workers, scheduler) as compute:
        survey(setup, dataset, compute, tolerance=tolerance)
        return dataset.arrays


def start(directory: Path, setup: Setup, tolerance: float = 0.0) -> "subprocess.Popen[str]":
    """Start the same in another process; it ends with 1 and a message if it cannot."""
    directory.mkdir(parents=True, exist_ok=True)
    write_setup(directory / "setup.pickle", setup)
    return subprocess.Popen(command(directory, tolerance), stderr=subprocess.PIPE, text=True)


def write_setup(file: Path, setup: Setup) -> None:
    """Write what the program reads."""
    file.write_bytes(pickle.dumps((setup, CARD)))


def command(directory: Path, tolerance: float = 0.0) -> list[str]:
    """Return the program as a command."""
    return [sys.executable, "-c", _PROGRAM, str(directory), str(tolerance)]


def finished_tiles(directory: Path) -> int:
    """How many tiles a run has finished."""
    return len(list((directory / "dataset.state" / "tiles").glob("*.json")))
