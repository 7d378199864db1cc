/**
 * Texts to token ids with the Rust tokenizers. What tokenizer.json says about truncation and padding is left out: cutting
 * and framing with special tokens are done here, exactly as Hugging Face tokenizers do them, so that one encoding serves
 * every maximum length.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Tokenizer as RustTokenizer } from "@anush008/tokenizers";
import { CodedError } from "#dsl/check/codes.js";
import type { SpecialTexts } from "#stdlib/kinds/conversation.js";
import type { TokenizerImplementation } from "#stdlib/kinds/tokenizer.js";
import type { TokenNames } from "#stdlib/kinds/task.js";
import { inUtf16, windowsOf } from "./context-windows.js";
import { cutFramed, framed, framedPair } from "./framing.js";
import { checkTokenizer, type Frame } from "./tokenizer-file.js";

export interface PlacedEncoding {
  readonly ids: Int32Array;
  /** First character of each token and the one after its last, in code points of the text. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}
export interface Tokenizer extends TokenizerImplementation, TokenNames {
  /** SHA-256 of tokenizer.json. */
  readonly hash: string;
  /** Special tokens around one text. */
  readonly frame: Frame["single"];
  /** Most tokens the tokenizer's own file allows (`model_max_length`), or null. */
  readonly longest: number | null;
  /** Token ids of whole texts in which special tokens may stand, none added, and for each token where it stands. */
  encodePlaced(texts: readonly string[]): Promise<readonly PlacedEncoding[]>;
  /** The id of exactly that token; null: there is none. */
  idOf(token: string): number | null;
  readonly specials: SpecialTexts;
  /** Cuts what `encode` gave without a limit: the same as encoding with the limit. */
  cut(ids: Int32Array, maxLength: number): Int32Array;
  decode(ids: Int32Array): Promise<string>;
  /** As `decode`, special tokens written out. */
  spell(ids: Int32Array): Promise<string>;
}

/** What Python strips; a byte order mark is no blank. */
const blanksBefore = /^[^\S\ufeff]+/u;

/** Texts handed to Rust at once: enough to keep its threads busy, little enough to stay interruptible. */
const batch = 1024;

/** Loads `tokenizer.json` of a folder. Coded errors: `no-tokenizer`, `broken-tokenizer`, `unknown-tokenizer-part`. */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const file = join(folder, "tokenizer.json");
  const bytes = await readFile(file).catch(() => null);
  const settings = await optionalJson(join(folder, "tokenizer_config.json"));
  const config = await optionalJson(join(folder, "config.json"));
  const { json, frame, padId, ...names } = checkTokenizer(file, bytes, config, settings);
  const rust = load(file, JSON.stringify({ ...json, truncation: null, padding: null }));
  const limit = settings?.["model_max_length"];

  const plain = async (texts: readonly string[]): Promise<number[][]> => {
    const ids: number[][] = [];
    for (let at = 0; at < texts.length; at += batch) {
      const part = texts.slice(at, at + batch).map(wellFormed);
      try {
        for (const e of await rust.encodeBatch(part, { addSpecialTokens: false })) ids.push(e.getIds());
      } catch (cause) {
        throw new CodedError("broken-tokenizer", { file, why: (cause as Error).message }, { cause });
      }
    }
    return ids;
  };
  const encodePlaced: Tokenizer["encodePlaced"] = async (texts) => {
    const placed: PlacedEncoding[] = [];
    for (let at = 0; at < texts.length; at += batch) {
      const part = texts.slice(at, at + batch).map(wellFormed);
      try {
        for (const e of await rust.encodeBatch(part, { addSpecialTokens: false })) {
          const offsets = e.getOffsets();
          placed.push({
            ids: Int32Array.from(e.getIds()),
            starts: Int32Array.from(offsets, ([start]) => start!),
            ends: Int32Array.from(offsets, ([, end]) => end!),
          });
        }
      } catch (cause) {
        throw new CodedError("broken-tokenizer", { file, why: (cause as Error).message }, { cause });
      }
    }
    return placed;
  };
  const specialIds = specialsIn(json);
  const text = (ids: readonly number[]): string => ids.map((id) => rust.idToToken(id) ?? "").join("");
  return {
    specials: {
      bos: named(settings, "bos_token"),
      eos: named(settings, "eos_token") || (rust.idToToken(endOf(config) ?? -1) ?? ""),
      opening: text(frame.single.before),
      all: specialIds,
    },
    idOf: (token) => (token === "" ? null : rust.tokenToId(token)),
    encodePlaced,
    async encodeContexts(questions, contexts, { numbers, ...o }) {
      const asked = await plain(questions.map((question) => question.replace(blanksBefore, "")));
      // Several questions are asked of one context.
      const distinct = [...new Set(contexts)];
      const placed = await encodePlaced(distinct);
      const told = new Map(distinct.map((context, i) => [context, inUtf16(context, placed[i]!)]));
      return contexts.flatMap((context, of) => {
        const row = { question: questions[of]!, context, asked: asked[of]!, told: told.get(context)! };
        return windowsOf(row, frame.pair, { ...o, of, row: numbers[of]! });
      });
    },
    padId,
    mask: names.mask,
    special: names.special,
    vocabulary: rust.getVocabSize(true),
    hash: createHash("sha256").update(bytes!).digest("hex"),
    frame: frame.single,
    longest: typeof limit === "number" && limit < 1e9 ? limit : null,
    async encode(texts, maxLength) {
      return (await plain(texts)).map((ids) => framed(ids, frame.single, maxLength));
    },
    async encodeWords(rows) {
      const flat = rows.flatMap((row) => row.map((word) => (names.blankBeforeWords ? ` ${word}` : word)));
      const pieces = await plain(flat);
      let at = 0;
      return rows.map((row) => {
        const own = pieces
          .slice(at, (at += row.length))
          .map((ids) => (ids.length > 0 ? ids : [names.unknown ?? padId]));
        const starts = new Int32Array(row.length);
        let place = frame.single.before.length;
        own.forEach((ids, word) => {
          starts[word] = place;
          place += ids.length;
        });
        return { ids: framed(own.flat(), frame.single, Number.POSITIVE_INFINITY), starts };
      });
    },
    async encodePairs(first, second, maxLength) {
      const [a, b] = [await plain(first), await plain(second)];
      return a.map((ids, row) => framedPair(ids, b[row]!, frame.pair, maxLength));
    },
    cut: (ids, maxLength) => cutFramed(ids, frame.single, maxLength),
    decode: (ids) => rust.decode([...ids], true),
    spell: (ids) => rust.decode([...ids], false),
    tokens: (ids) => Array.from(ids, (id) => rust.idToToken(id) ?? ""),
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
function named(settings: Readonly<Record<string, unknown>> | null, key: string): string {
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

function load(file: string, text: string): RustTokenizer {
  try {
    return RustTokenizer.fromString(text);
  } catch (cause) {
    throw new CodedError("broken-tokenizer", { file, why: (cause as Error).message }, { cause });
  }
}

/** Lone surrogates cannot cross to Rust; they become U+FFFD as they do in any UTF-8. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

async function optionalJson(path: string): Promise<Record<string, unknown> | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  } catch {
    return null; // absent or unreadable: it only refines what tokenizer.json says
  }
}
