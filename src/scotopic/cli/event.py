"""The event command: one simulated event of a semi-visible model."""

from typing import Annotated

import typer

from scotopic.cli.base import Card, OutputOfFiles, app, name_written, place_for
from scotopic.results import output_directory


@app.command(short_help="Draw a simulated event, and which cuts it meets.")
def event(
    card: Card,
    mediator_mass: Annotated[float, typer.Option(help="Mass of the mediator in GeV.")],
    coupling: Annotated[
        float,
        typer.Option("--kinetic-mixing", "--coupling", help="epsilon: the model's coupling."),
    ],
    alpha_D: Annotated[float, typer.Option("--alpha-D", help="Dark coupling.")] = 0.1,
    mass_ratio: Annotated[float, typer.Option(help="Mass of the mediator over m_chi1.")] = 3.0,
    splitting: Annotated[float, typer.Option(help="(m_chi2 - m_chi1)/m_chi1.")] = 0.4,
    tan_theta: Annotated[
        float | None, typer.Option(help="Mixing of i2DM; without it the model is iDM.")
    ] = None,
    model_name: Annotated[
        str | None,
        typer.Option("--model", help="A model with a chi2.", show_default="by --tan-theta"),
    ] = None,
    search: Annotated[
        str | None, typer.Option(help="Search of the card; the first by default.")
    ] = None,
    number: Annotated[int, typer.Option(help="Which of the simulated events.")] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of the random numbers.")] = 1,
    with_map: Annotated[
        bool, typer.Option("--map", help="Draw too which decays the search accepts.")
    ] = False,
    output: OutputOfFiles = None,
) -> None:
    """Draw one simulated event in the detector, and which cuts of a search it meets.

    Writes event.png and event.pdf into the --output directory, by default out/event-CARD; with
    --map also efficiency.png and efficiency.pdf, over the position and the energy of the decay.
    """
    import numpy as np  # noqa: PLC0415 - keep the help fast

    from scotopic.errors import RangeError  # noqa: PLC0415
    from scotopic.experiments.selections import CalorimeterSelection  # noqa: PLC0415
    from scotopic.models.parameters import build  # noqa: PLC0415
    from scotopic.models.registry import model_class  # noqa: PLC0415
    from scotopic.models.two_dark_fermions import TwoDarkFermions  # noqa: PLC0415
    from scotopic.search import Search, load_experiment  # noqa: PLC0415
    from scotopic.signatures.single_event import candidates, follow_event  # noqa: PLC0415

    place = place_for("event", card, output)
    experiment = load_experiment(card)
    asked = Search.of(experiment, searches=(search or experiment.counted[0].name,))
    chosen, selection = asked.parts[0].card, asked.parts[0].question.selection
    if not isinstance(selection, CalorimeterSelection):
        raise RangeError(
            f"search: {chosen.name!r} has the signature {chosen.signature!r}; events are followed"
            " for 'missing-energy' alone"
        )
    values = {
        "mediator_mass": mediator_mass,
        "coupling": coupling,
        "alpha_D": alpha_D,
        "mass_ratio": mass_ratio,
        "splitting": splitting,
    }
    if tan_theta is not None:
        values["tan_theta"] = tan_theta
    mixed = "inelastic_dark_matter" if tan_theta is None else "inelastic_dirac_dark_matter"
    kind = model_class(model_name or mixed)
    if not issubclass(kind, TwoDarkFermions):
        raise RangeError(f"model: {kind.__name__} has no chi2 that decays in the detector")
    model = build(kind, values)
    asked.seeing(model)  # or says why it does not
    events = candidates(experiment, selection, model, seed)
    rng = np.random.default_rng([seed, max(number, 0)])
    record = follow_event(experiment, selection, model, events, number, rng)
    typer.echo(f"event {number}: {'accepted' if record.accepted else 'rejected'} by {chosen.name}")
    for cut in record.cuts:
        mark = {True: "meets", False: "fails", None: "-"}[cut.met]
        typer.echo(f"  {mark:5}  {cut.condition}: {cut.found}")

    from scotopic.figures import draw_event, save  # noqa: PLC0415 - matplotlib

    figures = {"event": draw_event(experiment, chosen.name, selection, model, record)}
    if with_map:
        from scotopic.figures.efficiency import (  # noqa: PLC0415
            draw_efficiency_map,
            efficiency_map,
        )

        found = efficiency_map(experiment, selection, events, seed)
        figures["efficiency"] = draw_efficiency_map(experiment, chosen.name, model, found)
    directory = output_directory(place)
    for name, figure in figures.items():
        name_written(save(figure, directory / name))
