/**
 * Texts to token ids with the Rust tokenizers, in a process apart (`./apart/`), since a file of others can make them panic
 * or never end. What tokenizer.json says about truncation and padding is left out: cutting and framing with special tokens
 * are done here, exactly as Hugging Face tokenizers do them, so that one encoding serves every maximum length.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { mustGet } from "#dsl/language/diagnostics/must.js";
import type { SpecialTexts } from "#stdlib/conversations/kind.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import type { TokenNames } from "#stdlib/tasks/kind.js";
import { apart, ApartFailure, type Apart } from "./isolated/client.js";
import type { Asks, Encoded } from "./isolated/protocol.js";
import { inUtf16, windowsOf } from "./context-windows.js";
import { cutFramed, framed, framedPair, unframed } from "./framing.js";
import { VOCABULARY } from "../tensors/json-limits.js";
import { bytesOf, recordOf } from "../tensors/model-file.js";
import { spellingOf, type Spelling } from "./spelling.js";
import { checkTokenizer, type CheckedTokenizer, type Frame } from "./tokenizer-file.js";

export interface PlacedEncoding {
  readonly ids: Int32Array;
  /** First character of each token and the one after its last, in code points of the text. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}
type ContextOptions = Parameters<TokenizerImplementation["encodeContexts"]>[2] & { readonly signal?: AbortSignal };
export interface Tokenizer extends TokenizerImplementation, TokenNames {
  /** SHA-256 of tokenizer.json. */
  readonly hash: string;
  /** Special tokens around one text. */
  readonly frame: Frame["single"];
  /** Most tokens the tokenizer's own file allows (`model_max_length`), or null. */
  readonly longest: number | null;
  /** Token ids of whole texts in which special tokens may stand, none added, and for each token where it stands. */
  encodePlaced(texts: readonly string[], signal?: AbortSignal): Promise<readonly PlacedEncoding[]>;
  /** As `encode` and `encodeContexts`; `signal`: nobody wants them any more. */
  encode(texts: readonly string[], maxLength: number, signal?: AbortSignal): Promise<readonly Int32Array[]>;
  encodeContexts(
    questions: readonly string[],
    contexts: readonly string[],
    o: ContextOptions,
  ): ReturnType<TokenizerImplementation["encodeContexts"]>;
  /** The id of exactly that token; null: there is none. */
  idOf(token: string): number | null;
  readonly specials: SpecialTexts;
  /** Two texts as `encode` gave each without a limit, in one row: the same as `encodePairs` with the limit. */
  pair(
    first: Int32Array,
    second: Int32Array,
    maxLength: number,
  ): { readonly ids: Int32Array; readonly types: Int32Array };
  /** Tokens that stand in a pair beside those of its texts. */
  readonly pairFrame: number;
  /** Cuts what `encode` gave without a limit: the same as encoding with the limit. */
  cut(ids: Int32Array, maxLength: number): Int32Array;
  decode(ids: Int32Array): Promise<string>;
  /** As `decode`, special tokens written out. */
  spell(ids: Int32Array): Promise<string>;
  /** How tokens stand for bytes of a text; null: only `decode` knows. */
  readonly spelling: Spelling | null;
  /** Tokens that stand in texts as they are called. */
  readonly added: ReadonlySet<number>;
}

/** What Python strips; a byte order mark is no blank. */
const blanksBefore = /^[^\S\ufeff]+/u;

/** Texts and characters handed to Rust at once: enough to keep its threads busy, little enough to stay interruptible. */
const BATCH = { texts: 1024, characters: 4 * 2 ** 20 };

