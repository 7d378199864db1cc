"""Small BERTs of odd configurations: weights, adapters, logits, hidden states, losses. Weights come from the generator."""
import json
import os

import torch
from safetensors.numpy import save_file
from transformers import BertConfig, BertForSequenceClassification, BertModel

from numbers_of_tunebook import uniform, whole
from training import lora, settings, start_adapter, train

COMMON = dict(hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, pad_token_id=0, model_type="bert")
MODELS = {
    "bert-plain": dict(vocab_size=200, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=64, type_vocab_size=2, hidden_act="gelu", layer_norm_eps=1e-12, labels=3),
    "bert-relu-one-head": dict(vocab_size=97, hidden_size=20, num_hidden_layers=3, num_attention_heads=1, intermediate_size=36,
        max_position_embeddings=40, type_vocab_size=1, hidden_act="relu", layer_norm_eps=1e-5, labels=2),
    "bert-gelu-new": dict(vocab_size=150, hidden_size=24, num_hidden_layers=1, num_attention_heads=2, intermediate_size=100,
        max_position_embeddings=33, type_vocab_size=3, hidden_act="gelu_new", layer_norm_eps=1e-3, labels=5),
    "bert-without-head": dict(vocab_size=120, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=30,
        max_position_embeddings=48, type_vocab_size=2, hidden_act="gelu", layer_norm_eps=1e-12, labels=None),
}
STEPS, BATCH = 8, 4


def make(golden, fixtures):
    for name, shape in MODELS.items():
        shape = dict(shape)
        labels = shape.pop("labels")
        folder = os.path.join(fixtures, name)
        os.makedirs(folder, exist_ok=True)
        write_folder(folder, name, shape, labels)
        result = {"model": name, "forward": [forward(folder, name, shape, labels, case) for case in range(4)]}
        if labels is not None:
            batches = training_batches(name, shape, labels)
            result["batches"] = batches
            result["full"] = full(folder, batches)
            result["lora"] = adapted(folder, name, batches)
        with open(os.path.join(golden, f"{name}.json"), "w") as file:
            json.dump(result, file)


def write_folder(folder, name, shape, labels):
    config = {
        "architectures": ["BertModel" if labels is None else "BertForSequenceClassification"],
        **COMMON,
        **shape,
        "initializer_range": 0.02,
        "position_embedding_type": "absolute",
    }
    if labels is not None:
        names = [f"label {i}" for i in range(labels)]
        config["id2label"] = {str(i): n for i, n in enumerate(names)}
        config["label2id"] = {n: i for i, n in enumerate(names)}
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file, indent=2)
        file.write("\n")
    configured = BertConfig(**{k: v for k, v in config.items() if k not in ("architectures", "model_type", "position_embedding_type")})
    model = BertModel(configured, add_pooling_layer=False) if labels is None else BertForSequenceClassification(configured)
    weights = {}
    for key, value in sorted(model.state_dict().items()):
        if not value.dtype.is_floating_point:
            continue
        spread = uniform(f"{name}/{key}", tuple(value.shape), 0.1 if "LayerNorm" in key or key.endswith("bias") else 0.25)
        weights[key] = (spread + 1).astype("float32") if key.endswith("LayerNorm.weight") else spread
    save_file(weights, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})


def load(folder, labels):
    if labels is None:
        return BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")
    return BertForSequenceClassification.from_pretrained(folder, attn_implementation="eager")


def batch_of(name, shape, rows, longest):
    """Random ids; row i keeps a different length, the rest is padding."""
    lengths = [1 + whole(f"{name}/length/{i}", 1, longest)[0] for i in range(rows)]
    lengths[0] = longest
    ids = [whole(f"{name}/ids/{i}", n, shape["vocab_size"] - 1) for i, n in enumerate(lengths)]
    types = [whole(f"{name}/types/{i}", n, shape["type_vocab_size"]) for i, n in enumerate(lengths)]
    pad = lambda row: row + [0] * (longest - len(row))
    return {
        "input_ids": [pad([i + 1 for i in row]) for row in ids],
        "attention_mask": [pad([1] * n) for n in lengths],
        "token_type_ids": [pad(row) for row in types],
    }


def forward(folder, name, shape, labels, case):
    rows, longest = [(3, 7), (1, 1), (2, shape["max_position_embeddings"]), (5, 12)][case]
    inputs = batch_of(f"{name}/forward/{case}", shape, rows, longest)
    model = load(folder, labels).eval()
    with torch.no_grad():
        tensors = {k: torch.tensor(v) for k, v in inputs.items()}
        body = model if labels is None else model.bert
        result = {"inputs": inputs, "last_hidden_state": body(**tensors).last_hidden_state.tolist()}
        if labels is not None:
            result["logits"] = model(**tensors).logits.tolist()
    return result


def training_batches(name, shape, labels):
    made = []
    for step in range(STEPS):
        batch = batch_of(f"{name}/train/{step}", shape, BATCH, 5 + step)
        batch["labels"] = whole(f"{name}/labels/{step}", BATCH, labels)
        made.append(batch)
    return made


def full(folder, batches):
    model = load(folder, 1)
    trained = train(model, batches, rate=1e-3)
    return {**settings(rate=1e-3), **trained, "final": kept(model.state_dict())}


def adapted(folder, name, batches):
    model = lora(load(folder, 1), rank=3, alpha=5)
    fixture = os.path.join(folder, "adapter")
    start = start_adapter(model, name)
    os.makedirs(fixture, exist_ok=True)
    save_file({k: v.numpy() for k, v in start.items()}, os.path.join(fixture, "adapter_model.safetensors"), metadata={"format": "pt"})
    with open(os.path.join(fixture, "adapter_config.json"), "w") as file:
        json.dump({"peft_type": "LORA", "task_type": "SEQ_CLS", "r": 3, "lora_alpha": 5, "lora_dropout": 0.0, "bias": "none",
            "target_modules": ["query", "value"], "modules_to_save": ["classifier", "score"], "inference_mode": False,
            "fan_in_fan_out": False, "use_rslora": False, "use_dora": False}, file, indent=2)
        file.write("\n")
    model.eval()
    with torch.no_grad():
        logits = model(**{k: torch.tensor(v) for k, v in batches[0].items() if k != "labels"}).logits.tolist()
    trained = train(model, batches, rate=5e-3)
    from peft import get_peft_model_state_dict

    return {"rank": 3, "alpha": 5, **settings(rate=5e-3), "logits": logits, **trained, "final": kept(get_peft_model_state_dict(model))}


def kept(state):
    """The sum and the sum of squares of every floating tensor after training, and the head whole."""
    values = {k: v.double() for k, v in state.items() if v.dtype.is_floating_point}
    return {
        k: {"sum": v.sum().item(), "squares": (v * v).sum().item(), **({"values": v.tolist()} if "classifier" in k else {})}
        for k, v in sorted(values.items())
    }
