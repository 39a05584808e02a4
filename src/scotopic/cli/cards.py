"""The commands about cards: those that come with the package, new ones, and what is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scotopic.cli.base import AsJson, app, name_written, print_json, remark
from scotopic.errors import CardError, RangeError, ScotopicError
from scotopic.results import usable_file, whole_file

if TYPE_CHECKING:
    from scotopic.experiments.tables import Table

WRONG = 2
"""Exit code if a card is wrong."""

Show = Annotated[str | None, typer.Option(metavar="NAME", help="Print one card, whole.")]


@app.command(short_help="List the experiment cards of the package.")
def experiments(show: Show = None, as_json: AsJson = False) -> None:
    """List the experiment cards that come with the package."""
    from scotopic.experiments import experiment_names  # noqa: PLC0415 - keep the help fast
    from scotopic.search import experiment_card, load_experiment  # noqa: PLC0415

    if show is not None and not as_json:
        typer.echo(experiment_card(show), nl=False)
    elif show is not None:
        print_json(load_experiment(show).content())
    else:
        cards = {name: load_experiment(name) for name in experiment_names()}
        if as_json:
            print_json({name: card.content() for name, card in cards.items()})
            return
        width = max(map(len, cards))
        for name, card in cards.items():
            beam = f"{card.beam.energy_GeV:g} GeV {card.beam.particle}"
            typer.echo(f"{name:{width}}  {card.particles_on_target:8.3g} x {beam:11}  {card.title}")


@app.command(short_help="List the run cards of the package.")
def gallery(show: Show = None, as_json: AsJson = False) -> None:
    """List the run cards that come with the package."""
    from scotopic.experiments.kinds import card_file  # noqa: PLC0415 - keep the help fast
    from scotopic.scan.run_card import gallery_names, load_run_card  # noqa: PLC0415

    if show is not None and not as_json:
        load_run_card(show)
        typer.echo(card_file(show, "plane")[0].read_text("utf-8"), nl=False)
    elif show is not None:
        print_json(_content(load_run_card(show)[0]))
    else:
        cards = {name: load_run_card(name)[0] for name in gallery_names()}
        if as_json:
            print_json({name: _content(card) for name, card in cards.items()})
        else:
            _list({name: card.title for name, card in cards.items()})


def _content(card: "Table") -> object:
    return card.model_dump(mode="json", exclude_none=True)


def _list(titles: Mapping[str, str]) -> None:
    width = max(map(len, titles))
    for name, title in titles.items():
        typer.echo(f"{name:{width}}  {title}")


@app.command(short_help="Say all that is wrong with cards.")
def check(
    cards: Annotated[
        list[str], typer.Argument(metavar="CARD...", help="Names or paths of cards of any kind.")
    ],
) -> None:
    """Say what is wrong with cards: all mistakes of each, one a line.

    Experiment cards, run cards with the experiments and tables that they name, cards of bounds, and
    cards for the choice of a cut. Ends with 2 if one is wrong.
    """
    wrong = False
    for card in cards:
        try:
            typer.echo(f"{card}: {checked(card)}")
        except CardError as error:
            wrong = True
            for mistake in error.mistakes:
                remark(mistake)
        except ScotopicError as error:
            wrong = True
            remark(f"{card}: {error}")
    if wrong:
        raise typer.Exit(WRONG)


def checked(card: str) -> str:
    """Read a card of any kind, and say what it is."""
    from scotopic.bounds.bound import CARDS, load_bound  # noqa: PLC0415 - keep the help fast
    from scotopic.experiments.kinds import KINDS, SUFFIX, command_named, kind_of  # noqa: PLC0415
    from scotopic.experiments.loader import read_card  # noqa: PLC0415
    from scotopic.scan.cut_card import load_cut_card  # noqa: PLC0415
    from scotopic.scan.run import check_run_card  # noqa: PLC0415
    from scotopic.scan.run_card import load_run_card  # noqa: PLC0415
    from scotopic.search import Search, load_experiment  # noqa: PLC0415
    from scotopic.search.models import models_along  # noqa: PLC0415

    if card.endswith(SUFFIX):
        command = kind_of(read_card(Path(card), card))
    else:
        command = "cuts" if card.endswith(".csv") else command_named(card)
    if command == "plane":
        run_card, place = load_run_card(card)
        try:
            remarks = check_run_card(run_card, place)
        except CardError as error:
            raise CardError(*(f"{card}: {text}" for text in error.mistakes)) from None
        for text in remarks:
            remark(f"remark: {text}")
        title = run_card.title
    elif command == CARDS:
        title = load_bound(card).card.title
    elif command == "cuts":
        title = load_cut_card(card)[0].title
    else:
        experiment = load_experiment(card)
        title = experiment.title
        search = Search.of(experiment)
        try:
            search.rehearse(models_along([experiment]))
        except RangeError as error:
            raise CardError(f"{card}: {error}") from None
        for text in search.caveats():
            remark(f"remark: {text}")
    return f"{KINDS[command or 'limit'].name}, {title!r}: nothing wrong"


@app.command(short_help="Write a commented card to begin with.")
def new(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help="Of the list without it.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Where to, not there yet; else the screen."),
    ] = None,
) -> None:
    """Write a commented card to begin with, or list what there is.

    It passes 'scotopic check' as it is: change its numbers to yours, one by one.
    """
    from scotopic.experiments.templates import template, template_titles  # noqa: PLC0415 - fast help

    if kind is None:
        _list(template_titles())
        return
    text = template(kind)
    if file is None:
        typer.echo(text, nl=False)
        return
    if usable_file(file).exists():
        raise ScotopicError(f"{file}: is there already; nothing is written")
    with whole_file(file) as stream:
        stream.write(text.encode())
    name_written([file])
