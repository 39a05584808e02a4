"""Which processes count, and how what they make is computed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from scotopic.checked import count, one_of, random_seed, several, shown
from scotopic.display import displayed
from scotopic.errors import RangeError
from scotopic.registry import Registry, instance_of
from scotopic.words import MODEL_ENDS, FormFactor, Method, ModelEnd, NuclearModel

if TYPE_CHECKING:
    from scotopic.models.portal import Portal
    from scotopic.processes.base import Process
    from scotopic.processes.dump import Dump


def _process(found: object, what: str) -> "Process":
    from scotopic.processes.base import Process  # noqa: PLC0415 - it needs this list

    return instance_of(Process, found, what)  # type: ignore[type-abstract]


PROCESSES: "Final[Registry[Process]]" = Registry(
    "process",
    "processes",
    {
        "bremsstrahlung": "scotopic.processes.bremsstrahlung:Bremsstrahlung",
        "annihilation": "scotopic.processes.annihilation:Annihilation",
        "primakoff": "scotopic.processes.primakoff:Primakoff",
        "photoproduction": "scotopic.processes.photoproduction:Photoproduction",
    },
    _process,
)
"""All processes; `register_process("name")` adds a script's own: a `Process`, or its class."""

register_process = PROCESSES.register


_EVENTS = (16, 10**7)


@displayed
@dataclass(frozen=True)
class Calculation:
    """How mediators are counted.

    Attributes
    ----------
    method : str
        Of bremsstrahlung: "exact" (tree level), "ww" or "iww".
    form_factor : str or None
        "elastic" or "elastic+inelastic"; None for what each process takes by itself.
    processes : tuple of str
        Names of those that count; empty for all that apply.
    events, seed : int
        Simulated events for each process and mass, and the seed of their random numbers, where
        decays in flight are simulated.
    bound_electrons : bool or None
        Whether the electrons with which positrons annihilate move as in their atoms, or are at
        rest; None for what the card of each search says, or else they move.
    nuclear_model : {"classical", "glauber"} or None
        How nuclei make vector mesons coherently; None for what fits the energy of the beam.
    model_end : {"fewest", "most"} or None
        Whether processes whose model has an error make as few or as many mediators as it allows.

    Raises
    ------
    RangeError
        If a word is unknown, or a number out of its range.
    """

    method: str = "exact"
    form_factor: str | None = None
    processes: tuple[str, ...] = ()
    events: int = 5000
    seed: int = 1
    bound_electrons: bool | None = None
    nuclear_model: NuclearModel | None = None
    model_end: ModelEnd | None = None

    def __post_init__(self) -> None:
        """Take one process by its name alone too, and refuse unknown ones."""
        one_of("method", self.method, get_args(Method))
        if self.form_factor is not None:
            one_of("form_factor", self.form_factor, get_args(FormFactor))
        if self.bound_electrons not in (None, False, True):
            raise RangeError(f"bound_electrons: {shown(self.bound_electrons)} is not true or false")
        if self.nuclear_model is not None:
            one_of("nuclear_model", self.nuclear_model, get_args(NuclearModel))
        if self.model_end is not None:
            one_of("model_end", self.model_end, MODEL_ENDS)
        object.__setattr__(self, "events", count("events", self.events, *_EVENTS))
        object.__setattr__(self, "seed", random_seed(self.seed))
        object.__setattr__(self, "processes", several(self.processes))
        for name in self.processes:
            PROCESSES.home(name)

    @property
    def electrons_move(self) -> bool:
        """Whether electrons of the target move."""
        return self.bound_electrons is not False

    def applicable(self, dump: "Dump", model: "Portal") -> tuple[str, ...]:
        """Return the names of the processes that count and make mediators of a model."""
        names = self.processes or PROCESSES.names()
        return tuple(n for n in names if PROCESSES[n].obstacle(dump, model) is None)

    def obstacles(self, dump: "Dump", model: "Portal") -> str:
        """Return why no process makes a model's mediators."""
        names = self.processes or PROCESSES.names()
        return "; ".join(f"{n}: {PROCESSES[n].obstacle(dump, model)}" for n in names)

    def inputs(self) -> dict[str, str | bool | None]:
        """Return what yields of one process depend on."""
        return {
            "method": self.method,
            "form_factor": self.form_factor,
            "bound_electrons": self.electrons_move,
            "nuclear_model": self.nuclear_model,
            "model_end": self.model_end,
        }
