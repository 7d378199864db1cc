"""
What Flower's own strategies make of updates of clients, round after round (federation.json): fedavg, fedadam, fedyogi,
fedadagrad, median, trimmed mean, Krum, Multi-Krum. FedProx and SCAFFOLD, whose work is done by clients, are written here from
their papers, for least squares, whose gradients are known.
"""
import json
import logging
import os
import sys

import numpy as np
from flwr.app import Array, ArrayRecord, Message, MetricRecord, RecordDict
from flwr.serverapp import strategy as flower
from flwr.supercore.task_identity import TaskIdentity

logging.disable(logging.CRITICAL)
TaskIdentity.run_id = TaskIdentity.node_id = TaskIdentity.task_id = 1
LENGTH, CLIENTS, ROUNDS = 9, 7, 5
SHAPES = {"a": (2, 2), "b": (5,)}

STRATEGIES = [
    ("fedavg", {}, lambda: flower.FedAvg()),
    ("fedadam", {}, lambda: flower.FedAdam(eta=0.03)),
    (
        "fedadam",
        {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.95, "tau": 1e-2},
        lambda: flower.FedAdam(eta=0.1, beta_1=0.8, beta_2=0.95, tau=1e-2),
    ),
    ("fedyogi", {}, lambda: flower.FedYogi()),
    (
        "fedyogi",
        {"learning_rate": 0.3, "beta_1": 0.5, "beta_2": 0.9, "tau": 1e-4},
        lambda: flower.FedYogi(eta=0.3, beta_1=0.5, beta_2=0.9, tau=1e-4),
    ),
    ("fedadagrad", {}, lambda: flower.FedAdagrad(eta=0.01)),
    ("fedadagrad", {"learning_rate": 0.1, "tau": 1e-2}, lambda: flower.FedAdagrad(eta=0.1, tau=1e-2)),
    ("median", {}, lambda: flower.FedMedian()),
    ("trimmed_mean", {}, lambda: flower.FedTrimmedAvg(beta=0.2)),
    ("trimmed_mean", {"share": {"share": 0.3}}, lambda: flower.FedTrimmedAvg(beta=0.3)),
    ("krum", {}, lambda: flower.Krum(num_malicious_nodes=1)),
    ("krum", {"byzantine": 2, "keep": 1}, lambda: flower.Krum(num_malicious_nodes=2)),
    ("krum", {"byzantine": 1, "keep": 3}, lambda: flower.MultiKrum(num_malicious_nodes=1, num_nodes_to_select=3)),
    ("krum", {"byzantine": 0, "keep": 4}, lambda: flower.MultiKrum(num_malicious_nodes=0, num_nodes_to_select=4)),
]


def make(golden):
    random = np.random.default_rng(20)
    told = {
        "strategies": [strategy(random, *one) for one in STRATEGIES],
        "local": [*(fedprox(random, mu) for mu in (0.05, 1.0)), *(scaffold(random, *one) for one in [(1.0, True), (0.7, False)])],
    }
    with open(os.path.join(golden, "federation.json"), "w") as file:
        json.dump(told, file)
        file.write("\n")


