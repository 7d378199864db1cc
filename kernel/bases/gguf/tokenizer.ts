/** The tokenizer inside a GGUF file, as a tokenizer.json of the tokenizers library. */
import { CodedError } from "#dsl/check/codes.js";
import type { Gguf, MetadataValue } from "./file.js";
import "./codes.js";

const BYTES = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
/** How texts are cut before byte-pair encoding, by `tokenizer.ggml.pre`. */
const CUTS: Readonly<Record<string, unknown>> = {
  "gpt-2": BYTES,
  smollm: { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, BYTES] },
  "llama-bpe": words("{1,3}"),
  qwen2: words(""),
};
/** Kinds of tokens in `tokenizer.ggml.token_type`. */
const CONTROL = 3;
const USER_DEFINED = 4;

/** Words, runs of so many digits, marks and blanks, as LLaMA 3 and Qwen2 cut them. */
function words(digits: string): unknown {
  const Regex = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
  return {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false },
      { ...BYTES, use_regex: false },
    ],
  };
}

export interface GgufTokenizer {
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Coded errors: `gguf-malformed`, `gguf-unsupported`. */
export function tokenizerOf(gguf: Gguf): GgufTokenizer {
  const { file, metadata } = gguf;
  const choice = (key: string, supported: readonly string[]): string => {
    const value = metadata[key] ?? "(none)";
    if (typeof value === "string" && supported.includes(value)) return value;
    throw new CodedError("gguf-unsupported", { file, part: key, value: String(value), supported });
  };
  const texts = (key: string): readonly string[] => {
    const value = metadata[key];
    if (Array.isArray(value) && value.every((v): v is string => typeof v === "string")) return value;
    throw new CodedError("gguf-malformed", { file, why: `it says no list of texts for ${key}` });
  };
  choice("tokenizer.ggml.model", ["gpt2"]);
  const pre = choice("tokenizer.ggml.pre", Object.keys(CUTS));
  const tokens = texts("tokenizer.ggml.tokens");
  const merges = texts("tokenizer.ggml.merges").map((merge) => pair(merge));
  const kinds = metadata["tokenizer.ggml.token_type"];
  const kindOf = (id: number): MetadataValue | undefined =>
    Array.isArray(kinds) ? (kinds[id] as MetadataValue) : undefined;
  const added = tokens.flatMap((content, id) => {
    const kind = kindOf(id);
    if (kind !== CONTROL && kind !== USER_DEFINED) return [];
    const special = kind === CONTROL;
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
  const named = (key: string): string | undefined => {
    const id = metadata[`tokenizer.ggml.${key}_token_id`];
    return typeof id === "number" ? tokens[id] : undefined;
  };
  const bos = metadata["tokenizer.ggml.add_bos_token"] === true ? named("bos") : undefined;
  const first = { id: bos ?? "", type_id: 0 };
  return {
    tokenizer: {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: pre === "qwen2" ? { type: "NFC" } : null,
      pre_tokenizer: CUTS[pre],
      post_processor:
        bos === undefined
          ? { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true }
          : {
              type: "TemplateProcessing",
              single: [{ SpecialToken: first }, { Sequence: { id: "A", type_id: 0 } }],
              pair: [
                { SpecialToken: first },
                { Sequence: { id: "A", type_id: 0 } },
                { SpecialToken: { ...first, type_id: 1 } },
                { Sequence: { id: "B", type_id: 1 } },
              ],
              special_tokens: { [bos]: { id: bos, ids: [tokens.indexOf(bos)], tokens: [bos] } },
            },
      decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: "",
        end_of_word_suffix: "",
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: pre === "llama-bpe",
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges,
      },
    },
    settings: {
      tokenizer_class: "PreTrainedTokenizerFast",
      clean_up_tokenization_spaces: false,
      bos_token: named("bos"),
      eos_token: named("eos"),
      unk_token: named("unknown"),
      pad_token: named("padding"),
      model_max_length: metadata[`${String(metadata["general.architecture"])}.context_length`],
      chat_template: metadata["tokenizer.chat_template"],
    },
  };
}

/** The two sides of a merge; a blank inside a token is written Ġ, so the only blank parts them. */
function pair(merge: string): readonly [string, string] {
  const at = merge.indexOf(" ", 1);
  return [merge.slice(0, at), merge.slice(at + 1)];
}
