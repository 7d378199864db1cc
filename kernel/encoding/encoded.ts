/**
 * Texts as the model sees them: token ids, cut to the length that it reads, and of the rows of a split what they teach. What is
 * made of a split is kept with its prepared data.
 */
import { LRUCache } from "lru-cache";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { wordsIn } from "#stdlib/lib/tasks/words.js";
import type { Prepared } from "../core/data/prepare.js";
import { splitNamesOf } from "../core/data/prepared.js";
import { StreamedRows } from "../core/data/streamed-rows.js";
import { contextsInMemory, TextsInMemory, WordsInMemory } from "../core/data/sequences/token-rows.js";
import { contextCut, contextsCut, pairsCut, textsCut, wordsCut } from "./asked-rows.js";
import type { Encoded, Encoding, Unseen } from "./rows.js";
import { splitRows } from "./split-rows.js";
import { encodeRows } from "./ways.js";

export type { Encoded, Encoding, Unseen } from "./rows.js";

/** A text, or two that belong together (a question and its context among them). */
export type Asked = string | readonly [string, string];

/** Texts (or pairs, then all are) as the task reads them; where it reads words, those that white space parts. */
export async function encodeTexts(
  asked: readonly Asked[],
  e: Omit<Encoding, "end" | "model" | "chat">,
): Promise<Unseen> {
  const { tokenizer, task } = e;
  const whole = async (texts: readonly string[]) =>
    new TextsInMemory(await tokenizer.encode(texts, Number.POSITIVE_INFINITY));
  const pairs = asked.filter((text) => typeof text !== "string");
  const [firsts, seconds] = [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
  if (task.implementation.supervision.rows === "contexts") {
    const names = firsts.map((_, i) => i + 1);
    const windows = await tokenizer.encodeContexts(firsts, seconds, { ...contextCut(e), names });
    return contextsCut(contextsInMemory(windows), e);
  }
  if (pairs.length > 0) return pairsCut(await whole(firsts), await whole(seconds), e);
  const texts = asked.filter((text) => typeof text === "string");
  if (task.implementation.supervision.rows !== "words") return textsCut(await whole(texts), e);
  return wordsCut(new WordsInMemory(await tokenizer.encodeWords(texts.map(wordsIn))), e);
}

/** Of each split as it is fed to models of late. */
const kept = new WeakMap<object, LRUCache<string, Promise<Encoded>>>();
const MOST = 8;

/** Coded errors: `split-missing`, `no-rows`, and those of what the task teaches (`label-not-trained`, ...). */
export function encodeSplit(
  prepared: Prepared,
  name: { readonly data: string; readonly split: string },
  encoding: Encoding,
): Promise<Encoded> {
  const split = prepared.streamed?.[name.split] ?? prepared.splits[name.split];
  if (!split) throw new CodedError("split-missing", { ...name, has: splitNamesOf(prepared) });
  const rows = split instanceof StreamedRows ? split.rows : split.numRows();
  if (rows === 0) throw new CodedError("no-rows", name);
  const { tokenizer, maxLength, task, labels, types, end, chat } = encoding;
  const own = prepared.labels;
  const key = JSON.stringify([tokenizer.hash, maxLength, task.call, labels, own, types, end, chat?.key, chat?.learn]);
  const byKey = kept.get(split) ?? new LRUCache<string, Promise<Encoded>>({ max: MOST });
  kept.set(split, byKey);
  const known = byKey.get(key);
  if (known) return known;
  // A model that was taught none takes the data's own.
  const of = { ...encoding, data: name.data, labels: labels.length > 0 ? labels : prepared.labels };
  const made = encodeRows(splitRows(split, tokenizer, prepared.labels), of);
  const whole = made.then((encoded) => {
    if (encoded.lengths.length === 0) throw new CodedError("no-rows", name);
    return encoded;
  });
  byKey.set(key, whole);
  whole.catch(() => byKey.delete(key));
  return whole;
}
