/**
 * A model for each fold, scored together: each is asked of the rows that it did not see, and the answers to all rows are scored
 * as one model's are. What each fold comes to by itself stands beside it.
 */
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Held, Subject } from "#dsl/compiler/plan/action.js";
import { readerOf } from "#dsl/language/types/subject.js";
import type { Prepared } from "../data/prepared.js";
import type { FoldScores } from "../display/scores/folds.js";
import { encodeSplit } from "../data/encoding/encoded.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { askedOf, measuredOf, secondsOf, type AskedModel, type How, type Measured } from "./evaluate-once.js";
import { together } from "../inference/evaluations/cost.js";

export async function evaluateFolds(
  session: OpenSession,
  name: string,
  held: readonly Held[],
  subject: Subject,
  how: How,
  stage: Stage,
): Promise<Measured> {
  if (!("data" in subject)) throw new CodedError("internal", { what: "evaluate works on data only" });
  const parts: AskedModel[] = [];
  const folds: FoldScores[] = [];
  let trained = 0;
  for (const { name: fold, data } of held) {
    const handle = session.models.get(fold);
    const part = await askedOf(session, handle, { data, split: "validation" }, how, stage);
    parts.push(part);
    const by = { is: "model", handle, learnt: null } as const;
    const own = { ...part, by, name: fold, on: data.name, parts: [part] };
    const { evaluation } = await measuredOf(session, own, how);
    trained += secondsOf(handle) ?? Number.NaN;
    folds.push({ model: fold, rows: evaluation.rows, metrics: evaluation.metrics });
  }
  const first = session.models.get(must(held[0], "the first fold").name);
  const { encoding } = must(parts[0], "the first fold");
  const reader = readerOf(first.plan);
  const prepared = inOne(await session.datasets.data(subject.data, reader, stage.hostContext));
  const rows = await encodeSplit(prepared, { data: subject.data.name, split: "all" }, encoding);
  const handle = session.models.unnamed(first.plan, name);
  handle.weights = first.weights;
  const cost = { ...together(parts.map((part) => part.cost)), training: Number.isNaN(trained) ? null : trained };
  const by = { is: "model", handle, learnt: null } as const;
  const whole = { prepared, split: "all", encoding, rows, folds, partsAsked: parts };
  return measuredOf(session, { ...whole, by, cost, name, on: subject.data.name, parts }, how);
}

/** The rows of all folds as one split, one fold's behind the other's. Kept with the data, as what is made of them is. */
const joined = new WeakMap<Prepared, Prepared>();

function inOne(prepared: Prepared): Prepared {
  const known = joined.get(prepared);
  if (known) return known;
  if (prepared.streamed)
    throw new CodedError("cannot-stream", {
      what: "`evaluate` on folds",
      why: "the rows of all folds are scored at once",
    });
  const [first, ...rest] = Object.values(prepared.splits);
  const all: ColumnTable = must(first, "the first fold").concat(...rest);
  const made = { ...prepared, splits: { all } };
  joined.set(prepared, made);
  return made;
}
