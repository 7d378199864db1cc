"""Tiny models as GGUF, among them a LLaMA with tensors in many block formats, what transformers makes of them, and what ggml's own reader makes of blocks of every format."""
import base64
import json
import os

import gguf
import numpy
import torch
from gguf import GGMLQuantizationType as Format
from transformers import AutoModelForCausalLM
from transformers.convert_slow_tokenizer import bytes_to_unicode

from numbers_of_tunebook import uniform, whole

WIDTH, INNER, HEADS, SHARED, LAYERS = 64, 256, 4, 2, 2
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MERGES = ["Ġ t", "h e", "Ġt he", "i n", "Ġ a"]
IDS = [[5, 7, 200, 41, 3, 263, 0, 99]]


def make(golden, fixtures):
    folder = os.path.join(fixtures, "gguf")
    os.makedirs(folder, exist_ok=True)
    for name, write in {"tiny": write_llama, "qwen2": write_qwen2, "gpt2": write_gpt2}.items():
        write(os.path.join(folder, f"{name}.gguf"))
        read_back(golden, folder, name)
    blocks(golden)


def read_back(golden, folder, name):
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=f"{name}.gguf", dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        logits = model(torch.tensor(IDS), attention_mask=torch.ones(1, len(IDS[0]), dtype=torch.long)).logits
    sums = {k: {"sum": v.double().sum().item(), "squares": (v.double() ** 2).sum().item()} for k, v in sorted(model.state_dict().items())}
    with open(os.path.join(golden, f"gguf-{name}.json"), "w") as file:
        json.dump({"input_ids": IDS, "logits": logits.tolist(), "weights": {k: v for k, v in sums.items() if k != "lm_head.weight"}}, file)


def blocks(golden):
    """Blocks with every bit drawn, but for halves that are no finite number: their bytes and their elements' (f32)."""
    kinds = {}
    for form in [getattr(Format, name) for name in "F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K".split()]:
        elements, size = gguf.constants.GGML_QUANT_SIZES[form]
        count = 3 if elements > 1 else 32
        data = numpy.array(whole(f"blocks/{form.name}", count * size, 256), dtype=numpy.uint8).reshape(count, size)
        for at in HALVES.get(form.name, [0]):
            data[:, at + 1] &= 0xBF if form != Format.BF16 else 0x7B
        values = gguf.quants.dequantize(data, form).astype("<f4")
        assert numpy.isfinite(values).all()
        text = lambda array: base64.b64encode(array.tobytes()).decode()
        kinds[form.name] = {"type": int(form), "bytes": text(data), "values": text(values)}
    with open(os.path.join(golden, "gguf-blocks.json"), "w") as file:
        json.dump(kinds, file)
        file.write("\n")


