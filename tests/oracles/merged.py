"""PEFT's merge_and_unload of the adapters that techniques.py wrote: logits before and after, and the merged weights in part."""
import json
import os

import torch
from peft import PeftModel

import techniques

MERGED = ("rslora", "dora", "ia3")
ROWS = 3


def make(golden, fixtures):
    result = {}
    for name in techniques.MODELS:
        with open(os.path.join(golden, f"techniques-{name}.json")) as file:
            batch = json.load(file)["batches"][0]
        family = name.split("-")[0]
        inputs = {k: torch.tensor(v[:1]) for k, v in batch.items() if k in ("input_ids", "attention_mask", "token_type_ids")}
        for technique in MERGED:
            base = techniques.load(os.path.join(fixtures, name), family)
            if family == "t5":
                inputs["decoder_input_ids"] = base._shift_right(torch.tensor(batch["labels"][:1]))
            before = {k: v.clone() for k, v in base.state_dict().items()}
            adapted = PeftModel.from_pretrained(base, os.path.join(fixtures, "..", "adapters", f"{name}-{technique}"))
            adapted.eval()
            with torch.no_grad():
                first = adapted(**inputs).logits
                merged = adapted.merge_and_unload()
                again = merged(**inputs).logits
            changed = {k: v for k, v in merged.state_dict().items() if k in before and not torch.equal(v, before[k])}
            result[f"{name}-{technique}"] = {
                "inputs": {k: v.tolist() for k, v in inputs.items()},
                "logits": first.tolist(),
                "merged": again.tolist(),
                "weights": {k: v[:ROWS].tolist() for k, v in sorted(changed.items())},
            }
    with open(os.path.join(golden, "merged.json"), "w") as file:
        json.dump(result, file)
