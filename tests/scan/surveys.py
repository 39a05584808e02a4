"""Small surveys for the tests of datasets, and a program that runs one in a process of its own."""

import os
import pickle
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tests.cards.simple import WINDOW, by_window_alone

from scotopic.models.dark_photon import DarkPhoton
from scotopic.models.inelastic import InelasticDarkMatter
from scotopic.processes.calculation import Calculation
from scotopic.scan.execute import computing
from scotopic.scan.points import Arrays, Limit, Plan, Sector
from scotopic.scan.store import Dataset
from scotopic.scan.survey import survey
from scotopic.search import Axis, Search, load_experiment

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
    plan, card = pickle.loads((directory / "plan.pickle").read_bytes())
    try:
        with Dataset(directory, plan, card) as dataset, computing() as compute:
            survey(plan, dataset, compute, tolerance=tolerance)
    except ScotopicError as error:
        sys.exit(str(error))
"""


@dataclass(frozen=True, kw_only=True)
class Deadly(InelasticDarkMatter):
    """Kills its process at one mass, as long as there are files that allow it to."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if repr(self.mediator_mass) in os.environ.get("DEADLY", ""):
            for file in Path(os.environ["DEATHS"]).glob("death-*"):
                file.unlink()
                os.kill(os.getpid(), signal.SIGKILL)


def semi_visible(masses: int = 64, events: int = 1500, mixings: int = 12) -> Plan:
    """A plane of eight masses a tile, from a single table of cross sections.

    It is cheap: no simulated showers, and mediators so narrow that none has a virtual mass.
    """
    how = Calculation(processes=("bremsstrahlung",), events=events)
    search = Search.of(by_window_alone("na64e-2018-semi-visible"), calculation=how)
    fixed = {"alpha_D": 1e-3, "mass_ratio": 3.0, "splitting": 0.4}
    return Plan(
        Axis("mediator_mass", 0.11, 0.9, masses),
        Axis("kinetic_mixing", 1e-5, 3e-2, mixings),
        (Limit("NA64", search, Sector(InelasticDarkMatter, fixed)),),
    )


def invisible(x: Axis, y: Axis, **fixed: object) -> Plan:
    """A plane of the invisible dark photon by the window alone, with both ways of production."""
    search = Search.of(load_experiment(WINDOW))
    others = {"dark_matter": "complex_scalar", "mass_ratio": 3.0, **fixed}
    return Plan(x, y, (Limit("NA64", search, Sector(DarkPhoton, others)),))


def complete(
    directory: Path,
    plan: Plan,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    tolerance: float | None = None,
) -> Arrays:
    """Survey a plane into a dataset, and return all of it."""
    directory.mkdir(parents=True, exist_ok=True)
    with Dataset(directory, plan, CARD) as dataset, computing(workers, scheduler) as compute:
        survey(plan, dataset, compute, tolerance=tolerance)
        return dataset.arrays


def start(directory: Path, plan: Plan, tolerance: float = 0.0) -> "subprocess.Popen[str]":
    """Start the same in another process; it ends with 1 and a message if it cannot."""
    directory.mkdir(parents=True, exist_ok=True)
    write_plan(directory / "plan.pickle", plan)
    return subprocess.Popen(command(directory, tolerance), stderr=subprocess.PIPE, text=True)


def write_plan(file: Path, plan: Plan) -> None:
    """Write what the program reads."""
    file.write_bytes(pickle.dumps((plan, CARD)))


def command(directory: Path, tolerance: float = 0.0) -> list[str]:
    """Return the program as a command."""
    return [sys.executable, "-c", _PROGRAM, str(directory), str(tolerance)]


def same(one: Arrays, other: Arrays) -> bool:
    """Whether two results are equal bit for bit."""
    return one.keys() == other.keys() and all(
        values.dtype == other[name].dtype
        and (
            np.array_equal(values, other[name])
            if values.dtype.kind == "T"
            else values.tobytes() == other[name].tobytes()
        )
        for name, values in one.items()
    )


def finished_tiles(directory: Path) -> int:
    """How many tiles a run has finished."""
    return len(list((directory / "dataset.state" / "tiles").glob("*.json")))
