/** Rows of earlier data that a stage of an update learns again: how many, and how long they are. */
import { keptRows, replayBufferOf, type Learnt } from "../../plan/kept-rows.js";
import { allRows } from "../../plan/batches.js";
import { resolveData } from "../../plan/definitions.js";
import { trainingSplit, type KeptBeside } from "../../plan/estimates.js";
import type { Draft, Program, Updating } from "../../plan/program.js";
import type { Span } from "../../../language/diagnostics/span.js";
import { failed, type DataFacts, type RunFacts } from "../../../language/types/facts.js";
import { readerOf, type ModelPlan } from "../../../language/types/subject.js";

/** Undefined: earlier data are not read yet. Those that can't be read count no rows: the update says so when it runs. */
export function keptBeside(
  program: Program,
  { line, strategy }: Pick<Updating, "line" | "strategy">,
  o: {
    readonly model: ModelPlan;
    /** Of the stage's own data. */
    readonly facts: DataFacts;
    /** The run that it begins with; undefined: it begins with a training of this program. */
    readonly loaded: RunFacts | undefined;
    readonly here: Span;
  },
): KeptBeside | undefined {
  const buffer = replayBufferOf(program.registry, strategy);
  if (!buffer) return { parts: [] };
  const known = new Map<string, DataFacts>([[o.facts.hash, o.facts]]);
  const learnt: Learnt[] = [];
  for (const one of line) {
    const facts = factsOf(program, one.data, o);
    if (facts === undefined) return undefined;
    if (failed(facts)) continue;
    known.set(facts.hash, facts);
    learnt.push({ hash: facts.hash, rows: allRows(trainingSplit(facts)).rows, strategy: one.strategy });
  }
  const { rows } = o.loaded ?? {};
  const before = rows && { learnt: rows.learnt, kept: rows.kept > 0 ? [{ hash: "", rows: rows.kept }] : [] };
  const own = { hash: o.facts.hash, rows: allRows(trainingSplit(o.facts)).rows, strategy };
  const parts = keptRows(program.registry, learnt, own, before).map((kept) => ({
    split: trainingSplit(known.get(kept.hash) ?? o.facts),
    rows: kept.rows,
  }));
  return { parts, ...(buffer.beside && { beside: true as const }) };
}

function factsOf(
  program: Program,
  draft: Draft,
  { model, here }: { readonly model: ModelPlan; readonly here: Span },
): ReturnType<typeof asked> {
  const data = resolveData(program, draft, here);
  return data && asked(program, data.plan, model);
}

const asked = (program: Program, data: NonNullable<ReturnType<typeof resolveData>>["plan"], model: ModelPlan) =>
  program.ask({ about: "data", data, base: readerOf(model) }, true);
