"""Eight odd configurations of each family of decoders: logits, and the losses of ten steps of full and of LoRA.

No weights are kept: they come from the generator by name, and so does an adapter's start. `weights[key]` says how.
"""
import contextlib
import json
import os

import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from transformers import CONFIG_MAPPING, AutoModelForCausalLM

from numbers_of_tunebook import uniform, whole
from tiny_decoders import labels_of
from training import lora, settings, train

IDS, POSITIONS, STEPS = 40, 24, 10
SIZES = dict(hidden_size=16, intermediate_size=22, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=POSITIONS)
ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]
INNER = ["gate_proj", "up_proj", "down_proj"]


def gpt2(targets=("c_attn",), **more):
    return dict(vocab_size=41, n_positions=POSITIONS, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0, **more), list(targets)


def llama(targets=("q_proj", "v_proj"), **more):
    return {**SIZES, "vocab_size": 43, **more}, list(targets)


FAMILIES = {
    "gpt2": {
        "silu-narrow": gpt2(activation_function="silu", n_inner=7, layer_norm_epsilon=1e-6),
        "gelu-untied": gpt2(["c_attn", "c_fc"], activation_function="gelu", tie_word_embeddings=False),
        "inverse-layers": gpt2(scale_attn_by_inverse_layer_idx=True, activation_function="gelu_pytorch_tanh"),
        "unscaled": gpt2(["c_proj"], scale_attn_weights=False, n_inner=None),
        "upcast": gpt2(reorder_and_upcast_attn=True, scale_attn_by_inverse_layer_idx=True),
        "quick": gpt2(["c_attn", "c_proj", "c_fc"], activation_function="quick_gelu"),
        "coarse": gpt2(activation_function="tanh", layer_norm_epsilon=0.3),
        "relu-unscaled-untied": gpt2(activation_function="relu", scale_attn_weights=False, scale_attn_by_inverse_layer_idx=True,
            tie_word_embeddings=False, n_inner=31),
        "swish": gpt2(activation_function="swish"),
    },
    "llama": {
        "biased": llama(ATTENTION, attention_bias=True, tie_word_embeddings=True),
        "inner-bias": llama(INNER, mlp_bias=True, hidden_act="gelu_new"),
        "one-shared": llama(num_key_value_heads=1, head_dim=10, rope_theta=50.0),
        "linear": llama(rope_scaling=dict(type="linear", factor=3.0), rms_norm_eps=1e-2, num_key_value_heads=2),
        "dynamic": llama(rope_parameters=dict(rope_type="dynamic", factor=4.0, rope_theta=300.0)),
        "llama3": llama(num_key_value_heads=2, head_dim=8, rope_parameters=dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0,
            high_freq_factor=2.0, original_max_position_embeddings=8, rope_theta=100.0)),
        "yarn": llama(rope_parameters=dict(rope_type="yarn", factor=3.0, original_max_position_embeddings=8, beta_fast=4.0, beta_slow=0.5,
            mscale=0.8, mscale_all_dim=0.5, rope_theta=200.0), head_dim=12),
        "yarn-factor": llama(["o_proj", "down_proj"], rope_scaling=dict(type="yarn", factor=2.0, attention_factor=1.3, truncate=False,
            original_max_position_embeddings=12), hidden_act="relu"),
        "pairs": llama(head_dim=2, num_key_value_heads=None, pretraining_tp=1, rope_theta=1000000.0, rms_norm_eps=1e-8),
    },
    "mistral": {
        "window-of-one": llama(sliding_window=1, num_key_value_heads=4),
        "no-window": llama(ATTENTION, sliding_window=None, num_key_value_heads=2, tie_word_embeddings=True),
        "wide-window": llama(sliding_window=5, num_key_value_heads=1, head_dim=6, hidden_act="gelu"),
        "unsaid": llama(num_attention_heads=16, hidden_size=32),
        "linear": llama(INNER, num_key_value_heads=4, sliding_window=3, rope_scaling=dict(rope_type="linear", factor=2.0)),
        "yarn": llama(num_key_value_heads=2, sliding_window=6, rope_parameters=dict(rope_type="yarn", factor=4.0,
            original_max_position_embeddings=6, rope_theta=500.0)),
        "coarse": llama(num_key_value_heads=4, sliding_window=2, rms_norm_eps=0.1, hidden_act="gelu_pytorch_tanh", rope_theta=20.0),
        "dynamic": llama(num_key_value_heads=2, sliding_window=4, rope_scaling=dict(type="dynamic", factor=2.0), tie_word_embeddings=True),
    },
    "qwen2": {
        "tied": llama(ATTENTION, tie_word_embeddings=True, num_key_value_heads=2, rope_theta=1000000.0),
        "unsaid": llama(num_attention_heads=32, hidden_size=64, num_hidden_layers=1),
        "later-windows": llama(num_key_value_heads=4, use_sliding_window=True, sliding_window=3, max_window_layers=1),
        "window-unused": llama(num_key_value_heads=4, use_sliding_window=False, sliding_window=2, max_window_layers=0),
        "named-layers": llama(INNER, num_key_value_heads=1, num_hidden_layers=3, use_sliding_window=True, sliding_window=2,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"]),
        "yarn": llama(num_key_value_heads=2, rope_scaling=dict(type="yarn", factor=4.0, original_max_position_embeddings=6)),
        "head": llama(num_key_value_heads=2, head_dim=6, hidden_act="gelu", rms_norm_eps=1e-3),
        "dynamic": llama(num_key_value_heads=None, rope_parameters=dict(rope_type="dynamic", factor=3.0, rope_theta=80.0)),
    },
    "cohere": {
        "plain": llama(num_key_value_heads=2),
        "unsaid": llama(ATTENTION, num_attention_heads=8),
        "biased": llama(INNER, attention_bias=True, num_key_value_heads=1, hidden_act="gelu"),
        "loud": llama(logit_scale=1.5, num_key_value_heads=4, layer_norm_eps=0.1),
        "untied": llama(tie_word_embeddings=False, logit_scale=0.3, rope_theta=40.0),
        "linear": llama(num_key_value_heads=2, rope_scaling=dict(type="linear", factor=2.0), rope_theta=100.0),
        "dynamic": llama(num_key_value_heads=2, rope_parameters=dict(rope_type="dynamic", factor=2.0, rope_theta=60.0)),
        "deep": llama(ATTENTION + INNER, num_hidden_layers=4, num_attention_heads=2, num_key_value_heads=1, hidden_act="relu", logit_scale=1.0),
    },
    "gemma": {
        "shared": llama(num_key_value_heads=1, head_dim=8),
        "legacy-gelu": llama(num_key_value_heads=4, head_dim=4, hidden_act="gelu", pad_token_id=0),
        "unsaid": llama(num_attention_heads=16, num_hidden_layers=1, head_dim=2),
        "untied": llama(ATTENTION, num_key_value_heads=2, head_dim=6, tie_word_embeddings=False),
        "biased": llama(INNER, num_key_value_heads=1, head_dim=4, attention_bias=True),
        "relu-coarse": llama(num_key_value_heads=2, head_dim=10, hidden_act="relu", rms_norm_eps=0.1),
        "linear": llama(num_key_value_heads=1, head_dim=6, rope_scaling=dict(type="linear", factor=2.5), rope_theta=60.0),
        "silu-yarn": llama(num_key_value_heads=4, head_dim=8, hidden_act="silu", rope_parameters=dict(rope_type="yarn", factor=4.0,
            original_max_position_embeddings=6, rope_theta=90.0)),
        "wide-heads": llama(num_key_value_heads=1, head_dim=256, num_hidden_layers=1, hidden_size=12, num_attention_heads=2),
    },
    "gemma2": {
        "plain": llama(num_key_value_heads=2, head_dim=8, query_pre_attn_scalar=12, sliding_window=3),
        "low-caps": llama(ATTENTION, num_key_value_heads=1, head_dim=6, query_pre_attn_scalar=1, sliding_window=4,
            attn_logit_softcapping=0.7, final_logit_softcapping=1.5),
        "uncapped": llama(num_key_value_heads=4, head_dim=4, query_pre_attn_scalar=4, attn_logit_softcapping=None,
            final_logit_softcapping=None, sliding_window=2),
        "scores-capped": llama(INNER, num_key_value_heads=2, head_dim=10, query_pre_attn_scalar=3, attn_logit_softcapping=2.0,
            final_logit_softcapping=None, sliding_window=5, hidden_activation="relu"),
        "all-full": llama(num_key_value_heads=1, head_dim=8, sliding_window=2, final_logit_softcapping=3.0, tie_word_embeddings=False,
            layer_types=["full_attention", "full_attention"]),
        "named-layers": llama(ATTENTION + INNER, num_key_value_heads=2, head_dim=8, num_hidden_layers=3, sliding_window=2,
            query_pre_attn_scalar=8, attention_bias=True, layer_types=["full_attention", "sliding_attention", "full_attention"]),
        "unsaid": llama(num_hidden_layers=1, num_attention_heads=4, hidden_size=12),
        "linear-coarse": llama(num_key_value_heads=2, head_dim=6, query_pre_attn_scalar=5, sliding_window=1, rms_norm_eps=0.1,
            rope_scaling=dict(type="linear", factor=2.0), rope_theta=70.0, hidden_activation="silu"),
        "yarn": llama(num_key_value_heads=4, head_dim=8, query_pre_attn_scalar=9, sliding_window=7, attn_logit_softcapping=1.0,
            rope_parameters=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=6, rope_theta=90.0)),
    },
    "gemma3_text": {
        "plain": llama(num_key_value_heads=2, head_dim=8, query_pre_attn_scalar=12, sliding_window=3, sliding_window_pattern=2),
        "capped": llama(ATTENTION, num_key_value_heads=1, head_dim=6, query_pre_attn_scalar=2, final_logit_softcapping=1.2, sliding_window=2),
        "two-bases": llama(num_key_value_heads=4, head_dim=8, query_pre_attn_scalar=8, sliding_window=4, num_hidden_layers=3,
            rope_parameters=dict(full_attention=dict(rope_type="default", rope_theta=500.0),
                sliding_attention=dict(rope_type="default", rope_theta=20.0)),
            layer_types=["sliding_attention", "full_attention", "sliding_attention"]),
        "old-bases": llama(INNER, num_key_value_heads=2, head_dim=8, query_pre_attn_scalar=8, sliding_window=5, rope_theta=300.0,
            rope_local_base_freq=15.0, rope_scaling=dict(rope_type="linear", factor=3.0), sliding_window_pattern=2),
        "unsaid": llama(num_hidden_layers=6, num_attention_heads=4, intermediate_size=9),
        "untied": llama(num_key_value_heads=1, head_dim=4, query_pre_attn_scalar=1, tie_word_embeddings=False, sliding_window=1),
        "biased": llama(ATTENTION + INNER, num_key_value_heads=2, head_dim=6, attention_bias=True, sliding_window=3,
            rms_norm_eps=0.05, hidden_activation="relu", query_pre_attn_scalar=20),
        "all-full": llama(num_key_value_heads=4, head_dim=4, layer_types=["full_attention", "full_attention"], rope_theta=40.0),
    },
    "qwen3": {
        "tied": llama(ATTENTION, tie_word_embeddings=True, num_key_value_heads=2, head_dim=8, rope_theta=1000000.0),
        "unsaid": llama(num_attention_heads=32, hidden_size=16, num_hidden_layers=1, intermediate_size=12),
        "biased": llama(ATTENTION, num_key_value_heads=4, head_dim=6, attention_bias=True),
        "later-windows": llama(num_key_value_heads=1, head_dim=4, use_sliding_window=True, sliding_window=3, max_window_layers=1),
        "window-unused": llama(num_key_value_heads=4, head_dim=8, use_sliding_window=False, sliding_window=2, max_window_layers=0),
        "named-layers": llama(INNER, num_key_value_heads=1, head_dim=10, num_hidden_layers=3, use_sliding_window=True, sliding_window=2,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"]),
        "yarn": llama(num_key_value_heads=2, head_dim=8, rope_scaling=dict(type="yarn", factor=4.0, original_max_position_embeddings=6)),
        "coarse": llama(num_key_value_heads=None, head_dim=4, hidden_act="gelu", rms_norm_eps=0.1, rope_theta=80.0),
    },
}


