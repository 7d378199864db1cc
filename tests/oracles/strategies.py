"""What strategies against forgetting do to weights, by PyTorch's autograd in float64: penalties are written as the papers write them (a sum over all earlier data), their gradients are autograd's. Data sets are gradients and Fisher information drawn at random."""

import json
import os

import torch

SHAPES = {"matrix": (3, 4), "vector": (5,)}
TASKS = 3
STEPS = 3
ROWS = 7


def draw(generator, shape, scale=1.0):
    return torch.randn(shape, generator=generator, dtype=torch.float64) * scale


def penalty(word, settings, values, kept):
    """The term that is added to the loss, as a function of the weights."""
    if word == "l2":
        start = kept["start"]
        return settings["strength"] / 2 * sum(((v - s) ** 2).sum() for v, s in zip(values, start))
    if word == "si":
        pairs = zip(values, kept["importance"], kept["anchor"])
        return settings["strength"] * sum((omega * (v - a) ** 2).sum() for v, omega, a in pairs)
    online = settings.get("online")
    total = torch.zeros((), dtype=torch.float64)
    for age, (fisher, anchor) in enumerate(reversed(kept["learnt"])):
        weight = 1.0 if online is None else online**age
        at = anchor if online is None else kept["learnt"][-1][1]
        total = total + settings["strength"] / 2 * weight * sum((f * (v - a) ** 2).sum() for v, f, a in zip(values, fisher, at))
    return total


def clone(values):
    return [v.detach().clone() for v in values]


def run(word, settings, clip):
    generator = torch.Generator().manual_seed(11)
    values = [draw(generator, shape).requires_grad_(True) for shape in SHAPES.values()]
    begin = clone(values)
    kept = {"start": clone(values), "learnt": [], "importance": [torch.zeros_like(v) for v in begin], "anchor": clone(values)}
    path = [torch.zeros_like(v) for v in begin]
    told = []
    for task in range(TASKS):
        # What was learnt before the first data set is taken down first; then each data set after it.
        fisher = [draw(generator, shape).square() * (0 if task == 0 and i == 0 else 1) for i, shape in enumerate(SHAPES.values())]
        kept["learnt"].append((fisher, clone(values)))
        if task > 0:
            for omega, p, v, a in zip(kept["importance"], path, values, kept["anchor"]):
                omega += p.clamp(min=0) / ((v.detach() - a) ** 2 + settings.get("damping", 1.0))
        kept["anchor"] = clone(values)
        path = [torch.zeros_like(v) for v in begin]
        steps = []
        for _ in range(STEPS):
            gradients = [draw(generator, shape) for shape in SHAPES.values()]
            optimizer = torch.optim.SGD(values, lr=0.05)
            optimizer.zero_grad()
            (penalty(word, settings, values, kept) + sum((g * v).sum() for g, v in zip(gradients, values))).backward()
            norm = torch.nn.utils.clip_grad_norm_(values, float("inf") if clip is None else clip)
            before = clone(values)
            optimizer.step()
            for p, g, v, b in zip(path, gradients, values, before):
                p -= g * (v.detach() - b)
            steps.append({"gradients": [g.flatten().tolist() for g in gradients], "values": [v.detach().flatten().tolist() for v in values], "norm": norm.item()})
        told.append({"fisher": [f.flatten().tolist() for f in fisher], "steps": steps})
    return {"word": word, "settings": settings, "clip": clip, "rows": ROWS, "rate": 0.05, "begin": {n: v.flatten().tolist() for n, v in zip(SHAPES, begin)}, "tasks": told}


def make(golden):
    runs = []
    for clip in (None, 0.5):
        runs.append(run("l2", {"strength": 0.3}, clip))
        runs.append(run("ewc", {"strength": 2.0}, clip))
        runs.append(run("ewc", {"strength": 2.0, "online": 0.9}, clip))
        runs.append(run("si", {"strength": 0.5, "damping": 0.1}, clip))
    with open(os.path.join(golden, "strategies.json"), "w") as f:
        json.dump(runs, f)