def f32(values):
    """Numbers that an f32 holds, as f64."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def parts(vector):
    """A vector as parameters, one after the other."""
    sizes = [int(np.prod(shape)) for shape in SHAPES.values()]
    cut = np.split(vector, np.cumsum(sizes)[:-1])
    return {name: one.reshape(shape) for one, (name, shape) in zip(cut, SHAPES.items())}


def reply(vector, rows):
    asked = Message(RecordDict({}), dst_node_id=1, message_type="train")
    arrays = ArrayRecord({name: Array(value) for name, value in parts(vector).items()})
    return Message(RecordDict({"arrays": arrays, "metrics": MetricRecord({"num-examples": rows})}), reply_to=asked)


def strategy(random, word, settings, made):
    """Every round all clients send; one of them is far off, and so the robust ones leave it out."""
    theirs, weights, rounds = made(), f32(random.normal(size=LENGTH)), []
    begin = weights
    for number in range(1, ROUNDS + 1):
        towards = random.normal(scale=0.05, size=LENGTH)
        deltas = [f32(towards + random.normal(scale=0.02, size=LENGTH)) for _ in range(CLIENTS)]
        deltas[number % CLIENTS] = f32(random.normal(scale=2, size=LENGTH))
        rows = [int(n) for n in random.integers(5, 60, CLIENTS)]
        theirs.current_arrays = parts(weights)
        record, _ = theirs.aggregate_train(number, [reply(weights + d, n) for d, n in zip(deltas, rows)])
        weights = np.concatenate([value.ravel() for value in record.to_numpy_ndarrays()])
        rounds.append({"rows": rows, "deltas": [d.tolist() for d in deltas], "weights": weights.tolist()})
    return {"word": word, "settings": settings, "begin": begin.tolist(), "rounds": rounds}


def problem(random, even):
    """Least squares: each client's rows (x, y) of a truth of its own."""
    clients = []
    for _ in range(4):
        count = 6 if even else int(random.integers(3, 12))
        x, truth = f32(random.normal(size=(count, LENGTH))), random.normal(size=LENGTH)
        clients.append((x, f32(x @ truth)))
    return clients


def gradient(x, y, w):
    return x.T @ (x @ w - y) / len(y)


def said(word, settings, clients, rate, begin, rounds):
    return {
        **{"word": word, "settings": settings, "rate": rate, "begin": begin.tolist(), "rounds": rounds},
        "clients": [{"x": x.tolist(), "y": y.tolist()} for x, y in clients],
    }


def fedprox(random, mu):
    """Li et al. 2020: h_k(w; w_t) = F_k(w) + mu / 2 · ||w - w_t||², solved by some steps; the mean is by rows."""
    clients, rate, w, rounds = problem(random, False), 0.05, f32(random.normal(size=LENGTH)), []
    begin = w
    for _ in range(ROUNDS):
        steps = [int(n) for n in random.integers(1, 9, len(clients))]  # some do less work than others
        local = []
        for (x, y), count in zip(clients, steps):
            v = w
            for _ in range(count):
                v = v - rate * (gradient(x, y, v) + mu * (v - w))
            local.append(v)
        rows = np.array([len(y) for _, y in clients])
        w = np.average(local, axis=0, weights=rows)
        rounds.append({"clients": list(range(len(clients))), "steps": steps, "weights": w.tolist()})
    return said("fedprox", {"mu": mu}, clients, rate, begin, rounds)


def scaffold(random, server_rate, even):
    """
    Karimireddy et al. 2020, algorithm 1 with option II, two clients of four in each round. With as many rows each it is the
    paper's; else clients count by their rows, in x and in c.
    """
    clients, rate, x, rounds = problem(random, even), 0.05, f32(random.normal(size=LENGTH)), []
    begin, c, own = x, np.zeros(LENGTH), [np.zeros(LENGTH) for _ in clients]
    rows = np.array([len(y) for _, y in clients])
    for _ in range(2 * ROUNDS):
        chosen = [int(k) for k in sorted(random.choice(len(clients), 2, replace=False))]
        steps = [int(n) for n in random.integers(1, 7, len(chosen))]
        moved, changed = [], []
        for k, count in zip(chosen, steps):
            y = x
            for _ in range(count):
                y = y - rate * (gradient(*clients[k], y) - own[k] + c)
            now = own[k] - c + (x - y) / (count * rate)
            moved.append(y - x)
            changed.append(now - own[k])
            own[k] = now
        weights = rows[chosen]
        x = x + server_rate * np.average(moved, axis=0, weights=weights)
        c = c + weights.sum() / rows.sum() * np.average(changed, axis=0, weights=weights)
        if even:  # what the paper says, word for word
            assert np.allclose(np.average(changed, axis=0, weights=weights) * weights.sum() / rows.sum(), np.sum(changed, axis=0) / len(clients))
        rounds.append({"clients": chosen, "steps": steps, "weights": x.tolist(), "control": c.tolist()})
    return said("scaffold", {"learning_rate": server_rate}, clients, rate, begin, rounds)


if __name__ == "__main__":
    make(sys.argv[1])
