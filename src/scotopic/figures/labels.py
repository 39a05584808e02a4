"""How figures write words, numbers and parameters of models."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from scotopic.models.dark_kinds import DARK_KINDS
from scotopic.models.derived import Kind
from scotopic.models.metadata import Parameter, in_words, upright
from scotopic.models.parameters import parameter
from scotopic.search.style import MassUnit

_POWER = r"\^(-?\d+)"
_SUPERSCRIPTS: Final = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_SYMBOLS: Final = (
    (r"\bmuon g-2\b", r"$(g-2)_\\mu$"),
    (r"\belectron g-2\b", "$(g-2)_e$"),
    (r"\b(\d+(?:\.\d+)?)[eE]\+?(-?\d+)\b", lambda m: power(m[1], int(m[2]))),
    (r"\b10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: power("1", int(m[1].translate(_SUPERSCRIPTS)))),
    (r"\b(\d+) sigma\b", r"$\1\\sigma$"),
    (r"\btan[ _]theta\b", r"$\\tan\\theta$"),
    (r"\be\+ ?/?e-", "$e^+e^-$"),
    (r"\bmu\+ ?/?mu-", r"$\\mu^+\\mu^-$"),
    (r"\b(alpha|epsilon|theta|sigma|chi|Delta|Omega)\b", r"$\\\1$"),
    (r"\beps\b", r"$\\epsilon$"),
    (r"(?<![\w$])([A-Z])'", "$\\1'$"),
    (" ?-> ?", r" $\\to$ "),
    (r"(?<=\d) %", "\N{NO-BREAK SPACE}%"),
)
"""What stands for a symbol in plain words, and how it is written in a figure."""


def typeset(text: str) -> str:
    r"""Write symbols and powers of ten in plain words as formulas; formulas stay as they are.

    Examples
    --------
    >>> print(typeset("NA64, 2.84e11 electrons"))
    NA64, $2.84{\times}10^{11}$ electrons
    >>> print(typeset("muon g-2, 2 sigma"))
    $(g-2)_\mu$, $2\sigma$
    >>> print(typeset("thermal, tan theta = 10⁻⁴"), typeset("$y$: 1e-4"))
    thermal, $\tan\theta$ = $10^{-4}$ $y$: $10^{-4}$
    """
    formulas = re.split(r"(\$[^$]*\$)", text)
    for pattern, written in _SYMBOLS:
        parts = [part for one in formulas for part in re.split(r"(\$[^$]*\$)", one)]
        formulas = [one if one.startswith("$") else re.sub(pattern, written, one) for one in parts]
    return drawable("".join(formulas))


def drawable(text: str) -> str:
    r"""Return a text that matplotlib can lay out: as it is, or with its dollars as mere signs.

    Examples
    --------
    >>> print(drawable(r"$\epsilon$"), drawable(r"$\eps$"))
    $\epsilon$ \$\eps\$
    """
    if "$" not in text:
        return text
    from matplotlib.mathtext import MathTextParser  # noqa: PLC0415 - for formulas alone

    try:
        for line in text.splitlines():
            MathTextParser("path").parse(line)
    except ValueError:
        return text.replace("$", r"\$")
    return text


def power(factor: str, exponent: int) -> str:
    r"""Write a multiple of a power of ten.

    Examples
    --------
    >>> print(power("2.84", 11), power("1", -4))
    $2.84{\times}10^{11}$ $10^{-4}$
    """
    first = "" if factor == "1" else factor + r"{\times}"
    return f"${first}10^{{{exponent}}}$"


def scientific(value: float, digits: int = 2) -> str:
    r"""Write a number as a multiple of a power of ten.

    Examples
    --------
    >>> print(scientific(2.04e-4))
    $2.04{\times}10^{-4}$
    """
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return power(mantissa, int(exponent))


def axis_label(known: Parameter, mass_unit: MassUnit = "GeV") -> str:
    r"""Return what stands along an axis: the symbol and its unit, couplings by their names too.

    Examples
    --------
    >>> print(axis_label(Parameter(label="m_a", long_name="mass", unit="GeV", role="mass")))
    $m_a$ [GeV]
    >>> print(axis_label(Parameter(label="g", long_name="gauge coupling", role="coupling")))
    gauge coupling $g$
    """
    symbol = " = ".join(part for part in (known.label, known.definition) if part)
    name = f"{known.long_name} " if known.role in {"coupling", "dark coupling"} else ""
    unit = mass_unit if known.unit == "GeV" else re.sub(_POWER, r"$^{\1}$", known.unit)
    return f"{name}${symbol}$" + (f" [{unit}]" if known.unit != "1" else "")


def of_several(known: Parameter, kinds: Sequence[Kind]) -> Parameter:
    r"""Return a parameter as a figure of several models calls it: X is any of their mediators.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> from scotopic.models.electrophilic import ScalarMediator
    >>> ratio = parameter(DarkPhoton, "mass_ratio")
    >>> [of_several(ratio, kinds).label for kinds in ([DarkPhoton], [DarkPhoton, ScalarMediator])]
    ["m_{A'}/m_{\\chi}", 'm_{X}/m_{\\chi}']
    """
    label, definition = known.label, known.definition
    for symbols, common in (
        (dict.fromkeys(kind.symbol for kind in kinds), "X"),
        (dict.fromkeys(kind.dark_symbol for kind in kinds), r"\chi"),
    ):
        for symbol in symbols if len(symbols) > 1 else ():
            label, definition = (
                text.replace(f"{{{symbol}}}", f"{{{common}}}") for text in (label, definition)
            )
    return replace(known, label=label, definition=definition)


def with_value(known: Parameter, value: float | str, digits: int = 6) -> str:
    r"""Return a parameter with its value.

    Examples
    --------
    >>> print(with_value(Parameter(label="m_a", long_name="mass", unit="GeV"), 0.1))
    $m_a = 0.1\,\mathrm{GeV}$
    """
    shown = upright(value) if isinstance(value, str) else f"{value:.{digits}g}"
    if "e" in shown and not isinstance(value, str):
        mantissa, exponent = shown.split("e")
        shown = power(mantissa, int(exponent)).strip("$")
    unit = re.sub(_POWER, r"^{\1}", known.unit)
    return f"${known.label} = {shown}" + (rf"\,\mathrm{{{unit}}}$" if unit != "1" else "$")


_OF_DARK_MATTER: Final = ("dark coupling", "ratio", "splitting", "angle")
_TIED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "muon lower": "from $(g-2)_\\mu$ (2021),\nlower edge at $2\\sigma$",
        "muon central": "from $(g-2)_\\mu$ (2021),\ncentral value",
        "muon upper": "from $(g-2)_\\mu$ (2021),\nupper edge at $2\\sigma$",
        "thermal relic": "from the relic density",
    }
)


def fixed_parameters(
    kinds: Sequence[Kind], values: Mapping[str, float | str | None], dark_matter: str = ""
) -> list[str]:
    r"""Write fixed parameters, a line each: those that matter, words for the kind of dark matter.

    Parameters
    ----------
    kinds : sequence of type
        The models; all have the parameters.
    values : mapping
        Of their parameters.
    dark_matter : str
        What the dark matter is, if one line is to say it.

    Examples
    --------
    >>> from scotopic.models.dark_photon import DarkPhoton
    >>> fixed_parameters([DarkPhoton], {"alpha_D": 0, "mass_ratio": 3, "dark_matter": "dirac"})
    ['no dark matter']
    >>> print(*fixed_parameters([DarkPhoton], {"alpha_D": 0.1, "dark_matter": "pseudo_dirac"}))
    pseudo-Dirac dark matter $\alpha_D = 0.1$
    """
    is_dark = values.get("alpha_D") != 0
    lines = [] if is_dark else ["no dark matter"]
    for name, value in values.items():
        known = of_several(kinds[0].described(parameter(kinds[0], name), values), kinds)
        if value is None or (not is_dark and known.role in (*_OF_DARK_MATTER, "choice")):
            continue
        if value in _TIED:
            lines.append(f"${known.label}$ {_TIED[str(value)]}")
        elif known.role == "choice":
            kind = DARK_KINDS.get(str(value))
            words = kind.name if kind else in_words(str(value))
            dark_matter = dark_matter or f"{words} {in_words(name)}"
        elif known.role != "splitting" or value != 0:
            lines.append(with_value(known, value))
    return ([dark_matter] if dark_matter and is_dark else []) + lines
