"""Makes every oracle afresh: python make.py GOLDEN_FOLDER FIXTURES_FOLDER SENTIMENT_CSV SMOLLM2_GGUF."""
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import torch

import autocast
import chat
import decoders
import encoder_tokenizers
import encoders
import encoder_tasks
import generation
import gguf_files
import masked_encoders
import metrics
import minilm
import objectives
import odd_decoders
import rope
import smollm2
import techniques
import tiny_bert
import tiny_decoders
import tiny_t5
import tokenizer
import tokenizer_kinds

golden, fixtures, data, gguf = sys.argv[1:5]
os.makedirs(golden, exist_ok=True)
torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
for name, make in {
    "metrics": lambda: metrics.make(golden),
    "losses and optimizers": lambda: objectives.make(golden),
    "rope": lambda: rope.make(golden),
    "decoders": lambda: decoders.make(golden),
    "tokenizer": lambda: tokenizer.make(golden),
    "kinds of tokenizers": lambda: tokenizer_kinds.make(golden),
    "tiny BERTs": lambda: tiny_bert.make(golden, fixtures),
    "encoders": lambda: encoders.make(golden),
    "tokenizers of encoders": lambda: encoder_tokenizers.make(golden, fixtures),
    "tasks of encoders": lambda: encoder_tasks.make(golden),
    "masked tokens": lambda: masked_encoders.make(golden),
    "mixed precision": lambda: autocast.make(golden, fixtures),
    "tiny decoders": lambda: tiny_decoders.make(golden, fixtures),
    "odd decoders": lambda: odd_decoders.make(golden),
    "techniques": lambda: techniques.make(golden, fixtures),
    "tiny T5s": lambda: tiny_t5.make(golden, fixtures),
    "generation": lambda: generation.make(golden, fixtures),
    "chat": lambda: chat.make(golden, fixtures),
    "GGUF": lambda: gguf_files.make(golden, fixtures),
    "SmolLM2": lambda: smollm2.make(golden, gguf),
    "MiniLM": lambda: minilm.make(golden, data),
}.items():
    print(name, flush=True)
    make()
