"""Makes every oracle afresh: python make.py GOLDEN_FOLDER FIXTURES_FOLDER SENTIMENT_CSV."""
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import torch

import metrics
import minilm
import tiny_bert
import tokenizer

golden, fixtures, data = sys.argv[1:4]
os.makedirs(golden, exist_ok=True)
torch.manual_seed(0)
torch.use_deterministic_algorithms(True)
for name, make in {
    "metrics": lambda: metrics.make(golden),
    "tokenizer": lambda: tokenizer.make(golden),
    "tiny BERTs": lambda: tiny_bert.make(golden, fixtures),
    "MiniLM": lambda: minilm.make(golden, data),
}.items():
    print(name, flush=True)
    make()
