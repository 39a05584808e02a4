"""Acceptance of decays in flight against brute force, analytic and invisible limits."""

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest

from scotopic.detector.calorimeter import ShowerModel
from scotopic.detector.segments import SegmentCuts, SegmentDeposits
from scotopic.detector.window import EnergyWindow
from scotopic.errors import RangeError
from scotopic.events.lifetimes import Acceptance, ExponentialSum
from scotopic.events.simulation import ARRAYS, Events
from scotopic.experiments import Experiment
from scotopic.experiments.selections import CalorimeterSelection, SegmentCut
from scotopic.search import load_experiment
from scotopic.search.cards import selection_of
from scotopic.signatures import decay_chains as signatures
from scotopic.signatures.decay_chains import acceptance, decay_positions

FloatArray = npt.NDArray[np.float64]

NA64 = load_experiment("na64e-2018")


def selection(experiment: Experiment, search: str) -> CalorimeterSelection:
    found = selection_of(experiment.search(search))
    assert isinstance(found, CalorimeterSelection)
    return found


SELECTIONS = {
    "invisible": selection(NA64, "invisible"),
    "S1": selection(load_experiment("na64e-2018-semi-visible"), "S1"),
    "S2": selection(load_experiment("na64e-2018-semi-visible"), "S2"),
}
RECAST = SELECTIONS["invisible"]
ALL = tuple(SELECTIONS)
WINDOW = EnergyWindow(100.0, 0.0, 50.0, NA64.visible_energy_resolution("ECAL"))
CTAU = np.array([1e-4, 3e-3, 0.02, 0.1, 0.5, 3.0, 100.0])


def events_of(**known: npt.NDArray[np.generic]) -> Events:
    """Made-up events: not distributed as any model says, but covering what can happen."""
    n = len(known["weight"])
    empty = dict.fromkeys(ARRAYS, np.zeros((n, 2)))
    return Events(processes=("bremsstrahlung",), **{**empty, **known})  # type: ignore[arg-type]


def made_up(
    number: int, count: int, visible: float = 0.25, mass: float = 0.19, seed: int = 1
) -> Events:
    rng = np.random.default_rng(seed)
    mediator = rng.uniform(30, 100, number)
    share = rng.uniform(0.3, 0.7, number)
    present = np.arange(2) < count
    chi2 = mediator[:, None] * np.stack([share, 1 - share], axis=1) * present
    pair = chi2 * visible * rng.uniform(0, 2, (number, 2))
    electron = pair * rng.random((number, 2))
    return events_of(
        production_depth_cm=rng.uniform(0.5, 4, number),
        mediator_energy=mediator,
        weight=rng.uniform(0.5, 1.5, number) * 1e-4,
        chi2_count=np.full(number, count),
        chi2_beta_gamma=np.where(present, chi2 / mass, 0.0),
        pair=np.broadcast_to(np.where(present, 0, -1), (number, 2)),
        pair_energy=pair,
        electron_energy=electron,
        positron_energy=pair - electron,
    )


def normals(number: int, seed: int = 2) -> FloatArray:
    return np.random.default_rng(seed).standard_normal((number, 2, 2, 2))


