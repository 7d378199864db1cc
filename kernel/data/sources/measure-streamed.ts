/** `measured` for data that are streamed: tokens of each split, kept beside its rows, or of some of its rows where a look is enough. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { LOOKED, readingOf } from "../rows/reading.js";
import { streamedConversations } from "../rows/conversations.js";
import { evenlyPicked, ofAll, withFacts, type Measures } from "../rows/length-statistics.js";
import type { Prepared } from "../prepared.js";
import { EvenRows, type StreamedRows } from "../rows/streamed-rows.js";
import { binWidth, greatest, histogramOf, readRole } from "../sequences/tokens.js";
import { contextFile, windowLengths } from "./context-file.js";
import { inChunks, knownLengths, lengthsIn, tokenFile, wordFile } from "./token-file.js";

/** The same rows with lengths in their facts. Coded error `cannot-stream`. */
export async function measuredStreamed(
  prepared: Prepared,
  splits: Readonly<Record<string, StreamedRows>>,
  { columns }: DataPlan,
  o: Measures,
): Promise<Prepared> {
  const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0);
  const looked = sum(Object.values(splits).map(({ rows }) => Math.min(rows, o.mostRows ?? rows)));
  const histograms = async (role: string | null) => {
    const measured: [string, Int32Array, number][] = [];
    if (role !== null)
      for (const [name, split] of Object.entries(splits)) {
        const before = sum(measured.map(([, , rows]) => rows));
        const own = await lengthsOf(split, role, { ...o, onRows: (done) => o.onRows?.(before + done, looked) });
        // Windows are more than the rows that they are of.
        measured.push([name, own.lengths, own.rows]);
      }
    const step = binWidth(Math.max(...measured.map(([, lengths]) => greatest(lengths))));
    if (measured.length > 0)
      counted = {
        rows: sum(measured.map(([, , rows]) => rows)),
        of: sum(measured.map(([name]) => splits[name]?.rows ?? 0)),
      };
    return new Map(
      measured.map(([name, lengths, rows]) => [name, ofAll(histogramOf(lengths, step), rows, rowsOf(name))]),
    );
  };
  const rowsOf = (name: string): number => prepared.facts.splits[name]?.rows ?? 0;
  let counted = { rows: 0, of: 0 };
  const read = await histograms(o.lengths ? "messages" : readRole(columns));
  const second = o.apart ? "text_pair" : "target";
  const targets = await histograms(o.lengths || columns[second] === undefined ? null : second);
  const all = withFacts(prepared, (name, facts) => {
    const target = targets.get(name);
    return { ...facts, lengths: read.get(name) ?? null, ...(target && { targets: target }) };
  });
  const reading = await readingIn(splits, columns, o);
  return { ...all, facts: { ...all.facts, ...reading, ...(counted.rows < counted.of && { counted }) } };
}

/** What the tokenizer makes of some of the rows that train. */
async function readingIn(
  splits: Readonly<Record<string, StreamedRows>>,
  columns: DataPlan["columns"],
  { tokenizer }: Measures,
): Promise<Pick<DataFacts, "reading">> {
  const role = readRole(columns);
  const split = splits["train"] ?? splits["all"];
  if (!tokenizer || !split || role === null) return {};
  const texts = evenlyPicked(split.rows, LOOKED).map((row) => {
    const [value] = split.values(role, row, row + 1);
    return Array.isArray(value) ? value.join(" ") : String(value);
  });
  const reading = await readingOf(texts, tokenizer);
  return reading ? { reading } : {};
}

interface Lengths {
  readonly lengths: Int32Array;
  /** Rows that were measured. */
  readonly rows: number;
}

/** Tokens of each row in that role; of conversations and of contexts in windows, as the model that reads them feeds them. */
async function lengthsOf(split: StreamedRows, role: string, o: Measures): Promise<Lengths> {
  const { tokenizer, lengths, windows } = o;
  const some = o.mostRows !== undefined && split.rows > o.mostRows ? new EvenRows(split, o.mostRows) : undefined;
  const of = (made: Int32Array): Lengths => ({ lengths: made, rows: (some ?? split).rows });
  if (lengths) {
    const all: number[] = [];
    const chats = (from: number, to: number) => lengths(streamedConversations(some ?? split, from, to));
    for await (const part of inChunks(some ?? split, o, chats)) for (const length of part.lengths) all.push(length);
    return of(Int32Array.from(all));
  }
  if (!tokenizer || !("hash" in tokenizer) || typeof tokenizer.hash !== "string")
    throw new CodedError("cannot-stream", { what: "this tokenizer", why: "it has no hash to keep its tokens by" });
  const hashed = { ...tokenizer, hash: tokenizer.hash };
  if (role === "question" && windows && split.has("context"))
    return of(
      some ? await windowLengths(some, hashed, windows, o) : (await contextFile(split, hashed, windows, o)).lengths,
    );
  const own = async (role: string): Promise<Lengths> => {
    const known = some && knownLengths(split, hashed.hash, { role });
    if (known) return { lengths: known, rows: split.rows };
    if (some) return of(await lengthsIn(some, hashed, { role }, o));
    return of((await (role === "tokens" ? wordFile(split, hashed, o) : tokenFile(split, hashed, { role }, o))).lengths);
  };
  const first = await own(role);
  if (role !== "text" || o.apart || !split.has("text_pair")) return first;
  // Both texts stand in one row.
  const second = await own("text_pair");
  const [alone] = await tokenizer.encode([""], Number.POSITIVE_INFINITY);
  const [pair] = await tokenizer.encodePairs([""], [""], Number.POSITIVE_INFINITY);
  const extra = (pair?.ids.length ?? 0) - 2 * (alone?.length ?? 0);
  return { ...first, lengths: first.lengths.map((length, row) => length + second.lengths[row]! + extra) };
}
