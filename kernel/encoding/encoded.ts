/**
 * The rows of one split as the model sees them: token ids and what they teach. A task that reads whole texts (or words)
 * cuts each at `max_length`; a task that learns each next token makes windows of longer ones; a task that makes a text of a
 * text cuts both. Kept per prepared data.
 */
import { LRUCache } from "lru-cache";
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { must } from "#dsl/diagnostics/must.js";
import type { RowName } from "#dsl/types/row-name.js";
import type { Call } from "#dsl/types/value.js";
import type { AskedRows, Supervision, TaskImplementation } from "#stdlib/kinds/task.js";
import type { FedRows } from "../core/data/loader.js";
import type { Prepared } from "../core/data/prepare.js";
import { splitNamesOf } from "../core/data/prepared.js";
import { rowNamesOf } from "../core/data/row-names.js";
import { columnIn, StreamedRows } from "../core/data/streamed-rows.js";
import { tokenFile } from "../datasets/token-file.js";
import { taughtBy as taughtByTargets } from "../core/data/sequence.js";
import { wordsIn } from "#stdlib/lib/tasks/words.js";
import { tokensAt, CutTexts, TextsInMemory, type TokenRows, type TokenTexts } from "../core/data/token-rows.js";
import { tokensOf, wordsOf, type WordPieces } from "../core/data/tokens.js";
import { Windows } from "../core/data/windows.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import { conversationsOf, spoken, streamedConversations, type ConversationRows } from "../core/data/conversations.js";
import { cutChat, encodeChats, type Chat } from "./chat.js";
import { contextsIn, encodeContexts } from "./encoded-contexts.js";
import "../core/data/codes.js";
import "../artifacts/codes.js";

export interface Encoded extends FedRows {
  /** Texts (or questions), which are rows too unless longer ones became windows. */
  readonly count: number;
  /** The text of row `row` (from 0), for pictures. */
  text(row: number): string;
  /** Row numbers in the source, from 1. */
  readonly rows: Int32Array;
  /** As a task reads what the model says of them. */
  readonly asked: AskedRows;
  /** Where the texts of a row are read each by itself: each of them once, and which of them is text k · n + r. */
  readonly apart?: { readonly texts: Unseen; readonly of: Int32Array };
}
/** What decides how texts become rows. */
export interface Encoding {
  readonly tokenizer: Tokenizer;
  readonly maxLength: number;
  readonly task: { readonly call: Call; readonly implementation: TaskImplementation };
  /** Whether the model tells apart the two texts of a pair by token types. */
  readonly types: boolean;
  /** The model's own labels, by name. */
  readonly labels: readonly string[];
  /** Token that ends a text (config's `eos_token_id`), learnt by windows; null: there is none. */
  readonly end: number | null;
  /** The model's name, for errors. */
  readonly model: string;
  /** How conversations are written; null: rows are texts. */
  readonly chat: Chat | null;
  /** Of tasks that make a text of a text: what stands before every input, and the token a decoder begins with. */
  readonly pairs?: { readonly prefix: string; readonly start: number };
}
/** Rows that were not taught: what `predict` is asked about. */
export interface Unseen {
  readonly ids: TokenRows;
  readonly lengths: Int32Array;
  readonly types?: TokenRows;
  readonly asked: AskedRows;
}
/** A text, or two that belong together (a question and its context among them). */
export type Asked = string | readonly [string, string];

