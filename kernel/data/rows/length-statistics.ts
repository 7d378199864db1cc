/**
 * Measures the lengths of prepared rows for a model: histograms of tokens in the facts of each split. The rows are
 * unchanged, so that data are prepared once for all models that read them.
 */
import { table as makeTable, type ColumnTable } from "arquero";
import type { DataFacts, SplitFacts } from "#dsl/language/types/facts.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import { conversationsOf, type ConversationRows, type MeasuredChats } from "./conversations.js";
import type { PreparedData } from "../prepared.js";
import { MAX_INSPECTED_TEXTS, tokenizerFitFacts } from "./tokenizer-fit.js";
import {
  histogramBinWidth,
  contextWindowsOf,
  type ContextWindowSize,
  greatestLength,
  lengthHistogram,
  modelInputRole,
  tokenizedTextsOf,
} from "../sequences/tokens.js";

/** How a model reads the texts of a row. */
export interface LengthMeasurementOptions {
  /** If set, the facts contain histograms of lengths in this tokenizer's tokens. */
  readonly tokenizer?: TokenizerImplementation;
  /** If set, replaces the tokens of each row's text, for tasks that generate conversations. */
  readonly lengths?: (rows: ConversationRows) => Promise<MeasuredChats>;
  /** Whether `text` and `text_pair` are read separately. */
  readonly apart?: boolean;
  /** If set, rows are measured as windows, for tasks that read contexts. */
  readonly windows?: ContextWindowSize;
  readonly signal?: AbortSignal;
  /** Maximum measured rows of a split; the results are extrapolated to all rows. Defaults to all. */
  readonly mostRows?: number | undefined;
  /** Reports the measured rows, and the total of all splits. */
  readonly onRows?: ((done: number, total?: number) => void) | undefined;
}

/**
 * Returns the data with lengths in their facts; the rows are unchanged. `plan`: the data's plan. Throws the coded
 * errors of tokenizers and templates.
 */
export async function measureLengths(
  prepared: PreparedData,
  plan: DataPlan,
  options: LengthMeasurementOptions,
): Promise<PreparedData> {
  if (!options.tokenizer && !options.lengths) return prepared;
  const { mostRows } = options;
  const parts = Object.entries(prepared.splits).map(([name, table]) => [name, evenRows(table, mostRows)] as const);
  const tables = Object.fromEntries(parts);
  const chats = options.lengths !== undefined;
  const stops = new Map<string, MeasuredChats["stops"]>();
  const read = await lengthsIn(tables, chats ? "messages" : modelInputRole(plan.columns), options, stops);
  const second = options.apart ? "text_pair" : "target";
  const targets = await lengthsIn(tables, chats || plan.columns[second] === undefined ? null : second, options);
  const whole =
    (histogramsOf: Histograms): Histograms =>
    (split) =>
      scaleToAllRows(histogramsOf(split), tables[split]?.numRows() ?? 0, prepared.splits[split]?.numRows() ?? 0);
  const [lengths, written] = [whole(histograms(read)), whole(histograms(targets))];
  const counted = countedIn(tables, prepared.splits);
  const reading = await readingIn(prepared, plan, options);
  return mapSplitFacts({ ...prepared, facts: { ...prepared.facts, ...counted, ...reading } }, (name, facts) => {
    const stop = stops.get(name);
    return {
      ...facts,
      lengths: lengths(name),
      ...(targets.has(name) && { targets: written(name) }),
      ...(stop && { stops: stop }),
    };
  });
}

/** Measures how the tokenizer fits a sample of the training rows. */
async function readingIn(
  { splits }: PreparedData,
  { columns }: DataPlan,
  { tokenizer }: LengthMeasurementOptions,
): Promise<Pick<DataFacts, "reading">> {
  const role = modelInputRole(columns);
  const table = splits["train"] ?? splits["all"];
  if (!tokenizer || !table || role === null || !table.columnNames().includes(role)) return {};
  const texts = Array.from(evenRows(table, MAX_INSPECTED_TEXTS).array(role) as ArrayLike<unknown>, (value) =>
    Array.isArray(value) ? value.join(" ") : String(value),
  );
  const reading = await tokenizerFitFacts(texts, tokenizer);
  return reading ? { reading } : {};
}

