"""A model card: what a model is, what it was made of, how well it did, and whether to use it.

After Mitchell et al. (2019), Model cards for model reporting, FAT* 220-229. A card is plain data:
`as_plain()` is what is stored and shown; words are put to its codes elsewhere.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 - as elsewhere in this package
from datetime import datetime
from importlib.metadata import version
from typing import Any, NamedTuple

from scipy.special import bdtrc

from guanxi.analytics.scoring import FittedModel
from guanxi.analytics.trust.backtest import Backtest
from guanxi.analytics.trust.comparison import Comparison, Verdict
from guanxi.analytics.trust.drift import Drift
from guanxi.analytics.trust.measures import CalibrationBin, Errors
from guanxi.analytics.trust.plain import plain

# How rarely good chances are to be called bad.
CHANCE = 0.01
# Which figures each model of scoring answers for.
TARGETS_OF = {
    "BetaGeometricNBD": ("purchases", "buys"),
    "ModifiedBetaGeometricNBD": ("purchases", "buys"),
    "ParetoNBD": ("purchases", "buys"),
    "GammaGamma": ("spend", "amount"),
}


class Parameter(NamedTuple):
    """An estimate; `standard_error` is NaN where the data do not determine it."""

    name: str
    value: float
    standard_error: float


class Window(NamedTuple):
    """The days the data are from, both included."""

    first: Date
    last: Date


@dataclass(frozen=True)
class ModelCard:
    """Everything there is to know of one fitted model.

    `rows` counts what was used, `left_out` what was not, by reason. `errors` has, by target, those
    of the model and of the naive rules at the newest cut of the backtest, `calibration` is of that
    cut too; `comparisons` and `verdicts` are over all cuts. Without a backtest they are empty.
    """

    model: str
    window: Window
    rows: Mapping[str, int]
    left_out: Mapping[str, int]
    parameters: list[Parameter]
    log_likelihood: float
    horizon_days: int | None
    errors: Mapping[str, Mapping[str, Errors]]
    comparisons: list[Comparison]
    verdicts: Mapping[str, Verdict]
    calibration: list[CalibrationBin]
    drift: list[Drift]
    warnings: list[str]
    level: float | None
    seed: int | None
    made_at: datetime
    library_version: str = field(default_factory=lambda: version("guanxi"))

    def as_plain(self) -> dict[str, Any]:
        """Give the card as dicts, lists, texts and numbers that JSON can hold."""
        written: dict[str, Any] = plain(self)
        return written


class Ground(NamedTuple):
    """One reason for a decision: a code, whether it speaks against the model, and its numbers."""

    code: str
    against: bool
    numbers: dict[str, Any]


class Decision(NamedTuple):
    """Whether the model's scores are to be written. If not, the last good ones are kept."""

    is_on: bool
    grounds: list[Ground]

    @property
    def targets_off(self) -> list[str]:
        """Name the targets that speak against the model: what is forecast of others may stand."""
        found = (ground.numbers.get("target") for ground in self.grounds if ground.against)
        return [target for target in found if target is not None]


def model_card(
    fitted: FittedModel,
    *,
    window: Window,
    rows: Mapping[str, int],
    left_out: Mapping[str, int],
    made_at: datetime,
    tested: Backtest | None = None,
    drift: Sequence[Drift] = (),
    warnings: Sequence[str] = (),
    targets: Sequence[str] | None = None,
) -> ModelCard:
    """Put a card together. `targets` are those of the backtest that the model answers for; by
    default those of `TARGETS_OF`.
    """
    if targets is None:
        if fitted.name not in TARGETS_OF:
            raise ValueError(f"targets must be named for a model like {fitted.name}")
        targets = TARGETS_OF[fitted.name]
    if window.first > window.last:
        raise ValueError(f"window ends on {window.last} before it begins on {window.first}")
    newest = tested.cuts[-1] if tested and tested.cuts else None
    of_chances = newest is not None and "buys" in targets
    return ModelCard(
        model=fitted.name,
        window=window,
        rows=dict(rows),
        left_out=dict(left_out),
        parameters=[
            Parameter(name, value, fitted.standard_errors.get(name, math.nan))
            for name, value in fitted.params.items()
        ],
        log_likelihood=fitted.log_likelihood,
        horizon_days=tested.horizon_days if tested else None,
        errors={
            target: found.rules
            for target, found in (newest.targets.items() if newest else ())
            if target in targets
        },
        comparisons=[
            one for one in (tested.comparisons if tested else ()) if one.target in targets
        ],
        verdicts={target: tested.verdicts[target] for target in targets} if tested else {},
        calibration=newest.calibration if newest and of_chances else [],
        drift=list(drift),
        warnings=[*warnings, *(tested.doubts if tested else ())],
        level=tested.level if tested else None,
        seed=tested.seed if tested else None,
        made_at=made_at,
    )


def decide(card: ModelCard) -> Decision:
    """Say whether a model is to be used, with every ground there is.

    Off: it has no finite fit (`no_fit`), or on a target it answers for it does not beat the naive
    rules (`no_better_than_naive`). On, but marked: nothing shows that it beats them either
    (`not_proven`: no backtest, too little history, too few customers); chances that fail in more
    bins than chance would have it once in a hundred times (`calibration_off`); columns that have
    moved (`drift`). A model that beats the rules says so too (`better_than_naive`).
    """
    figures = [card.log_likelihood, *(parameter.value for parameter in card.parameters)]
    grounds = []
    if not all(math.isfinite(figure) for figure in figures):
        grounds.append(Ground("no_fit", True, {}))
    if not card.verdicts:
        grounds.append(Ground("not_proven", False, {"target": None}))
    grounds += [_ground(card, target, verdict) for target, verdict in card.verdicts.items()]
    bins, wrong = len(card.calibration), sum(not found.holds for found in card.calibration)
    if card.level and wrong and bdtrc(wrong - 1, bins, 1 - card.level) < CHANCE:
        grounds.append(Ground("calibration_off", False, {"bins": bins, "bins_off": wrong}))
    grounds += [
        Ground("drift", False, {"column": moved.column, "psi": moved.psi, "shift": moved.shift})
        for moved in card.drift
        if moved.shift in ("moderate", "large")
    ]
    return Decision(not any(ground.against for ground in grounds), grounds)


def _ground(card: ModelCard, target: str, verdict: Verdict) -> Ground:
    """Name the rule that is hardest to beat: the one that leaves the model the least gain."""
    found = [one for one in card.comparisons if one.target == target]
    if not found:
        return Ground("not_proven", False, {"target": target})
    hardest = min(found, key=lambda one: one.rule_loss - one.model_loss)
    numbers = {
        "target": target,
        "rule": hardest.rule,
        "gain": hardest.gain,
        "model_loss": hardest.model_loss,
        "rule_loss": hardest.rule_loss,
        "difference": hardest.difference,
    }
    code = {
        "better": "better_than_naive",
        "no_better": "no_better_than_naive",
        "cannot_say": "not_proven",
    }[verdict]
    return Ground(code, verdict == "no_better", numbers)