/** Texts (or pairs, then all are) as the task reads them; where it reads words, those that white space parts. */
export async function encodeTexts(
  asked: readonly Asked[],
  e: Omit<Encoding, "end" | "model" | "chat">,
): Promise<Unseen> {
  const { tokenizer, maxLength } = e;
  const pairs = asked.filter((text) => typeof text !== "string");
  const [firsts, seconds] = [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
  if (e.task.implementation.supervision.rows === "contexts") return encodeContexts(firsts, seconds, e);
  if (pairs.length > 0) return pairsCut(firsts, seconds, e);
  const texts = asked.filter((text) => typeof text === "string");
  if (e.task.implementation.supervision.rows !== "words") {
    const ids = await tokenizer.encode(texts, maxLength);
    return unseen(ids, e);
  }
  return wordsCut(await tokenizer.encodeWords(texts.map(wordsIn)), e);
}

function unseen(
  ids: readonly Int32Array[],
  e: Pick<Encoding, "labels" | "tokenizer" | "task">,
  words?: AskedRows["words"],
): Unseen {
  const lengths = Int32Array.from(ids, (row) => row.length);
  return { ids, lengths, asked: askedOf(ids, ids.length, e, words) };
}
function askedOf(
  ids: TokenRows,
  count: number,
  e: Pick<Encoding, "labels" | "tokenizer" | "task">,
  words?: AskedRows["words"],
): AskedRows {
  const { labels, tokenizer, task } = e;
  return { count, ids: (row) => tokensAt(ids, row), labels, tokenizer, call: task.call, ...(words && { words }) };
}

async function pairsCut(
  first: readonly string[],
  second: readonly string[],
  e: Omit<Encoding, "end" | "model" | "chat">,
): Promise<Unseen> {
  const rows = await e.tokenizer.encodePairs(first, second, e.maxLength);
  const made = unseen(
    rows.map(({ ids }) => ids),
    e,
  );
  return e.types ? { ...made, types: rows.map(({ types }) => types) } : made;
}

function wordsCut(pieces: readonly WordPieces[], e: Omit<Encoding, "end" | "model" | "chat">): Unseen {
  const { tokenizer, maxLength } = e;
  const ids = pieces.map((row) => tokenizer.cut(row.ids, maxLength));
  const words = pieces.map(({ starts }, row) => {
    // A word is there when its first piece is.
    const end = ids[row]!.length - tokenizer.frame.after.length;
    const kept = starts.filter((start) => start < end);
    return { starts: kept, cut: starts.length - kept.length };
  });
  return unseen(ids, e, (row) => words[row]!);
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
  const key = JSON.stringify([tokenizer.hash, maxLength, task.call, labels, types, end, chat?.name]);
  const byKey = kept.get(split) ?? new LRUCache<string, Promise<Encoded>>({ max: MOST });
  kept.set(split, byKey);
  const known = byKey.get(key);
  if (known) return known;
  // A model that was taught none takes the data's own.
  const of = { ...encoding, data: name.data, labels: labels.length > 0 ? labels : prepared.labels };
  const made = split instanceof StreamedRows ? encodeStreamed(split, prepared.labels, of) : encodeTable(split, of);
  const whole = made.then((encoded) => {
    if (encoded.lengths.length === 0) throw new CodedError("no-rows", name);
    return encoded;
  });
  byKey.set(key, whole);
  whole.catch(() => byKey.delete(key));
  return whole;
}

type Of = Encoding & { readonly data: string };

async function encodeTable(table: ColumnTable, e: Of): Promise<Encoded> {
  const { supervision } = e.task.implementation;
  if (e.chat)
    return encodeConversations(
      conversationsOf(table),
      Int32Array.from(table.array("$row") as ArrayLike<number>),
      e.chat,
      e,
    );
  if (e.pairs) return encodePairs(table, e, e.pairs);
  if (supervision.rows === "apart") return encodeApart(table, e);
  const names = table.columnNames();
  const questions = supervision.rows === "contexts";
  const texts = Array.from(table.array(questions ? "question" : "text") as Iterable<unknown>, String);
  const rows = Int32Array.from(table.array("$row") as ArrayLike<number>);
  const own = { count: texts.length, text: (row: number) => texts[row]!, rows };
  if (supervision.rows === "windows")
    return { ...own, ...windowsOf(new TextsInMemory(await tokensOf(table, e.tokenizer)), e) };
  const fed = questions
    ? await contextsIn(table, e)
    : supervision.rows === "words"
      ? wordsCut(await wordsOf(table, e.tokenizer), e)
      : names.includes("text_pair")
        ? await pairsCut(texts, Array.from(table.array("text_pair") as Iterable<unknown>, String), e)
        : unseen(
            (await tokensOf(table, e.tokenizer)).map((row) => e.tokenizer.cut(row, e.maxLength)),
            e,
          );
  const values = (role: string) => (names.includes(role) ? (table.array(role) as ArrayLike<unknown>) : undefined);
  return { ...own, ...fed, taught: taughtBy(supervision, fed.asked, { values, names: rowNamesOf(table, rows) }, e) };
}

/** Rows like windows, of which the assistant's tokens are learnt. */
async function encodeConversations(
  conversations: ConversationRows,
  numbers: Int32Array,
  chat: Chat,
  e: Of,
): Promise<Encoded> {
  const rows = (await encodeChats(conversations, chat, e.data)).map((row) => cutChat(row, e.maxLength));
  const ids = new TextsInMemory(rows.map((row) => row.ids));
  return {
    count: rows.length,
    text: (row) => spoken(conversations[row]!.turns),
    rows: numbers,
    ids,
    asked: askedOf(ids, rows.length, e),
    lengths: Int32Array.from(rows, (row) => row.ids.length - 1),
    taught: null,
    trained: {
      at: (row) => rows[row]!.trained,
      counts: Int32Array.from(rows, ({ trained }) => trained.subarray(1).reduce((a, b) => a + b, 0)),
    },
  };
}

/** Of each role the texts of all rows, one role after the other, every text by itself. */
async function encodeApart(table: ColumnTable, e: Of): Promise<Encoded> {
  const names = table.columnNames();
  const roles = ["text", "text_pair", "negative"].filter((role) => names.includes(role));
  const rows = Int32Array.from(table.array("$row") as ArrayLike<number>);
  const whole = await Promise.all(roles.map((role) => tokensOf(table, e.tokenizer, { role, apart: true })));
  const ids = whole.flat().map((row) => e.tokenizer.cut(row, e.maxLength));
  const n = rows.length;
  const texts = (role: string) => Array.from(table.array(role) as Iterable<unknown>, String);
  const [first, second] = [texts("text"), texts("text_pair")];
  const asked = askedOf(ids, n, e);
  const values = (role: string) => (names.includes(role) ? (table.array(role) as ArrayLike<unknown>) : undefined);
  return {
    count: n,
    text: (row) => `${first[row]!} | ${second[row]!}`,
    ...{ rows, ids, asked },
    lengths: Int32Array.from({ length: n }, (_, row) => ids[row]!.length),
    written: Int32Array.from({ length: n }, (_, row) =>
      roles.slice(1).reduce((sum, _role, k) => sum + ids[(k + 1) * n + row]!.length, 0),
    ),
    taught: taughtBy(e.task.implementation.supervision, asked, { values, names: rowNamesOf(table, rows) }, e),
    apart: once(ids.slice(0, 2 * n), e),
  };
}

/** Each text once, so that one that stands in many rows is read once. */
function once(
  ids: readonly Int32Array[],
  e: Pick<Encoding, "labels" | "tokenizer" | "task">,
): NonNullable<Encoded["apart"]> {
  const places = new Map<string, number>();
  const own: Int32Array[] = [];
  const of = Int32Array.from(ids, (row) => {
    const key = row.join();
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, own.length);
    return own.push(row) - 1;
  });
  return { texts: unseen(own, e), of };
}

