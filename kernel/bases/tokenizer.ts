/**
 * Encodes texts as token ids with the Rust tokenizers, in a sandbox, since a foreign file can make them panic or never
 * end. The truncation and padding settings of tokenizer.json are ignored. Truncation and special tokens are applied in
 * TypeScript, exactly as in Hugging Face tokenizers, so that one encoding serves every maximum length.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { CodedError, mustGet } from "#dsl/language/diagnostics/codes.js";
import type { SpecialTokenTexts } from "#stdlib/conversations/kind.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import type { TokenizerVocabularyFacts } from "#stdlib/tasks/kind.js";
import { sharedTokenizerSandbox, SandboxError, type TokenizerSandbox } from "./isolated/client.js";
import type { SandboxRequests, EncodedTexts } from "./isolated/protocol.js";
import { toUtf16Offsets, questionWindows } from "./context-windows.js";
import {
  truncateWithSpecialTokens,
  addSpecialTokens,
  encodePairWithSpecialTokens,
  removeSpecialTokens,
} from "./framing.js";
import { VOCABULARY_JSON_LIMITS } from "../tensors/json-limits.js";
import { readModelFile, readModelJsonObject } from "../tensors/model-file.js";
import { tokenSpellingOf, type TokenSpelling } from "./token-bytes.js";
import { checkTokenizer, type CheckedTokenizer, type SpecialTokenFrame } from "./tokenizer-file.js";

export interface EncodingWithOffsets {
  readonly ids: Int32Array;
  /** Index of each token's first character, and of the one after its last, in code points of the text. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}
type ContextOptions = Parameters<TokenizerImplementation["encodeContexts"]>[2] & { readonly signal?: AbortSignal };
export interface Tokenizer extends TokenizerImplementation, TokenizerVocabularyFacts {
  /** SHA-256 of tokenizer.json. */
  readonly hash: string;
  /** Special tokens that frame one text. */
  readonly frame: SpecialTokenFrame["single"];
  /** Maximum tokens by the tokenizer's settings (`model_max_length`); null if they set none. */
  readonly longest: number | null;
  /**
   * Encodes texts that may contain special tokens, without adding any. Returns token ids with the offsets of each
   * token.
   */
  encodePlaced(texts: readonly string[], signal?: AbortSignal): Promise<readonly EncodingWithOffsets[]>;
  /** Like `encode` and `encodeContexts` of `TokenizerImplementation`; `signal` cancels the request. */
  encode(texts: readonly string[], maxLength: number, signal?: AbortSignal): Promise<readonly Int32Array[]>;
  encodeContexts(
    questions: readonly string[],
    contexts: readonly string[],
    options: ContextOptions,
  ): ReturnType<TokenizerImplementation["encodeContexts"]>;
  /** Returns the id of exactly this token; null if there is none. */
  idOf(token: string): number | null;
  readonly specials: SpecialTokenTexts;
  /** Joins two texts, each encoded by `encode` without a limit, into one row. Equals `encodePairs` with the limit. */
  pair(
    first: Int32Array,
    second: Int32Array,
    maxLength: number,
  ): { readonly ids: Int32Array; readonly types: Int32Array };
  /** Number of special tokens in a pair. */
  readonly pairFrame: number;
  /** Truncates the result of `encode` without a limit. Equals encoding with the limit. */
  cut(ids: Int32Array, maxLength: number): Int32Array;
  decode(ids: Int32Array): Promise<string>;
  /** Like `decode`, but includes special tokens. */
  spell(ids: Int32Array): Promise<string>;
  /** How tokens map to bytes of text; null if only `decode` can tell. */
  readonly spelling: TokenSpelling | null;
  /** Ids of the added tokens, which appear in texts under their literal names. */
  readonly added: ReadonlySet<number>;
}

/** Leading whitespace as stripped by Python, which does not count a byte order mark. */
const blanksBefore = /^[^\S\ufeff]+/u;

/** Maximum texts and characters per Rust call: enough to keep its threads busy, few enough to stay interruptible. */
const BATCH = { texts: 1024, characters: 4 * 2 ** 20 };

/**
 * Loads `tokenizer.json` of a folder. Coded errors: `no-tokenizer`, `broken-tokenizer`, `unknown-tokenizer-part`,
 * `base-damaged`. `host`: the sandbox it runs in.
 */
export async function loadTokenizer(
  folder: string,
  host: TokenizerSandbox = sharedTokenizerSandbox(),
): Promise<Tokenizer> {
  const file = join(folder, "tokenizer.json");
  const found = readModelFile(file, VOCABULARY_JSON_LIMITS.bytes);
  if (found) host.warm();
  const settings = readModelJsonObject(join(folder, "tokenizer_config.json"));
  const config = readModelJsonObject(join(folder, "config.json"));
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
    cut: (ids, maxLength) => truncateWithSpecialTokens(ids, frame.single, maxLength),
    pair: (first, second, maxLength) =>
      encodePairWithSpecialTokens(
        removeSpecialTokens(first, frame.single),
        removeSpecialTokens(second, frame.single),
        frame.pair,
        maxLength,
      ),
    pairFrame: frame.pair.before.length + frame.pair.between.length + frame.pair.after.length,
    decode: (ids) => spelled(ids, false),
    spell: (ids) => spelled(ids, true),
    tokens: (ids) => Array.from(ids, named),
    spelling: tokenSpellingOf(checked.json["decoder"]),
    added: new Set(checked.added.map(([, id]) => id)),
  };
}

type Ask = <N extends "open" | "encode" | "place" | "decode">(
  name: N,
  what: Omit<SandboxRequests[N]["ask"], "file" | "hash">,
  characters: number,
  signal?: AbortSignal,
) => Promise<SandboxRequests[N]["answer"]>;
/**
 * Returns a function that sends requests to this file's tokenizer. A failure of the sandbox becomes `broken-tokenizer`.
 */
