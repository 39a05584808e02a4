"""Published curves, and laws that make of them curves of other models."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, Strict

from scotopic.bounds.base import BoundCard, BoundKind, Excluded
from scotopic.bounds.laws import LAWS, LawName, Rescaling
from scotopic.bounds.lines import Line
from scotopic.bounds.production import ProducedBy, production_coupling
from scotopic.bounds.published import Published, published
from scotopic.errors import CardError, RangeError
from scotopic.experiments.messages import KeyedError
from scotopic.experiments.schema import NaturalModel
from scotopic.experiments.tables import Length
from scotopic.models.derived import PROBE
from scotopic.models.mediator import DecayingMediator, decaying
from scotopic.models.parameters import kind_of, model_of

_MASS = "mediator_mass"


class PublishedCard(BoundCard, Line):
    """A line of masses and couplings, and the model that it assumes."""

    assumes: NaturalModel = Field(description="the model that the curve was published for")

    @property
    def inside(self) -> bool:
        """Whether what the line encloses is excluded, or else what is above."""
        return False

    @cached_property
    def line(self) -> Published:
        """The curve on the mediator's mass and its coupling."""
        model = self.model_at(1.0)
        axes = (_MASS, model.coupling_field)
        fixed = {
            one.name: getattr(model, one.name)
            for one in fields(model)
            if one.init and one.name not in axes
        }
        return published(self, type(model), fixed, axes, inside=self.inside)

    def model_at(self, mass: float) -> DecayingMediator:
        """Return the model that is assumed, at a mass of the mediator in GeV."""
        kind = kind_of(self.assumes.name)
        solved = {_MASS: mass, kind.coupling_field: PROBE}
        model = model_of(kind, self.assumes.parameters, solved)
        return decaying(model, "a curve of masses and couplings")

    @property
    def assumed_in_words(self) -> str:
        """The model, with the parameters that the card gives."""
        said = ", ".join(f"{name} = {value}" for name, value in self.assumes.parameters.items())
        return f"{self.assumes.name}{' with ' if said else ''}{said}"

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what is wrong with the line, and with the model."""
        found = list(super().mistakes())
        yield from found
        if found:
            return
        try:
            kind = type(self.model_at(1.0))
        except RangeError as error:
            yield KeyedError(("assumes",), str(error))
            return
        wrong = list(self.mistakes_on(kind, _MASS, kind.coupling_field))
        yield from wrong
        if not wrong:
            try:
                _ = self.line
            except CardError as error:
                yield KeyedError((), str(error))


class CurveCard(PublishedCard):
    """A published curve and the law that rescales it."""

    law: LawName = Field(description="what was looked for: how the curve follows the model")
    produced_by: ProducedBy = Field(description="what makes the mediator")
    excludes: Literal["above", "inside"] = Field(
        default="above", description="what is excluded: above the line, or inside of it"
    )
    decay_volume_cm: Annotated[tuple[Length, Length], Strict(strict=False)] | None = Field(
        default=None,
        description="distances of its beginning and end from where mediators are made; of displaced"
        " decays",
    )

    @property
    def inside(self) -> bool:
        """Whether what the line encloses is excluded."""
        return self.excludes == "inside"

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what does not go together."""
        if (self.decay_volume_cm is None) == (self.law == "displaced"):
            yield KeyedError(("decay_volume_cm",), "goes together with law = 'displaced'")
        elif self.decay_volume_cm and not self.decay_volume_cm[0] < self.decay_volume_cm[1]:
            yield KeyedError(("decay_volume_cm",), "its end is not behind its beginning")
        if self.law == "displaced" and not self.inside:
            yield KeyedError(("excludes",), "is 'inside' for displaced decays")
        yield from super().mistakes()


class Curve(BoundKind[CurveCard]):
    """What was excluded of one model, made an exclusion of another by a law."""

    table = CurveCard

    def excluded(self, card: CurveCard, model: DecayingMediator) -> Excluded:
        """Return the rescaled edges at the mediator's mass."""
        law = LAWS[card.law]
        production_coupling(card.produced_by, model)
        law.require(model)
        assumed = card.model_at(model.mediator_mass)
        begin, end = card.decay_volume_cm or (1.0, 1.0)
        given = Rescaling(
            by=card.produced_by,
            assumed=assumed,
            limits=card.line.at(model.mediator_mass, "masses of the mediator"),
            model=model,
            lengths=end / begin,
        )
        return law.rescale(given)

    def assumptions(self, card: CurveCard) -> tuple[str, ...]:
        """Return what the curve was published for."""
        return (f"rescaled by the law {card.law!r} from {card.assumed_in_words}",)
