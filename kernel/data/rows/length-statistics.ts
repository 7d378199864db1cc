/**
 * How long prepared rows are to the model that reads them: histograms of tokens in the facts of each split. The rows stay what
 * they are, so that data are prepared once however many models read them.
 */
import { table as makeTable, type ColumnTable } from "arquero";
import type { DataFacts, SplitFacts } from "#dsl/language/types/facts.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { TokenizerImplementation } from "#stdlib/tokenizers/kind.js";
import { conversationsOf, type ConversationRows, type MeasuredChats } from "./conversations.js";
import type { Prepared } from "../prepared.js";
import { LOOKED, readingOf } from "./reading.js";
import {
  binWidth,
  contextsOf,
  type ContextCut,
  greatest,
  histogramOf,
  readRole,
  tokensOf,
} from "../sequences/tokens.js";

/** What a model does with the texts of a row. */
export interface Measures {
  /** Given: the facts hold histograms of lengths in its tokens. */
  readonly tokenizer?: TokenizerImplementation;
  /** Given: how many tokens each row of a table feeds, in place of its text's; in a task that writes conversations. */
  readonly lengths?: (rows: ConversationRows) => Promise<MeasuredChats>;
  /** Whether `text` and `text_pair` are read each by itself. */
  readonly apart?: boolean;
  /** Given: rows are measured as the windows that they become, in a task that reads contexts. */
  readonly windows?: ContextCut;
  readonly signal?: AbortSignal;
  /** Rows of a split that are measured at most, the others taken to be like them; absent: all. */
  readonly mostRows?: number | undefined;
  /** Told how many rows are measured, of those of all splits. */
  readonly onRows?: ((done: number, of?: number) => void) | undefined;
}

/** The same rows in memory, with lengths in their facts; `plan`: what they were prepared by. Coded errors of tokenizers and templates. */
export async function measured(prepared: Prepared, plan: DataPlan, o: Measures): Promise<Prepared> {
  if (!o.tokenizer && !o.lengths) return prepared;
  const { mostRows } = o;
  const parts = Object.entries(prepared.splits).map(([name, table]) => [name, evenRows(table, mostRows)] as const);
  const tables = Object.fromEntries(parts);
  const chats = o.lengths !== undefined;
  const stops = new Map<string, MeasuredChats["stops"]>();
  const read = await lengthsIn(tables, chats ? "messages" : readRole(plan.columns), o, stops);
  const second = o.apart ? "text_pair" : "target";
  const targets = await lengthsIn(tables, chats || plan.columns[second] === undefined ? null : second, o);
  const whole =
    (of: Histograms): Histograms =>
    (split) =>
      ofAll(of(split), tables[split]?.numRows() ?? 0, prepared.splits[split]?.numRows() ?? 0);
  const [lengths, written] = [whole(histograms(read)), whole(histograms(targets))];
  const counted = countedIn(tables, prepared.splits);
  const reading = await readingIn(prepared, plan, o);
  return withFacts({ ...prepared, facts: { ...prepared.facts, ...counted, ...reading } }, (name, facts) => {
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
  { splits }: Prepared,
  { columns }: DataPlan,
  { tokenizer }: Measures,
): Promise<Pick<DataFacts, "reading">> {
  const role = readRole(columns);
  const table = splits["train"] ?? splits["all"];
  if (!tokenizer || !table || role === null || !table.columnNames().includes(role)) return {};
  const texts = Array.from(evenRows(table, LOOKED).array(role) as ArrayLike<unknown>, (value) =>
    Array.isArray(value) ? value.join(" ") : String(value),
  );
  const reading = await readingOf(texts, tokenizer);
  return reading ? { reading } : {};
}

/** Numbers of rows at equal distances over all, at most so many. */
export function evenlyPicked(all: number, most: number): readonly number[] {
  const count = Math.min(all, most);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * all) / count));
}

/** Rows at equal distances, at most so many; the table itself where it has no more. */
function evenRows(table: ColumnTable, most = Infinity): ColumnTable {
  const all = table.numRows();
  if (all <= most) return table;
  const picked = evenlyPicked(all, most);
  return makeTable(
    table.columnNames().map((name): [string, unknown[]] => {
      const values = table.array(name) as ArrayLike<unknown>;
      return [name, picked.map((row) => values[row])];
    }),
  );
}

function countedIn(parts: Prepared["splits"], all: Prepared["splits"]): Pick<DataFacts, "counted"> {
  const rows = (of: Prepared["splits"]): number => Object.values(of).reduce((sum, table) => sum + table.numRows(), 0);
  const counted = { rows: rows(parts), of: rows(all) };
  return counted.rows < counted.of ? { counted } : {};
}

type Lengths = SplitFacts["lengths"];
/** What was counted of some rows, taken to be so of all. */
export function ofAll<L extends Lengths>(lengths: L, rows: number, all: number): L {
  if (lengths === null || rows === 0 || rows === all) return lengths;
  const scaled = (n: number): number => Math.round((n * all) / rows);
  return { ...lengths, counts: lengths.counts.map(scaled), total: scaled(lengths.total) };
}

/** Other facts of each split. */
export function withFacts(prepared: Prepared, of: (split: string, facts: SplitFacts) => SplitFacts): Prepared {
  const splits = Object.entries(prepared.facts.splits).map(([name, facts]) => [name, of(name, facts)] as const);
  return { ...prepared, facts: { ...prepared.facts, splits: Object.fromEntries(splits) } };
}

/** Tokens of each row in one role, by split; of conversations, as the model that reads them feeds them. None without a tokenizer. */
async function lengthsIn(
  tables: Readonly<Record<string, ColumnTable>>,
  role: string | null,
  o: Measures,
  stops?: Map<string, MeasuredChats["stops"]>,
): Promise<ReadonlyMap<string, Int32Array>> {
  const lengths = new Map<string, Int32Array>();
  const { tokenizer } = o;
  if (!tokenizer || role === null) return lengths;
  const all = Object.values(tables).reduce((sum, table) => sum + table.numRows(), 0);
  let done = 0;
  for (const [name, table] of Object.entries(tables)) {
    o.signal?.throwIfAborted();
    const chats = await o.lengths?.(conversationsOf(table));
    stops?.set(name, chats?.stops);
    const own =
      o.windows && table.columnNames().includes("context")
        ? Int32Array.from(await contextsOf(table, tokenizer, o.windows), ({ ids }) => ids.length)
        : chats
          ? chats.lengths
          : Int32Array.from(
              await tokensOf(table, tokenizer, { role, apart: o.apart === true }, (rows) =>
                o.onRows?.(done + rows, all),
              ),
              (ids) => ids.length,
            );
    lengths.set(name, own);
    o.onRows?.((done += table.numRows()), all);
  }
  return lengths;
}

type Histograms = (split: string) => Lengths;
/** All with bins of one width, so that their counts can be added. */
function histograms(lengths: ReadonlyMap<string, Int32Array>): Histograms {
  const step = binWidth(Math.max(...[...lengths.values()].map(greatest)));
  return (split) => {
    const own = lengths.get(split);
    return own ? histogramOf(own, step) : null;
  };
}