def make(golden):
    for family, configurations in FAMILIES.items():
        batches = [batch_of(f"odd/train/{step}", 3, 4 + step % 5) for step in range(STEPS)]
        forward = [batch_of("odd/right", 2, 6), batch_of("odd/left", 2, 7, left=True)]
        result = {"forward": forward, "batches": [{**b, "labels": labels_of(b)} for b in batches], "full": settings(rate=2e-3),
            "lora": {"rank": 3, "alpha": 5, **settings(rate=5e-3)}, "configurations": {}}
        for name, (config, targets) in configurations.items():
            of = said(f"{family}-{name}", {"model_type": family, **config}, targets, result)
            result["configurations"][name] = of
        with open(os.path.join(golden, f"odd-{family}.json"), "w") as file:
            json.dump(result, file)
            file.write("\n")


def said(name, config, targets, result):
    model, weights = begun(name, config)
    logits = []
    for inputs in result["forward"]:
        tensors = {("position_ids" if k == "positions" else k): torch.tensor(v) for k, v in inputs.items()}
        with torch.no_grad():
            logits.append([[[round(x, 5) for x in at] for at in row] for row in model.eval()(**tensors).logits.tolist()])
    with exact(name, model):
        full = train(model, result["batches"], rate=2e-3)
    adapted = lora(begun(name, config)[0], rank=3, alpha=5, targets=targets, task="CAUSAL_LM")
    start = {k: {"shape": list(v.shape), "spread": 0.1, "around": 0} for k, v in sorted(get_peft_model_state_dict(adapted).items())}
    set_peft_model_state_dict(adapted, {k: tensor(name, k, how) for k, how in start.items()})
    with exact(name, adapted):
        low = train(adapted, result["batches"], rate=5e-3)
    kept = lambda run: {k: run[k] for k in ("losses", "norms")}
    return {"config": config, "weights": weights, "logits": logits, "full": kept(full),
        "lora": {"targets": targets, "weights": start, **kept(low)}, "rates": {"full": full["rates"], "lora": low["rates"]}}