/** Inputs with their prefix and targets, both cut at `maxLength`, both with the token that ends a text. */
async function encodePairs(table: ColumnTable, e: Encoding, pairs: NonNullable<Encoding["pairs"]>): Promise<Encoded> {
  const texts = Array.from(table.array("input") as Iterable<unknown>, String);
  const rows = Int32Array.from(table.array("$row") as ArrayLike<number>);
  const [inputs, targets] = await Promise.all([
    tokensOf(table, e.tokenizer, { role: "input", prefix: pairs.prefix }),
    tokensOf(table, e.tokenizer, { role: "target" }),
  ]);
  const own = { count: texts.length, text: (row: number) => texts[row]!, rows };
  return { ...own, ...pairsOf(new TextsInMemory(inputs), new TextsInMemory(targets), e, pairs) };
}

async function encodeStreamedPairs(
  split: StreamedRows,
  e: Encoding,
  pairs: NonNullable<Encoding["pairs"]>,
): Promise<Encoded> {
  const inputs = await tokenFile(split, e.tokenizer, undefined, { role: "input", prefix: pairs.prefix });
  const targets = await tokenFile(split, e.tokenizer, undefined, { role: "target" });
  const text = (row: number) => String(split.values("input", row, row + 1)[0]);
  return { count: split.rows, text, rows: split.numbers, ...pairsOf(inputs, targets, e, pairs) };
}

function pairsOf(
  inputs: TokenTexts,
  targets: TokenTexts,
  e: Encoding,
  { start }: NonNullable<Encoding["pairs"]>,
): Pick<Encoded, "ids" | "lengths" | "taught" | "written" | "asked"> {
  const [read, written] = [ended(inputs, e), ended(targets, e)];
  const taught = taughtByTargets({ ...written, start, padId: e.tokenizer.padId });
  return { ...read, taught, written: written.lengths, asked: askedOf(read.ids, read.ids.length, e) };
}

