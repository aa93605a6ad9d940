"""A blue-green switch is decided by its analysis, and nobody takes the pods away from under it.

Source: Argo Rollouts, "BlueGreen" and "Analysis": when `autoPromotionSeconds` elapses a running analysis counts as passed;
`scaleDownDelaySeconds` (30 where nothing is said) ends an analysis after the promotion. A budget over the Rollout's pods sees both
colours, so that a share of them is never what is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.model import Manifest
from generator.rules.violation import Context, Violation
from generator.rules.walk import at, items, mapping, walk

_STRATEGY = ("spec", "strategy", "blueGreen")
_SOON = 30
DELAY, DEADLINE = "scaleDownDelaySeconds", "activeDeadlineSeconds"


def find(manifests: Sequence[Manifest], _: Context) -> Iterator[Violation]:
    """Every Rollout whose switch is not its analysis' to decide, with what else counts its pods."""
    for rollout in manifests:
        strategy = at(rollout.object, *_STRATEGY)
        if (rollout.group, rollout.kind) == ("argoproj.io", "Rollout") and isinstance(strategy, Mapping):
            yield from _promotion(rollout, strategy)
            yield from _delay(rollout, strategy, manifests)
            yield from _budgets(rollout, manifests)


def _promotion(rollout: Manifest, strategy: Mapping[str, Any]) -> Iterator[Violation]:
    if "autoPromotionSeconds" in strategy and "prePromotionAnalysis" in strategy:
        message = "when these seconds are over, an analysis that still runs counts as passed"
        yield Violation(rollout, (*_STRATEGY, "autoPromotionSeconds"), message, "take it out: the analysis decides")


def _delay(rollout: Manifest, strategy: Mapping[str, Any], manifests: Sequence[Manifest]) -> Iterator[Violation]:
    used = {str(each.get("templateName")) for each in items(at(strategy, "postPromotionAnalysis", "templates"))}
    longest = max((_seconds(each) for each in manifests if _is_template(each) and each.name in used), default=0)
    delay = strategy.get(DELAY, _SOON)
    if isinstance(delay, int) and delay <= longest:
        message = "the old pods go before the analysis after the promotion may be over, which ends it"
        help = f"give it more than the {longest} s of the analysis"
        yield Violation(rollout, (*_STRATEGY, DELAY), message, help)


def _is_template(manifest: Manifest) -> bool:
    return (manifest.group, manifest.kind) == ("argoproj.io", "AnalysisTemplate")


def _seconds(template: Manifest) -> int:
    path = ("spec", "metrics", "*", "provider", "job", "spec", DEADLINE)
    return max((value for _, value in walk(template.object, path) if isinstance(value, int)), default=0)


def _budgets(rollout: Manifest, manifests: Sequence[Manifest]) -> Iterator[Violation]:
    labels = mapping(at(rollout.object, "spec", "template", "metadata", "labels"))
    for budget in manifests:
        wanted = at(budget.object, "spec", "selector", "matchLabels")
        if budget.kind != "PodDisruptionBudget" or not isinstance(wanted, Mapping) or not wanted:
            continue
        if wanted.items() <= labels.items() and "minAvailable" in mapping(budget.object.get("spec")):
            message = "it selects both colours of a blue-green switch, of which twice as many are there"
            yield Violation(budget, ("spec", "minAvailable"), message, "say `maxUnavailable: 1` instead")