function askingOf(host: TokenizerSandbox, file: string, hash: string): Ask {
  return async (name, what, characters, signal) => {
    try {
      return await host.ask(name, { file, hash, ...what } as SandboxRequests[typeof name]["ask"], characters, signal);
    } catch (cause) {
      if (!(cause instanceof SandboxError)) throw cause;
      throw new CodedError("broken-tokenizer", { file, why: cause.message }, { cause });
    }
  };
}

/** Calls `take` with each text's response and its index in the batch. */
async function inBatches<N extends "encode" | "place">(
  ask: Ask,
  name: N,
  texts: readonly string[],
  take: (answer: SandboxRequests[N]["answer"], from: number, to: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const { part, characters } of batches(texts)) {
    const answer = await ask(
      name,
      { texts: part } as Omit<SandboxRequests[N]["ask"], "file" | "hash">,
      characters,
      signal,
    );
    let offset = 0;
    for (const length of (answer as EncodedTexts).lengths) take(answer, offset, (offset += length));
  }
}

type Encodings = Pick<Tokenizer, "encode" | "encodePairs" | "encodeWords" | "encodePlaced" | "encodeContexts">;
/** Encodes texts, pairs, words and contexts as ids. Special tokens are added, except where offsets are requested. */
function encodings(ask: Ask, { frame, padId, unknown, blankBeforeWords }: CheckedTokenizer): Encodings {
  const plain = async (texts: readonly string[], signal?: AbortSignal): Promise<Int32Array[]> => {
    const rows: Int32Array[] = [];
    await inBatches(ask, "encode", texts, (answer, from, to) => rows.push(answer.ids.slice(from, to)), signal);
    return rows;
  };
  const encodePlaced: Tokenizer["encodePlaced"] = async (texts, signal) => {
    const placed: EncodingWithOffsets[] = [];
    const take = ({ ids, starts, ends }: EncodingWithOffsets, from: number, to: number): void =>
      void placed.push({ ids: ids.slice(from, to), starts: starts.slice(from, to), ends: ends.slice(from, to) });
    await inBatches(ask, "place", texts, take, signal);
    return placed;
  };
  return {
    encodePlaced,
    async encode(texts, maxLength, signal) {
      return (await plain(texts, signal)).map((ids) => addSpecialTokens(ids, frame.single, maxLength));
    },
    async encodePairs(first, second, maxLength) {
      const [a, b] = [await plain(first), await plain(second)];
      return a.map((ids, row) => encodePairWithSpecialTokens(ids, b[row]!, frame.pair, maxLength));
    },
    async encodeWords(rows) {
      const flat = rows.flatMap((row) => row.map((word) => (blankBeforeWords ? ` ${word}` : word)));
      const pieces = await plain(flat);
      let offset = 0;
      return rows.map((row) =>
        framedWords(pieces.slice(offset, (offset += row.length)), frame.single, unknown ?? padId),
      );
    },
    async encodeContexts(questions, contexts, { names, signal, ...options }) {
      const begun = questions.map((question) => question.replace(blanksBefore, ""));
      const questionIds = await plain(begun, signal);
      // A context may have several questions, so each distinct context is encoded once.
      const distinct = [...new Set(contexts)];
      const placed = await encodePlaced(distinct, signal);
      const contextEncodings = new Map(distinct.map((context, i) => [context, toUtf16Offsets(context, placed[i]!)]));
      return contexts.flatMap((context, rowIndex) => {
        const row = {
          question: questions[rowIndex]!,
          context,
          questionIds: questionIds[rowIndex]!,
          contextEncoding: mustGet(contextEncodings, context, "context"),
        };
        return questionWindows(row, frame.pair, { ...options, rowIndex, row: names[rowIndex]! });
      });
    },
  };
}

/** Joins the pieces of a row's words, adds special tokens and returns the start position of each word. */
function framedWords(
  pieces: readonly Int32Array[],
  frame: SpecialTokenFrame["single"],
  unknown: number,
): { readonly ids: Int32Array; readonly starts: Int32Array } {
  const wordIds = pieces.map((ids) => (ids.length > 0 ? ids : [unknown]));
  const starts = new Int32Array(wordIds.length);
  let place = frame.before.length;
  wordIds.forEach((ids, word) => {
    starts[word] = place;
    place += ids.length;
  });
  const all = wordIds.flatMap((ids) => [...ids]);
  return { ids: addSpecialTokens(all, frame, Number.POSITIVE_INFINITY), starts };
}

function namesOf({ vocabulary, added }: CheckedTokenizer): {
  named(id: number | undefined): string;
  readonly idOf: Tokenizer["idOf"];
} {
  const ids = new Map([...vocabulary, ...added]);
  // If two tokens share an id, the added token wins.
  const tokens = new Map([...vocabulary, ...added].map(([token, id]) => [id, token]));
  return {
    named: (id) => (id === undefined ? "" : (tokens.get(id) ?? "")),
    idOf: (token) => (token === "" ? null : (ids.get(token) ?? null)),
  };
}

function specialsIn(json: Readonly<Record<string, unknown>>): readonly string[] {
  const added = Array.isArray(json["added_tokens"])
    ? (json["added_tokens"] as Readonly<Record<string, unknown>>[])
    : [];
  return added.flatMap(({ special, content }) => (special === true && typeof content === "string" ? [content] : []));
}

/** Returns a special token that tokenizer_config.json names, as a text or a record. */
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

/** Lone surrogates cannot be passed to Rust; they become U+FFFD, as in any UTF-8 encoder. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
