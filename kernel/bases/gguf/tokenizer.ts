/** Converts the tokenizer in a GGUF file to a tokenizer.json of the tokenizers library. */
import { PRE_TOKENIZER_SETUPS } from "#stdlib/targets/shared/gguf/pre-tokenizers.js";
import { CONTROL_TOKEN, UNKNOWN_TOKEN, USER_DEFINED_TOKEN } from "#stdlib/targets/shared/gguf/token-kinds.js";
import type { GgufHeader } from "./file.js";
import { sentencePieceTokenizerParts } from "./pieces.js";
import { GgufVocabulary, type TokenizerJsonParts } from "./vocabulary.js";

export interface GgufTokenizer {
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Converts the tokenizer. Coded errors: `gguf-malformed`, `gguf-unsupported`. */
export function tokenizerFromGguf(gguf: GgufHeader): GgufTokenizer {
  const { metadata } = gguf;
  const vocabulary = new GgufVocabulary(gguf);
  const pieces = vocabulary.choice("tokenizer.ggml.model", ["gpt2", "llama"]) === "llama";
  const parts = pieces ? sentencePieceTokenizerParts(gguf, vocabulary) : byteParts(vocabulary);
  const kinds = pieces ? [UNKNOWN_TOKEN, CONTROL_TOKEN, USER_DEFINED_TOKEN] : [CONTROL_TOKEN, USER_DEFINED_TOKEN];
  const added = parts.tokens.flatMap((content, id) => {
    const kind = vocabulary.kind(id);
    if (!kinds.includes(kind)) return [];
    const special = kind !== USER_DEFINED_TOKEN;
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
  const first = vocabulary.flag("add_bos_token", pieces) ? vocabulary.special("bos") : undefined;
  const model = {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    vocab: Object.fromEntries(parts.tokens.map((token, id) => [token, id])),
    ...parts.model,
  };
  return {
    tokenizer: {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: parts.normalizer,
      pre_tokenizer: parts.pre_tokenizer,
      post_processor: first === undefined ? parts.post_processor : beginning(first, parts.tokens.indexOf(first)),
      decoder: parts.decoder,
      model,
    },
    settings: {
      tokenizer_class: "PreTrainedTokenizerFast",
      clean_up_tokenization_spaces: false,
      bos_token: vocabulary.special("bos"),
      eos_token: vocabulary.special("eos"),
      unk_token: vocabulary.special("unknown"),
      pad_token: vocabulary.special("padding"),
      model_max_length: metadata[`${String(metadata["general.architecture"])}.context_length`],
      chat_template: metadata["tokenizer.chat_template"],
    },
  };
}

/** A byte-level vocabulary, like GPT-2's. */
function byteParts(vocabulary: GgufVocabulary): TokenizerJsonParts {
  const cut = PRE_TOKENIZER_SETUPS[vocabulary.choice("tokenizer.ggml.pre", Object.keys(PRE_TOKENIZER_SETUPS))]!;
  return {
    tokens: vocabulary.tokens,
    normalizer: cut.normalizer,
    pre_tokenizer: cut.pre_tokenizer,
    post_processor: { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: cut.ignoreMerges,
      merges: vocabulary.texts("tokenizer.ggml.merges").map((merge) => pair(merge)),
    },
  };
}

/** Post-processor that starts texts with a token. */
function beginning(token: string, id: number): unknown {
  const first = { id: token, type_id: 0 };
  return {
    type: "TemplateProcessing",
    single: [{ SpecialToken: first }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [
      { SpecialToken: first },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { ...first, type_id: 1 } },
      { Sequence: { id: "B", type_id: 1 } },
    ],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}

/** Splits a merge into its two sides; a space inside a token is written Ġ, so the only space separates them. */
function pair(merge: string): readonly [string, string] {
  const separator = merge.indexOf(" ", 1);
  return [merge.slice(0, separator), merge.slice(separator + 1)];
}
