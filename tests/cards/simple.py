"""Cards to compare with what is known in closed form, or with papers of one flat efficiency."""

from pathlib import Path

from scotopic.experiments import Experiment
from scotopic.search import load_experiment
from scotopic.search.cards import checked

FLAT = Path(__file__).parent / "na64e-flat.toml"
WINDOW = Path(__file__).parent / "na64e-window.toml"


def by_window_alone(card: str | Experiment) -> Experiment:
    """Return a card without the pre-shower of electrons, or the counters behind muons."""
    content = load_experiment(card).content()
    for search in content["searches"]:
        for detectors in ("segments", "geometry"):
            search["selection"].pop(detectors, None)
    return checked(Experiment.model_validate(content))
