"""A tiny LLaMA as GGUF with tensors in every block format that is read, and what transformers makes of it."""
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
    write(os.path.join(folder, "tiny.gguf"))
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file="tiny.gguf", dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        logits = model(torch.tensor(IDS), attention_mask=torch.ones(1, len(IDS[0]), dtype=torch.long)).logits
    sums = {k: {"sum": v.double().sum().item(), "squares": (v.double() ** 2).sum().item()} for k, v in sorted(model.state_dict().items())}
    with open(os.path.join(golden, "gguf-tiny.json"), "w") as file:
        json.dump({"input_ids": IDS, "logits": logits.tolist(), "weights": {k: v for k, v in sums.items() if k != "lm_head.weight"}}, file)


def write(path):
    tokens = SPECIAL + list(bytes_to_unicode().values()) + [m.replace(" ", "") for m in MERGES]
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
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] * len(SPECIAL) + [1] * (len(tokens) - len(SPECIAL)))
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(False)
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
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add(writer, name, shape, form):
    values = uniform(f"gguf/{name}", shape, 0.1 if len(shape) == 1 else 0.3) + (len(shape) == 1)
    if form == Format.F32:
        return writer.add_tensor(name, values.astype(numpy.float32))
    if form == Format.Q6_K:
        return writer.add_tensor(name, six_bits(name, shape), raw_dtype=form)
    return writer.add_tensor(name, gguf.quants.quantize(values, form), raw_dtype=form)


def six_bits(name, shape):
    """Blocks of 256 with every bit drawn; only the scale over all of a block is of a fitting size."""
    blocks = shape[0] * shape[1] // 256
    data = numpy.array(whole(f"gguf/{name}/bytes", blocks * 210, 256), dtype=numpy.uint8).reshape(blocks, 210)
    scales = (numpy.abs(uniform(f"gguf/{name}/scales", (blocks,), 1.0)) * 2e-4 + 1e-5).astype(numpy.float16)
    data[:, 208:] = scales.view(numpy.uint8).reshape(blocks, 2)
    return data.reshape(shape[0], -1)
