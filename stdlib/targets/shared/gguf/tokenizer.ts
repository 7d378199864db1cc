/**
 * A tokenizer.json as llama.cpp is told of it: byte-level pairs (`gpt2`), or SentencePiece's scored pieces (`llama`), with
 * what each token is and which ones begin, end and fill a text. What can't be told is refused, for texts must become the
 * same tokens.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { byteLevel } from "./byte-level.js";
import type { Cutting, Refusal } from "./tokenization.js";
import { bool, f32s, i32s, text, texts, u32, type Metadata } from "./header.js";
import { piecesOf } from "./scored-pieces.js";
import { BYTE, CONTROL, NORMAL, UNKNOWN, UNUSED, USER_DEFINED } from "./token-kinds.js";

type Json = Readonly<Record<string, unknown>>;
export interface ToldTokenizer {
  readonly metadata: Metadata;
  readonly left: Cutting["left"];
  /** Tokens by their ids, and the ids that end a text. */
  readonly tokens: readonly string[];
  readonly ends: readonly number[];
}
export interface TokenizerFiles {
  readonly tokenizer: Json;
  /** tokenizer_config.json, config.json, generation_config.json: what they say of special tokens. */
  readonly settings: Json;
  readonly config: Json;
  readonly generation: Json;
  /** Rows of the embedding. */
  readonly rows: number;
  /** Whether conversations begin with the token that begins texts; null: the model reads more than conversations. */
  readonly begins: boolean | null;
  /** Token that ends an answer, where conversations have one of their own. */
  readonly stop: string | null;
}

interface Added {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly strips: boolean;
}

export function tokenizerOf(files: TokenizerFiles): ToldTokenizer | Refusal {
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
  const cutting = pieces ? piecesOf(files.tokenizer, model, tokens) : byteLevel(files.tokenizer, model);
  if ("refused" in cutting) return cutting;
  const { scores } = cutting;
  const around = framed(files.tokenizer);
  if ("refused" in around) return around;
  const specials = specialsOf(files, tokens);
  if (specials.eos === null) return { refused: "its tokenizer has no token that ends a text, and llama.cpp wants one" };
  const odd = oddFrame(around, specials, tokens);
  if (odd) return odd;
  const kinds = kindsOf(tokens, added, { pieces, unknown: specials.unknown });
  // Matched in the raw text, before blanks are written otherwise.
  const written = pieces ? tokens.map((t, id) => (kinds[id] === USER_DEFINED ? t.replaceAll("▁", " ") : t)) : tokens;
  const id = (name: string, value: number | null): Metadata =>
    value === null ? {} : { [`tokenizer.ggml.${name}_token_id`]: u32(value) };
  return {
    tokens,
    ends: [specials.eos, ...(specials.eot === null ? [] : [specials.eot])],
    left: [...cutting.left, ...strippedOf(added)],
    metadata: {
      "tokenizer.ggml.model": text(pieces ? "llama" : "gpt2"),
      ...cutting.metadata,
      "tokenizer.ggml.tokens": texts(written),
      "tokenizer.ggml.token_type": i32s(kinds),
      ...(scores && {
        "tokenizer.ggml.scores": f32s(tokens.map((t, at) => scoreOf(kinds[at]!, scores.get(t)))),
      }),
      ...id("bos", specials.bos),
      ...id("eos", specials.eos),
      ...id("eot", specials.eot),
      ...id("unknown", specials.unknown),
      ...id("padding", specials.pad),
      "tokenizer.ggml.add_bos_token": bool(around.before !== null && files.begins !== false),
      "tokenizer.ggml.add_eos_token": bool(around.after !== null),
    },
  };
}

