"""Rates of every step by transformers' own schedulers (transformers 5), for random numbers of steps and warm-ups."""
import gzip
import json
import os
import random
from types import SimpleNamespace

import torch
import transformers
from transformers import TrainingArguments, optimization

LEAST = 0.1
SCHEDULES = {
    "linear": lambda o, warmup, total: optimization.get_linear_schedule_with_warmup(o, warmup, total),
    "cosine": lambda o, warmup, total: optimization.get_cosine_schedule_with_warmup(o, warmup, total),
    "cosine_with_min_lr": lambda o, warmup, total: optimization.get_cosine_with_min_lr_schedule_with_warmup(
        o, warmup, total, min_lr_rate=LEAST
    ),
    "constant": lambda o, warmup, total: optimization.get_constant_schedule_with_warmup(o, warmup),
}


def rates(schedule, warmup, total):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = SCHEDULES[schedule](optimizer, warmup, total)
    said = []
    for _ in range(total):
        said.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return said


def make(golden):
    drawn = random.Random(44)
    pairs = [(10, 0), (20, 5), (20, 0.5), (7, 0.06), (1, 0.06), (1, 0), (3, 3), (50, 0.06), (100, 0.07)]
    while len(pairs) < 200:
        total = drawn.randint(1, 60)
        pairs.append((total, drawn.randint(1, total) if drawn.random() < 0.5 else round(drawn.random() * 0.99, 3)))
    cases = []
    for total, warmup in pairs:
        steps = TrainingArguments.get_warmup_steps(SimpleNamespace(warmup_steps=warmup), total)
        cases.append({"total": total, "warmup": warmup, "steps": steps,
                      "rates": {name: rates(name, steps, total) for name in SCHEDULES}})
    with gzip.GzipFile(os.path.join(golden, "schedules.json.gz"), "wb", mtime=0) as file:
        file.write(json.dumps({"transformers": transformers.__version__, "min_lr_rate": LEAST, "cases": cases}).encode())