/** Loads `tokenizer.json` of a folder. Coded errors: `no-tokenizer`, `broken-tokenizer`, `unknown-tokenizer-part`, `base-damaged`. `host`: where it runs. */
export async function loadTokenizer(folder: string, host: Apart = apart()): Promise<Tokenizer> {
  const file = join(folder, "tokenizer.json");
  const found = bytesOf(file, VOCABULARY.bytes);
  if (found) host.warm();
  const settings = recordOf(join(folder, "tokenizer_config.json"));
  const config = recordOf(join(folder, "config.json"));
  const checked = checkTokenizer(file, found, config, settings);
  const { bytes, frame, added } = checked;
  const hash = createHash("sha256").update(bytes).digest("hex");
  const ask = askingOf(host, file, hash);
  const { vocabulary } = await ask("open", { added }, bytes.length);
  const limit = settings?.["model_max_length"];
  const spelled = (ids: Int32Array, specials: boolean): Promise<string> => ask("decode", { ids, specials }, ids.length);
  const { named, idOf } = namesOf(checked);
  return {
    specials: {
      bos: tokenIn(settings, "bos_token"),
      eos: tokenIn(settings, "eos_token") || named(endOf(config)),
      opening: frame.single.before.map(named).join(""),
      all: specialsIn(checked.json),
    },
    idOf,
    padId: checked.padId,
    unknown: checked.unknown,
    mask: checked.mask,
    special: checked.special,
    vocabulary,
    hash,
    frame: frame.single,
    longest: typeof limit === "number" && limit < 1e9 ? limit : null,
    ...encodings(ask, checked),
    cut: (ids, maxLength) => cutFramed(ids, frame.single, maxLength),
    pair: (first, second, maxLength) =>
      framedPair(unframed(first, frame.single), unframed(second, frame.single), frame.pair, maxLength),
    pairFrame: frame.pair.before.length + frame.pair.between.length + frame.pair.after.length,
    decode: (ids) => spelled(ids, false),
    spell: (ids) => spelled(ids, true),
    tokens: (ids) => Array.from(ids, named),
    spelling: spellingOf(checked.json["decoder"]),
    added: new Set(checked.added.map(([, id]) => id)),
  };
}

type Ask = <N extends "open" | "encode" | "place" | "decode">(
  name: N,
  what: Omit<Asks[N]["ask"], "file" | "hash">,
  characters: number,
  signal?: AbortSignal,
) => Promise<Asks[N]["answer"]>;
/** Asks the tokenizer of that file; where its process failed at it, `broken-tokenizer`. */
function askingOf(host: Apart, file: string, hash: string): Ask {
  return async (name, what, characters, signal) => {
    try {
      return await host.ask(name, { file, hash, ...what } as Asks[typeof name]["ask"], characters, signal);
    } catch (cause) {
      if (!(cause instanceof ApartFailure)) throw cause;
      throw new CodedError("broken-tokenizer", { file, why: cause.message }, { cause });
    }
  };
}

/** `take` is given each text's tokens: their place in an answer. */
async function inBatches<N extends "encode" | "place">(
  ask: Ask,
  name: N,
  texts: readonly string[],
  take: (answer: Asks[N]["answer"], from: number, to: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const { part, characters } of batches(texts)) {
    const answer = await ask(name, { texts: part } as Omit<Asks[N]["ask"], "file" | "hash">, characters, signal);
    let at = 0;
    for (const length of (answer as Encoded).lengths) take(answer, at, (at += length));
  }
}

