/**
 * `measured` for streamed data: the tokens of each split are stored next to its rows, or counted for a sample if that
 * suffices.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import type { DataFacts } from "#dsl/language/types/facts.js";
import { MAX_INSPECTED_TEXTS, tokenizerFitFacts } from "../rows/tokenizer-fit.js";
import { readStreamedConversations } from "../rows/conversations.js";
import {
  evenlySpacedRows,
  scaleToAllRows,
  mapSplitFacts,
  type LengthMeasurementOptions,
} from "../rows/length-statistics.js";
import type { PreparedData } from "../prepared.js";
import { EvenlySpacedRows, type StreamedRows } from "../rows/streamed-rows.js";
import { histogramBinWidth, greatestLength, lengthHistogram, modelInputRole } from "../sequences/tokens.js";
import { openOrMakeContextWindowFile, contextWindowLengths } from "./context-file.js";
import {
  mapStreamedChunks,
  knownTokenLengths,
  streamedTokenLengths,
  openOrMakeTokenFile,
  openOrMakeWordFile,
} from "./token-file.js";

/** Returns the data with lengths in their facts; the rows are unchanged. Coded error `cannot-stream`. */
export async function measureStreamedLengths(
  prepared: PreparedData,
  splits: Readonly<Record<string, StreamedRows>>,
  { columns }: DataPlan,
  options: LengthMeasurementOptions,
): Promise<PreparedData> {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const looked = sum(Object.values(splits).map(({ rows }) => Math.min(rows, options.mostRows ?? rows)));
  const histograms = async (role: string | null) => {
    const measured: [string, Int32Array, number][] = [];
    if (role !== null)
      for (const [name, split] of Object.entries(splits)) {
        const before = sum(measured.map(([, , rows]) => rows));
        const roleLengths = await lengthsOf(split, role, {
          ...options,
          onRows: (done) => options.onRows?.(before + done, looked),
        });
        // A row may become several windows, so the number of lengths may exceed the rows.
        measured.push([name, roleLengths.lengths, roleLengths.rows]);
      }
    const step = histogramBinWidth(Math.max(...measured.map(([, lengths]) => greatestLength(lengths))));
    if (measured.length > 0)
      counted = {
        rows: sum(measured.map(([, , rows]) => rows)),
        of: sum(measured.map(([name]) => splits[name]?.rows ?? 0)),
      };
    return new Map(
      measured.map(([name, lengths, rows]) => [
        name,
        scaleToAllRows(lengthHistogram(lengths, step), rows, rowsOf(name)),
      ]),
    );
  };
  const rowsOf = (name: string): number => prepared.facts.splits[name]?.rows ?? 0;
  let counted = { rows: 0, of: 0 };
  const read = await histograms(options.lengths ? "messages" : modelInputRole(columns));
  const second = options.apart ? "text_pair" : "target";
  const targets = await histograms(options.lengths || columns[second] === undefined ? null : second);
  const all = mapSplitFacts(prepared, (name, facts) => {
    const target = targets.get(name);
    return { ...facts, lengths: read.get(name) ?? null, ...(target && { targets: target }) };
  });
  const reading = await readingIn(splits, columns, options);
  return { ...all, facts: { ...all.facts, ...reading, ...(counted.rows < counted.of && { counted }) } };
}

/** Measures how the tokenizer fits a sample of the training rows. */
async function readingIn(
  splits: Readonly<Record<string, StreamedRows>>,
  columns: DataPlan["columns"],
  { tokenizer }: LengthMeasurementOptions,
): Promise<Pick<DataFacts, "reading">> {
  const role = modelInputRole(columns);
  const split = splits["train"] ?? splits["all"];
  if (!tokenizer || !split || role === null) return {};
  const texts = evenlySpacedRows(split.rows, MAX_INSPECTED_TEXTS).map((row) => {
    const [value] = split.values(role, row, row + 1);
    return Array.isArray(value) ? value.join(" ") : String(value);
  });
  const reading = await tokenizerFitFacts(texts, tokenizer);
  return reading ? { reading } : {};
}

interface Lengths {
  readonly lengths: Int32Array;
  /** Number of measured rows. */
  readonly rows: number;
}

/** Returns the tokens of each row in a role; for conversations and context windows, as fed to the model. */
async function lengthsOf(split: StreamedRows, role: string, options: LengthMeasurementOptions): Promise<Lengths> {
  const { tokenizer, lengths, windows } = options;
  const some =
    options.mostRows !== undefined && split.rows > options.mostRows
      ? new EvenlySpacedRows(split, options.mostRows)
      : undefined;
  const lengthsFrom = (made: Int32Array): Lengths => ({ lengths: made, rows: (some ?? split).rows });
  if (lengths) {
    const all: number[] = [];
    const chats = (from: number, to: number) => lengths(readStreamedConversations(some ?? split, from, to));
    for await (const part of mapStreamedChunks(some ?? split, options, chats))
      for (const length of part.lengths) all.push(length);
    return lengthsFrom(Int32Array.from(all));
  }
  if (!tokenizer || !("hash" in tokenizer) || typeof tokenizer.hash !== "string")
    throw new CodedError("cannot-stream", { what: "this tokenizer", why: "it has no hash to keep its tokens by" });
  const hashed = { ...tokenizer, hash: tokenizer.hash };
  if (role === "question" && windows && split.has("context"))
    return lengthsFrom(
      some
        ? await contextWindowLengths(some, hashed, windows, options)
        : (await openOrMakeContextWindowFile(split, hashed, windows, options)).lengths,
    );
  const lengthsOfRole = async (role: string): Promise<Lengths> => {
    const known = some && knownTokenLengths(split, hashed.hash, { role });
    if (known) return { lengths: known, rows: split.rows };
    if (some) return lengthsFrom(await streamedTokenLengths(some, hashed, { role }, options));
    return lengthsFrom(
      (
        await (role === "tokens"
          ? openOrMakeWordFile(split, hashed, options)
          : openOrMakeTokenFile(split, hashed, { role }, options))
      ).lengths,
    );
  };
  const first = await lengthsOfRole(role);
  if (role !== "text" || options.apart || !split.has("text_pair")) return first;
  // Both texts are in one row.
  const second = await lengthsOfRole("text_pair");
  const [alone] = await tokenizer.encode([""], Number.POSITIVE_INFINITY);
  const [pair] = await tokenizer.encodePairs([""], [""], Number.POSITIVE_INFINITY);
  const extra = (pair?.ids.length ?? 0) - 2 * (alone?.length ?? 0);
  return { ...first, lengths: first.lengths.map((length, row) => length + second.lengths[row]! + extra) };
}