/** Texts cut to the length that is left, each with the token that ends it. */
export function ended(
  texts: TokenTexts,
  e: Pick<Encoding, "maxLength" | "end"> & { readonly tokenizer: Pick<Tokenizer, "frame" | "cut"> },
): { readonly ids: TokenRows; readonly lengths: Int32Array } {
  const end = endOf(e);
  const { before, after } = e.tokenizer.frame;
  const most = Math.max(e.maxLength - (end === null ? 0 : 1), before.length + after.length);
  const cut = (ids: Int32Array): Int32Array => {
    const kept = e.tokenizer.cut(ids, most);
    return end === null ? kept : Int32Array.of(...kept, end);
  };
  const lengths = texts.lengths.map((length) => Math.min(length, most) + (end === null ? 0 : 1));
  return { ids: new CutTexts(texts, cut), lengths };
}

async function encodeStreamed(split: StreamedRows, known: readonly string[], e: Of): Promise<Encoded> {
  const { supervision } = e.task.implementation;
  if (e.chat) return encodeConversations(streamedConversations(split), split.numbers, e.chat, e);
  if (e.pairs) return encodeStreamedPairs(split, e, e.pairs);
  if (supervision.rows === "apart")
    throw new CodedError("cannot-stream", {
      what: e.task.call.word,
      why: "each text is held beside all others of its split",
    });
  const tokens = await tokenFile(split, e.tokenizer);
  const text = (row: number) => String(split.values("text", row, row + 1)[0]);
  const own = { count: split.rows, text, rows: split.numbers };
  if (supervision.rows === "windows") return { ...own, ...windowsOf(tokens, e) };
  const fed = split.has("text_pair")
    ? streamedPairs(tokens, await tokenFile(split, e.tokenizer, undefined, { role: "text_pair" }), e)
    : cutTexts(tokens, e);
  const asked = askedOf(fed.ids, split.rows, e);
  const values = (role: string) => columnIn(split, role, known);
  return {
    ...{ ...own, ...fed, asked },
    taught: taughtBy(supervision, asked, { values, names: rowNamesOf(split, split.numbers) }, e),
  };
}

type Fed = Pick<Encoded, "ids" | "lengths" | "types">;

function cutTexts(tokens: TokenTexts, { tokenizer, maxLength }: Pick<Encoding, "tokenizer" | "maxLength">): Fed {
  const most = Math.max(maxLength, tokenizer.frame.before.length + tokenizer.frame.after.length);
  const ids = new CutTexts(tokens, (row) => tokenizer.cut(row, maxLength));
  return { ids, lengths: tokens.lengths.map((length) => Math.min(length, most)) };
}

/** Both texts of a row are read where they lie, and cut together. */
function streamedPairs(
  first: TokenTexts,
  second: TokenTexts,
  { tokenizer, maxLength, types }: Pick<Encoding, "tokenizer" | "maxLength" | "types">,
): Fed {
  const pairAt = (row: number) => tokenizer.pair(tokensAt(first, row), tokensAt(second, row), maxLength);
  const rows = (of: "ids" | "types"): TokenRows => ({ length: first.length, at: (row) => pairAt(row)[of] });
  const { before, after } = tokenizer.frame;
  const extra = tokenizer.pairFrame - 2 * (before.length + after.length);
  const most = Math.max(maxLength, tokenizer.pairFrame);
  const lengths = first.lengths.map((length, row) => Math.min(length + second.lengths[row]! + extra, most));
  return { ids: rows("ids"), lengths, ...(types && { types: rows("types") }) };
}

function windowsOf(
  tokens: ConstructorParameters<typeof Windows>[0],
  e: Encoding,
): Pick<Encoded, "ids" | "lengths" | "taught" | "asked"> {
  const windows = new Windows(tokens, e.maxLength, endOf(e));
  return { ids: windows, lengths: windows.lengths, taught: null, asked: askedOf(windows, windows.length, e) };
}

/** Coded error `no-labels` where the data don't say what the task learns. */
function taughtBy(
  supervision: Supervision,
  asked: AskedRows,
  rows: { readonly values: (role: string) => ArrayLike<unknown> | undefined; readonly names: ArrayLike<RowName> },
  { model, data }: Of,
): FedRows["taught"] {
  const taught = must(supervision.teach, `what ${asked.call.word} teaches`)({ ...asked, ...rows, model, data });
  if (!taught) throw new CodedError("no-labels", { data });
  return taught;
}

/** The end token, unless the tokenizer itself puts it after every text. */
export function endOf({
  end,
  tokenizer,
}: Pick<Encoding, "end"> & { readonly tokenizer: Pick<Tokenizer, "frame"> }): number | null {
  return end === tokenizer.frame.after.at(-1) ? null : end;
}
