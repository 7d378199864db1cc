"""Every kind of tokenizer that the families use, trained small with its real pipeline, and what it says of 10,000 strings.

The strings come from the generator by name and the tables below, the same in tests/kernel/bases/tokenizer-kinds.test.ts; of
the ids a hash for each hundred strings is kept. One compressed file holds the tokenizers too."""
import gzip
import hashlib
import json
import os
from collections import Counter

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from numbers_of_tunebook import whole

COUNT, PARTS, BELOW = 10_000, 10, 2**20
SNIPPETS = [
    ["the", "Hello", "world", "don't", "re-use", "naïve", "Ångström", "straße", "İstanbul", "running", "tokenizer", "ﬁne", "ＦＵＬＬ"],
    [" ", " ", " ", "  ", "   ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u200b", "\u200d", "\ufeff", " \n ", "        "],
    ["0", "7", "42", "123", "1,234.56", "12:34", "3.14e-10", "0xFF", "½", "x²", "①②", "٣٤", "१२", "1234567890123"],
    ["def f(x):\n    return x + 1", "if (a != b) { c[i]++; }", "<b>&amp;</b>", "http://a.b/c?d=e&f#g", "user@example.com", "C:\\dir\\file.txt",
        "SELECT * FROM t;", "#tag", "@you", "// no", "$$x_1^2$$", "'s", "'LL", "it's", "we'Re"],
    ["🙂", "👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u0301", "a\u0308\u0323", "Z\u0335\u0322\u034d", "\U0001f9ec", "𝔘𝔫𝔦", "𐍈"],
    ["[CLS]", "[MASK]", "[cls]", "<s>", "</s>", "<unk>", "<mask>", "<|endoftext|>", "<|begin_of_text|>", "<bos>", "<0x41>", "##ing", "▁", "Ġ", "<pad>"],
    ["中文字符", "日本語テキスト", "한국어", "русский", "Ελληνικά", "עברית", "العربية", "हिन्दी", "ไทย", "ქართული", "አማርኛ", "ᚠᚢᚦ", "tiếng Việt"],
]
RANGES = [[0x0, 0x20], [0x21, 0x5E], [0x7F, 0x22], [0xA0, 0x60], [0x100, 0x150], [0x300, 0x70], [0x370, 0x90], [0x400, 0x100], [0x590, 0x60], [0x600, 0x100],
    [0x900, 0x80], [0xE00, 0x60], [0x1100, 0x100], [0x1E00, 0x100], [0x2000, 0x70], [0x20A0, 0x30], [0x2190, 0x100], [0x2460, 0xA0], [0x3040, 0xC0],
    [0x4E00, 0x400], [0xAC00, 0x400], [0xE000, 0x100], [0xF900, 0x100], [0xFB00, 0x50], [0xFE00, 0x30], [0xFF00, 0xF0], [0xFFF0, 0x10], [0x10330, 0x20],
    [0x1D400, 0x100], [0x1F300, 0x100], [0x1F600, 0x50], [0xE0020, 0x60], [0x20000, 0x100]]
GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{%s}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def strings():
    for s in range(COUNT):
        u = whole(f"kinds/{s}", 1 + 3 * PARTS, BELOW)
        parts = []
        for i in range(1 + u[0] % PARTS):
            kind, which, times = u[1 + 3 * i : 4 + 3 * i]
            table = kind % (len(SNIPPETS) * 3 + len(RANGES))
            if table < len(SNIPPETS) * 3:
                own = SNIPPETS[table % len(SNIPPETS)]
                parts.append(own[which % len(own)])
            else:
                start, size = RANGES[table - len(SNIPPETS) * 3]
                parts.append("".join(chr(start + (which + 7 * k) % size) for k in range(1 + times % 3)))
        yield "".join(parts)


def make(golden):
    texts = list(strings())
    result = {"count": COUNT, "parts": PARTS, "below": BELOW, "snippets": SNIPPETS, "ranges": RANGES, "kinds": {}}
    for name, tokenizer in kinds(texts[:4000] + [" ".join(SNIPPETS[0]), *SNIPPETS[3]] * 50).items():
        told = tokenizer.encode_batch(texts)
        hashes = [digest([e.ids for e in told[at : at + 100]]) for at in range(0, COUNT, 100)]
        result["kinds"][name] = {"tokenizer": json.loads(tokenizer.to_str()), "hashes": hashes}
    with open(os.path.join(golden, "tokenizer-kinds.json.gz"), "wb") as file:
        file.write(gzip.compress(json.dumps(result).encode(), 9, mtime=0))


def digest(rows):
    return hashlib.sha256("\n".join(",".join(map(str, ids)) for ids in rows).encode()).hexdigest()[:16]


