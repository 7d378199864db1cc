"""What Optuna's pruners give up in histories of sweeps that both sides draw alike (pruned-histories.ts): of each trial the report after which it ends."""
import json
import math
import os

import optuna
from optuna.trial import TrialState

from numbers_of_tunebook import whole

HISTORIES = 1000
PRUNERS = ["median", "percentile", "asha", "hyperband"]


def make(golden):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    told = {name: [history(name, seed) for seed in range(HISTORIES)] for name in PRUNERS}
    with open(os.path.join(golden, "pruners.json"), "w") as file:
        json.dump(told, file, indent=0)
        file.write("\n")


class Drawn:
    """Whole numbers of one history, one after another."""

    def __init__(self, name):
        self.numbers, self.at = whole(name, 400, 1 << 20), -1

    def below(self, count):
        self.at += 1
        return self.numbers[self.at] % count


def pruner_of(name, drawn):
    startup, warmup, every = 1 + drawn.below(4), drawn.below(5), 1 + drawn.below(4)
    reduction, first, brackets, share = 2 + drawn.below(3), 1 + drawn.below(3), 1 + drawn.below(4), [10, 25, 50, 75][drawn.below(4)]
    common = {"n_startup_trials": startup, "n_warmup_steps": warmup, "interval_steps": every}
    if name == "median":
        return optuna.pruners.MedianPruner(**common)
    if name == "percentile":
        return optuna.pruners.PercentilePruner(share, **common)
    if name == "asha":
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=first, reduction_factor=reduction)
    most = first * reduction ** (brackets - 1) * 3 // 2
    return optuna.pruners.HyperbandPruner(min_resource=first, max_resource=most, reduction_factor=reduction)


def history(name, seed):
    """
    Up to `at_once` trials report in turn, by chance. A letter each: 0 for one that came to its end, f for one that failed. Rungs
    are asked one trial after another: which of several rungs ended a trial isn't kept with us, and with them it is.
    """
    drawn = Drawn(f"pruners/{name}/{seed}")
    pruner = pruner_of(name, drawn)
    direction = ["maximize", "minimize"][drawn.below(2)]
    count, at_once = 3 + drawn.below(7), 1 if name in ("asha", "hyperband") else 1 + drawn.below(3)
    study = optuna.create_study(study_name=str(seed), direction=direction, pruner=pruner)
    ends, running = [""] * count, []
    begun = 0
    while begun < count or running:
        while begun < count and len(running) < at_once:
            running.append((begun, study.ask(), curve(drawn)))
            begun += 1
        number, trial, (reports, fails) = one = running[drawn.below(len(running))]
        done = len(trial._cached_frozen_trial.intermediate_values)
        step, value = reports[done]
        trial.report(value, step)
        if trial.should_prune() and done + 1 < len(reports):
            ends[number] = "123456789"[done]
            study.tell(trial, state=TrialState.PRUNED)
        elif done + 1 < len(reports):
            continue
        elif fails:
            ends[number] = "f"
            study.tell(trial, state=TrialState.FAIL)
        else:
            ends[number] = "0"
            # Optuna takes no NaN for a trial's own value; what pruners look at are its reports.
            study.tell(trial, 0 if math.isnan(value) else value)
        running.remove(one)
    return "".join(ends)


def curve(drawn):
    """Reports, the last of which ends the trial, and whether it fails then."""
    gap, shift, count = [1, 2, 5][drawn.below(3)], drawn.below(2), 2 + drawn.below(6)
    odd = [drawn.below(25) == 0 for _ in range(count)]
    values = [drawn.below(30) / 10 for _ in range(count)]
    reports = [(shift + gap * (i + 1), math.nan if odd[i] else values[i]) for i in range(count)]
    return reports, drawn.below(15) == 0
