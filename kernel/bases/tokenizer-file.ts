/**
 * Reads and validates tokenizer.json. Values that would crash the Rust library (a broken character map) or give wrong
 * ids are coded errors. The special tokens that frame a text come from the post-processor.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { exceededJsonLimit, VOCABULARY_JSON_LIMITS } from "../tensors/json-limits.js";

type Json = Readonly<Record<string, unknown>>;

/** Special tokens that frame one text and a pair; `types` are the segment ids of the first and the second text. */
export interface SpecialTokenFrame {
  readonly single: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly pair: {
    readonly before: readonly number[];
    readonly between: readonly number[];
    readonly after: readonly number[];
    readonly types: readonly [number, number];
  };
}

export interface CheckedTokenizer {
  /** Contents of tokenizer.json. */
  readonly bytes: Uint8Array;
  readonly json: Json;
  /** Every piece of the model's vocabulary, without added tokens, with its id. */
  readonly vocabulary: readonly (readonly [string, number])[];
  readonly added: readonly (readonly [string, number])[];
  readonly frame: SpecialTokenFrame;
  readonly padId: number;
  /** Id of the mask token. */
  readonly mask: number | null;
  readonly unknown: number | null;
  /** Ids of the special tokens, which are no text. */
  readonly special: ReadonlySet<number>;
  /** Whether a word's first token includes the space before it, and the tokenizer adds none before the first word. */
  readonly blankBeforeWords: boolean;
}

/** `bytes` is null if the file is missing. `config`: the model's config.json, which limits the ids. */
export function checkTokenizer(
  file: string,
  bytes: Uint8Array | null,
  config: Json | null,
  settings: Json | null,
): CheckedTokenizer {
  if (!bytes) throw new CodedError("no-tokenizer", { folder: file.replace(/[\\/]tokenizer\.json$/, "") });
  const broken = (why: string) => new CodedError("broken-tokenizer", { file, why });
  const beyond = exceededJsonLimit(bytes, VOCABULARY_JSON_LIMITS);
  if (beyond !== null) throw broken(beyond);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new CodedError("broken-tokenizer", { file, why: "it is not complete JSON" }, { cause });
  }
  if (!isRecord(json)) throw broken("it is not an object");
  const model = json["model"];
  if (!isRecord(model)) throw broken("it has no model");
  const type = model["type"] ?? guessedType(model);
  if (!["WordPiece", "BPE", "Unigram", "WordLevel"].includes(type as string))
    throw new CodedError("unknown-tokenizer-part", { file, part: "model", type: shown(type) });
  const vocabulary = vocabularyOf(model["vocab"]);
  if (!vocabulary) throw broken("its vocabulary is empty or malformed");
  const added = Array.isArray(json["added_tokens"]) ? json["added_tokens"].filter(isRecord) : [];
  for (const map of characterMaps(json["normalizer"])) {
    const why = brokenCharacterMap(map);
    if (why) throw broken(why);
  }
  const ids = new Map(vocabulary);
  for (const token of added) {
    if (typeof token["content"] !== "string" || !isId(token["id"])) throw broken("an added token is malformed");
    ids.set(token["content"], token["id"]);
  }
  let highest = 0;
  for (const id of ids.values()) highest = Math.max(highest, id);
  const rows = config?.["vocab_size"];
  if (typeof rows === "number" && highest >= rows) throw new CodedError("tokenizer-mismatch", { file, highest, rows });
  const named = (key: string, ...usual: readonly string[]): number | null => {
    const given = settings?.[key];
    const name = isRecord(given) ? given["content"] : given;
    const names = typeof name === "string" ? [name, ...usual] : usual;
    return names.map((n) => ids.get(n)).find((id) => id !== undefined) ?? null;
  };
  return {
    bytes,
    json,
    vocabulary,
    added: added.map((token) => [token["content"], token["id"]] as [string, number]),
    frame: frameOf(json["post_processor"], file),
    padId: padOf(json, ids, config, settings),
    mask: named("mask_token", "[MASK]", "<mask>"),
    unknown: named("unk_token", typeof model["unk_token"] === "string" ? model["unk_token"] : "[UNK]"),
    special: new Set(added.flatMap((token) => (token["special"] === true && isId(token["id"]) ? [token["id"]] : []))),
    blankBeforeWords: byteLevelWithoutBlank(json["pre_tokenizer"]),
  };
}

