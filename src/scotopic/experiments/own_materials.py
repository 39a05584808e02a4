"""Materials that a card describes itself: composition and density."""

import math
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from scotopic.errors import nearest
from scotopic.experiments.messages import KeyedError, shown
from scotopic.experiments.tables import Name, SourcedTable
from scotopic.materials import ELEMENTS, Material, compound, element

Share = Annotated[float, Field(gt=0, le=1)]
Atoms = Annotated[float, Field(gt=0, le=1e6)]

_ROUNDING = 1e-3  # by which printed mass fractions may miss 1


class OwnMaterial(SourcedTable):
    """A material, by its density and its composition."""

    name: Name = Field(description="its name, none of the known ones")
    density_g_cm3: Annotated[float, Field(ge=1e-6, le=30)] = Field(description="density")
    mass_fractions: dict[str, Share] | None = Field(
        default=None,
        description="share of each element in the mass; they add up to 1 within 0.001 and are "
        "then scaled to it",
    )
    atoms: dict[str, Atoms] | None = Field(
        default=None,
        description="in place of `mass_fractions`: relative numbers of atoms, as in a formula",
    )

    def mistakes(self) -> Iterator[KeyedError]:
        """Yield what is wrong with the composition."""
        if self.atoms is None and self.mass_fractions is None:
            yield KeyedError(("mass_fractions",), "missing; a material has mass_fractions or atoms")
        if self.atoms is not None and self.mass_fractions is not None:
            yield KeyedError(("atoms",), "does not go together with mass_fractions")
        for key in ("mass_fractions", "atoms"):
            given = getattr(self, key)
            if given is None:
                continue
            for symbol in given:
                if symbol not in ELEMENTS:
                    text = f"{shown(symbol)} is not an element; {nearest(symbol, ELEMENTS)}"
                    yield KeyedError((key, symbol), text)
            if not given:
                yield KeyedError((key,), "no element; at least one is needed")
            elif key == "mass_fractions":
                total = math.fsum(given.values())
                if abs(total - 1) > _ROUNDING:
                    yield KeyedError((key,), f"they add up to {total:.6g}, not to 1")

    def build(self) -> Material:
        """Return the material as `scotopic.materials` describes it."""
        if self.atoms is not None:
            return compound(self.name, self.atoms, self.density_g_cm3)
        shares = self.mass_fractions or {}
        total = math.fsum(shares.values())
        fractions = tuple((element(s), share / total) for s, share in shares.items())
        return Material(self.name, fractions, self.density_g_cm3)
