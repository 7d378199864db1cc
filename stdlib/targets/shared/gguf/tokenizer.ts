/**
 * Converts a tokenizer.json for llama.cpp: byte-level BPE (`gpt2`) or SentencePiece's scored pieces (`llama`), with
 * token types and special tokens. A tokenizer that can't be represented is refused, because texts must give the same
 * tokens.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { byteLevelTokenization } from "./byte-level.js";
import type { GgufTokenizationMetadata, TokenizationRefusal } from "./tokenization.js";
import { boolValue, f32sValue, i32sValue, textValue, textsValue, u32Value, type GgufMetadata } from "./header.js";
import { scoredPieceTokenization } from "./scored-pieces.js";
import {
  BYTE_TOKEN,
  CONTROL_TOKEN,
  NORMAL_TOKEN,
  UNKNOWN_TOKEN,
  UNUSED_TOKEN,
  USER_DEFINED_TOKEN,
} from "./token-kinds.js";

type Json = Readonly<Record<string, unknown>>;
export interface GgufTokenizer {
  readonly metadata: GgufMetadata;
  readonly left: GgufTokenizationMetadata["left"];
  /** Tokens by id, and the ids that end a text. */
  readonly tokens: readonly string[];
  readonly ends: readonly number[];
}
export interface TokenizerFiles {
  readonly tokenizer: Json;
  /** tokenizer_config.json, config.json, generation_config.json: sources of special tokens. */
  readonly settings: Json;
  readonly config: Json;
  readonly generation: Json;
  /** Number of embedding rows. */
  readonly rows: number;
  /** Whether conversations begin with the BOS token; null if the model reads more than conversations. */
  readonly begins: boolean | null;
  /** Token that ends an answer, if conversations have a separate one. */
  readonly stop: string | null;
}

interface Added {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly strips: boolean;
}

export function ggufTokenizerOf(files: TokenizerFiles): GgufTokenizer | TokenizationRefusal {
  const model = files.tokenizer["model"];
  if (!isRecord(model) || model["type"] !== "BPE" || !isRecord(model["vocab"])) {
    const kind = isRecord(model) ? String(model["type"]) : "none";
    return { refused: `its tokenizer is of the kind ${kind}, and byte-pair encoding alone is written` };
  }
  const added = addedOf(files.tokenizer);
  const listed = listOf(model["vocab"], added, files.rows);
  if ("refused" in listed) return listed;
  const { tokens } = listed;
  const pieces = model["byte_fallback"] === true;
  const cutting = pieces
    ? scoredPieceTokenization(files.tokenizer, model, tokens)
    : byteLevelTokenization(files.tokenizer, model);
  if ("refused" in cutting) return cutting;
  const { scores } = cutting;
  const around = framed(files.tokenizer);
  if ("refused" in around) return around;
  const specials = specialsOf(files, tokens);
  if (specials.eos === null) return { refused: "its tokenizer has no token that ends a text, and llama.cpp wants one" };
  const odd = oddFrame(around, specials, tokens);
  if (odd) return odd;
  const kinds = kindsOf(tokens, added, { pieces, unknown: specials.unknown });
  // User-defined tokens are matched in the raw text, before spaces are replaced by `▁`.
  const written = pieces
    ? tokens.map((t, id) => (kinds[id] === USER_DEFINED_TOKEN ? t.replaceAll("▁", " ") : t))
    : tokens;
  const id = (name: string, value: number | null): GgufMetadata =>
    value === null ? {} : { [`tokenizer.ggml.${name}_token_id`]: u32Value(value) };
  return {
    tokens,
    ends: [specials.eos, ...(specials.eot === null ? [] : [specials.eot])],
    left: [...cutting.left, ...strippedOf(added)],
    metadata: {
      "tokenizer.ggml.model": textValue(pieces ? "llama" : "gpt2"),
      ...cutting.metadata,
      "tokenizer.ggml.tokens": textsValue(written),
      "tokenizer.ggml.token_type": i32sValue(kinds),
      ...(scores && {
        "tokenizer.ggml.scores": f32sValue(tokens.map((t, index) => scoreOf(kinds[index]!, scores.get(t)))),
      }),
      ...id("bos", specials.bos),
      ...id("eos", specials.eos),
      ...id("eot", specials.eot),
      ...id("unknown", specials.unknown),
      ...id("padding", specials.pad),
      "tokenizer.ggml.add_bos_token": boolValue(around.before !== null && files.begins !== false),
      "tokenizer.ggml.add_eos_token": boolValue(around.after !== null),
    },
  };
}

/** Pieces that no merge makes get a score so low that they are never chosen. */
function scoreOf(kind: number, score: number | undefined): number {
  return score ?? (kind === NORMAL_TOKEN ? -1e6 : 0);
}

function addedOf(tokenizer: Json): readonly Added[] {
  const list = tokenizer["added_tokens"];
  return (Array.isArray(list) ? list : []).filter(isRecord).map((one) => ({
    id: Number(one["id"]),
    content: String(one["content"]),
    special: one["special"] === true,
    strips: one["lstrip"] === true || one["rstrip"] === true,
  }));
}

