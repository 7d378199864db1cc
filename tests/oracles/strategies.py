"""What strategies against forgetting do to weights, by PyTorch's autograd in float64: penalties are written as the papers write them (a sum over all earlier data), their gradients are autograd's. Data sets are gradients and Fisher information drawn at random."""

import json
import os

import torch
import torch.nn.functional as F

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


LABELS = 5
FEATURES = 3
FRESH = 6
KEPT = 4
# Labels that rows of each data set have, and how many labels the head had when they were learnt.
DATA = [([0, 1], 2), ([1, 2], LABELS), ([3, 4], LABELS)]


def own_loss(decides, logits, labels):
    return F.cross_entropy(logits, labels) if decides == "one" else F.binary_cross_entropy_with_logits(logits, labels)


def recalled_penalty(word, settings, decides, now, then, known):
    """`known`: of each row which labels anything was said of."""
    if word == "der":
        # torch.nn.functional.mse_loss where all rows have all labels.
        return settings["strength"] * torch.stack([F.mse_loss(z[k], t[k]) for z, t, k in zip(now, then, known)]).mean()
    temperature = settings["temperature"]
    z, t = now[:, known[0]] / temperature, then[:, known[0]] / temperature
    if decides == "several":
        return settings["strength"] * F.binary_cross_entropy_with_logits(z, torch.sigmoid(t))
    return settings["strength"] * F.kl_div(F.log_softmax(z, 1), F.softmax(t, 1), reduction="batchmean")


def recall(word, settings, decides):
    """Three data sets by a linear model. lwf: all rows are held to what the weights said that a data set began with; der: those that are kept, beside each batch, to what was said when theirs had been learnt."""
    generator = torch.Generator().manual_seed(12)
    weight, bias = [draw(generator, shape).requires_grad_(True) for shape in ((LABELS, FEATURES), (LABELS,))]
    say = lambda x: x @ weight.T + bias
    begin, told, kept = clone([weight, bias]), [], []
    for task, (own, _) in enumerate(DATA):
        x = draw(generator, (FRESH, FEATURES))
        which = torch.tensor(own)[torch.randint(len(own), (FRESH,), generator=generator)]
        y = which if decides == "one" else F.one_hot(which, LABELS).to(torch.float64)
        seen = sorted({label for labels, _ in DATA[: max(task, 1)] for label in labels})
        with torch.no_grad():
            teacher = say(x)
        steps = []
        for _ in range(STEPS):
            rows = torch.randperm(FRESH, generator=generator)[:KEPT]
            loss = own_loss(decides, say(x[rows]), y[rows])
            drawn = []
            if word == "lwf":
                loss = loss + recalled_penalty(word, settings, decides, say(x[rows]), teacher[rows], [seen] * KEPT)
            elif kept:
                drawn = torch.randperm(len(kept), generator=generator)[:KEPT].tolist()
                old = torch.stack([kept[i]["x"] for i in drawn])
                then, known = [kept[i]["said"] for i in drawn], [list(range(kept[i]["known"])) for i in drawn]
                loss = loss + recalled_penalty(word, settings, decides, say(old), then, known)
                loss = loss + settings["beta"] * own_loss(decides, say(old), torch.stack([kept[i]["y"] for i in drawn]))
            optimizer = torch.optim.SGD([weight, bias], lr=0.3)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps.append({"rows": rows.tolist(), "kept": drawn, "loss": loss.item(), "weight": weight.detach().tolist(), "bias": bias.detach().tolist()})
        told.append({"x": x.tolist(), "y": y.tolist(), "seen": seen, "steps": steps})
        with torch.no_grad():
            kept += [{"x": one, "y": label, "said": say(one), "known": DATA[task][1]} for one, label in zip(x[:KEPT], y)]
    return {"word": word, "settings": settings, "decides": decides, "begin": {"weight": begin[0].tolist(), "bias": begin[1].tolist()}, "keeps": KEPT, "known": [known for _, known in DATA], "tasks": told}


OUTPUTS = 4
INPUTS = 6
RANKS = (2, 2, 3)
SCALE = 1.5


def stack(strength, decay, clip):
    """O-LoRA by parts that are parameters of their own: those of earlier data sets need no gradient and no optimizer knows them. The penalty is that of the authors' program, the sum of the absolute values of A Aᵢᵀ over all earlier Aᵢ."""
    generator = torch.Generator().manual_seed(13)
    weight = draw(generator, (OUTPUTS, INPUTS), 0.4)
    bias = draw(generator, (OUTPUTS,)).requires_grad_(True)
    start, parts, told = bias.detach().tolist(), [], []
    for rank in RANKS:
        a = draw(generator, (rank, INPUTS), 0.3).requires_grad_(True)
        b = (torch.zeros((OUTPUTS, rank), dtype=torch.float64) if parts else draw(generator, (OUTPUTS, rank), 0.2)).requires_grad_(True)
        begin = {"a": a.tolist(), "b": b.tolist()}
        own = [a, b, bias]
        optimizer = torch.optim.AdamW(own, lr=0.03, weight_decay=decay)
        steps = []
        for _ in range(STEPS):
            x, y = draw(generator, (FRESH, INPUTS)), torch.randint(OUTPUTS, (FRESH,), generator=generator)
            logits = x @ weight.T + bias + SCALE * sum(x @ one.T @ other.T for one, other in [*parts, (a, b)])
            overlap = sum(((a @ one.T).abs().sum() for one, _ in parts), torch.zeros((), dtype=torch.float64))
            optimizer.zero_grad()
            (F.cross_entropy(logits, y) + strength * overlap).backward()
            norm = torch.nn.utils.clip_grad_norm_(own, float("inf") if clip is None else clip)
            optimizer.step()
            steps.append({"x": x.tolist(), "y": y.tolist(), "norm": norm.item(), "a": a.tolist(), "b": b.tolist(), "bias": bias.tolist()})
        told.append({"begin": begin, "steps": steps})
        parts.append((a.detach().clone(), b.detach().clone()))
    return {"strength": strength, "decay": decay, "clip": clip, "rate": 0.03, "scale": SCALE, "weight": weight.tolist(), "bias": start, "ranks": list(RANKS), "tasks": told}


def make(golden):
    with open(os.path.join(golden, "strategies-stacked.json"), "w") as f:
        json.dump([stack(0.5, 0.0, None), stack(0.5, 0.1, 0.7), stack(2.0, 0.1, None)], f)
    recalled = []
    for decides in ("one", "several"):
        recalled.append(recall("lwf", {"strength": 1.0, "temperature": 2.0}, decides))
        recalled.append(recall("lwf", {"strength": 0.7, "temperature": 1.0}, decides))
        recalled.append(recall("der", {"strength": 0.5, "beta": 0.5}, decides))
        recalled.append(recall("der", {"strength": 0.3, "beta": 0.0}, decides))
    with open(os.path.join(golden, "strategies-recalled.json"), "w") as f:
        json.dump(recalled, f)
    runs = []
    for clip in (None, 0.5):
        runs.append(run("l2", {"strength": 0.3}, clip))
        runs.append(run("ewc", {"strength": 2.0}, clip))
        runs.append(run("ewc", {"strength": 2.0, "online": 0.9}, clip))
        runs.append(run("si", {"strength": 0.5, "damping": 0.1}, clip))
    with open(os.path.join(golden, "strategies.json"), "w") as f:
        json.dump(runs, f)
