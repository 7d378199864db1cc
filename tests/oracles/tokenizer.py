"""Ids of nasty strings by all-MiniLM-L6-v2's tokenizer: scripts, emoji, combining marks, control characters, long words."""
import json
import os

from tokenizers import Tokenizer
from transformers import BertTokenizerFast

from minilm import FOLDER
from numbers_of_tunebook import whole

PIECES = [
    "the", "Hello", "don't", "re-use", "naïve", "Ångström", "straße", "İstanbul", "ﬁne", "ＦＵＬＬ", "①②", "½", "x²", "e=mc^2",
    "中文字符", "日本語テキスト", "한국어", "русский", "Ελληνικά", "עברית", "العربية", "हिन्दी", "ไทย", "ქართული", "አማርኛ", "ᚠᚢᚦ",
    "🙂", "👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "e\u0301", "a\u0308\u0323", "Z\u0335\u0322\u034d", "\u0000", "\u0007", "\u001b[31m", "\u00a0", "\u2003",
    "\u200b", "\u200d", "\u202e", "\ufeff", "\u00ad", "\ufffd", "\r\n", "\t", "\n", "   ", "[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]",
    "[cls]", "##ing", "http://a.b/c?d=e&f#g", "user@example.com", "C:\\dir\\file.txt", "1,234.56", "12:34", "#tag", "@you", "<b>&amp;</b>",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "pneumonoultramicroscopicsilicovolcanoconiosis",
    "!", "...", "—", "“quoted”", "¡ay!", "。", "、", "$5", "€", "₿", "𝔘𝔫𝔦", "𐍈", "\U0001F9EC", "ǅ", "ŉ", "ß", "ẞ", "ς", "K", "Å", "\u0130", "\u0131",
]
JOINTS = ["", " ", "  ", "-", "'", "\n", "_"]


def make(golden):
    own = Tokenizer.from_file(os.path.join(FOLDER, "tokenizer.json"))
    own.no_truncation()
    own.no_padding()
    peer = BertTokenizerFast.from_pretrained(FOLDER)
    cases, differing = [], 0
    for i, text in enumerate(strings()):
        ids = own.encode(text).ids
        differing += ids != peer(text)["input_ids"]
        cases.append({"text": text, "ids": ids, "ids16": peer(text, truncation=True, max_length=16)["input_ids"]})
    assert differing == 0, f"tokenizers and transformers differ on {differing} strings"
    with open(os.path.join(golden, "tokenizer.json"), "w", encoding="utf-8") as file:
        json.dump({"tokenizer": "all-MiniLM-L6-v2", "cases": cases}, file)


def strings():
    yield ""
    yield from PIECES
    for i in range(500 - len(PIECES)):
        length = 1 + i % 12
        picks = whole(f"tokenizer/{i}/pieces", length, len(PIECES))
        joints = whole(f"tokenizer/{i}/joints", length, len(JOINTS))
        yield "".join(PIECES[p] + JOINTS[j] for p, j in zip(picks, joints))