/**
 * Detects byte-level pre-tokenizers of GPT-2 and RoBERTa without a prefix space. For lists of words, transformers
 * requires `add_prefix_space` with them.
 */
function byteLevelWithoutBlank(part: unknown): boolean {
  if (!isRecord(part)) return false;
  if (part["type"] === "ByteLevel") return part["add_prefix_space"] !== true;
  const parts = part["pretokenizers"];
  return Array.isArray(parts) && parts.some(byteLevelWithoutBlank);
}

function vocabularyOf(vocab: unknown): [string, number][] | null {
  if (Array.isArray(vocab)) {
    const fine = vocab.every((v) => Array.isArray(v) && typeof v[0] === "string" && typeof v[1] === "number");
    return fine && vocab.length > 0 ? vocab.map((v: [string, number], i) => [v[0], i]) : null;
  }
  if (!isRecord(vocab)) return null;
  const entries = Object.entries(vocab);
  return entries.length > 0 && entries.every(([, id]) => isId(id)) ? (entries as [string, number][]) : null;
}

/** Guesses the model's type, which old files omit. */
function guessedType(model: Json): string {
  if ("merges" in model) return "BPE";
  if (Array.isArray(model["vocab"])) return "Unigram";
  return "continuing_subword_prefix" in model ? "WordPiece" : "WordLevel";
}

function* characterMaps(normalizer: unknown): Generator<unknown> {
  if (!isRecord(normalizer)) return;
  if (normalizer["type"] === "Precompiled") yield normalizer["precompiled_charsmap"];
  const parts = normalizer["normalizers"];
  if (Array.isArray(parts)) for (const part of parts) yield* characterMaps(part);
}

/** Checks a SentencePiece map: base64 of a little-endian length, a trie of that many bytes, and UTF-8 text. */
function brokenCharacterMap(map: unknown): string | null {
  if (typeof map !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(map) || map.length % 4 !== 0)
    return "its character map is not base64";
  const bytes = Uint8Array.from(atob(map), (character) => character.charCodeAt(0));
  const trie = bytes.length >= 4 ? new DataView(bytes.buffer).getUint32(0, true) : Infinity;
  if (trie === 0 || trie % 4 !== 0 || 4 + trie > bytes.length) return "its character map is cut short";
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4 + trie));
  } catch {
    return "its character map is not UTF-8";
  }
  return null;
}

const bare: SpecialTokenFrame = {
  single: { before: [], after: [] },
  pair: { before: [], between: [], after: [], types: [0, 0] },
};

function frameOf(processor: unknown, file: string): SpecialTokenFrame {
  if (processor === null || processor === undefined) return bare;
  const unknown = (type: unknown) =>
    new CodedError("unknown-tokenizer-part", { file, part: "post-processor", type: shown(type) });
  if (!isRecord(processor)) throw unknown(typeof processor);
  switch (processor["type"]) {
    case "ByteLevel":
      return bare;
    case "BertProcessing":
    case "RobertaProcessing": {
      const [start, end] = [special(processor["cls"]), special(processor["sep"])];
      if (start === null || end === null) throw unknown("malformed");
      const roberta = processor["type"] === "RobertaProcessing";
      return {
        single: { before: [start], after: [end] },
        pair: { before: [start], between: roberta ? [end, end] : [end], after: [end], types: [0, roberta ? 0 : 1] },
      };
    }
    case "TemplateProcessing":
      return templateFrame(processor) ?? fail(unknown("a template without its texts or tokens"));
    case "Sequence": {
      const parts = (Array.isArray(processor["processors"]) ? processor["processors"] : []).map((p) =>
        frameOf(p, file),
      );
      const framing = parts.filter((p) => p !== bare);
      if (framing.length > 1) throw unknown("several templates");
      return framing[0] ?? bare;
    }
    default:
      throw unknown(processor["type"]);
  }
}

