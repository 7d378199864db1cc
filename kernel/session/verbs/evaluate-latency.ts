/** How long single answers take: some of the rows that are scored, asked one at a time, from text to answer. */
import type { Writing } from "#dsl/plan/plan.js";
import { valuesOf } from "../../artifacts/part.js";
import { evenlyPicked } from "../../core/data/measured.js";
import type { Asked } from "../../encoding/encoded.js";
import { rolesAsked } from "../../inference/roles-asked.js";
import { promptsIn } from "../../inference/written-texts.js";
import { writesText, type ModelHandle } from "../models/model-handle.js";
import type { Stage, TuneSession } from "../tune-session.js";
import type { PartAsked } from "./evaluate-once.js";

/** Rows that are asked at most; of those that texts are written for, which takes longer. */
const MOST = { answered: 100, written: 20 };
/** Answers before those that count: programs are made ready by the first. */
const WARM = 3;

/** Milliseconds of each answer. `ask`: of the row by its number, from 0. */
export async function timesOf(
  count: number,
  { writes, stage, name }: { readonly writes: boolean; readonly stage: Stage; readonly name: string },
  ask: (row: number) => Promise<unknown>,
): Promise<Float64Array> {
  const rows = evenlyPicked(count, writes ? MOST.written : MOST.answered);
  for (const row of rows.slice(0, WARM)) await ask(row);
  const times = new Float64Array(rows.length);
  for (const [at, row] of rows.entries()) {
    stage.signal?.throwIfAborted();
    const begun = performance.now();
    await ask(row);
    times[at] = performance.now() - begun;
    stage.hostContext.onProgress?.({ label: `answers of ${name} timed`, done: at + 1, total: rows.length });
  }
  return times;
}

/** As `predict` asks them. */
export function modelTimes(
  session: TuneSession,
  handle: ModelHandle,
  { prepared, split, rows }: PartAsked,
  writing: Writing,
  stage: Stage,
): Promise<Float64Array> {
  const { hostContext, signal } = stage;
  const how = { stage, name: handle.name };
  if (writesText(handle.plan)) {
    const prompts = promptsIn(prepared, split, handle.plan.template !== undefined);
    return timesOf(rows.count, { ...how, writes: true }, async (row) => {
      const one = prompts.slice(row, row + 1);
      const pieces = session.models.write(handle, one, { ...writing, batch_size: 1 }, hostContext, signal);
      while (!(await pieces.next()).done);
    });
  }
  const roles = rolesAsked(handle.plan.task);
  const [first, second] = [roles.role, roles.second].map((role) => valuesOf({ prepared, split }, role));
  const textOf = (row: number): Asked =>
    second ? [String(first?.at(row)), String(second.at(row))] : String(first?.at(row));
  return timesOf(rows.count, { ...how, writes: false }, (row) =>
    session.models.predict(handle, [textOf(row)], hostContext),
  );
}
