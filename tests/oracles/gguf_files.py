"""Tiny models as GGUF, among them a LLaMA with tensors in many block formats, what transformers makes of them, and what ggml's own reader makes of blocks of every format."""
import base64
import ctypes
import json
import os

import gguf
import numpy
import torch
from gguf import GGMLQuantizationType as Format
from transformers import AutoModelForCausalLM, AutoTokenizer, GemmaConfig, GemmaForCausalLM
from transformers.convert_slow_tokenizer import bytes_to_unicode
from transformers.integrations.gguf.gguf_tokenizer_mapping import convert_gguf_tokenizer, get_gguf_tokenizer

from numbers_of_tunebook import uniform, whole

WIDTH, INNER, HEADS, SHARED, LAYERS = 64, 256, 4, 2, 2
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
MERGES = ["Ġ t", "h e", "Ġt he", "i n", "Ġ a"]
PIECES = ["▁t", "he", "▁the", "in", "▁a", "er", "▁in", "th", "the", "ing", "▁▁", "▁▁▁▁", "an", "and", "▁and", "▁▁▁", "ther", "é", "▁é", "日本"]
TEXTS = ["", "the", " the other thing", "in the  sand\n and   a the", "then ther the", "<s>the</s>a", "é été 日本語 🙂", "\tthe 12,5", "    in",
    "the<bos>the", "aan and andin ", "ithe th e"]
GEMMA = dict(vocab_size=400, hidden_size=32, intermediate_size=256, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1,
    head_dim=32, max_position_embeddings=64, rms_norm_eps=1e-6, rope_parameters=dict(rope_type="default", rope_theta=10000.0))
IDS = [[5, 7, 200, 41, 3, 263, 0, 99]]


def make(golden, fixtures):
    folder = os.path.join(fixtures, "gguf")
    os.makedirs(folder, exist_ok=True)
    for name, write in {"tiny": write_llama, "qwen2": write_qwen2, "gpt2": write_gpt2}.items():
        write(os.path.join(folder, f"{name}.gguf"))
        read_back(golden, folder, name)
    write_gemma(os.path.join(folder, "gemma.gguf"))
    gemma_by_hand(golden, os.path.join(folder, "gemma.gguf"))
    write_pieces(os.path.join(folder, "pieces.gguf"))
    pieces(golden, folder)
    blocks(golden)
    roundings(golden)


def gemma_by_hand(golden, path):
    """transformers doesn't read the first Gemma from such files: its tensors are put into its model here."""
    reader = gguf.GGUFReader(path)
    tensors = {t.name: torch.tensor(gguf.quants.dequantize(t.data, t.tensor_type)) for t in reader.tensors}
    config = GemmaConfig(**GEMMA, attn_implementation="eager")
    model = GemmaForCausalLM(config).float().eval()
    inside = {"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
        "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
        "ffn_down": "mlp.down_proj"}
    state = {"model.embed_tokens.weight": tensors["token_embd.weight"], "model.norm.weight": tensors["output_norm.weight"] - 1}
    for part, name in inside.items():
        value = tensors[f"blk.0.{part}.weight"]
        state[f"model.layers.0.{name}.weight"] = value - 1 if "norm" in part else value
    assert set(model.load_state_dict(state, strict=False).missing_keys) <= {"lm_head.weight"}
    model.tie_weights()
    keep(golden, "gemma", model)


def pieces(golden, folder):
    """What transformers' tokenizers say, read from the two files with scored pieces."""
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file="pieces.gguf")
    told = {"pieces": [{"text": text, "ids": tokenizer(text).input_ids} for text in TEXTS]}
    architecture, read, settings = get_gguf_tokenizer(os.path.join(folder, "gemma.gguf"))
    gemma, _ = convert_gguf_tokenizer(architecture, read)
    begin = [gemma.token_to_id(settings["bos_token"])] if settings["add_bos_token"] else []
    told["gemma"] = [{"text": text, "ids": begin + gemma.encode(text, add_special_tokens=False).ids} for text in TEXTS]
    with open(os.path.join(golden, "gguf-pieces.json"), "w", encoding="utf-8") as file:
        json.dump(told, file)
        file.write("\n")


def read_back(golden, folder, name):
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=f"{name}.gguf", dtype=torch.float32, attn_implementation="eager").eval()
    keep(golden, name, model)


def keep(golden, name, model):
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


ROUNDED = "F16 BF16 Q8_0 Q4_0 Q4_1 Q5_0 Q5_1".split()