# Float32's own error in these norms is more than the 1e-4 to be shown (1.7e-4 of the first: small norms by a small epsilon).
EXACT = {"gemma3_text-unsaid"}


@contextlib.contextmanager
def exact(name, model):
    """All in float64, where transformers says float32 too."""
    if name not in EXACT:
        yield
        return
    single, softmax = torch.Tensor.float, torch.nn.functional.softmax
    torch.Tensor.float = lambda self, *a, **k: self.double()
    torch.nn.functional.softmax = lambda x, dim=None, dtype=None, **k: softmax(x, dim=dim)
    model.double()
    try:
        yield
    finally:
        torch.Tensor.float, torch.nn.functional.softmax = single, softmax


def begun(name, config):
    """The model in float32 with weights from the generator, and how each was drawn."""
    configured = CONFIG_MAPPING[config["model_type"]].from_dict(config)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(configured, attn_implementation="eager").float()
    weights = {}
    for key, value in sorted(model.state_dict().items()):
        if key == "lm_head.weight" and configured.tie_word_embeddings:
            continue
        scale = ("norm" in key or ".ln_" in f".{key}") and key.endswith("weight")
        centred = 1 if scale and not config["model_type"].startswith("gemma") else 0
        weights[key] = {"shape": list(value.shape), "spread": 0.1 if scale or key.endswith("bias") else 0.4, "around": centred}
    missing = model.load_state_dict({k: tensor(name, k, how) for k, how in weights.items()}, strict=False)
    assert not missing.unexpected_keys and set(missing.missing_keys) <= {"lm_head.weight"}, missing
    return model, weights


def tensor(name, key, how):
    return torch.tensor((uniform(f"{name}/{key}", tuple(how["shape"]), how["spread"]) + how["around"]).astype("float32"))


def batch_of(name, rows, longest, left=False):
    """Ids from 1 (0 is padding); row i keeps a different length, the rest is padding, after the text or before it."""
    lengths = [longest] + [1 + n for n in whole(f"{name}/lengths", rows - 1, longest)]
    ids = [[1 + n for n in whole(f"{name}/ids/{i}", length, IDS - 1)] for i, length in enumerate(lengths)]
    pad = lambda row: [0] * (longest - len(row)) + row if left else row + [0] * (longest - len(row))
    batch = {"input_ids": [pad(row) for row in ids], "attention_mask": [pad([1] * n) for n in lengths]}
    if left:
        batch["positions"] = [pad(list(range(n))) for n in lengths]
    return batch
