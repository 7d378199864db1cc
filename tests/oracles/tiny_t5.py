"""Small T5s of odd configurations: weights, adapters, logits, losses of training, what they write. Weights come from the generator."""
import json
import os

import torch
from peft import get_peft_model_state_dict
from safetensors.numpy import save_file
from transformers import AutoConfig, GenerationConfig, T5ForConditionalGeneration
from transformers.models.t5.modeling_t5 import T5Attention

from numbers_of_tunebook import uniform, whole
from tiny_bert import kept
from training import lora, settings, start_adapter, train

COMMON = dict(model_type="t5", pad_token_id=0, eos_token_id=1, decoder_start_token_id=0, is_encoder_decoder=True, dropout_rate=0.1)
MODELS = {
    "t5-plain": dict(vocab_size=60, d_model=16, d_kv=8, d_ff=32, num_layers=2, num_heads=2),
    "t5-gated": dict(vocab_size=53, d_model=20, d_kv=6, d_ff=28, num_layers=1, num_decoder_layers=3, num_heads=3, feed_forward_proj="gated-gelu",
        tie_word_embeddings=False),
    "t5-near": dict(vocab_size=40, d_model=16, d_kv=4, d_ff=24, num_layers=2, num_decoder_layers=1, num_heads=4, feed_forward_proj="gated-silu",
        relative_attention_num_buckets=8, relative_attention_max_distance=20, tie_word_embeddings=True),
    "t5-reader": dict(vocab_size=50, d_model=12, d_kv=16, d_ff=20, num_layers=3, num_decoder_layers=1, num_heads=1, layer_norm_epsilon=1e-3),
    "t5-uneven": dict(vocab_size=37, d_model=15, d_kv=5, d_ff=33, num_layers=1, num_heads=2, feed_forward_proj="silu",
        relative_attention_num_buckets=10, relative_attention_max_distance=33, tie_word_embeddings=False),
    "t5-narrow": dict(vocab_size=45, d_model=18, d_kv=3, d_ff=16, num_layers=2, num_heads=2, feed_forward_proj="gated-relu",
        relative_attention_num_buckets=6, relative_attention_max_distance=7),
    "t5-smooth": dict(vocab_size=41, d_model=16, d_kv=8, d_ff=20, num_layers=1, num_decoder_layers=2, num_heads=3, feed_forward_proj="gelu",
        layer_norm_epsilon=1e-5),
    "t5-saved": dict(vocab_size=48, d_model=16, d_kv=8, d_ff=24, num_layers=1, num_heads=2, feed_forward_proj="gated-gelu",
        tie_word_embeddings=True, scale_decoder_outputs=False),
}
"""As transformers 5 writes a model with an output embedding of its own."""
APART = {"t5-gated", "t5-uneven", "t5-saved"}
"""A small embedding, so that a model doesn't just repeat what it reads."""
SPREAD = {"shared.weight": 0.2, "lm_head.weight": 0.2}
TARGETS = ["q", "v"]
STEPS, BATCH, MOST = 10, 4, 12
WRITING = [
    {},
    {"repetition_penalty": 1.4},
    {"num_beams": 4},
    {"num_beams": 4, "ends": 2},
    {"num_beams": 2, "length_penalty": 0.0, "ends": 3},
    {"ends": 3},
]


def make(golden, fixtures):
    writing = {}
    for name, shape in MODELS.items():
        folder = os.path.join(fixtures, name)
        os.makedirs(folder, exist_ok=True)
        write_folder(folder, name, {**COMMON, **shape})
        batches = [batch_of(f"{name}/train/{step}", shape, BATCH, 5 + step, 4 + step // 2) for step in range(STEPS)]
        result = {
            "model": name,
            "forward": [forward(folder, name, shape, case) for case in range(4)],
            "batches": batches,
            "full": full(folder, batches),
            "lora": adapted(folder, name, batches),
        }
        with open(os.path.join(golden, f"{name}.json"), "w") as file:
            json.dump(result, file)
        writing[name] = cases(name, load(folder).eval())
    with open(os.path.join(golden, "t5-writing.json"), "w") as file:
        json.dump(writing, file)
        file.write("\n")
    with open(os.path.join(golden, "t5-buckets.json"), "w") as file:
        json.dump(buckets(), file)
        file.write("\n")


def write_folder(folder, name, config):
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file, indent=2)
        file.write("\n")
    model = T5ForConditionalGeneration(AutoConfig.from_pretrained(folder))
    weights = {}
    for key, value in sorted(model.state_dict().items()):
        if "embed_tokens" in key or key == "lm_head.weight" and name not in APART:
            continue
        norm = "layer_norm" in key
        spread = uniform(f"{name}/{key}", tuple(value.shape), 0.1 if norm else SPREAD.get(key, 1.0 if "bias" in key else 0.5))
        weights[key] = ((spread + 1) * (4 if key.startswith("decoder.final") else 1)).astype("float32") if norm else spread
    save_file(weights, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})


def load(folder, **more):
    model = T5ForConditionalGeneration.from_pretrained(folder, attn_implementation="eager", **more)
    apart = model.lm_head.weight.data_ptr() != model.shared.weight.data_ptr()
    assert apart == (os.path.basename(folder) in APART), folder
    return model


def rows_of(name, below, rows, longest):
    """Random ids; row i has a length of its own, the first is the longest."""
    lengths = [longest] + [whole(f"{name}/length/{i}", 1, longest)[0] + 1 for i in range(1, rows)]
    return [[2 + x for x in whole(f"{name}/ids/{i}", n, below - 2)] for i, n in enumerate(lengths)]