HALVES = {"Q4_1": [0, 2], "Q5_1": [0, 2], "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}


def write_llama(path):
    tokens = vocabulary()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(96)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(SHARED)
    writer.add_rope_freq_base(2000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    add_tokenizer(writer, tokens, "smollm")
    add(writer, "token_embd.weight", (len(tokens), WIDTH), Format.Q8_0)
    add(writer, "output_norm.weight", (WIDTH,), Format.F32)
    for i in range(LAYERS):
        block = f"blk.{i}"
        add(writer, f"{block}.attn_norm.weight", (WIDTH,), Format.F32)
        add(writer, f"{block}.ffn_norm.weight", (WIDTH,), Format.F32)
        add(writer, f"{block}.attn_q.weight", (WIDTH, WIDTH), Format.Q4_1)
        add(writer, f"{block}.attn_k.weight", (WIDTH // 2, WIDTH), Format.Q4_0)
        add(writer, f"{block}.attn_v.weight", (WIDTH // 2, WIDTH), Format.F16)
        add(writer, f"{block}.attn_output.weight", (WIDTH, WIDTH), Format.BF16)
        add(writer, f"{block}.ffn_gate.weight", (INNER, WIDTH), Format.Q4_1)
        add(writer, f"{block}.ffn_up.weight", (INNER, WIDTH), Format.Q8_0)
        add(writer, f"{block}.ffn_down.weight", (WIDTH, INNER), Format.Q6_K)
    finish(writer)


def write_qwen2(path):
    tokens, width, inner, heads, shared = vocabulary(), 32, 256, 4, 2
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_block_count(1)
    writer.add_context_length(80)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(shared)
    writer.add_rope_freq_base(900.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    add_tokenizer(writer, tokens, "qwen2")
    named = lambda name, shape, form: add(writer, name, shape, form, "qwen2/")
    named("token_embd.weight", (len(tokens), width), Format.Q5_0)
    named("output_norm.weight", (width,), Format.F32)
    named("output.weight", (len(tokens), width), Format.Q8_0)
    named("blk.0.attn_norm.weight", (width,), Format.F32)
    named("blk.0.ffn_norm.weight", (width,), Format.F32)
    for part, rows, form in [("q", width, Format.Q5_1), ("k", width // 2, Format.Q5_0), ("v", width // 2, Format.F16)]:
        named(f"blk.0.attn_{part}.weight", (rows, width), form)
        named(f"blk.0.attn_{part}.bias", (rows,), Format.F32)
    named("blk.0.attn_output.weight", (width, width), Format.Q4_0)
    named("blk.0.ffn_gate.weight", (inner, width), Format.Q5_1)
    named("blk.0.ffn_up.weight", (inner, width), Format.Q8_0)
    named("blk.0.ffn_down.weight", (width, inner), Format.Q4_K)
    finish(writer)


def write_gpt2(path):
    # transformers takes no other number of positions from a file, and no other width of the inner layer than four times the model's.
    tokens, width, inner, positions = vocabulary(), 64, 256, 1024
    writer = gguf.GGUFWriter(path, "gpt2")
    writer.add_block_count(1)
    writer.add_context_length(positions)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(2)
    writer.add_layer_norm_eps(1e-5)
    add_tokenizer(writer, tokens, "gpt-2")
    named = lambda name, shape, form: add(writer, name, shape, form, "gpt2/")
    named("token_embd.weight", (len(tokens), width), Format.Q8_0)
    named("position_embd.weight", (positions, width), Format.Q4_0)
    for norm in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"]:
        named(f"{norm}.weight", (width,), Format.F32)
        named(f"{norm}.bias", (width,), Format.F32)
    for part, rows, columns, form in [("attn_qkv", 3 * width, width, Format.Q4_0), ("attn_output", width, width, Format.Q5_1),
            ("ffn_up", inner, width, Format.F16), ("ffn_down", width, inner, Format.Q5_K)]:
        named(f"blk.0.{part}.weight", (rows, columns), form)
        named(f"blk.0.{part}.bias", (rows,), Format.F32)
    finish(writer)


def vocabulary():
    return SPECIAL + list(bytes_to_unicode().values()) + [m.replace(" ", "") for m in MERGES]


def add_tokenizer(writer, tokens, pre):
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(SPECIAL) + [1] * (len(tokens) - len(SPECIAL)))
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(False)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add(writer, name, shape, form, model=""):
    scale = len(shape) == 1 and name.endswith("weight")
    values = uniform(f"gguf/{model}{name}", shape, 0.1 if len(shape) == 1 else 0.3) + scale
    if form == Format.F32:
        return writer.add_tensor(name, values.astype(numpy.float32))
    if form in SCALES:
        return writer.add_tensor(name, drawn(model + name, shape, form), raw_dtype=form)
    return writer.add_tensor(name, gguf.quants.quantize(values, form), raw_dtype=form)


SCALES = {Format.Q6_K: [(208, 2e-4)], Format.Q4_K: [(0, 4e-4), (2, 4e-4)], Format.Q5_K: [(0, 2e-4), (2, 2e-4)]}


def drawn(name, shape, form):
    """Blocks of 256 with every bit drawn; only the scales over all of a block are of a fitting size."""
    size = gguf.constants.GGML_QUANT_SIZES[form][1]
    blocks = shape[0] * shape[1] // 256
    data = numpy.array(whole(f"gguf/{name}/bytes", blocks * size, 256), dtype=numpy.uint8).reshape(blocks, size)
    for at, scale in SCALES[form]:
        own = "scales" if form == Format.Q6_K else f"scales/{at}"
        scales = (numpy.abs(uniform(f"gguf/{name}/{own}", (blocks,), 1.0)) * scale + 1e-5).astype(numpy.float16)
        data[:, at : at + 2] = scales.view(numpy.uint8).reshape(blocks, 2)
    return data.reshape(shape[0], -1)
