/** Byte-level vocabularies like GPT-2's. llama.cpp identifies the pre-tokenization by name. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { PRE_TOKENIZER_SETUPS } from "./pre-tokenizers.js";
import { textValue, textsValue } from "./header.js";
import type { GgufTokenizationMetadata, TokenizationRefusal } from "./tokenization.js";

type Json = Readonly<Record<string, unknown>>;

export function byteLevelTokenization(tokenizer: Json, model: Json): GgufTokenizationMetadata | TokenizationRefusal {
  const cut = simplified(tokenizer["pre_tokenizer"]);
  const ignores = model["ignore_merges"] === true;
  const alike = Object.entries(PRE_TOKENIZER_SETUPS).filter(([, c]) => same(simplified(c.pre_tokenizer), cut));
  const name = alike.find(([, c]) => c.ignoreMerges === ignores)?.[0];
  if (name === undefined)
    return { refused: "its tokenizer cuts texts in a way for which llama.cpp has no name that is known here" };
  const normalizer = tokenizer["normalizer"] ?? null;
  const composes = isRecord(normalizer) && normalizer["type"] === "NFC";
  if (normalizer !== null && !composes)
    return { refused: "its tokenizer changes texts before it cuts them, and llama.cpp doesn't" };
  return {
    metadata: {
      "tokenizer.ggml.pre": textValue(name),
      "tokenizer.ggml.merges": textsValue(bpeMergesOf(model).map((sides) => sides.join(" "))),
    },
    left: composes ? [{ part: "Unicode's normal form C of texts", instead: "texts are not changed" }] : [],
  };
}

export function bpeMergesOf(model: Json): readonly (readonly [string, string])[] {
  const merges = model["merges"];
  if (!Array.isArray(merges)) return [];
  return merges.map((merge: unknown) => {
    if (Array.isArray(merge)) return [String(merge[0]), String(merge[1])];
    const both = String(merge);
    const space = both.indexOf(" ", 1);
    return [both.slice(0, space), both.slice(space + 1)];
  });
}

/** Removes settings that don't affect tokens. */
function simplified(part: unknown): unknown {
  if (!isRecord(part)) return part;
  if (part["type"] === "Sequence" && Array.isArray(part["pretokenizers"])) {
    const inner = part["pretokenizers"].map(simplified);
    return inner.length === 1 ? inner[0] : { type: "Sequence", inner };
  }
  if (part["type"] === "ByteLevel")
    return {
      type: "ByteLevel",
      add_prefix_space: part["add_prefix_space"] === true,
      use_regex: part["use_regex"] !== false,
    };
  return part;
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => same(one, b[i]));
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}
