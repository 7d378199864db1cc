"""Chat: a tiny LLaMA with a tokenizer of its own; tokens and masks of every template; ten steps with the mask as labels."""
import json
import os

import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from numbers_of_tunebook import uniform
from training import settings, train

SPECIALS = ["<pad>", "<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",
    "<start_of_turn>", "<end_of_turn>"]
CONFIG = dict(architectures=["LlamaForCausalLM"], model_type="llama", vocab_size=300, hidden_size=24, intermediate_size=40,
    num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=1, max_position_embeddings=160, tie_word_embeddings=True,
    rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2, pad_token_id=0, initializer_range=0.02)

U, A, S = "user", "assistant", "system"
CONVERSATIONS = [
    [(U, "What is two and two?"), (A, "Four.")],
    [(U, "Hello there"), (A, "Hello! How can I help?"), (U, "Say it in French, please."), (A, "Bonjour \u00e0 tous \U0001f600")],
    [(U, "List three fruits:\n- one\n- two"), (A, "apple\npear\nfig\n")],
    [(U, "\u65e5\u672c\u8a9e?"), (A, "  \u306f\u3044\u3001\u5c11\u3057  ")],
    [(U, "  blanks around  "), (A, "\tkept or stripped "), (U, "<|im_end|>"), (A, "a token in a text: <|im_start|>")],
    [(U, "x"), (A, "y"), (U, "z"), (A, "w"), (U, "v"), (A, "u")],
    [(U, "assistant: Four."), (A, "user: What is two and two?")],
    [(U, "The dog ran to the red barn by the sea."), (A, "It was late, and the cat sat on the mat.")],
]
SYSTEM = [[(S, "Be brief."), *CONVERSATIONS[0]], [(S, " Speak like a pirate\n"), *CONVERSATIONS[1]]]

CHATML = "{% for m in messages %}{% if m['role'] == 'assistant' %}{{ '<|im_start|>assistant\\n' }}{% generation %}{{ m['content'] + '<|im_end|>' }}{% endgeneration %}{{ '\\n' }}{% else %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
LLAMA3 = "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' }}{% if m['role'] == 'assistant' %}{% generation %}{{ m['content'] | trim + '<|eot_id|>' }}{% endgeneration %}{% else %}{{ m['content'] | trim + '<|eot_id|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"
LLAMA2 = "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must take turns') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' }}{% generation %}{{ content.strip() + ' ' + eos_token }}{% endgeneration %}{% endif %}{% endfor %}"
GEMMA = "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system here') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must take turns') }}{% endif %}{% if message['role'] == 'assistant' %}{{ '<start_of_turn>model\\n' }}{% generation %}{{ message['content'] | trim + '<end_of_turn>' }}{% endgeneration %}{{ '\\n' }}{% else %}{{ '<start_of_turn>' + message['role'] + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"
# Told to speak first where no system does, as SmolLM2's is.
DEFAULTED = "{% for message in messages %}\n  {%- if loop.first and messages[0]['role'] != 'system' %}\n{{- '<|im_start|>system\\nYou are a helpful assistant<|im_end|>\\n' }}\n  {%- endif %}\n{{- '<|im_start|>' + message['role'] + '\\n' }}{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\\n' }}\n{%- endfor %}\n{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
ALPACA = "{% if messages[0]['role'] == 'system' %}{{ messages[0]['content'] }}{% set turns = messages[1:] %}{% else %}{{ 'Below is an instruction that describes a task. Write a response that appropriately completes the request.' }}{% set turns = messages %}{% endif %}{% for m in turns %}{% if m['role'] == 'user' %}{{ '\n\n### Instruction:\n' + m['content'] + '\n\n### Response:\n' }}{% else %}{% generation %}{{ m['content'] + eos_token }}{% endgeneration %}{% endif %}{% endfor %}"
PLAIN = "{% for m in messages %}{% if m['role'] == 'user' %}{{ m['content'] }}{% else %}{% generation %}{{ m['content'] + eos_token }}{% endgeneration %}{% endif %}{% endfor %}"
TEMPLATES = {"chatml": CHATML, "llama3": LLAMA3, "llama2": LLAMA2, "gemma": GEMMA, "alpaca": ALPACA, "plain": PLAIN, "defaulted": DEFAULTED}


def make(golden, fixtures):
    folder = os.path.join(fixtures, "chat-llama")
    os.makedirs(folder, exist_ok=True)
    tokenizer = write_folder(folder)
    result = {"templates": {}}
    for name, source in TEMPLATES.items():
        cases = CONVERSATIONS + ([] if name == "gemma" else SYSTEM)
        if name == "plain":
            cases = [turns for turns in CONVERSATIONS if len(turns) == 2]
        result["templates"][name] = {"source": source, "cases": [case(tokenizer, source, turns) for turns in cases]}
    result["training"] = training(folder, tokenizer)
    with open(os.path.join(golden, "chat.json"), "w") as file:
        json.dump(result, file)


def messages(turns):
    return [{"role": role, "content": content} for role, content in turns]


def case(tokenizer, source, turns):
    whole = tokenizer.apply_chat_template(messages(turns), chat_template=source, tokenize=True, return_dict=True,
        return_assistant_tokens_mask=True)
    prompt = tokenizer.apply_chat_template(messages(turns[:-1]), chat_template=source, tokenize=True, return_dict=True,
        add_generation_prompt=True)
    return {"messages": messages(turns), "ids": whole["input_ids"], "mask": whole["assistant_masks"], "prompt": prompt["input_ids"]}


def training(folder, tokenizer):
    model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")
    cases = [case(tokenizer, CHATML, turns) for turns in CONVERSATIONS]
    batches = []
    for step in range(10):
        rows = cases[4 * (step % 2) : 4 * (step % 2) + 4]
        longest = max(len(r["ids"]) for r in rows)
        pad = lambda values, filler: values + [filler] * (longest - len(values))
        batches.append({
            "input_ids": [pad(r["ids"], 0) for r in rows],
            "attention_mask": [pad([1] * len(r["ids"]), 0) for r in rows],
            "labels": [pad([i if m else -100 for i, m in zip(r["ids"], r["mask"])], -100) for r in rows],
        })
    counts = [sum(sum(l != -100 for l in row[1:]) for row in b["labels"]) for b in batches]
    return {**settings(rate=1e-2), "counts": counts, **train(model, batches, rate=1e-2)}


def write_folder(folder):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    texts = [content for turns in CONVERSATIONS for _, content in turns]
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=300, special_tokens=SPECIALS, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    settings_ = {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>",
        "clean_up_tokenization_spaces": False, "chat_template": CHATML}
    for name, value in {"config.json": CONFIG, "tokenizer_config.json": settings_}.items():
        with open(os.path.join(folder, name), "w") as file:
            json.dump(value, file, indent=2)
            file.write("\n")
    model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    weights = {}
    for key, value in sorted(model.state_dict().items()):
        if key == "lm_head.weight":
            continue
        norm = "norm" in key
        spread = uniform(f"llama-chat/{key}", tuple(value.shape), 0.1 if norm else 0.3)
        weights[key] = (spread + 1).astype("float32") if norm else spread
    save_file(weights, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
    return PreTrainedTokenizerFast.from_pretrained(folder)