def padded(rows, filler):
    longest = max(map(len, rows))
    return [row + [filler] * (longest - len(row)) for row in rows]


def batch_of(name, shape, rows, longest, written):
    inputs = rows_of(f"{name}/input", shape["vocab_size"], rows, longest)
    targets = rows_of(f"{name}/target", shape["vocab_size"], rows, written)
    return {
        "input_ids": padded([row[:-1] + [1] for row in inputs], 0),
        "attention_mask": padded([[1] * len(row) for row in inputs], 0),
        "labels": padded([row[:-1] + [1] for row in targets], -100),
    }


def forward(folder, name, shape, case):
    rows, length, written = [(3, 7, 5), (1, 1, 1), (2, 45, 40), (4, 3, 11)][case]
    ids = rows_of(f"{name}/forward/{case}/input", shape["vocab_size"], rows, length)
    inputs = {
        "input_ids": padded(ids, 0),
        "attention_mask": padded([[1] * len(row) for row in ids], 0),
        "decoder_input_ids": padded([[0] + row[1:] for row in rows_of(f"{name}/forward/{case}/target", shape["vocab_size"], rows, written)], 0),
    }
    with torch.no_grad():
        return {"inputs": inputs, "logits": rounded(load(folder).eval()(**{k: torch.tensor(v) for k, v in inputs.items()}).logits.tolist())}


def full(folder, batches):
    model = load(folder, dropout_rate=0.0)
    trained = train(model, batches, rate=1e-3)
    return {**settings(rate=1e-3), **trained, "final": kept(dict(model.named_parameters()))}


def adapted(folder, name, batches):
    model = lora(load(folder, dropout_rate=0.0), rank=3, alpha=5, targets=TARGETS, task="SEQ_2_SEQ_LM")
    fixture = os.path.join(folder, "adapter")
    start = start_adapter(model, name)
    os.makedirs(fixture, exist_ok=True)
    save_file({k: v.numpy() for k, v in start.items()}, os.path.join(fixture, "adapter_model.safetensors"), metadata={"format": "pt"})
    with open(os.path.join(fixture, "adapter_config.json"), "w") as file:
        json.dump({"peft_type": "LORA", "task_type": "SEQ_2_SEQ_LM", "r": 3, "lora_alpha": 5, "lora_dropout": 0.0, "bias": "none",
            "target_modules": TARGETS, "inference_mode": False, "fan_in_fan_out": False, "use_rslora": False, "use_dora": False}, file, indent=2)
        file.write("\n")
    trained = train(model, batches, rate=5e-3)
    return {"rank": 3, "alpha": 5, "targets": TARGETS, **settings(rate=5e-3), **trained, "final": kept(get_peft_model_state_dict(model))}


def cases(name, model):
    model.generation_config.eos_token_id = None  # else it stands in where none is given
    inputs = [row[:-1] + [1] for row in rows_of(f"{name}/writing", model.config.vocab_size, 4, 9)]
    written = []
    for given in WRITING:
        options = dict(given)
        ends = frequent(model, inputs, options.pop("ends", 0))
        texts, scores = run(model, inputs, ends, options)
        written.append({"settings": {"num_beams": 1, "repetition_penalty": 1.0, "length_penalty": 1.0, **options}, "ends": ends, "texts": texts, "scores": scores})
    return {"prompts": inputs, "most": MOST, "cases": written}


def frequent(model, inputs, count):
    """The tokens that it writes most often, so that texts do end early."""
    if count == 0:
        return []
    tokens = [token for text in run(model, inputs, [], {})[0] for token in text[2:]]
    return sorted(set(tokens), key=lambda t: (-tokens.count(t), t))[:count]


def run(model, inputs, ends, options):
    beams = options.get("num_beams", 1) > 1
    # transformers 5 makes its cache for as many layers as the encoder has, which is wrong where the decoder has more.
    config = GenerationConfig(do_sample=False, max_new_tokens=MOST, pad_token_id=0, eos_token_id=ends or None, decoder_start_token_id=0,
        early_stopping=False, use_cache=False, return_dict_in_generate=True, output_scores=True, **options)
    mask = padded([[1] * len(row) for row in inputs], 0)
    with torch.inference_mode():
        out = model.generate(torch.tensor(padded(inputs, 0)), attention_mask=torch.tensor(mask), generation_config=config)
    return [cropped(row[1:].tolist(), ends) for row in out.sequences], out.sequences_scores.tolist() if beams else None


def cropped(tokens, ends):
    for i, token in enumerate(tokens):
        if token in ends:
            return tokens[: i + 1]
    return tokens


def buckets():
    """The bucket of each distance, key less query, from -reach to reach."""
    result = []
    for count, furthest, reach in [(32, 128, 300), (32, 64, 100), (8, 20, 40), (10, 33, 50), (6, 7, 20), (16, 1000, 1100), (64, 256, 300)]:
        for both in (True, False):
            distances = torch.arange(-reach, reach + 1)
            found = T5Attention._relative_position_bucket(distances, bidirectional=both, num_buckets=count, max_distance=furthest)
            result.append({"buckets": count, "furthest": furthest, "both": both, "reach": reach, "of": found.tolist()})
    return result


def rounded(values):
    return [rounded(v) for v in values] if isinstance(values, list) else round(values, 6)
