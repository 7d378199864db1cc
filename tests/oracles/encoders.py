"""Small encoders of odd configurations, one golden file per family: configs, shapes, logits, losses of training.

No weights are kept: they come from the generator by name, `uniform("<model>/<parameter>", shape, spread)`, plus 1 for the
scales of norms (see `start`), and a PEFT adapter's from `uniform("<model>/<saved name>", shape, 0.05)`."""
import json
import os

import torch
from peft import get_peft_model_state_dict
from transformers import AutoConfig, AutoModelForSequenceClassification

from numbers_of_tunebook import uniform, whole
from training import settings, start_adapter, train

BERT = dict(vocab_size=41, hidden_size=12, num_hidden_layers=2, num_attention_heads=2, intermediate_size=20,
    max_position_embeddings=24, num_labels=3)
ROBERTA = dict(BERT, max_position_embeddings=26, type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5)
DISTIL = dict(vocab_size=41, dim=12, n_layers=2, n_heads=2, hidden_dim=20, max_position_embeddings=24, num_labels=3)
MOBILE = dict(vocab_size=41, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=14,
    max_position_embeddings=24, embedding_size=6, intra_bottleneck_size=8, num_feedforward_networks=3, num_labels=3)
TINYBERT = dict(vocab_size=41, hidden_size=24, num_hidden_layers=4, num_attention_heads=12, intermediate_size=30,
    max_position_embeddings=24, num_labels=3)
# What each stands for is in its name; `lora`: the layers that PEFT adapts.
FAMILIES = {
    "bert": {
        "tinybert": (TINYBERT, {"lora": ["query", "value"]}),
        "left": (dict(BERT, hidden_act="gelu_python"), {"left": True}),
        "silu": (dict(BERT, hidden_act="swish", layer_norm_eps=1e-4), {}),
        "quick": (dict(BERT, hidden_act="quick_gelu", chunk_size_feed_forward=1), {}),
        "types": (dict(BERT, type_vocab_size=4, hidden_act="gelu_fast"), {}),
        "mish": (dict(BERT, hidden_act="mish", num_attention_heads=12), {}),
        "leaky": (dict(BERT, hidden_act="leaky_relu", num_labels=2), {}),
        "relu2": (dict(BERT, hidden_act="relu2", pad_token_id=7), {"lora": ["dense"]}),
    },
    "distilbert": {
        "plain": (DISTIL, {"lora": ["q_lin", "v_lin"]}),
        "relu": (dict(DISTIL, activation="relu", num_labels=2), {}),
        "sinusoidal": (dict(DISTIL, sinusoidal_pos_embds=True, n_heads=4), {}),
        "left": (dict(DISTIL, pad_token_id=5, activation="gelu_new"), {"left": True, "lora": ["lin1", "lin2", "out_lin"]}),
        "one": (dict(DISTIL, n_layers=1, n_heads=1, num_labels=5), {}),
        "silu": (dict(DISTIL, activation="silu", hidden_dim=7), {}),
        "no-padding": (dict(DISTIL, pad_token_id=None, activation="tanh"), {"left": True}),
        "relu6": (dict(DISTIL, activation="relu6", seq_classif_dropout=0.5, dropout=0.0), {}),
    },
    "roberta": {
        "plain": (dict(ROBERTA, model_type="roberta"), {"lora": ["query", "value"]}),
        "left": (dict(ROBERTA, model_type="roberta", hidden_act="gelu_new"), {"left": True, "lora": ["dense"]}),
        "pad-zero": (dict(ROBERTA, model_type="roberta", pad_token_id=0, layer_norm_eps=1e-3), {}),
        "pad-nine": (dict(ROBERTA, model_type="roberta", pad_token_id=9, max_position_embeddings=34), {"left": True}),
        "types": (dict(ROBERTA, model_type="roberta", type_vocab_size=3, hidden_act="relu"), {}),
        "inner-padding": (dict(ROBERTA, model_type="roberta", hidden_act="silu"), {"inner": True}),
        "xlm": (dict(ROBERTA, model_type="xlm-roberta", num_attention_heads=4, num_labels=2), {}),
        "xlm-left": (dict(ROBERTA, model_type="xlm-roberta", hidden_act="quick_gelu", num_hidden_layers=1), {"left": True}),
    },
    "mobilebert": {
        "plain": (MOBILE, {"lora": ["query", "value"]}),
        "layer-norm": (dict(MOBILE, normalization_type="layer_norm", layer_norm_eps=1e-3), {"lora": ["dense"]}),
        "left": (dict(MOBILE, normalization_type="layer_norm", pad_token_id=3), {"left": True}),
        "no-bottleneck": (dict(MOBILE, use_bottleneck=False, normalization_type="layer_norm"), {}),
        "bottleneck-attention": (dict(MOBILE, use_bottleneck_attention=True, num_labels=2), {}),
        "unshared": (dict(MOBILE, key_query_shared_bottleneck=False, hidden_size=8, type_vocab_size=3), {}),
        "no-trigram": (dict(MOBILE, trigram_input=False, classifier_activation=False, hidden_act="gelu"), {}),
        "wide-words": (dict(MOBILE, trigram_input=False, embedding_size=16, num_feedforward_networks=1), {}),
        "no-pooler": (dict(MOBILE, classifier_activation=False, normalization_type="layer_norm", pad_token_id=None), {}),
    },
}
STEPS, BATCH = 10, 3
NOISE = {"transformers_version", "dtype", "_name_or_path", "output_hidden_states", "output_attentions", "return_dict", "problem_type"}