interface Piece {
  /** Ids of a special token; null if this piece is one of the texts. */
  readonly ids: readonly number[] | null;
  readonly text: string | null;
  readonly type: number;
}

function templateFrame(processor: Json): SpecialTokenFrame | null {
  const single = pieces(processor["single"], processor["special_tokens"]);
  if (!single || single.filter((p) => p.text !== null).length !== 1) return null;
  const textIndex = single.findIndex((p) => p.text !== null);
  const pair = pieces(processor["pair"], processor["special_tokens"]);
  const places = pair?.flatMap((p, i) => (p.text === null ? [] : [i])) ?? [];
  const [a, b] = places;
  const singleFrame = { before: idsOf(single.slice(0, textIndex)), after: idsOf(single.slice(textIndex + 1)) };
  if (!pair || places.length !== 2 || a === undefined || b === undefined || pair[a]!.text !== "A") return null;
  return {
    single: singleFrame,
    pair: {
      before: idsOf(pair.slice(0, a)),
      between: idsOf(pair.slice(a + 1, b)),
      after: idsOf(pair.slice(b + 1)),
      types: [pair[a]!.type, pair[b]!.type],
    },
  };
}

function pieces(template: unknown, tokens: unknown): Piece[] | null {
  if (!Array.isArray(template)) return null;
  const out: Piece[] = [];
  for (const entry of template as unknown[]) {
    if (!isRecord(entry)) return null;
    const [text, token] = [entry["Sequence"], entry["SpecialToken"]];
    if (isRecord(text)) out.push({ ids: null, text: shown(text["id"]), type: typeIn(text) });
    else if (isRecord(token)) {
      const record = isRecord(tokens) ? tokens[shown(token["id"])] : undefined;
      const ids = isRecord(record) ? record["ids"] : undefined;
      if (!Array.isArray(ids) || !ids.every(isId)) return null;
      out.push({ ids, text: null, type: typeIn(token) });
    } else return null;
  }
  return out;
}

/** Returns the segment id of a piece. */
function typeIn(piece: Json): number {
  return isId(piece["type_id"]) ? piece["type_id"] : 0;
}

const idsOf = (list: readonly Piece[]): readonly number[] => list.flatMap((p) => p.ids ?? []);

function special(entry: unknown): number | null {
  return Array.isArray(entry) && isId(entry[1]) ? entry[1] : null;
}

/**
 * Returns the id of the padding token by its name, else from config.json or the file's padding settings, else
 * 0.
 */
function padOf(json: Json, ids: ReadonlyMap<string, number>, config: Json | null, settings: Json | null): number {
  const named = settings?.["pad_token"];
  const name = isRecord(named) ? named["content"] : named;
  const byName = typeof name === "string" ? ids.get(name) : undefined;
  if (byName !== undefined) return byName;
  if (isId(config?.["pad_token_id"])) return config["pad_token_id"];
  const padding = json["padding"];
  return isRecord(padding) && isId(padding["pad_id"]) ? padding["pad_id"] : 0;
}

/** Returns an unknown type as written in the file, for messages. */
function shown(type: unknown): string {
  const text = typeof type === "string" ? type : (JSON.stringify(type) ?? "none");
  return text.length > 60 ? `${text.slice(0, 60)} …` : text;
}

function isId(x: unknown): x is number {
  return typeof x === "number" && Number.isInteger(x) && x >= 0 && x < 2 ** 31;
}
function fail(error: Error): never {
  throw error;
}