def brute_force(
    experiment: Experiment, name: str, events: Events, ctau: float, seed: int = 3
) -> tuple[float, float]:
    """Draw decays and walk through the set-up event by event; yield and its error.

    The same physics written down anew: smeared energies are drawn, leakage is taken at the
    decay's position.
    """
    signature = SELECTIONS[name]
    rng = np.random.default_rng(seed)
    n = len(events.weight)
    length = rng.exponential(ctau, (n, 2)) * events.chi2_beta_gamma
    position = events.production_depth_cm[:, None] + length
    present = np.arange(2) < events.chi2_count[:, None]
    material = experiment.target.material
    pairs = np.stack([events.electron_energy, events.positron_energy], axis=-1)
    showers = ShowerModel.of(material).showers(pairs, normals(n))
    depth = (45.0 - position) / material.radiation_length_cm
    in_ecal = present & (position < 45.0)
    leak = np.where(in_ecal, showers.beyond(depth[..., None]).sum(axis=-1), 0.0).sum(axis=1)
    energy = {"ECAL": 100 - events.mediator_energy + (events.pair_energy * in_ecal).sum(axis=1)}
    rear = 45.0
    for own in ("VETO", "HCAL1", "HCAL2", "HCAL3"):
        detector = experiment.detector(own)
        end = detector.position_cm + detector.length_cm
        here = present & (position >= rear) & (position < end)
        energy[own] = (events.pair_energy * here).sum(axis=1)
        rear = end
    fraction = experiment.detector("VETO").shower_leakage_fraction or 0.0
    energy["VETO"] = energy["VETO"] + fraction * leak
    for own, stochastic in (("ECAL", 0.1), ("HCAL1", 0.6), ("HCAL2", 0.6), ("HCAL3", 0.6)):
        energy[own] = energy[own] + stochastic * np.sqrt(energy[own]) * rng.standard_normal(n)
    good = energy["ECAL"] < signature.maximum_calorimeter_energy_GeV
    for veto in signature.vetoes:
        good &= sum(energy[d] for d in veto.detectors) < veto.maximum_energy_GeV
    if signature.decay_signal is not None:
        seen = sum(energy[d] for d in signature.decay_signal.detectors)
        good &= seen >= signature.decay_signal.minimum_energy_GeV
    if name == "S1":
        good &= np.all(~present | (position >= experiment.detector("HCAL2").position_cm), axis=1)
    if name == "S2":
        good &= np.all(~present | (position >= rear), axis=1)
    accepted = events.weight * good * signature.efficiency
    return float(accepted.sum()), float(np.sqrt(n) * accepted.std())


@pytest.mark.parametrize("count", [1, 2])
def test_pairs_add_to_the_pre_shower(count: int) -> None:
    """Against decays that are drawn, each leaving its energy from where it is.

    `acceptance` takes decays in the middle of slices: what that changes is below 2 %.
    """
    n, x0 = 40_000, NA64.target.material.radiation_length_cm
    events = made_up(n, count, visible=0.05)
    events = dataclasses.replace(events, production_depth_X0=events.production_depth_cm / x0)
    first = SegmentCut(name="pre-shower", segments=(1,), minimum_energy_GeV=0.4)
    bare = RECAST.model_copy(update={"vetoes": (), "segments": (first,)})
    cuts = SegmentCuts.of(NA64, bare)
    assert cuts is not None
    assert cuts.edges_X0[-1] == pytest.approx(4.33, abs=0.01)
    rng = np.random.default_rng(5)
    deposits = SegmentDeposits(cuts, rng.exponential(0.4, (n, 1)))
    found = acceptance(NA64, bare, events, normals(n), deposits)
    rear, present = 4.8, np.arange(2) < count
    pairs = np.stack([events.electron_energy, events.positron_energy], axis=-1)
    showers = ShowerModel.of(NA64.target.material).showers(pairs, normals(n))
    for ctau in (0.005, 0.02, 0.1, 100.0):
        length = rng.exponential(ctau, (n, 2)) * events.chi2_beta_gamma
        position = events.production_depth_cm[:, None] + length
        depth = (np.maximum(rear - position, 0.0) / x0)[..., None]
        left = (events.pair_energy - showers.beyond(depth).sum(axis=-1)) * (position < rear)
        first = deposits.shower[:, 0] + (left * present).sum(axis=1)
        first += 0.1 * np.sqrt(first) * rng.standard_normal(n)
        inside = (events.pair_energy * present * (position < 45.0)).sum(axis=1)
        chance = WINDOW.acceptance(events.mediator_energy - inside) * (first > 0.4)
        expected = events.weight * chance
        error = np.sqrt(n) * expected.std()
        assert abs(found.expected(ctau) - expected.sum()) < 3 * error + 0.02 * expected.sum()
    without = acceptance(NA64, bare, events, normals(n)).expected(100.0)
    assert found.expected(100.0) == pytest.approx(without * np.exp(-1), rel=0.02)


