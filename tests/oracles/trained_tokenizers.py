"""What Hugging Face's own trainers make of the sentiment texts, and what its Python tokenizers read in the files that Tunebook's
training wrote (tests/fixtures/scratch): the same merges of BPE; of WordPiece and Unigram, whose ties and seeds the library
leaves open, how many tokens the texts take."""
import csv
import itertools
import json
import os

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from tokenizer import strings

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "scratch")
SIZE = 600


def make(golden, data):
    with open(data, encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    merged = json.loads(bpe(texts).to_str())["model"]
    tokens = {name: sum(len(e.ids) for e in peer(texts).encode_batch(texts)) for name, peer in PEERS.items()}
    nasty = list(itertools.islice(strings(), 200))
    read = {}
    for name in PEERS:
        own = Tokenizer.from_file(os.path.join(FIXTURES, f"tokenizer-{name}.json"))
        read[name] = [[e.ids, own.decode(e.ids)] for e in own.encode_batch(nasty)]
    result = {
        "size": SIZE,
        "vocabulary": sorted(merged["vocab"], key=merged["vocab"].get),
        "merges": [list(pair) for pair in merged["merges"]],
        "tokens": tokens,
        "texts": nasty,
        "read": read,
    }
    with open(os.path.join(golden, "trained-tokenizers.json"), "w", encoding="utf-8") as file:
        json.dump(result, file)
        file.write("\n")


def bpe(texts):
    own = Tokenizer(models.BPE())
    own.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE,
        min_frequency=2,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    own.train_from_iterator(texts, trainer)
    return own


def wordpiece(texts):
    own = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    own.normalizer = normalizers.BertNormalizer(lowercase=True)
    own.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    trainer = trainers.WordPieceTrainer(
        vocab_size=SIZE, min_frequency=2, limit_alphabet=1000, special_tokens=specials, show_progress=False
    )
    own.train_from_iterator(texts, trainer)
    return own


def unigram(texts):
    own = Tokenizer(models.Unigram())
    own.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    own.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=SIZE, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False
    )
    own.train_from_iterator(texts, trainer)
    return own


PEERS = {"bpe": bpe, "wordpiece": wordpiece, "unigram": unigram}