/** Pieces that no merge makes are never looked for. */
function scoreOf(kind: number, score: number | undefined): number {
  return score ?? (kind === NORMAL ? -1e6 : 0);
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

/** Rows of the embedding without a token are filled up: llama.cpp has as many tokens as rows. */
function listOf(vocab: Json, added: readonly Added[], rows: number): { readonly tokens: readonly string[] } | Refusal {
  const tokens = new Array<string | undefined>(rows).fill(undefined);
  let beyond = 0;
  for (const [token, id] of [...Object.entries(vocab), ...added.map((a) => [a.content, a.id] as const)]) {
    const at = Number(id);
    if (at >= rows) beyond++;
    else tokens[at] = token;
  }
  if (beyond > 0)
    return { refused: `its tokenizer has ${String(beyond)} tokens more than the model has rows of embeddings` };
  const seen = new Set(tokens.filter((t) => t !== undefined));
  const free = (at: number): string => {
    let name = `[PAD${String(at)}]`;
    while (seen.has(name)) name = `[${name}]`;
    return name;
  };
  return { tokens: tokens.map((token, at) => token ?? free(at)) };
}

function kindsOf(
  tokens: readonly string[],
  added: readonly Added[],
  o: { readonly pieces: boolean; readonly unknown: number | null },
): readonly number[] {
  const own = new Map(added.map((a) => [a.id, a.special ? CONTROL : USER_DEFINED]));
  return tokens.map((token, id) => {
    if (o.pieces && id === o.unknown) return UNKNOWN;
    const kind = own.get(id);
    if (kind !== undefined) return kind;
    if (o.pieces && /^<0x[0-9A-F]{2}>$/.test(token)) return BYTE;
    return /^\[+PAD\d+\]+$/.test(token) ? UNUSED : NORMAL;
  });
}

function strippedOf(added: readonly Added[]): Cutting["left"] {
  const strips = added.filter((a) => a.strips).map((a) => a.content);
  if (strips.length === 0) return [];
  return [{ part: `blanks beside ${strips.join(", ")} that the tokenizer drops`, instead: "they stay" }];
}

/** Tokens that stand around every text; null: none. */
interface Frame {
  readonly before: number | null;
  readonly after: number | null;
}
function framed(tokenizer: Json): Frame | Refusal {
  const template = processors(tokenizer["post_processor"]).find((p) => p["type"] === "TemplateProcessing");
  if (!template) return { before: null, after: null };
  const single = (Array.isArray(template["single"]) ? template["single"] : []).filter(isRecord);
  const at = single.findIndex((part) => "Sequence" in part);
  const [before, after] = [single.slice(0, at), single.slice(at + 1)];
  if (at < 0 || before.length > 1 || after.length > 1)
    return { refused: "its tokenizer puts more than one token before or after every text" };
  const id = (part: Json | undefined): number | null => {
    const special = part?.["SpecialToken"];
    const known = template["special_tokens"];
    if (!isRecord(special) || !isRecord(known)) return null;
    const own = known[String(special["id"])];
    const ids = isRecord(own) ? own["ids"] : null;
    return Array.isArray(ids) ? Number(ids[0]) : null;
  };
  return { before: id(before[0]), after: id(after[0]) };
}

/** llama.cpp begins and ends texts with the tokens that are for that, or with none. */
function oddFrame(around: Frame, specials: Specials, tokens: readonly string[]): Refusal | null {
  const { before, after } = around;
  const said = (part: string, token: number): Refusal => ({
    refused: `every text ${part} with ${tokens[token] ?? String(token)}, which llama.cpp can't be told`,
  });
  if (before !== null && before !== specials.bos) return said("begins", before);
  return after !== null && after !== specials.eos ? said("ends", after) : null;
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
/** The tokenizer's settings lead; what ends a text when the model writes comes after. */
function specialsOf(
  { tokenizer, settings, config, generation, stop }: TokenizerFiles,
  tokens: readonly string[],
): Specials {
  const idOf = (token: unknown): number | null => {
    const content = isRecord(token) ? token["content"] : token;
    const at = typeof content === "string" ? tokens.indexOf(content) : -1;
    return at < 0 ? null : at;
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