/** Fills embedding rows without a token: llama.cpp requires as many tokens as rows. */
function listOf(
  vocab: Json,
  added: readonly Added[],
  rows: number,
): { readonly tokens: readonly string[] } | TokenizationRefusal {
  const tokens = new Array<string | undefined>(rows).fill(undefined);
  let beyond = 0;
  for (const [token, id] of [...Object.entries(vocab), ...added.map((a) => [a.content, a.id] as const)]) {
    const index = Number(id);
    if (index >= rows) beyond++;
    else tokens[index] = token;
  }
  if (beyond > 0)
    return { refused: `its tokenizer has ${String(beyond)} tokens more than the model has rows of embeddings` };
  const seen = new Set(tokens.filter((t) => t !== undefined));
  const free = (index: number): string => {
    let name = `[PAD${String(index)}]`;
    while (seen.has(name)) name = `[${name}]`;
    return name;
  };
  return { tokens: tokens.map((token, index) => token ?? free(index)) };
}

function kindsOf(
  tokens: readonly string[],
  added: readonly Added[],
  options: { readonly pieces: boolean; readonly unknown: number | null },
): readonly number[] {
  const addedKinds = new Map(added.map((a) => [a.id, a.special ? CONTROL_TOKEN : USER_DEFINED_TOKEN]));
  return tokens.map((token, id) => {
    if (options.pieces && id === options.unknown) return UNKNOWN_TOKEN;
    const kind = addedKinds.get(id);
    if (kind !== undefined) return kind;
    if (options.pieces && /^<0x[0-9A-F]{2}>$/.test(token)) return BYTE_TOKEN;
    return /^\[+PAD\d+\]+$/.test(token) ? UNUSED_TOKEN : NORMAL_TOKEN;
  });
}

function strippedOf(added: readonly Added[]): GgufTokenizationMetadata["left"] {
  const strips = added.filter((a) => a.strips).map((a) => a.content);
  if (strips.length === 0) return [];
  return [{ part: `white space next to ${strips.join(", ")} that the tokenizer drops`, instead: "they stay" }];
}

/** Tokens added before and after every text; null for none. */
interface Frame {
  readonly before: number | null;
  readonly after: number | null;
}
function framed(tokenizer: Json): Frame | TokenizationRefusal {
  const template = processors(tokenizer["post_processor"]).find((p) => p["type"] === "TemplateProcessing");
  if (!template) return { before: null, after: null };
  const single = (Array.isArray(template["single"]) ? template["single"] : []).filter(isRecord);
  const index = single.findIndex((part) => "Sequence" in part);
  const [before, after] = [single.slice(0, index), single.slice(index + 1)];
  if (index < 0 || before.length > 1 || after.length > 1)
    return { refused: "its tokenizer puts more than one token before or after every text" };
  const id = (part: Json | undefined): number | null => {
    const special = part?.["SpecialToken"];
    const known = template["special_tokens"];
    if (!isRecord(special) || !isRecord(known)) return null;
    const entry = known[String(special["id"])];
    const ids = isRecord(entry) ? entry["ids"] : null;
    return Array.isArray(ids) ? Number(ids[0]) : null;
  };
  return { before: id(before[0]), after: id(after[0]) };
}

/** llama.cpp can only begin and end texts with its BOS and EOS tokens, or with none. */
function oddFrame(around: Frame, specials: Specials, tokens: readonly string[]): TokenizationRefusal | null {
  const { before, after } = around;
  const refusal = (part: string, token: number): TokenizationRefusal => ({
    refused: `every text ${part} with ${tokens[token] ?? String(token)}, which llama.cpp cannot be configured to do`,
  });
  if (before !== null && before !== specials.bos) return refusal("begins", before);
  return after !== null && after !== specials.eos ? refusal("ends", after) : null;
}

function processors(value: unknown): readonly Json[] {
  if (!isRecord(value)) return [];
  const inner = value["processors"];
  return Array.isArray(inner) ? inner.filter(isRecord).flatMap(processors) : [value];
}

interface Specials {
  readonly bos: number | null;
  readonly eos: number | null;
  readonly eot: number | null;
  readonly unknown: number | null;
  readonly pad: number | null;
}
/** The tokenizer's settings take precedence; end tokens of the generation config follow. */
function specialsOf(
  { tokenizer, settings, config, generation, stop }: TokenizerFiles,
  tokens: readonly string[],
): Specials {
  const idOf = (token: unknown): number | null => {
    const content = isRecord(token) ? token["content"] : token;
    const index = typeof content === "string" ? tokens.indexOf(content) : -1;
    return index < 0 ? null : index;
  };
  const numbers = (value: unknown): readonly number[] =>
    [value].flat().filter((n): n is number => typeof n === "number" && n >= 0 && n < tokens.length);
  const by = (name: string): number | null =>
    idOf(settings[`${name}_token`]) ?? numbers(config[`${name}_token_id`])[0] ?? null;
  const ends = [...numbers(generation["eos_token_id"]), ...numbers(config["eos_token_id"])];
  const eos = idOf(settings["eos_token"]) ?? ends[0] ?? by("pad");
  const answer = idOf(stop);
  const others = [...(answer === null ? [] : [answer]), ...ends].filter((id) => id !== eos);
  const model = tokenizer["model"];
  return {
    bos: by("bos"),
    eos,
    eot: others[0] ?? null,
    unknown: (isRecord(model) ? idOf(model["unk_token"]) : null) ?? by("unk"),
    pad: by("pad"),
  };
}
