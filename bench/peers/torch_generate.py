#!/usr/bin/env python3
"""Greedy generation as a transformers user would write it (generate, f32, key-value cache, inference mode); one JSON line.

Prints the keys that bench/generate/ours.ts prints; the same weights and prompts, texts end at no token.
"""
import argparse
import json
import os
import resource
import statistics
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
from transformers import AutoModelForCausalLM, GenerationConfig


class Clock:
    """A logits processor, asked at every step: it tells the time."""

    def __init__(self):
        self.times = []

    def __call__(self, input_ids, scores):
        self.times.append(time.perf_counter())
        return scores


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--prompt", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0)
    a = parser.parse_args()
    if a.threads:
        torch.set_num_threads(a.threads)
    begun = time.perf_counter()
    model = AutoModelForCausalLM.from_pretrained(a.folder, dtype=torch.float32).eval()
    load = time.perf_counter() - begun
    model.generation_config.eos_token_id = None
    ids = torch.tensor([[1000 + ((row * a.prompt + i) * 7919) % 30000 for i in range(a.prompt)] for row in range(a.batch)])
    config = GenerationConfig(do_sample=False, max_new_tokens=a.tokens, pad_token_id=0)
    best = None
    for repeat in range(a.repeats + 1):
        clock = Clock()
        with torch.inference_mode():
            begun = time.perf_counter()
            out = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=config, logits_processor=[clock])
            ended = time.perf_counter()
        if repeat > 0 and (best is None or ended - begun < best[-1] - best[0]):
            best = [begun, *clock.times, ended]
    start, first, *rest = best
    steps = [(t - s) * 1e3 for s, t in zip([first, *rest], rest[:-1])]
    quarter = -(-len(steps) // 4)
    print(json.dumps({
        "program": f"transformers on torch {torch.__version__}", "batch": a.batch, "prompt": a.prompt, "tokens": a.tokens,
        "tokensPerSecond": round(a.batch * a.tokens / (best[-1] - start), 1), "prefillMs": round((first - start) * 1e3, 1),
        "stepMs": [round(statistics.median(steps[q * quarter : (q + 1) * quarter] or [float("nan")]), 2) for q in range(4)],
        "loadSeconds": round(load, 1), "peakRssMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "ids": out[:, a.prompt :].tolist(),
    }))


main()
