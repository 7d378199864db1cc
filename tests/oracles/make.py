"""Makes every oracle afresh, or those that are named: python make.py GOLDEN_FOLDER FIXTURES_FOLDER SENTIMENT_CSV SMOLLM2_GGUF [NAME…]."""
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import torch

import autocast
import chat
import chat_tools
import decoders
import distillation
import encoder_tokenizers
import encoders
import encoder_tasks
import fair_baselines
import fields
import fisher
import generation
import gguf_files
import merged
import masked_encoders
import initial_weights
import intervals
import likelihoods
import metrics
import minilm
import objectives
import odd_decoders
import processes
import prompt_likelihoods
import questions
import rerank
import rope
import schedules
import similarity
import smollm2
import storage
import strategies
import techniques
import tfidf
import tiny_bert
import tiny_decoders
import tiny_t5
import tokenizer
import trained_tokenizers
import tokenizer_kinds
import why

golden, fixtures, data, gguf, *named = sys.argv[1:]
os.makedirs(golden, exist_ok=True)
torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
oracles = {
    "metrics": lambda: metrics.make(golden),
    "intervals": lambda: intervals.make(golden),
    "baselines of words": lambda: tfidf.make(golden, data),
    "fair baselines": lambda: fair_baselines.make(golden),
    "Gaussian processes": lambda: processes.make(golden),
    "losses and optimizers": lambda: objectives.make(golden),
    "strategies against forgetting": lambda: strategies.make(golden),
    "distillation": lambda: distillation.make(golden),
    "Fisher information": lambda: fisher.make(golden),
    "schedules": lambda: schedules.make(golden),
    "rope": lambda: rope.make(golden),
    "decoders": lambda: decoders.make(golden),
    "tokenizer": lambda: tokenizer.make(golden),
    "tokenizers trained": lambda: trained_tokenizers.make(golden, data),
    "initial weights": lambda: initial_weights.make(golden),
    "kinds of tokenizers": lambda: tokenizer_kinds.make(golden),
    "tiny BERTs": lambda: tiny_bert.make(golden, fixtures),
    "gradient times input": lambda: why.make(golden, fixtures),
    "encoders": lambda: encoders.make(golden),
    "tokenizers of encoders": lambda: encoder_tokenizers.make(golden, fixtures),
    "tasks of encoders": lambda: encoder_tasks.make(golden),
    "similarity": lambda: similarity.make(golden),
    "masked tokens": lambda: masked_encoders.make(golden),
    "questions": lambda: questions.make(golden, fixtures),
    "mixed precision": lambda: autocast.make(golden, fixtures),
    "tiny decoders": lambda: tiny_decoders.make(golden, fixtures),
    "fields": lambda: fields.make(golden),
    "odd decoders": lambda: odd_decoders.make(golden),
    "tiny T5s": lambda: tiny_t5.make(golden, fixtures),
    "techniques": lambda: techniques.make(golden, fixtures),
    "merged adapters": lambda: merged.make(golden, fixtures),
    "storage": lambda: storage.make(golden, fixtures),
    "generation": lambda: generation.make(golden, fixtures),
    "likelihoods": lambda: likelihoods.make(golden, fixtures, gguf),
    "likelihoods of prompts": lambda: prompt_likelihoods.make(golden, fixtures),
    "cross-encoder": lambda: rerank.make(golden, fixtures),
    "chat": lambda: chat.make(golden, fixtures),
    "chat with tools": lambda: chat_tools.make(golden, fixtures),
    "GGUF": lambda: gguf_files.make(golden, fixtures),
    "SmolLM2": lambda: smollm2.make(golden, gguf),
    "MiniLM": lambda: minilm.make(golden, data),
}
unknown = [name for name in named if name not in oracles]
if unknown:
    sys.exit(f"there is no oracle {', '.join(unknown)}; there are {', '.join(oracles)}")
for name, make in oracles.items():
    if named and name not in named:
        continue
    print(name, flush=True)
    make()