class TestBruteForce:
    @pytest.mark.parametrize("name", ALL)
    @pytest.mark.parametrize("count", [1, 2])
    @pytest.mark.parametrize("visible", [0.25, 0.02])
    def test_every_signature(self, name: str, count: int, visible: float) -> None:
        events, signature = made_up(25_000, count, visible), SELECTIONS[name]
        found = acceptance(NA64, signature, events, normals(25_000)).expected(CTAU)
        for ctau, value in zip(CTAU[1:6], found[1:6], strict=True):
            drawn, error = brute_force(NA64, name, events, ctau)
            # four standard errors of the draws, and 8 events of 1e-4 where none are expected
            assert value == pytest.approx(drawn, abs=4 * error + 8e-4)

    def test_two_showers_share_what_may_leak(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Decays near the end of the calorimeter alone: all that is approximate in the treatment
        # of two decays. For decays from the usual depth on, many more intervals of leakage change
        # the result by less than the 1e-3 that is stated.
        n, ctau = 20_000, 0.05
        late = dataclasses.replace(made_up(n, 2), production_depth_cm=np.full(n, 14.0))
        value = acceptance(NA64, RECAST, late, normals(n)).expected(ctau)
        drawn, error = brute_force(NA64, "invisible", late, ctau)
        assert value == pytest.approx(drawn, abs=3 * error)
        events = made_up(4000, 2)
        coarse = acceptance(NA64, RECAST, events, normals(4000)).expected(CTAU)
        inner = np.concatenate([[0.0], np.geomspace(1e-3, 0.5, 12)])
        monkeypatch.setattr(signatures, "_SHARES", np.unique([*inner, *(1 - inner)]))
        signatures._pair_fractions.cache_clear()
        fine = acceptance(NA64, RECAST, events, normals(4000)).expected(CTAU)
        signatures._pair_fractions.cache_clear()
        np.testing.assert_allclose(coarse, fine, rtol=1.2e-3)
        assert np.any(coarse != fine)


class TestInvisibleLimit:
    """The selection itself, without the card's flat factor for cuts that are not simulated."""

    bare = RECAST.model_copy(update={"cut_efficiencies": ()})

    @pytest.mark.parametrize("count", [0, 1, 2])
    def test_stable(self, count: int) -> None:
        events = made_up(2000, count)
        expected = (events.weight * WINDOW.acceptance(events.mediator_energy)).sum()
        found = acceptance(NA64, self.bare, events, normals(2000))
        assert found.expected(np.inf) == pytest.approx(expected, rel=1e-12)
        assert found.expected(1e9) == pytest.approx(expected, rel=1e-5)
        if count == 0:
            np.testing.assert_allclose(found.expected(CTAU), expected, rtol=1e-12)

    @pytest.mark.parametrize("count", [1, 2])
    def test_nothing_visible(self, count: int) -> None:
        # 5 MeV are allowed in the VETO: less than that is as good as nothing, wherever it decays
        events = made_up(2000, count, visible=1e-6)
        expected = (events.weight * WINDOW.acceptance(events.mediator_energy)).sum()
        found = acceptance(NA64, self.bare, events, normals(2000)).expected(CTAU)
        np.testing.assert_allclose(found, expected, rtol=1e-4)

    @pytest.mark.parametrize("name", ["S1", "S2"])
    def test_prompt_decays_are_for_the_recast_only(self, name: str) -> None:
        events = made_up(500, 1)
        assert acceptance(NA64, SELECTIONS[name], events, normals(500)).expected(1e-6) == 0


class TestOneEvent:
    def one(self) -> Events:
        two = np.array([[1.0, 0.0]])
        return events_of(
            production_depth_cm=np.array([2.0]),
            mediator_energy=np.array([80.0]),
            weight=np.array([3e-5]),
            chi2_count=np.array([1]),
            chi2_beta_gamma=200.0 * two,
            pair=np.array([[0, -1]]),
            pair_energy=20.0 * two,
            electron_energy=12.0 * two,
            positron_energy=8.0 * two,
        )

    def test_decay_beyond_the_set_up(self) -> None:
        found = acceptance(NA64, SELECTIONS["S2"], self.one(), normals(1))
        assert found.expected(2.0) == pytest.approx(3e-5 * np.exp(-(580 - 2) / 400), rel=1e-6)

    def test_decay_in_the_calorimeters_behind(self) -> None:
        # E_ECAL = 20 GeV, 20 GeV in HCAL2 or 3 with 2.7 GeV resolution: 97 % above 15 GeV
        found = acceptance(NA64, SELECTIONS["S1"], self.one(), normals(1)).expected(2.0)
        flight = np.exp(-(255 - 2) / 400) - np.exp(-(580 - 2) / 400)
        passes = 0.5 + 0.5 * 0.9375  # Phi(5/2.683) = 0.9688
        assert found == pytest.approx(3e-5 * 0.52 * flight * passes, rel=1e-4)

    def test_positions(self) -> None:
        positions = decay_positions(NA64, RECAST, self.one(), normals(1))
        edges, probability = positions.edges_cm[0], positions.probability[0]
        assert edges[0] == 2.0
        assert edges[-1] == 580
        deepest = edges[1]
        assert 10 < deepest < 35
        assert probability[:2].tolist() == pytest.approx([1, 0], abs=1e-6)
        assert probability[-1] == pytest.approx(1, abs=1e-6)
        material = NA64.target.material
        pair = np.array([[12.0, 8.0]])
        showers = ShowerModel.of(material).showers(pair, normals(1)[:, 0])
        leak = showers.beyond((45 - deepest) / material.radiation_length_cm).sum()
        assert leak * 0.063 == pytest.approx(0.005, rel=2e-3)  # 1e-3 X0


class TestThresholdsAndGeometry:
    def test_a_looser_veto_accepts_more(self) -> None:
        events, z = made_up(3000, 1), normals(3000)
        ctaus = np.geomspace(3e-3, 1, 9)
        tight, nominal, loose = (
            acceptance(NA64, s, events, z).expected(ctaus)
            for s in (
                RECAST.with_thresholds("strictest"),
                RECAST,
                RECAST.with_thresholds("loosest"),
            )
        )
        assert np.all((tight < nominal) & (nominal < loose))

    def test_compact_calorimeter_sees_shorter_lives(self) -> None:
        compact = load_experiment("na64e-1e12-compact")
        events, z = made_up(3000, 1), normals(3000)
        long, short = (
            acceptance(e, SELECTIONS["S1"], events, z).expected([0.1, 0.3, 3.0])
            for e in (NA64, compact)
        )
        # exp(110 cm/(beta gamma c tau)) with beta gamma up to 360 is the least gain
        assert np.all(short > long * np.exp(110 / 360 / np.array([0.1, 0.3, 3.0])) * 0.9)

    def test_muons_leave_the_calorimeter(self) -> None:
        events = made_up(500, 1)
        muons = dataclasses.replace(events, pair=np.where(events.pair == 0, 1, -1))
        electrons, penetrating = (
            acceptance(NA64, RECAST, e, normals(500)).expected([1e-4, np.inf])
            for e in (events, muons)
        )
        assert penetrating[0] < 0.02 * electrons[0]  # those with less than leaks unseen
        assert penetrating[1] == pytest.approx(electrons[1], rel=1e-12)

    def test_no_veto_no_limit(self) -> None:
        bare = RECAST.model_copy(update={"vetoes": ()})
        events = made_up(500, 1, visible=0.01)
        found = acceptance(NA64, bare, events, normals(500)).expected(CTAU)
        assert np.all(np.diff(found) >= -1e-9 * found[0])  # only the energy in the ECAL counts


class TestCondensing:
    @pytest.mark.parametrize("name", ALL)
    @pytest.mark.parametrize("count", [1, 2])
    def test_against_all_terms(self, name: str, count: int) -> None:
        found = acceptance(NA64, SELECTIONS[name], made_up(3000, count), normals(3000))
        ctaus = np.geomspace(1e-3, 1e3, 60)
        weighted = found.coefficient * found.weight[found.event]
        exact = np.array([weighted @ np.exp(-found.flight_cm / c) for c in ctaus])
        condensed = found.expected(ctaus)
        used = exact > 1e-6 * found.weight.sum()  # a limit needs more than that
        assert used.sum() > 20
        np.testing.assert_allclose(condensed[used], exact[used], rtol=1e-3)
        assert len(found.function.flight_cm) < 1000

    def test_of_many_exponentials_moments_stay(self) -> None:
        rng = np.random.default_rng(5)
        full = ExponentialSum(0.5, rng.uniform(1, 10, 5000), rng.normal(size=5000))
        short = full.condensed()
        for power in range(4):
            np.testing.assert_allclose(
                short.coefficient @ short.flight_cm**power,
                full.coefficient @ full.flight_cm**power,
                rtol=1e-9,
                atol=1e-7,
            )


class TestError:
    def test_scatter_of_samples(self) -> None:
        sample = [
            acceptance(NA64, RECAST, made_up(1000, 1, seed=s), normals(1000, s)) for s in range(60)
        ]
        values = np.array([a.expected(CTAU) for a in sample])
        stated = np.array([a.error(CTAU) for a in sample]).mean(axis=0)
        # 60 samples know their scatter to 9 %: three times that
        np.testing.assert_allclose(values.std(axis=0, ddof=1), stated, rtol=0.28)


class TestRefused:
    def test_normals(self) -> None:
        with pytest.raises(RangeError, match=r"normals: shape \(5, 2, 2, 2\) is not \(10,"):
            acceptance(NA64, RECAST, made_up(10, 1), normals(5))

    def test_count(self) -> None:
        events = dataclasses.replace(made_up(10, 1), chi2_count=np.full(10, 3))
        with pytest.raises(RangeError, match="chi2_count: 3 is not 0, 1 or 2"):
            acceptance(NA64, RECAST, events, normals(10))

    def test_momentum(self) -> None:
        events = dataclasses.replace(made_up(10, 1), chi2_count=np.full(10, 2))
        with pytest.raises(RangeError, match="chi2_beta_gamma"):
            acceptance(NA64, RECAST, events, normals(10))

    def test_lifetime(self) -> None:
        found = acceptance(NA64, RECAST, made_up(10, 1), normals(10))
        with pytest.raises(RangeError, match=r"ctau_cm: -1\.0 cm is not zero or positive"):
            found.expected([1.0, -1.0])
        with pytest.raises(RangeError, match="ctau_cm: nan"):
            found.error(np.nan)

    def test_positions_of_two(self) -> None:
        with pytest.raises(RangeError, match="one decay"):
            decay_positions(NA64, RECAST, made_up(10, 2), normals(10))


def test_events_without_weight_count_for_nothing() -> None:
    events = made_up(500, 1)
    weight = np.where(np.arange(500) < 250, events.weight, 0.0)
    found = acceptance(NA64, RECAST, dataclasses.replace(events, weight=weight), normals(500))
    assert np.all(np.isfinite(found.expected(CTAU)))
    lone = dataclasses.replace(events, weight=np.where(np.arange(500) == 7, 1e-4, 1e-320))
    assert np.all(np.isfinite(acceptance(NA64, RECAST, lone, normals(500)).expected(CTAU)))


def test_no_events() -> None:
    found = acceptance(NA64, RECAST, made_up(0, 1), normals(0))
    assert isinstance(found, Acceptance)
    assert found.expected(1.0) == 0
