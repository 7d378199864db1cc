/**
 * The rows of one split as the model sees them: token ids and what they teach. A task that labels texts cuts each at
 * `max_length`; a task that learns each next token makes windows of longer ones. Kept per prepared data.
 */
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/check/codes.js";
import type { Supervision } from "#stdlib/kinds.js";
import type { FedRows } from "../data/feeding.js";
import type { Prepared } from "../data/prepare.js";
import { splitNamesOf } from "../data/prepared.js";
import { StreamedSplit } from "../data/streamed.js";
import { tokenFile } from "../data/token-file.js";
import { CutTexts, TextsInMemory, type TokenRows } from "../data/token-rows.js";
import { tokensOf } from "../data/tokens.js";
import { Windows } from "../data/windows.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import { conversationsOf, spoken, streamedConversations, type ConversationRows } from "../data/conversations.js";
import { cutChat, encodeChats, type Chat } from "./chat.js";
import "./codes.js";

export interface Encoded extends FedRows {
  /** Texts, which are rows too unless longer ones became windows. */
  readonly count: number;
  /** The text of row `row` (from 0), for pictures. */
  text(row: number): string;
  /** Row numbers in the source, from 1. */
  readonly rows: Int32Array;
}
/** What decides how texts become rows. */
export interface Encoding {
  readonly tokenizer: Tokenizer;
  readonly maxLength: number;
  readonly supervision: Supervision;
  /** The model's own labels, by name. */
  readonly labels: readonly string[];
  /** Token that ends a text (config's `eos_token_id`), learnt by `next_token`; null: there is none. */
  readonly end: number | null;
  /** The model's name, for errors. */
  readonly model: string;
  /** How conversations are written; null: rows are texts. */
  readonly chat: Chat | null;
}

export async function encodeTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  maxLength: number,
): Promise<{ readonly ids: TokenRows; readonly lengths: Int32Array }> {
  const ids = await tokenizer.encode(texts, maxLength);
  return { ids, lengths: Int32Array.from(ids, (row) => row.length) };
}

const kept = new WeakMap<object, Map<string, Promise<Encoded>>>();

/** Coded errors: `split-missing`, `no-rows`, and `label-not-trained` for a label that the model never learned. */
export function encodeSplit(
  prepared: Prepared,
  name: { readonly data: string; readonly split: string },
  encoding: Encoding,
): Promise<Encoded> {
  const split = prepared.streamed?.[name.split] ?? prepared.splits[name.split];
  if (!split) throw new CodedError("split-missing", { ...name, has: splitNamesOf(prepared) });
  const rows = split instanceof StreamedSplit ? split.rows : split.numRows();
  if (rows === 0) throw new CodedError("no-rows", name);
  const { tokenizer, maxLength, supervision, labels, end, chat } = encoding;
  const key = JSON.stringify([tokenizer.hash, maxLength, supervision, labels, end, chat?.name, chat?.learn]);
  const byKey = kept.get(split) ?? new Map<string, Promise<Encoded>>();
  kept.set(split, byKey);
  const known = byKey.get(key);
  if (known) return known;
  const made = chat
    ? encodeConversations(
        split instanceof StreamedSplit ? streamedConversations(split) : conversationsOf(split),
        chat,
        name.data,
        maxLength,
      )
    : split instanceof StreamedSplit ? encodeStreamed(split, prepared.labels, encoding) : encodeTable(split, encoding);
  const whole = made.then((encoded) => {
    if (encoded.lengths.length === 0) throw new CodedError("no-rows", name);
    return encoded;
  });
  byKey.set(key, whole);
  whole.catch(() => byKey.delete(key));
  return whole;
}

async function encodeTable(table: ColumnTable, e: Encoding): Promise<Encoded> {
  const texts = Array.from(table.array("text") as Iterable<unknown>, String);
  const rows = Int32Array.from(table.array("$row") as ArrayLike<number>);
  const own = { count: texts.length, text: (row: number) => texts[row]!, rows };
  const tokens = await tokensOf(table, e.tokenizer);
  if (e.supervision === "next_token") {
    const windows = new Windows(new TextsInMemory(tokens), e.maxLength, endOf(e));
    return { ...own, ids: windows, lengths: windows.lengths, labels: null };
  }
  const ids = tokens.map((row) => e.tokenizer.cut(row, e.maxLength));
  const labels = table.columnNames().includes("label")
    ? numbersOf(table.array("label") as ArrayLike<unknown>, e)
    : null;
  return { ...own, ids, lengths: Int32Array.from(ids, (row) => row.length), labels };
}

async function encodeConversations(
  conversations: ConversationRows,
  chat: Chat,
  data: string,
  maxLength: number,
): Promise<Encoded> {
  const rows = (await encodeChats(conversations, chat, data)).map((row) => cutChat(row, maxLength));
  return {
    count: rows.length,
    text: (row) => spoken(conversations[row]!.turns),
    rows: Int32Array.from(rows, ({ row }) => row),
    ids: new TextsInMemory(rows.map(({ ids }) => ids)),
    lengths: Int32Array.from(rows, ({ ids }) => ids.length - 1),
    labels: null,
    trained: {
      at: (row) => rows[row]!.trained,
      counts: Int32Array.from(rows, ({ trained }) => trained.subarray(1).reduce((a, b) => a + b, 0)),
    },
  };
}

async function encodeStreamed(split: StreamedSplit, known: readonly string[], e: Encoding): Promise<Encoded> {
  const tokens = await tokenFile(split, e.tokenizer);
  const text = (row: number) => String(split.values("text", row, row + 1)[0]);
  const own = { count: split.rows, text, rows: split.numbers };
  if (e.supervision === "next_token") {
    const windows = new Windows(tokens, e.maxLength, endOf(e));
    return { ...own, ids: windows, lengths: windows.lengths, labels: null };
  }
  const cut = (ids: Int32Array) => e.tokenizer.cut(ids, e.maxLength);
  const frame = e.tokenizer.frame.before.length + e.tokenizer.frame.after.length;
  const most = Math.max(e.maxLength, frame);
  const numbers = split.labels && numbersOf(known, e, new Set(split.labels));
  return {
    ...own,
    ids: new CutTexts(tokens, cut),
    lengths: tokens.lengths.map((length) => Math.min(length, most)),
    labels: split.labels && numbers ? split.labels.map((label) => numbers[label]!) : null,
  };
}

/** The end token, unless the tokenizer itself puts it after every text. */
export function endOf({ end, tokenizer }: Pick<Encoding, "end" | "tokenizer">): number | null {
  return end === tokenizer.frame.after.at(-1) ? null : end;
}

/** `used`: positions whose label must be known; the others may be anything. */
function numbersOf(
  values: ArrayLike<unknown>,
  { labels, model }: Pick<Encoding, "labels" | "model">,
  used?: ReadonlySet<number>,
): Int32Array {
  const numbers = new Map(labels.map((label, i) => [label, i]));
  return Int32Array.from(values, (value, at) => {
    const number = numbers.get(String(value));
    if (number === undefined && (used?.has(at) ?? true))
      throw new CodedError("label-not-trained", { label: String(value), model, has: labels });
    return number ?? -1;
  });
}
