"""Which fields of config.json change what a small model of each family says: every field of transformers' own config class,
changed one by one. No weights are kept: each parameter comes from the generator by its name."""
import copy
import json
import os

import torch
from transformers import CONFIG_MAPPING, AutoModelForCausalLM, AutoModelForMaskedLM, AutoModelForSeq2SeqLM, AutoModelForSequenceClassification

from numbers_of_tunebook import uniform, whole

ENCODER = {"fill_mask": AutoModelForMaskedLM, "text_classification": AutoModelForSequenceClassification}
DECODER = {"text_generation": AutoModelForCausalLM}
BERT = dict(vocab_size=41, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=22, max_position_embeddings=24)
LLAMA = {**BERT, "num_key_value_heads": 2}
GEMMA = {**LLAMA, "head_dim": 8}
FAMILIES = {
    "bert": (ENCODER, BERT),
    "distilbert": (ENCODER, dict(vocab_size=41, dim=16, n_layers=2, n_heads=4, hidden_dim=22, max_position_embeddings=24)),
    "roberta": (ENCODER, BERT),
    "xlm-roberta": (ENCODER, BERT),
    "mobilebert": (ENCODER, {**BERT, "embedding_size": 8, "intra_bottleneck_size": 12, "num_feedforward_networks": 2}),
    "gpt2": (DECODER, dict(vocab_size=41, n_embd=16, n_layer=2, n_head=4, n_inner=22, n_positions=24)),
    "llama": (DECODER, LLAMA),
    "mistral": (DECODER, {**LLAMA, "sliding_window": 3}),
    "qwen2": (DECODER, LLAMA),
    "qwen3": (DECODER, GEMMA),
    "gemma": (DECODER, GEMMA),
    "gemma2": (DECODER, {**GEMMA, "query_pre_attn_scalar": 8, "sliding_window": 3}),
    "gemma3_text": (DECODER, {**GEMMA, "query_pre_attn_scalar": 8, "sliding_window": 3, "sliding_window_pattern": 2}),
    "cohere": (DECODER, LLAMA),
    "t5": ({"text2text_generation": AutoModelForSeq2SeqLM}, dict(vocab_size=41, d_model=16, d_kv=6, d_ff=22, num_layers=2, num_heads=4,
        relative_attention_num_buckets=8, relative_attention_max_distance=6)),
}
ACTS = ["relu", "gelu", "gelu_new", "silu", "quick_gelu", "tanh"]
KINDS = [["full_attention", "full_attention"], ["full_attention", "sliding_attention"]]
ROPES = [{"rope_type": "default", "rope_theta": 30.0}, {"rope_type": "linear", "factor": 3.0, "rope_theta": 10000.0},
    {"rope_type": "dynamic", "factor": 3.0, "rope_theta": 10000.0, "original_max_position_embeddings": 4},
    {"rope_type": "yarn", "factor": 3.0, "rope_theta": 90.0, "original_max_position_embeddings": 6},
    {"rope_type": "yarn", "factor": 3.0, "rope_theta": 90.0, "original_max_position_embeddings": 6, "attention_factor": 1.4},
    {"rope_type": "llama3", "factor": 4.0, "rope_theta": 90.0, "original_max_position_embeddings": 8, "low_freq_factor": 1.0, "high_freq_factor": 3.0},
    {"rope_type": "default", "rope_theta": 30.0, "partial_rotary_factor": 0.5}]