def kinds(corpus):
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    split = lambda digits: pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(GPT4 % digits if digits else GPT4.replace("{%s}", "")), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    made = {
        "bert-uncased": word_piece(corpus, lowercase=True),
        "bert-cased": word_piece(corpus, lowercase=False),
        "gpt2": bpe(corpus, byte_level, ["<|endoftext|>"], after=processors.ByteLevel(trim_offsets=False)),
        "roberta": bpe(corpus, byte_level, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
            after=processors.RobertaProcessing(("</s>", 2), ("<s>", 0), True, False)),
        "llama3": bpe(corpus, split("1,3"), ["<|begin_of_text|>", "<|end_of_text|>"], ignore_merges=True,
            after=processors.TemplateProcessing(single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", 0)])),
        "qwen2": bpe(corpus, split(""), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], before=normalizers.NFC()),
        "smollm": bpe(corpus, pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level]), ["<|endoftext|>"]),
        "cohere": bpe(corpus, pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level]), ["<PAD>", "<UNK>", "<BOS_TOKEN>"],
            before=normalizers.NFC(), after=processors.TemplateProcessing(single="<BOS_TOKEN> $A", special_tokens=[("<BOS_TOKEN>", 2)])),
        "llama": pieces(corpus, ["<unk>", "<s>", "</s>"], before=normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
            after=processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])),
        "mistral": pieces(corpus, ["<unk>", "<s>", "</s>"], split=pre_tokenizers.Metaspace(prepend_scheme="first", split=False),
            after=processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])),
        "gemma": pieces(corpus, ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"], before=normalizers.Replace(" ", "▁"),
            split=pre_tokenizers.Split(" ", "merged_with_previous"),
            after=processors.TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])),
        "xlm-roberta": unigram(corpus, ["<s>", "<pad>", "</s>", "<unk>"], 3, ["<mask>"], pre_tokenizers.Metaspace(),
            processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])),
        "t5": unigram(corpus, ["<pad>", "</s>", "<unk>"], 2, ["<extra_id_1>", "<extra_id_0>"],
            pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()]),
            processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])),
    }
    return made


def word_piece(corpus, lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=lowercase)
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.BertPreTokenizer(), decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=1200, special_tokens=special, limit_alphabet=500, show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def bpe(corpus, split, special, before=None, after=None, ignore_merges=False):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if before:
        tokenizer.normalizer = before
    tokenizer.pre_tokenizer, tokenizer.decoder = split, decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=900, special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    if after:
        tokenizer.post_processor = after
    return tokenizer


def pieces(corpus, special, after, before=None, split=None):
    """BPE over characters; what no piece covers falls back to bytes, whose tokens stand after the special ones."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    if before:
        tokenizer.normalizer = before
    if split:
        tokenizer.pre_tokenizer = split
    words = [word for text in corpus for word in text.split(" ")]
    tokenizer.train_from_iterator(words, trainers.BpeTrainer(vocab_size=900, special_tokens=special, limit_alphabet=250, show_progress=False))
    said = json.loads(tokenizer.to_str())
    trained = [t for t, _ in sorted(said["model"]["vocab"].items(), key=lambda kv: kv[1]) if t not in special]
    tokens = [*special, *(f"<0x{b:02X}>" for b in range(256)), *(t for t in trained if not t.startswith("<0x"))]
    known = set(tokens)
    said["model"].update(vocab={t: i for i, t in enumerate(tokens)}, byte_fallback=True)
    said["model"]["merges"] = [m for m in said["model"]["merges"] if {m[0], m[1], m[0] + m[1]} <= known]
    tokenizer = Tokenizer.from_str(json.dumps(said))
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = after
    return tokenizer


def unigram(corpus, special, unknown, last, split, after):
    common = {c for c, _ in Counter("".join(corpus)).most_common(500)}
    corpus = ["".join(c for c in text if c in common) for text in corpus]
    tokenizer = Tokenizer(models.Unigram())
    # What sentencepiece's own table does to text, but for its few rules beyond NFKC.
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer, tokenizer.decoder = split, decoders.Metaspace()
    tokenizer.train_from_iterator(corpus, trainers.UnigramTrainer(vocab_size=1200, special_tokens=special, unk_token="<unk>", show_progress=False))
    said = json.loads(tokenizer.to_str())
    said["model"]["unk_id"] = unknown
    # Scores a little apart: which of two equal ways wins is chance.
    said["model"]["vocab"] = [[t, round(p, 4) - i * 1e-7] for i, (t, p) in enumerate(said["model"]["vocab"])] + [[t, 0.0] for t in last]
    tokenizer = Tokenizer.from_str(json.dumps(said))
    tokenizer.add_special_tokens(last)
    tokenizer.post_processor = after
    return tokenizer