type Encodings = Pick<Tokenizer, "encode" | "encodePairs" | "encodeWords" | "encodePlaced" | "encodeContexts">;
/** Texts, pairs, words and contexts as ids, framed with special tokens but where a place in the text is asked for. */
function encodings(ask: Ask, { frame, padId, unknown, blankBeforeWords }: CheckedTokenizer): Encodings {
  const plain = async (texts: readonly string[], signal?: AbortSignal): Promise<Int32Array[]> => {
    const rows: Int32Array[] = [];
    await inBatches(ask, "encode", texts, (answer, from, to) => rows.push(answer.ids.slice(from, to)), signal);
    return rows;
  };
  const encodePlaced: Tokenizer["encodePlaced"] = async (texts, signal) => {
    const placed: PlacedEncoding[] = [];
    const take = ({ ids, starts, ends }: PlacedEncoding, from: number, to: number): void =>
      void placed.push({ ids: ids.slice(from, to), starts: starts.slice(from, to), ends: ends.slice(from, to) });
    await inBatches(ask, "place", texts, take, signal);
    return placed;
  };
  return {
    encodePlaced,
    async encode(texts, maxLength, signal) {
      return (await plain(texts, signal)).map((ids) => framed(ids, frame.single, maxLength));
    },
    async encodePairs(first, second, maxLength) {
      const [a, b] = [await plain(first), await plain(second)];
      return a.map((ids, row) => framedPair(ids, b[row]!, frame.pair, maxLength));
    },
    async encodeWords(rows) {
      const flat = rows.flatMap((row) => row.map((word) => (blankBeforeWords ? ` ${word}` : word)));
      const pieces = await plain(flat);
      let at = 0;
      return rows.map((row) => framedWords(pieces.slice(at, (at += row.length)), frame.single, unknown ?? padId));
    },
    async encodeContexts(questions, contexts, { names, signal, ...o }) {
      const begun = questions.map((question) => question.replace(blanksBefore, ""));
      const asked = await plain(begun, signal);
      // Several questions are asked of one context.
      const distinct = [...new Set(contexts)];
      const placed = await encodePlaced(distinct, signal);
      const told = new Map(distinct.map((context, i) => [context, inUtf16(context, placed[i]!)]));
      return contexts.flatMap((context, of) => {
        const row = { question: questions[of]!, context, asked: asked[of]!, told: mustGet(told, context, "context") };
        return windowsOf(row, frame.pair, { ...o, of, row: names[of]! });
      });
    },
  };
}

/** The words of a row by their pieces, special tokens around them, and the place at which each word starts. */
function framedWords(
  pieces: readonly Int32Array[],
  frame: Frame["single"],
  unknown: number,
): { readonly ids: Int32Array; readonly starts: Int32Array } {
  const own = pieces.map((ids) => (ids.length > 0 ? ids : [unknown]));
  const starts = new Int32Array(own.length);
  let place = frame.before.length;
  own.forEach((ids, word) => {
    starts[word] = place;
    place += ids.length;
  });
  const all = own.flatMap((ids) => [...ids]);
  return { ids: framed(all, frame, Number.POSITIVE_INFINITY), starts };
}

/** Tokens by their ids, ids by their tokens. */
function namesOf({ vocabulary, added }: CheckedTokenizer): {
  named(id: number | undefined): string;
  readonly idOf: Tokenizer["idOf"];
} {
  const ids = new Map([...vocabulary, ...added]);
  // Of two tokens with one id the added one stands for it.
  const tokens = new Map([...vocabulary, ...added].map(([token, id]) => [id, token]));
  return {
    named: (id) => (id === undefined ? "" : (tokens.get(id) ?? "")),
    idOf: (token) => (token === "" ? null : (ids.get(token) ?? null)),
  };
}

/** Texts of the tokens that stand for no text. */
function specialsIn(json: Readonly<Record<string, unknown>>): readonly string[] {
  const added = Array.isArray(json["added_tokens"])
    ? (json["added_tokens"] as Readonly<Record<string, unknown>>[])
    : [];
  return added.flatMap(({ special, content }) => (special === true && typeof content === "string" ? [content] : []));
}

/** A special token that tokenizer_config.json names, as text or as a record. */
function tokenIn(settings: Readonly<Record<string, unknown>> | null, key: string): string {
  const token = settings?.[key];
  if (typeof token === "string") return token;
  const content = typeof token === "object" && token !== null && "content" in token ? token.content : undefined;
  return typeof content === "string" ? content : "";
}
function endOf(config: Readonly<Record<string, unknown>> | null): number | undefined {
  const end = config?.["eos_token_id"];
  const first: unknown = Array.isArray(end) ? end[0] : end;
  return typeof first === "number" ? first : undefined;
}

interface Batch {
  readonly part: readonly string[];
  readonly characters: number;
}
function* batches(texts: readonly string[]): Generator<Batch> {
  let part: string[] = [];
  let characters = 0;
  for (const text of texts) {
    if (part.length > 0 && (part.length === BATCH.texts || characters + text.length > BATCH.characters)) {
      yield { part, characters };
      [part, characters] = [[], 0];
    }
    part.push(wellFormed(text));
    characters += text.length;
  }
  if (part.length > 0) yield { part, characters };
}

/** Lone surrogates cannot cross to Rust; they become U+FFFD as they do in any UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
