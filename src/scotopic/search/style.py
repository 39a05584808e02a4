"""How figures look: one table for those of Python and those of run cards, and who draws what."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Protocol, Self

from pydantic import Field, Strict, ValidationError

from scotopic.errors import RangeError
from scotopic.experiments.messages import KeyedError, key_path, mistakes_in, shown
from scotopic.experiments.tables import Items, Table, repeated
from scotopic.experiments.texts import one_line_of_figure
from scotopic.registry import Registry
from scotopic.words import NOT_PERTURBATIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MassUnit = Literal["GeV", "MeV"]
LineStyle = Literal["solid", "dashed", "dash-dotted", "dotted"]
LegendPlace = Literal[
    "inside",
    "beside",
    "along lines",
    "none",
    "upper left",
    "upper right",
    "lower left",
    "lower right",
]
_Inches = Annotated[float, Field(ge=1, le=40)]


class FigureStyle(Table):
    """How a figure looks; what is left out is as the house has it.

    Examples
    --------
    >>> FigureStyle.of({"size": (3.4, 2.6), "mass_unit": "MeV"}).mass_unit
    'MeV'
    >>> FigureStyle.of({"colors": ["red"]})
    Traceback (most recent call last):
        ...
    scotopic.errors.RangeError: figure.colors: unknown key; did you mean 'colours'?
    """

    title: str | None = Field(
        default=None, description='text above the axes, "" for none; left out: that of the result'
    )
    size: Annotated[tuple[_Inches, _Inches], Strict(strict=False)] | None = Field(
        default=None, description="width and height in inches; left out: 5.6 and 4.2"
    )
    font_size: float | None = Field(
        default=None,
        ge=3,
        le=40,
        description="of the numbers at the axes, in points; left out: 10, less in narrow figures",
    )
    mass_unit: MassUnit = Field(default="GeV", description="of all axes of masses")
    x_label: str | None = Field(default=None, description="what is along the horizontal axis")
    y_label: str | None = Field(default=None, description="what is along the vertical axis")
    legend: LegendPlace = Field(
        default="inside",
        description="where it is; inside means where it covers nothing, or else beside the axes",
    )
    note: bool = Field(default=True, description="write the fixed parameters into the figure")
    order: Items[str] = Field(
        default=(),
        description="labels in the order of the legend, others follow; later ones cover earlier",
    )
    names: dict[str, str] = Field(
        default={}, description="what the figure calls a limit or layer, by its label"
    )
    colours: dict[str, str] = Field(
        default={}, description="of limits and layers by label, as matplotlib knows colours"
    )
    colour_cycle: Annotated[Items[str], Field(min_length=1)] | None = Field(
        default=None,
        description="colours of limits one after the other; left out: the house's seven",
    )
    line_styles: dict[str, LineStyle] = Field(default={}, description="of lines, by label")

    def of_labels(self, labels: Collection[str]) -> Self:
        """Return what is said of some labels and of the figure, without what is said of others."""
        known = [*labels, *SPECIAL]
        left: dict[str, Any] = {
            key: {label: one for label, one in getattr(self, key).items() if label in known}
            for key in ("names", "colours", "line_styles")
        }
        left["order"] = tuple(label for label in self.order if label in known)
        said = left.keys() & self.model_fields_set
        return self.model_copy(update={key: left[key] for key in said})

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what is no colour and no formula, and labels that stand twice in the order."""
        yield from repeated("order", self.order)
        words: list[tuple[tuple[str, ...], str | None]]
        words = [((key,), getattr(self, key)) for key in ("title", "x_label", "y_label")]
        words += [(("names", label), text) for label, text in self.names.items()]
        for key, text in words:
            try:
                for line in (text or "").splitlines():
                    one_line_of_figure(line)
            except KeyedError as error:
                yield KeyedError(key, str(error))
        given: list[tuple[tuple[str, str | int], str]]
        given = [(("colours", label), colour) for label, colour in self.colours.items()]
        given += [(("colour_cycle", i), colour) for i, colour in enumerate(self.colour_cycle or ())]
        for path, colour in given:
            from matplotlib.colors import is_color_like  # noqa: PLC0415 - seldom needed

            if not is_color_like(colour):
                yield KeyedError(path, f"{shown(colour)} is no colour that matplotlib knows")

    @classmethod
    def of(cls, *given: Mapping[str, Any]) -> Self:
        """Return what is given, later ones in place of earlier ones.

        Raises
        ------
        RangeError
            If something is no part of a style, or impossible.
        """
        try:
            return cls.model_validate({key: one for some in given for key, one in some.items()})
        except ValidationError as error:
            first = mistakes_in(error, cls)[0]
            raise RangeError(f"figure.{key_path(first.path)}: {first}") from None

    def only(self, *keys: str) -> Self:
        """Return the same style.

        Raises
        ------
        RangeError
            If it has keys beside these, which mean nothing for a kind of figure.
        """
        for key in sorted(self.model_fields_set - {*keys}):
            raise RangeError(f"figure.{key}: means nothing here; known: {', '.join(keys)}")
        return self

    def unknown(self, labels: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield keys and labels in them that are none of those there are."""
        for key in ("order", "names", "colours", "line_styles"):
            for label in getattr(self, key):
                if label not in labels and label not in SPECIAL:
                    yield key, label


SPECIAL: Final = (
    "expected median",
    "expected 1 sigma",
    "expected 2 sigma",
    "thresholds",
    "models",
    "not computed",
    NOT_PERTURBATIVE,
    "no such model",
)
"""Labels of what figures show beside limits and layers."""


class Drawing(Protocol):
    """Draws a result into axes, or into a figure of its own."""

    def __call__(
        self,
        result: Any,  # noqa: ANN401 - of the kind that it draws
        /,
        *,
        ax: "Axes | None" = None,
        **style: Any,  # noqa: ANN401 - keys of FigureStyle
    ) -> "Figure":
        """Return the figure."""


DRAWINGS: Final[Registry[Drawing]] = Registry(
    "drawing",
    "drawings",
    {
        "curve": "scotopic.figures.limit:draw_limit",
        "plane": "scotopic.figures.plane:draw_plane",
        "acceptance": "scotopic.figures.acceptance:draw_acceptance",
    },
)
"""What draws results, by their kind: it is looked up when it is needed, by name."""


def drawn(kind: str, result: object, ax: "Axes | None", style: Mapping[str, Any]) -> "Axes":
    """Draw a result into axes; without them into a new figure of pyplot, which notebooks show."""
    figure = DRAWINGS[kind](result, ax=ax, **style)
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt  # noqa: PLC0415 - slow to import

    with plt.rc_context({"figure.max_open_warning": 0}):
        plt.figure(FigureClass=lambda *_, **__: figure)  # type: ignore[arg-type]
    return figure.axes[0]
