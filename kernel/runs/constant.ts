/** The best answer that never changes, scored on the same rows: what a model must beat. */
import type { Constant, Scored } from "#stdlib/kinds/task.js";
import { readerOf } from "#dsl/plan/plan.js";
import { CodedError } from "#dsl/check/codes.js";
import { splitNamesOf, type Prepared } from "../data/prepared.js";
import type { Encoded, Encoding } from "./encoded.js";
import type { Weights } from "./model-handle.js";
import type { Stage, TuneSession } from "./tune-session.js";

export interface ScoredConstant {
  readonly name: string;
  /** Whether it is that of the rows that the model learnt from; else of those that are scored. */
  readonly learnt: boolean;
  readonly scored: Scored;
  /** Whether it says how likely answers are. */
  readonly likelihood: boolean;
}
interface Part {
  readonly prepared: Prepared;
  readonly split: string;
}

/** Null: no answer makes sense for all rows. */
export async function constantOf(
  session: TuneSession,
  weights: Weights | null,
  o: { readonly rows: Encoded; readonly encoding: Encoding; readonly scored: Part },
  stage: Stage,
): Promise<ScoredConstant | null> {
  const { rows, encoding } = o;
  const { answers } = encoding.task.implementation;
  if (!answers?.constant || !answers.score || !rows.taught) return null;
  const learnt = weights && (await learntFrom(session, weights, stage));
  const of = (part: Part): Constant | null =>
    answers.constant!({ labels: encoding.labels, call: encoding.task.call, values: (role) => valuesOf(part, role) });
  const own = learnt && of(learnt);
  const constant = own ?? of(o.scored);
  if (!constant) return null;
  const said = Array.from({ length: rows.apart?.of.length ?? rows.asked.count }, (_, row) =>
    constant.said(rows.asked, row),
  );
  return {
    name: constant.name,
    learnt: own !== null,
    scored: answers.score(said, rows.taught, rows.asked),
    likelihood: constant.likelihood ?? true,
  };
}

/** The rows that a model learnt from, where they are at hand and still the same. */
async function learntFrom(
  session: TuneSession,
  { plan: { recipe }, data }: Weights,
  stage: Stage,
): Promise<Part | null> {
  const kept = session.workshop.kept(recipe.data, readerOf(recipe.model), stage.surroundings);
  if (!kept) return null;
  try {
    const prepared = await kept;
    if (prepared.facts.hash !== data.hash) return null;
    return { prepared, split: splitNamesOf(prepared).includes("train") ? "train" : "all" };
  } catch (error) {
    if (error instanceof CodedError) return null; // it can't be read any more: the rows that are scored serve
    throw error;
  }
}

/** At a time of a split that lies on disk. */
const CHUNK = 10_000;

function valuesOf({ prepared, split }: Part, role: string): ArrayLike<unknown> | undefined {
  const streamed = prepared.streamed?.[split];
  if (!streamed) {
    const table = prepared.splits[split];
    return table?.columnNames().includes(role) ? (table.array(role) as ArrayLike<unknown>) : undefined;
  }
  if (!streamed.has(role)) return undefined;
  if (role === "label" && streamed.labels) return Array.from(streamed.labels, (label) => prepared.labels[label]);
  const values: unknown[] = [];
  for (let from = 0; from < streamed.rows; from += CHUNK)
    for (const value of streamed.values(role, from, Math.min(from + CHUNK, streamed.rows))) values.push(value);
  return values;
}
