/** Rows of earlier data that an update replays: their number and lengths. */
import { rowsToReplay, replayBufferOf, type EarlierTraining } from "../../plan/kept-rows.js";
import { allRows } from "../../plan/batches.js";
import { resolveData } from "../../plan/definitions.js";
import { trainingSplit, type ReplayedRows } from "../../plan/estimates.js";
import type { Draft, Program, UpdateDraft } from "../../plan/program.js";
import type { Span } from "../../../language/diagnostics/span.js";
import { isFailed, type DataFacts, type RunFacts } from "../../../language/types/facts.js";
import { dataReaderOf, type ModelPlan } from "../../../language/types/value.js";

/**
 * Returns undefined while earlier data are unread. Unreadable data count as no rows; the update reports them when it
 * runs.
 */
export function replayedRowsOf(
  program: Program,
  { line, strategy }: Pick<UpdateDraft, "line" | "strategy">,
  options: {
    readonly model: ModelPlan;
    /** Facts of the task's own data. */
    readonly facts: DataFacts;
    /** The run that it starts from; undefined if it starts from a training of this program. */
    readonly loaded: RunFacts | undefined;
    readonly here: Span;
  },
): ReplayedRows | undefined {
  const buffer = replayBufferOf(program.registry, strategy);
  if (!buffer) return { parts: [] };
  const known = new Map<string, DataFacts>([[options.facts.hash, options.facts]]);
  const learnt: EarlierTraining[] = [];
  for (const one of line) {
    const facts = factsOf(program, one.data, options);
    if (facts === undefined) return undefined;
    if (isFailed(facts)) continue;
    known.set(facts.hash, facts);
    learnt.push({ hash: facts.hash, rows: allRows(trainingSplit(facts)).rows, strategy: one.strategy });
  }
  const { rows } = options.loaded ?? {};
  const before = rows && { learnt: rows.learnt, buffered: rows.kept > 0 ? [{ hash: "", rows: rows.kept }] : [] };
  const newRows = { hash: options.facts.hash, rows: allRows(trainingSplit(options.facts)).rows, strategy };
  const parts = rowsToReplay(program.registry, learnt, newRows, before).map((replayedSet) => ({
    split: trainingSplit(known.get(replayedSet.hash) ?? options.facts),
    rows: replayedSet.rows,
  }));
  return { parts, ...(buffer.appended && { beside: true as const }) };
}

function factsOf(
  program: Program,
  draft: Draft,
  { model, here }: { readonly model: ModelPlan; readonly here: Span },
): ReturnType<typeof dataNeed> {
  const data = resolveData(program, draft, here);
  return data && dataNeed(program, data.plan, model);
}

const dataNeed = (program: Program, data: NonNullable<ReturnType<typeof resolveData>>["plan"], model: ModelPlan) =>
  program.ask({ about: "data", data, base: dataReaderOf(model) }, true);
