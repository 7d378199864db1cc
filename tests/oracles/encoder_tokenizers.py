"""Small tokenizers of the kinds that RoBERTa (byte-level BPE), XLM-RoBERTa (Unigram) and DistilBERT (WordPiece) use, as
transformers writes them, and what they make of nasty strings, alone and in pairs."""
import itertools
import json
import os

from tokenizers.pre_tokenizers import ByteLevel
from transformers import DistilBertTokenizer, RobertaTokenizer, XLMRobertaTokenizer

from tokenizer import strings

WORDS = ["the", "hello", "don", "re", "use", "user", "example", "com", "quoted", "file", "dir", "tag", "you", "amp", "ing", "http"]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def make(golden, fixtures):
    texts = list(itertools.islice(strings(), 160))
    pairs = [(a, b) for a, b in zip(texts[1::3], texts[2::3])]
    result = {"texts": texts, "pairs": pairs, "tokenizers": {}}
    for name, peer in {"roberta": roberta(), "xlm-roberta": xlm_roberta(), "distilbert": distilbert()}.items():
        peer.model_max_length = 64
        folder = os.path.join(fixtures, f"tokenizer-{name}")
        peer.save_pretrained(folder)
        result["tokenizers"][name] = {
            "pad": peer.pad_token_id,
            "takes": peer.model_input_names,
            "ids": [peer(text)["input_ids"] for text in texts],
            "cut": [peer(text, truncation=True, max_length=9)["input_ids"] for text in texts],
            "pairs": [peer(a, b, truncation=True, max_length=16)["input_ids"] for a, b in pairs],
        }
    with open(os.path.join(golden, "encoder-tokenizers.json"), "w", encoding="utf-8") as file:
        json.dump(result, file)
        file.write("\n")


def roberta():
    alphabet = sorted(ByteLevel.alphabet())
    merges = []
    for word in WORDS + ["Ġ" + word for word in WORDS]:
        for at in range(1, len(word)):
            if (word[:at], word[at]) not in merges:
                merges.append((word[:at], word[at]))
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *alphabet, *dict.fromkeys(a + b for a, b in merges), "<mask>"]
    return RobertaTokenizer(vocab={token: i for i, token in enumerate(tokens)}, merges=merges)


def xlm_roberta():
    characters = [*LETTERS, *LETTERS.upper(), *"0123456789.,:/'-#@$!?", *"中文русский한국어日本", "é"]
    pieces = ["▁", *characters, *WORDS, *("▁" + word for word in WORDS)]
    scored = [(piece, -1.5 - 0.01 * i - 3 / len(piece)) for i, piece in enumerate(dict.fromkeys(pieces))]
    special = [(token, 0.0) for token in ("<s>", "<pad>", "</s>", "<unk>")]
    return XLMRobertaTokenizer(vocab=[*special, *scored, ("<mask>", 0.0)])


def distilbert():
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    characters = [*LETTERS, *"0123456789.,:/'-#@$!?<>&;=\\", *"中文русский한국어日本"]
    tokens = [*special, *characters, *("##" + c for c in LETTERS + "0123456789"), *WORDS, *("##" + word for word in WORDS)]
    return DistilBertTokenizer(vocab={token: i for i, token in enumerate(dict.fromkeys(tokens))})
