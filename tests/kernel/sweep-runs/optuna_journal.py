"""Opens journals of sweeps with Optuna, draws them and goes on with them. A request a line, as JSON; an answer a line."""

import json
import sys
import traceback
import warnings

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from optuna.visualization import (
    plot_contour,
    plot_edf,
    plot_hypervolume_history,
    plot_intermediate_values,
    plot_optimization_history,
    plot_parallel_coordinate,
    plot_param_importances,
    plot_pareto_front,
    plot_rank,
    plot_slice,
    plot_timeline,
)

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.simplefilter("ignore")


def opened(file, study=None, **options):
    return optuna.load_study(study_name=study, storage=JournalStorage(JournalFileBackend(file)), **options)


def look(file):
    study = opened(file)
    return {
        "name": study.study_name,
        "metrics": study.metric_names,
        "directions": [direction.name for direction in study.directions],
        "trials": [
            {
                "number": trial.number,
                "state": trial.state.name,
                "values": trial.values,
                "params": trial.params,
                "reports": {str(step): repr(value) for step, value in trial.intermediate_values.items()},
                "attrs": trial.user_attrs,
                "constraints": trial.constraints,
                "seconds": trial.duration.total_seconds() if trial.duration is not None else None,
                "distributions": {name: repr(one) for name, one in trial.distributions.items()},
            }
            for trial in study.trials
        ],
    }


def draw(file):
    study = opened(file)
    several = len(study.directions) > 1
    first = {"target": lambda trial: trial.values[0], "target_name": "first"} if several else {}
    drawn = [
        plot_optimization_history(study, **first),
        plot_parallel_coordinate(study, **first),
        plot_slice(study, **first),
        plot_contour(study, **first),
        plot_edf(study, **first),
        plot_rank(study, **first),
        plot_timeline(study),
        plot_param_importances(study, **first),
    ]
    if several:
        drawn += [plot_pareto_front(study), plot_hypervolume_history(study, [0.0, 100.0])]
    else:
        drawn += [plot_intermediate_values(study)]
    return [sum(len(trace.x) if trace.x is not None else 1 for trace in figure.data) for figure in drawn]


def objective(trial):
    trial.suggest_float("optimizer.learning_rate", 1e-5, 1e-2, log=True)
    trial.suggest_categorical("batch_size", ["8", "16"])
    epochs = trial.suggest_int("epochs", 1, 5)
    if trial.suggest_categorical("technique", ["full", "lora"]) == "lora":
        trial.suggest_categorical("technique.lora.rank", ["4", "8"])
    for step in range(3):
        trial.report(step / 10, step)
    if trial.number % 4 == 3:
        raise optuna.TrialPruned()
    return epochs / 10


def go_on(file, trials):
    sampler = optuna.samplers.TPESampler(seed=1, multivariate=True, group=True, constant_liar=True, n_startup_trials=2)
    study = opened(file, sampler=sampler)
    before = len(study.trials)
    study.optimize(objective, n_trials=trials)
    return [[trial.number, trial.state.name, trial.values, trial.params] for trial in study.trials[before:]]


def stray(file):
    """Trials that no sweep of ours would have: told, failed, with a parameter of its own, out of bounds, waiting, running."""
    study = opened(file)
    study.tell(study.ask(), state=TrialState.FAIL)
    params = {"optimizer.learning_rate": 1e-3, "batch_size": "8", "epochs": 2, "technique": "full"}
    fixed = {
        "optimizer.learning_rate": optuna.distributions.FloatDistribution(1e-5, 1, log=True),
        "batch_size": optuna.distributions.CategoricalDistribution(["8", "16"]),
        "epochs": optuna.distributions.IntDistribution(1, 5),
        "technique": optuna.distributions.CategoricalDistribution(["full", "lora"]),
    }
    momentum = {"momentum": optuna.distributions.FloatDistribution(0, 1)}
    for more, space in [({"momentum": 0.9}, {**fixed, **momentum}), ({"optimizer.learning_rate": 0.5}, fixed), ({}, fixed)]:
        study.add_trial(
            optuna.create_trial(params={**params, **more}, distributions=space, value=0.99, user_attrs={"why": "added"})
        )
    study.ask()
    study.enqueue_trial(params)
    return len(study.trials)


def race(file, trials):
    study = opened(file)
    for _ in range(trials):
        trial = study.ask()
        trial.suggest_int("epochs", 1, 5)
        for step in range(5):
            trial.report(step, step)
        study.tell(trial, 0.5)
    return trials


def create(file):
    """A study that Optuna began alone."""
    study = optuna.create_study(study_name="mine", direction="maximize", storage=JournalStorage(JournalFileBackend(file)))

    def own(trial):
        rate = trial.suggest_float("learning_rate", 1e-5, 1e-2, log=True)
        trial.suggest_categorical("batch_size", [8, 16])
        trial.suggest_int("epochs", 1, 3)
        trial.suggest_categorical("technique", ["full"])
        return float("inf") if trial.number == 3 else rate

    study.optimize(own, n_trials=4)
    return study.best_params


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"answer": globals()[request.pop("do")](**request)}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