def make(golden):
    for family, models in FAMILIES.items():
        made = [one(f"{family}-{name}", {"model_type": family, **config}, **o) for name, (config, o) in models.items()]
        with open(os.path.join(golden, f"encoders-{family}.json"), "w") as file:
            json.dump(made, file)
            file.write("\n")


def one(name, config, left=False, inner=False, lora=None):
    padded = dict(name=name, config=config, left=left, inner=inner)
    model = build(name, config)
    result = {
        "name": name,
        # As save_pretrained writes it, and so complete.
        "config": {k: v for k, v in model.config.to_dict().items() if k not in NOISE},
        "shapes": {k: list(v.shape) for k, v in model.state_dict().items() if v.dtype.is_floating_point},
        "forward": [forward(model, batch_of(f"{name}/forward/{case}", rows, length, **padded), hidden=case == 0) for case, (rows, length) in
            enumerate([(3, 7), (1, 1), (2, 20)])],
    }
    batches = [
        {**batch_of(f"{name}/train/{step}", BATCH, 4 + step % 5, **padded), "labels": whole(f"{name}/labels/{step}", BATCH, config["num_labels"])}
        for step in range(STEPS)
    ]
    result["batches"] = batches
    result["full"] = {**settings(rate=3e-3), **train(model, batches, rate=3e-3), "final": squares(model.state_dict())}
    if lora:
        result["lora"] = adapted(name, build(name, config), lora, batches)
    return result


def build(name, config):
    config = dict(config)
    configured = AutoConfig.for_model(config.pop("model_type"), attn_implementation="eager", **config)
    model = AutoModelForSequenceClassification.from_config(configured).eval()
    model.load_state_dict(start(name, model.state_dict()))
    return model


def start(name, state):
    """Scales of norms are near 1, biases and norms small."""
    weights = {}
    for key, value in state.items():
        if not value.dtype.is_floating_point:
            weights[key] = value
            continue
        norm = "norm" in key.lower()
        spread = torch.tensor(uniform(f"{name}/{key}", tuple(value.shape), 0.1 if norm or key.endswith("bias") else 0.4))
        weights[key] = spread + 1 if norm and key.endswith("weight") else spread
    return weights


def batch_of(at, rows, longest, *, name, config, left, inner):
    """Random ids; row i keeps a different length, the rest is padding. `inner`: the padding token stands within texts too."""
    lengths = [longest] + [1 + whole(f"{at}/length/{i}", 1, longest)[0] for i in range(1, rows)]
    pad_id = config.get("pad_token_id", 1 if "roberta" in config["model_type"] else 0)
    padding = 0 if pad_id is None else pad_id
    ids = [[i if i != padding or inner else i + 1 for i in whole(f"{at}/ids/{r}", n, config["vocab_size"] - 1)] for r, n in enumerate(lengths)]
    if inner:
        ids = [[padding if c % 3 == 1 else i for c, i in enumerate(row)] for row in ids]
    kinds = config.get("type_vocab_size", 2)
    types = [whole(f"{at}/types/{r}", n, kinds) for r, n in enumerate(lengths)]
    pad = lambda row, filler: [filler] * (longest - len(row)) + row if left else row + [filler] * (longest - len(row))
    return {
        "input_ids": [pad(row, padding) for row in ids],
        "attention_mask": [pad([1] * n, 0) for n in lengths],
        **({} if config["model_type"] == "distilbert" or kinds == 1 else {"token_type_ids": [pad(row, 0) for row in types]}),
    }


def forward(model, inputs, hidden):
    tensors = {k: torch.tensor(v) for k, v in inputs.items()}
    with torch.no_grad():
        result = {"inputs": inputs, "logits": rounded(model(**tensors).logits.tolist())}
        if hidden:
            result["last_hidden_state"] = rounded(model.base_model(**tensors).last_hidden_state.tolist())
    return result


def adapted(name, model, targets, batches):
    from peft import LoraConfig, get_peft_model

    model = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=3, lora_alpha=5, lora_dropout=0.0, target_modules=targets))
    begun = start_adapter(model, name)
    trained = train(model, batches, rate=5e-3)
    return {"targets": targets, "shapes": {k: list(v.shape) for k, v in begun.items()}, **settings(rate=5e-3), **trained,
        "final": squares(get_peft_model_state_dict(model))}


def squares(state):
    return {k: {"squares": (v.double() ** 2).sum().item()} for k, v in sorted(state.items()) if v.dtype.is_floating_point}


def rounded(values):
    return [rounded(v) for v in values] if isinstance(values, list) else round(values, 6)
