/**
 * How long prepared rows are to the model that reads them: histograms of tokens in the facts of each split. The rows stay what
 * they are, so that data are prepared once however many models read them.
 */
import type { ColumnTable } from "arquero";
import type { SplitFacts } from "#dsl/types/facts.js";
import type { DataPlan } from "#dsl/types/subject.js";
import type { TokenizerImplementation } from "#stdlib/kinds/tokenizer.js";
import { conversationsOf, type ConversationRows, type MeasuredChats } from "./conversations.js";
import type { Prepared } from "./prepared.js";
import { binWidth, contextsOf, type ContextCut, greatest, histogramOf, readRole, tokensOf } from "./tokens.js";

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
  /** Rows of a streamed split that are measured at most, the others taken to be like them; absent: all. */
  readonly mostRows?: number | undefined;
  /** Told how many rows are measured, of those of all splits. */
  readonly onRows?: ((done: number, of?: number) => void) | undefined;
}

/** The same rows in memory, with lengths in their facts; `plan`: what they were prepared by. Coded errors of tokenizers and templates. */
export async function measured(prepared: Prepared, plan: DataPlan, o: Measures): Promise<Prepared> {
  if (!o.tokenizer && !o.lengths) return prepared;
  const tables = prepared.splits;
  const chats = o.lengths !== undefined;
  const stops = new Map<string, MeasuredChats["stops"]>();
  const read = await lengthsIn(tables, chats ? "messages" : readRole(plan.columns), o, stops);
  const second = o.apart ? "text_pair" : "target";
  const targets = await lengthsIn(tables, chats || plan.columns[second] === undefined ? null : second, o);
  const [lengths, written] = [histograms(read), histograms(targets)];
  return withFacts(prepared, (name, facts) => {
    const stop = stops.get(name);
    return {
      ...{ ...facts, lengths: lengths(name) },
      ...(targets.has(name) && { targets: written(name) }),
      ...(stop && { stops: stop }),
    };
  });
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

/** All with bins of one width, so that their counts can be added. */
function histograms(lengths: ReadonlyMap<string, Int32Array>): (split: string) => SplitFacts["lengths"] {
  const step = binWidth(Math.max(...[...lengths.values()].map(greatest)));
  return (split) => {
    const own = lengths.get(split);
    return own ? histogramOf(own, step) : null;
  };
}
