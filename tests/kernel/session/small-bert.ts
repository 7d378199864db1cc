/** A folder with a small BERT and a whole-word tokenizer, a few of whose words consist of two pieces. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = new URL("../../../..", import.meta.url);
const SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/** `words`: the vocabulary in addition to the special tokens; `##ing` continues a word. At most 195. */
export function writeSmallBert(folder: string, words: readonly string[]): void {
  cpSync(new URL("tests/fixtures/models/bert-plain", root), folder, { recursive: true });
  const vocab = Object.fromEntries([...SPECIALS, ...words].map((token, id) => [token, id]));
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const around = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIALS.map((content, id) => ({ id, content, ...special })),
    normalizer: null,
    pre_tokenizer: { type: "Whitespace" },
    post_processor: {
      type: "TemplateProcessing",
      single: [around("[CLS]"), { Sequence: { id: "A", type_id: 0 } }, around("[SEP]")],
      pair: [
        around("[CLS]"),
        { Sequence: { id: "A", type_id: 0 } },
        around("[SEP]"),
        { Sequence: { id: "B", type_id: 1 } },
        { SpecialToken: { id: "[SEP]", type_id: 1 } },
      ],
      special_tokens: Object.fromEntries(
        SPECIALS.map((token, id) => [token, { id: token, ids: [id], tokens: [token] }]),
      ),
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    },
  };
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify({ pad_token: "[PAD]", mask_token: "[MASK]" }));
}
