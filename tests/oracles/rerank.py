"""A cross-encoder as its authors save one (BertForSequenceClassification, one output, no problem_type): what transformers says of
queries beside texts. The folder is kept as a fixture, its tokenizer with it."""
import json
import os

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from numbers_of_tunebook import uniform

WORDS = ["how", "many", "people", "live", "in", "berlin", "is", "a", "city", "of", "new", "york", "famous", "for", "its", "museum", "##s", "the", ".", "?", ","]
SHAPE = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, max_position_embeddings=32, type_vocab_size=2, num_labels=1)
QUERY = "How many people live in Berlin?"
TEXTS = ["Berlin is a city of many people.", "New York is famous for its museums.", "", "people live in the city, " * 20, "unknown things"]
LONG = "How many people live in Berlin, New York, " * 8


def make(golden, fixtures):
    folder = os.path.join(fixtures, "cross-encoder")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    own = Tokenizer(models.WordPiece({word: i for i, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    own.normalizer = normalizers.BertNormalizer(lowercase=True)
    own.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    own.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer = BertTokenizerFast(tokenizer_object=own, model_max_length=32)
    tokenizer.save_pretrained(folder)
    model = BertForSequenceClassification(BertConfig(vocab_size=len(vocabulary), **SHAPE)).eval()
    state = {}
    for name, value in model.state_dict().items():
        small = name.endswith("bias") or "LayerNorm" in name
        drawn = torch.from_numpy(uniform(f"bert-cross/{name}", tuple(value.shape), 0.1 if small else 0.5)) if value.dtype.is_floating_point else value
        state[name] = drawn + 1 if name.endswith("LayerNorm.weight") else drawn
    model.load_state_dict(state)
    model.save_pretrained(folder)
    pairs = [(QUERY, text) for text in TEXTS] + [(LONG, text) for text in TEXTS[:1] + TEXTS[3:4]]
    cases = []
    with torch.no_grad():
        for query, text in pairs:
            read = tokenizer([query], [text], truncation=True, max_length=32, return_tensors="pt")
            cases.append({"query": query, "text": text, "tokens": read["input_ids"].shape[1], "logit": model(**read).logits[0, 0].item()})
        alone = model(**tokenizer(TEXTS[0], return_tensors="pt")).logits[0, 0].item()
    with open(os.path.join(golden, "rerank.json"), "w") as file:
        json.dump({"cases": cases, "alone": {"text": TEXTS[0], "logit": alone}}, file)
        file.write("\n")
