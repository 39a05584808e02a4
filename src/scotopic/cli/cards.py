"""The commands that list and show what comes with the package."""

from typing import Annotated

import typer

from scotopic.cli.base import AsJson, app, print_json


@app.command()
def experiments(
    show: Annotated[str | None, typer.Option(metavar="NAME", help="Print one card, whole.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the experiment cards that come with the package."""
    from scotopic.experiments import experiment_names  # noqa: PLC0415 - keep the help fast
    from scotopic.search import experiment_card, load_experiment  # noqa: PLC0415

    if show is not None:
        if as_json:
            print_json(load_experiment(show).content())
        else:
            typer.echo(experiment_card(show), nl=False)
        return
    cards = {name: load_experiment(name) for name in experiment_names()}
    if as_json:
        print_json({n: e.content() for n, e in cards.items()})
        return
    width = max(map(len, cards))
    for name, card in cards.items():
        beam = f"{card.beam.energy_GeV:g} GeV {card.beam.particle}"
        typer.echo(f"{name:{width}}  {card.particles_on_target:8.3g} x {beam:11}  {card.title}")


@app.command()
def gallery() -> None:
    """List the run cards that come with the package."""
    from scotopic.scan.run_card import gallery_names, load_run_card  # noqa: PLC0415 - see plane

    names = gallery_names()
    width = max(map(len, names))
    for name in names:
        typer.echo(f"{name:{width}}  {load_run_card(name)[0].title}")
