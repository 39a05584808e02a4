"""Makes pyhf-toys.csv: confidence levels from pseudo-experiments of pyhf.

Run by hand, `python make_pyhf_toys.py > pyhf-toys.csv`; it takes some ten minutes. Nothing of
scotopic enters: the model is written in pyhf's own format, with log-normal interpolation.
"""

import sys

import numpy as np
import pyhf
from pyhf.infer.calculators import ToyCalculator

TOYS = 1000
CASES = [  # events, background, its uncertainty, signal
    (0, 0.53, 0.17, 2.0),
    (1, 0.53, 0.17, 3.0),
    (2, 0.53, 0.17, 4.5),
    (0, 0.53, 0.0, 1.8),
    (0, 0.19, 0.07, 2.0),
    (1, 0.19, 0.07, 3.4),
    (1, 1.0, 0.5, 2.8),
    (0, 3.0, 1.0, 2.0),
    (2, 3.0, 1.0, 3.0),
    (3, 3.0, 0.0, 4.0),
    (3, 3.0, 1.0, 4.0),
    (5, 3.0, 0.5, 6.0),
    (5, 8.0, 2.0, 4.5),
    (8, 6.0, 1.0, 7.0),
]


def pyhf_model(b: float, db: float, s: float) -> pyhf.Model:
    """Return one count with a log-normal uncertainty of the background."""
    shift = [{"name": "b", "type": "normsys", "data": {"hi": 1 + db / b, "lo": 1 / (1 + db / b)}}]
    samples = [
        {
            "name": "signal",
            "data": [s],
            "modifiers": [{"name": "mu", "type": "normfactor", "data": None}],
        },
        {"name": "background", "data": [b], "modifiers": shift if db else []},
    ]
    return pyhf.Model(
        {"channels": [{"name": "counts", "samples": samples}]},
        poi_name="mu",
        validate=False,
        modifier_settings={"normsys": {"interpcode": "code1"}},
    )


def levels(n: int, b: float, db: float, s: float) -> tuple[float, float]:
    """Return CL_{s+b} and CL_b."""
    model = pyhf_model(b, db, s)
    bounds = [(-8.0, 8.0)] * len(model.config.par_order)
    bounds[model.config.poi_index] = (0.0, 30.0)
    data = [n, *model.config.auxdata]
    calculator = ToyCalculator(
        data, model, ntoys=TOYS, test_stat="qtilde", par_bounds=bounds, track_progress=False
    )
    observed = calculator.teststatistic(1.0)
    both, alone, _ = calculator.pvalues(observed, *calculator.distributions(1.0))
    return float(both), float(alone)


def main() -> None:
    """Print the table."""
    out = sys.stdout
    out.write(
        f"# pyhf {pyhf.__version__}; pseudo-experiments for each hypothesis in the last column\n"
    )
    out.write("observed,background,uncertainty,signal,signal_plus_background,background_only\n")
    for i, case in enumerate(CASES):
        np.random.seed(1000 + i)  # noqa: NPY002 - pyhf draws from numpy's global state
        both, alone = levels(*case)
        out.write(",".join(f"{x:g}" for x in (*case, both, alone)) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
