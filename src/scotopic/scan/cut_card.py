"""Cards for the choice of the cut: the neighbours of the signal region, as TOML or CSV."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError

from scotopic.columns import read_columns
from scotopic.errors import CardError, RangeError
from scotopic.experiments.data_sets import BackgroundSource, too_wide
from scotopic.experiments.kinds import card_file, refuse_another_kind
from scotopic.experiments.loader import read_card
from scotopic.experiments.messages import KeyedError, card_error, mistakes_in, shown
from scotopic.experiments.tables import Items, Line, SourcedTable, Table, Text, repeated_names
from scotopic.scan.cuts import (
    Leakage,
    Neighbours,
    lowest_energy,
    missing_energy_search,
)
from scotopic.search.cards import load_experiment
from scotopic.statistics.extrapolation import MOST_EVENTS, Histogram
from scotopic.statistics.likelihood import Component, Shift
from scotopic.words import DarkMatter

if TYPE_CHECKING:
    from scotopic.experiments import Experiment


class RegionCard(SourcedTable):
    """Events in bins of the calorimeter's energy."""

    edges_GeV: Items[float] = Field(min_length=2, description="edges of the bins, ascending")
    events: Items[Annotated[int, Field(ge=0, le=MOST_EVENTS)]] = Field(
        min_length=1, description="events in each bin"
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what makes it no histogram."""
        try:
            self.histogram()
        except RangeError as error:
            key, _, text = str(error).partition(": ")
            yield KeyedError(("edges_GeV" if key == "edges" else key,), text)

    def histogram(self) -> Histogram:
        """Return the histogram."""
        return Histogram(self.edges_GeV, self.events)


class LeakageCard(RegionCard):
    """Events with a signal in the HCAL, and how many there are without one for each."""

    ratio: float = Field(ge=0, le=1, description="events without signal in the HCAL for each")
    ratio_relative_uncertainty: float = Field(ge=0, le=10, description="of the ratio")


class CutCard(Table):
    """What is needed to choose the cut on the calorimeter's energy."""

    title: Line = Field(description="one line, for the figure")
    experiment: Text = Field(description="an experiment card: a shipped name or a path")
    cuts_GeV: Items[float] = Field(min_length=2, description="cuts to try, ascending")
    mediator_masses_GeV: Items[float] = Field(min_length=1, description="masses of the mediator")
    alpha_D: float = Field(default=0.1, gt=0, le=1, description="dark coupling")
    mass_ratio: float = Field(default=3.0, gt=2, le=1e6, description="m_A'/m_chi")
    dark_matter: DarkMatter = Field(
        default="complex_scalar", description="what the mediator decays into"
    )
    sideband: RegionCard = Field(description="region above the cut with quiet HCAL")
    leakage: LeakageCard | None = Field(
        default=None, description="region below the cut with a signal in the HCAL"
    )
    backgrounds: Items[BackgroundSource] = Field(
        default=(), description="backgrounds that do not depend on the cut; left out: none"
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield repeated names, and cuts that do not ascend."""
        yield from repeated_names("backgrounds", self.backgrounds)
        for i, source in enumerate(self.backgrounds):
            yield from (
                KeyedError(("backgrounds", i), text) for text in too_wide(source.expectation)
            )
        if not all(a < b for a, b in pairwise(self.cuts_GeV)):
            yield KeyedError(("cuts_GeV",), "they do not ascend")

    def neighbours(self) -> Neighbours:
        """Return what the background is extrapolated from."""
        card, leakage = self.leakage, None
        if card is not None:
            leakage = Leakage(card.histogram(), card.ratio, card.ratio_relative_uncertainty)
        others = tuple(_component(b) for b in self.backgrounds if b.expectation[0] > 0)
        return Neighbours(self.sideband.histogram(), leakage, others)


def _component(source: BackgroundSource) -> Component:
    events, uncertainty = source.expectation
    shifts = (Shift.relative(source.name, uncertainty / events),) if uncertainty else ()
    return Component(source.name, events, shifts)


def load_cut_card(path: str, experiment: str | None = None) -> tuple[CutCard, "Experiment"]:
    """Read a card, or a table of the sideband alone, and the experiment that it is about.

    Parameters
    ----------
    path : str
        A ``.toml`` card, or a ``.csv`` table with the columns low_GeV, high_GeV, events; bins in
        ascending order without gaps. With a table the cuts are 21 from half the sideband's lower
        edge up to it, and the masses 1, 10 and 100 MeV.
    experiment : str, optional
        In place of the card's, or with a table.

    Raises
    ------
    CardError
        If anything is wrong with it or does not suit the experiment, in one line.
    """
    file = Path(path)
    if file.suffix == ".csv":
        content = _from_table(file, experiment or "na64e-2018")
    else:
        file, _ = card_file(path, "cuts")
        content = read_card(file, path)
        refuse_another_kind(content, path, "cuts")
        if experiment is not None:
            content["experiment"] = experiment
    try:
        card = CutCard.model_validate(content)
    except ValidationError as error:
        raise card_error(path, mistakes_in(error, CutCard)) from None
    name = card.experiment
    here = experiment is None and (name.endswith(".toml") or "/" in name)
    place = f"--experiment {name}" if experiment else f"{path}: experiment: {shown(name)}"
    try:
        apparatus = load_experiment(str(file.parent / name) if here else name)
        missing_energy_search(apparatus)
    except CardError as error:
        where = "--experiment" if experiment else f"{path}: experiment"
        raise CardError(*(f"{where}: {text}" for text in error.mistakes)) from None
    except RangeError as error:
        raise CardError(f"{place}: {error}") from None
    _check_cuts(card, apparatus, path)
    return card, apparatus


def _check_cuts(card: CutCard, apparatus: "Experiment", label: str) -> None:
    """Refuse cuts for which the background cannot be extrapolated, and sidebands that do not do."""
    neighbours = card.neighbours()
    for i, cut in enumerate(card.cuts_GeV):
        try:
            neighbours.background(apparatus, cut)
        except RangeError as error:
            text = str(error)
            if not text.startswith("sideband."):
                text = f"cuts_GeV[{i}]: {text.removeprefix('cut: ')}"
            raise card_error(label, text) from None


def _from_table(file: Path, experiment: str) -> dict[str, object]:
    """Return the content of a card for a table of the sideband."""
    edges: list[float] = []
    events: list[int] = []
    for row in read_columns(file, ("low_GeV", "high_GeV", "events"), islands=False).rows:
        low, high, count = row.values
        place = f"line {row.line}"
        if not (0 <= count <= MOST_EVENTS and count.is_integer()):
            raise card_error(
                str(file), f"{place}: events: {count:g} is no count up to {MOST_EVENTS:g}"
            )
        if edges and edges[-1] != low:
            text = f"{place}: {low} is not {edges[-1]}, where the row before ends"
            raise card_error(str(file), text)
        edges += [low, high] if not edges else [high]
        events.append(int(count))
    first, lowest = edges[0], 2 * lowest_energy(load_experiment(experiment))
    if not first > lowest:
        text = f"low_GeV: {first} is not above {lowest}, twice what cuts are above"
        raise card_error(str(file), text)
    return {
        "title": f"Sideband of {file.name}",
        "experiment": experiment,
        "cuts_GeV": [first * (0.5 + 0.025 * i) for i in range(21)],
        "mediator_masses_GeV": [0.001, 0.01, 0.1],
        "sideband": {"edges_GeV": edges, "events": events, "source": str(file)},
    }