BY_KIND = [{"full_attention": {"rope_type": "default", "rope_theta": 50.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 20.0}},
    {"full_attention": {"rope_type": "linear", "factor": 3.0, "rope_theta": 50.0}, "sliding_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 20.0}}]
# Other values of a field, beside the opposite of each flag.
TRY = {
    "vocab_size": [47], "hidden_size": [24], "dim": [24], "n_embd": [24], "d_model": [24], "d_kv": [8], "head_dim": [6],
    "intermediate_size": [18], "hidden_dim": [18], "n_inner": [18, None], "d_ff": [18],
    "num_hidden_layers": [1, 3], "n_layers": [1, 3], "n_layer": [1, 3], "num_layers": [1, 3], "num_decoder_layers": [1, 3, None],
    "num_attention_heads": [2], "n_heads": [2], "n_head": [2], "num_heads": [2], "num_key_value_heads": [1, 4, None],
    "hidden_act": ACTS, "activation": ACTS, "activation_function": ACTS, "hidden_activation": ACTS,
    "feed_forward_proj": ["gated-gelu", "gated-silu", "gelu", "silu", "gated-relu"], "dense_act_fn": ["silu"],
    "hidden_dropout_prob": [0.3], "attention_probs_dropout_prob": [0.3], "classifier_dropout": [0.3], "dropout": [0.3], "attention_dropout": [0.3],
    "qa_dropout": [0.3], "seq_classif_dropout": [0.3], "resid_pdrop": [0.3], "embd_pdrop": [0.3], "attn_pdrop": [0.3],
    "summary_first_dropout": [0.3], "dropout_rate": [0.3],
    "max_position_embeddings": [32], "n_positions": [32], "type_vocab_size": [3], "initializer_range": [0.5], "initializer_factor": [0.5],
    "layer_norm_eps": [0.1], "rms_norm_eps": [0.1], "layer_norm_epsilon": [0.1],
    "pad_token_id": [3, None], "bos_token_id": [4], "eos_token_id": [5],
    "embedding_size": [6, 16], "intra_bottleneck_size": [8], "num_feedforward_networks": [1, 3], "normalization_type": ["layer_norm"], "true_hidden_size": [8],
    "summary_type": ["last"], "summary_activation": ["tanh"], "pretraining_tp": [2], "logit_scale": [0.5],
    "sliding_window": [2, None], "max_window_layers": [1], "layer_types": KINDS, "query_pre_attn_scalar": [3], "_sliding_window_pattern": [1],
    "final_logit_softcapping": [1.0, None], "attn_logit_softcapping": [1.0, None], "rope_parameters": ROPES,
    "relative_attention_num_buckets": [6], "relative_attention_max_distance": [9],
    "chunk_size_feed_forward": [7], "dtype": ["float32"], "problem_type": ["regression"], "_name_or_path": ["elsewhere"], "architectures": [["Other"]],
    "id2label": [{"0": "no", "1": "yes"}], "label2id": [{"no": 0, "yes": 1}], "transformers_version": ["4.0.0"],
}
# What a field needs beside it to say anything.
WITH = {"use_sliding_window": {"sliding_window": 2, "max_window_layers": 1}, "sliding_window": {"use_sliding_window": True, "max_window_layers": 0},
    "max_window_layers": {"use_sliding_window": True, "sliding_window": 2}, "layer_types": {"use_sliding_window": True, "sliding_window": 2},
    "use_bottleneck_attention": {}, "key_query_shared_bottleneck": {"intra_bottleneck_size": 16}}
# A name, and a setting of the call that the models of decoders break by.
SKIP = {"model_type", "return_dict"}
# Fields of older configs and of kin, which the class itself doesn't have; by the families whose configs are seen with them.
TURNING = {"rope_theta": [30.0], "rope_scaling": [{"type": "linear", "factor": 3.0}], "partial_rotary_factor": [0.5]}
MORE = {
    "distilbert": {"hidden_size": [24], "num_hidden_layers": [1]},
    "gpt2": {"n_ctx": [12]},
    "gemma3_text": {"rope_theta": [30.0], "rope_local_base_freq": [30.0], "rope_scaling": [{"rope_type": "linear", "factor": 3.0}],
        "sliding_window_pattern": [1, 6]},
    "t5": {"n_positions": [12], "head_dim": [8]},
    **{family: TURNING for family in ("llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "cohere")},
}


def make(golden):
    result = {}
    for family, (tasks, base) in FAMILIES.items():
        defaults = CONFIG_MAPPING[family]().to_dict()
        inputs = inputs_of(family)
        cases = []
        tried = [(field, value) for field, default in sorted(defaults.items()) if field not in SKIP
            for value in others(family, field, default, base)]
        tried += [(field, value) for field, values in MORE.get(family, {}).items() for value in values]
        plain = said(family, tasks, base, inputs)
        for field, value in tried:
            beside = WITH.get(field, {}) if family.startswith("qwen") or field == "key_query_shared_bottleneck" else {}
            change = {**beside, field: value}
            now = said(family, tasks, {**base, **change}, inputs)
            cases.append({"field": field, "change": change, **({"same": True} if now == plain else now)})
        result[family] = {"base": {"model_type": family, **base}, "inputs": inputs, "fields": sorted(set(defaults) - SKIP),
            **plain, "cases": cases}
    with open(os.path.join(golden, "fields.json"), "w", encoding="utf-8") as file:
        json.dump(result, file)
        file.write("\n")


def others(family, field, default, base):
    if field == "rope_parameters" and family == "gemma3_text":
        return BY_KIND
    if field in TRY:
        return [value for value in TRY[field] if value != base.get(field, default)]
    assert isinstance(default, bool) or default is None, f"{family}: {field} has no other value to try"
    return [not default]


def inputs_of(family):
    padding = 1 if "roberta" in family else 0
    ids = [[2 + n for n in whole(f"fields/ids/{i}", length, 38)] for i, length in enumerate((7, 5))]
    ids[0][2] = 3
    mask = [[1] * 7, [1] * 5 + [0] * 2]
    inputs = {"input_ids": [ids[0], ids[1] + [padding] * 2], "attention_mask": mask}
    if family in ("bert", "mobilebert"):
        inputs["token_type_ids"] = [[0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 0, 0]]
    if family == "t5":
        inputs["decoder_input_ids"] = [[0] + ids[0][:4], [0] + ids[1][:4]]
    return inputs


def said(family, tasks, config, inputs):
    """A few logits of each task's model, or why transformers itself makes none of that config."""
    logits, apart = {}, False
    try:
        for task, auto in tasks.items():
            labels = {} if task != "text_classification" or "id2label" in config else {"num_labels": 3}
            torch.manual_seed(0)
            model = auto.from_config(CONFIG_MAPPING[family].from_dict(copy.deepcopy({**config, **labels})), attn_implementation="eager").float().eval()
            for name, p in parameters(model):
                p.data = drawn(family, name, tuple(p.shape))
            model.tie_weights()
            apart = apart or "lm_head.weight" in dict(model.named_parameters())
            with torch.no_grad():
                out = model(**{k: torch.tensor(v) for k, v in inputs.items()}, return_dict=True).logits
            logits[task] = [round(x, 5) for x in picked(out, inputs)]
    except Exception as error:
        return {"refused": type(error).__name__}
    return {"logits": logits, "apart": apart}


def parameters(model):
    """By the names of the body where one has several."""
    names = {}
    for name, p in model.named_parameters(remove_duplicate=False):
        names.setdefault(id(p), (p, []))[1].append(name)
    last = lambda name: (name.endswith("decoder.weight") or name.endswith("decoder.bias") or name == "lm_head.weight" or "coder.embed_tokens" in name, name)
    return [(min(of, key=last), p) for p, of in names.values()]


def picked(out, inputs):
    """Every fifth logit of the last real token of each row; of a row's label all."""
    if out.dim() == 2:
        return out.flatten().tolist()
    last = [sum(row) - 1 for row in inputs["attention_mask"]] if "decoder_input_ids" not in inputs else [4, 4]
    return [x for row, at in enumerate(last) for x in out[row, at, ::5].tolist()]


def drawn(family, name, shape):
    scale = name.endswith("weight") and ("norm" in name.lower() or ".ln_" in name)
    around = 1 if scale and not family.startswith("gemma") else 0
    spread = 0.1 if scale or name.endswith("bias") else 0.4
    return torch.tensor((uniform(f"fields/{family}/{name}", shape, spread) + around).astype("float32"))