def roundings(golden):
    """Drawn numbers (f32), some rows of them odd, rounded to each format: by the package gguf, and the K formats by ggml's own library."""
    values = uniform("rounding", (24, 256), 1.0) * uniform("rounding/scale", (24, 1), 0.5)
    values[3] = 0
    values[5] = numpy.abs(values[5])
    values[7] = -numpy.abs(values[7])
    values[9] = numpy.round(values[9] * 8) / 8
    values[11, :128] = 0.25
    values[13] *= 1e-6
    values = values.astype(numpy.float32)
    text = lambda data: base64.b64encode(data.tobytes()).decode()
    kinds = {name: text(gguf.quants.quantize(values, getattr(Format, name))) for name in ROUNDED}
    kinds |= {name: text(by_library(values, getattr(Format, name))) for name in ["Q4_K", "Q6_K"]}
    with open(os.path.join(golden, "gguf-roundings.json"), "w") as file:
        json.dump({"values": text(values), "kinds": kinds}, file)
        file.write("\n")


def by_library(values, form):
    """TUNEBOOK_GGML: the path of libggml-base."""
    library = ctypes.CDLL(os.environ["TUNEBOOK_GGML"])
    library.ggml_quantize_chunk.restype = ctypes.c_size_t
    library.ggml_quantize_chunk.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p] + [ctypes.c_int64] * 3 + [ctypes.c_void_p]
    elements, size = gguf.constants.GGML_QUANT_SIZES[form]
    out = numpy.zeros(values.size // elements * size, dtype=numpy.uint8)
    assert library.ggml_quantize_chunk(int(form), values.ctypes.data, out.ctypes.data, 0, *values.shape, None) == out.size
    return out


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


def write_gemma(path):
    g = GEMMA
    width, inner, head = g["hidden_size"], g["intermediate_size"], g["head_dim"]
    writer = gguf.GGUFWriter(path, "gemma")
    writer.add_block_count(1)
    writer.add_context_length(g["max_position_embeddings"])
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_layer_norm_rms_eps(1e-6)
    add_pieces(writer, ["<pad>", "<eos>", "<bos>", "<unk>"], g["vocab_size"], pad=0, eos=1, bos=2, unk=3, spaces=" ")
    named = lambda name, shape, form: add(writer, name, shape, form, "gemma/")
    named("token_embd.weight", (g["vocab_size"], width), Format.Q8_0)
    for norm in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"]:
        named(f"{norm}.weight", (width,), Format.F32)
    for part, rows, columns, form in [("attn_q", 2 * head, width, Format.Q5_0), ("attn_k", head, width, Format.Q4_1), ("attn_v", head, width, Format.F16),
            ("attn_output", width, 2 * head, Format.Q5_1), ("ffn_gate", inner, width, Format.Q4_0), ("ffn_up", inner, width, Format.Q8_0),
            ("ffn_down", width, inner, Format.Q6_K)]:
        named(f"blk.0.{part}.weight", (rows, columns), form)
    finish(writer)


def write_pieces(path):
    """A LLaMA with the tokenizer of the first two."""
    width, inner, count = 32, 32, 400
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_context_length(64)
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    add_pieces(writer, ["<unk>", "<s>", "</s>"], count, unk=0, bos=1, eos=2)
    named = lambda name, *shape: add(writer, name, shape, Format.Q4_0 if len(shape) == 2 else Format.F32, "pieces/")
    named("token_embd.weight", count, width)
    for norm in ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"]:
        named(f"{norm}.weight", width)
    for part in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]:
        named(f"blk.0.{part}.weight", width, inner)
    finish(writer)


def add_pieces(writer, special, count, spaces="▁", **parts):
    """Bytes, pieces by their scores, characters; what is left of the vocabulary is unused."""
    letters = list("▁abcdefghijklmnopqrstuvwxyz.,<>/0123456789")
    tokens = special + [f"<0x{i:02X}>" for i in range(256)] + [p.replace("▁", spaces) if p.strip("▁") == "" else p for p in PIECES] + letters
    kinds = [2 if t == "<unk>" else 3 for t in special] + [6] * 256 + [1] * (len(PIECES) + len(letters))
    scores = [0.0] * (len(special) + 256) + [-float(i) for i in range(len(PIECES) + len(letters))]
    unused = count - len(tokens)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens + [f"<unused{i}>" for i in range(unused)])
    writer.add_token_scores(scores + [-1000.0] * unused)
    writer.add_token_types(kinds + [5] * unused)
    writer.add_bos_token_id(parts["bos"])
    writer.add_eos_token_id(parts["eos"])
    writer.add_unk_token_id(parts["unk"])
    if "pad" in parts:
        writer.add_pad_token_id(parts["pad"])


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