/** Returns at most `most` row indices, at equal distances. */
export function evenlySpacedRows(all: number, most: number): readonly number[] {
  const count = Math.min(all, most);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * all) / count));
}

/** Returns at most `most` rows at equal distances; the table itself if it has no more. */
function evenRows(table: ColumnTable, most = Infinity): ColumnTable {
  const all = table.numRows();
  if (all <= most) return table;
  const picked = evenlySpacedRows(all, most);
  return makeTable(
    table.columnNames().map((name): [string, unknown[]] => {
      const values = table.array(name) as ArrayLike<unknown>;
      return [name, picked.map((row) => values[row])];
    }),
  );
}

function countedIn(parts: PreparedData["splits"], all: PreparedData["splits"]): Pick<DataFacts, "counted"> {
  const rows = (tables: PreparedData["splits"]): number =>
    Object.values(tables).reduce((sum, table) => sum + table.numRows(), 0);
  const counted = { rows: rows(parts), of: rows(all) };
  return counted.rows < counted.of ? { counted } : {};
}

type Lengths = SplitFacts["lengths"];
/** Extrapolates counts of a sample to all rows. */
export function scaleToAllRows<L extends Lengths>(lengths: L, rows: number, all: number): L {
  if (lengths === null || rows === 0 || rows === all) return lengths;
  const scaled = (n: number): number => Math.round((n * all) / rows);
  return { ...lengths, counts: lengths.counts.map(scaled), total: scaled(lengths.total) };
}

export function mapSplitFacts(
  prepared: PreparedData,
  change: (split: string, facts: SplitFacts) => SplitFacts,
): PreparedData {
  const splits = Object.entries(prepared.facts.splits).map(([name, facts]) => [name, change(name, facts)] as const);
  return { ...prepared, facts: { ...prepared.facts, splits: Object.fromEntries(splits) } };
}

/**
 * Returns the tokens of each row in one role, by split; for conversations, as fed to the model. Empty without a
 * tokenizer.
 */
async function lengthsIn(
  tables: Readonly<Record<string, ColumnTable>>,
  role: string | null,
  options: LengthMeasurementOptions,
  stops?: Map<string, MeasuredChats["stops"]>,
): Promise<ReadonlyMap<string, Int32Array>> {
  const lengths = new Map<string, Int32Array>();
  const { tokenizer } = options;
  if (!tokenizer || role === null) return lengths;
  const all = Object.values(tables).reduce((sum, table) => sum + table.numRows(), 0);
  let done = 0;
  for (const [name, table] of Object.entries(tables)) {
    options.signal?.throwIfAborted();
    const chats = await options.lengths?.(conversationsOf(table));
    stops?.set(name, chats?.stops);
    const splitLengths =
      options.windows && table.columnNames().includes("context")
        ? Int32Array.from(await contextWindowsOf(table, tokenizer, options.windows), ({ ids }) => ids.length)
        : chats
          ? chats.lengths
          : Int32Array.from(
              await tokenizedTextsOf(table, tokenizer, { role, apart: options.apart === true }, (rows) =>
                options.onRows?.(done + rows, all),
              ),
              (ids) => ids.length,
            );
    lengths.set(name, splitLengths);
    options.onRows?.((done += table.numRows()), all);
  }
  return lengths;
}

type Histograms = (split: string) => Lengths;
/** All histograms share one bin width, so that their counts can be added. */
function histograms(lengths: ReadonlyMap<string, Int32Array>): Histograms {
  const step = histogramBinWidth(Math.max(...[...lengths.values()].map(greatestLength)));
  return (split) => {
    const splitLengths = lengths.get(split);
    return splitLengths ? lengthHistogram(splitLengths, step) : null;
  };
}
