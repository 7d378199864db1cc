/**
 * How long prepared rows are to the model that reads them: histograms of tokens in the facts of each split. The rows stay what
 * they are, so that data are prepared once however many models read them.
 */
import { table as makeTable, type ColumnTable } from "arquero";
import type { DataFacts, SplitFacts } from "#dsl/language/types/facts.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import { conversationsOf, type ConversationRows, type MeasuredChats } from "./conversations.js";
import type { PreparedData } from "../prepared.js";
import { INSPECTED_TEXTS, tokenizerFitFacts } from "./reading.js";
import {
  histogramBinWidth,
  contextWindowsOf,
  type ContextWindowSize,
  greatestLength,
  lengthHistogram,
  modelInputRole,
  tokenizedTextsOf,
} from "../sequences/tokens.js";

/** What a model does with the texts of a row. */
export interface MeasurementOptions {
  /** Given: the facts hold histograms of lengths in its tokens. */
  readonly tokenizer?: TokenizerImplementation;
  /** Given: how many tokens each row of a table feeds, in place of its text's; in a task that writes conversations. */
  readonly lengths?: (rows: ConversationRows) => Promise<MeasuredChats>;
  /** Whether `text` and `text_pair` are read each by itself. */
  readonly apart?: boolean;
  /** Given: rows are measured as the windows that they become, in a task that reads contexts. */
  readonly windows?: ContextWindowSize;
  readonly signal?: AbortSignal;
  /** Rows of a split that are measured at most, the others taken to be like them; absent: all. */
  readonly mostRows?: number | undefined;
  /** Told how many rows are measured, of those of all splits. */
  readonly onRows?: ((done: number, total?: number) => void) | undefined;
}

/** The same rows in memory, with lengths in their facts; `plan`: what they were prepared by. Coded errors of tokenizers and templates. */
export async function measureLengths(
  prepared: PreparedData,
  plan: DataPlan,
  options: MeasurementOptions,
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

/** What the tokenizer makes of some of the rows that train. */
async function readingIn(
  { splits }: PreparedData,
  { columns }: DataPlan,
  { tokenizer }: MeasurementOptions,
): Promise<Pick<DataFacts, "reading">> {
  const role = modelInputRole(columns);
  const table = splits["train"] ?? splits["all"];
  if (!tokenizer || !table || role === null || !table.columnNames().includes(role)) return {};
  const texts = Array.from(evenRows(table, INSPECTED_TEXTS).array(role) as ArrayLike<unknown>, (value) =>
    Array.isArray(value) ? value.join(" ") : String(value),
  );
  const reading = await tokenizerFitFacts(texts, tokenizer);
  return reading ? { reading } : {};
}

/** Numbers of rows at equal distances over all, at most so many. */
export function evenlySpacedRows(all: number, most: number): readonly number[] {
  const count = Math.min(all, most);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * all) / count));
}

/** Rows at equal distances, at most so many; the table itself where it has no more. */
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
/** What was counted of some rows, taken to be so of all. */
export function scaleToAllRows<L extends Lengths>(lengths: L, rows: number, all: number): L {
  if (lengths === null || rows === 0 || rows === all) return lengths;
  const scaled = (n: number): number => Math.round((n * all) / rows);
  return { ...lengths, counts: lengths.counts.map(scaled), total: scaled(lengths.total) };
}

/** Other facts of each split. */
export function mapSplitFacts(
  prepared: PreparedData,
  change: (split: string, facts: SplitFacts) => SplitFacts,
): PreparedData {
  const splits = Object.entries(prepared.facts.splits).map(([name, facts]) => [name, change(name, facts)] as const);
  return { ...prepared, facts: { ...prepared.facts, splits: Object.fromEntries(splits) } };
}

/** Tokens of each row in one role, by split; of conversations, as the model that reads them feeds them. None without a tokenizer. */
async function lengthsIn(
  tables: Readonly<Record<string, ColumnTable>>,
  role: string | null,
  options: MeasurementOptions,
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
/** All with bins of one width, so that their counts can be added. */
function histograms(lengths: ReadonlyMap<string, Int32Array>): Histograms {
  const step = histogramBinWidth(Math.max(...[...lengths.values()].map(greatestLength)));
  return (split) => {
    const splitLengths = lengths.get(split);
    return splitLengths ? lengthHistogram(splitLengths, step) : null;
  };
}
