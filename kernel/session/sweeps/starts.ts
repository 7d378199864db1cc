/** The journals that a sweep starts from, each read as trials of its own space. */
import { basename, join } from "node:path";
import type { SweepPlan } from "#dsl/plan/plan.js";
import { ownValues } from "../../core/sweep/own-point.js";
import type { Stage, TuneSession } from "../tune-session.js";
import type { JournalOf } from "./journal.js";
import { journalFile } from "./journal-facts.js";
import { startedFrom } from "./started-from.js";
import type { StartTold } from "./start-told.js";

/** Before its name means the new sweep: it may start from an earlier one that had it. */
export function startsOf(
  session: TuneSession,
  { start = [], ...sweep }: SweepPlan,
  { of, own, stage }: { readonly of: JournalOf; readonly own: string; readonly stage: Stage },
): readonly StartTold[] {
  const places = { folder: stage.hostContext.folder, runs: session.runs };
  const point = ownValues(sweep);
  return start.map((one) => {
    const journal = "sweep" in one ? session.sweeps.get(one.sweep)?.journal : undefined;
    const file = journal === undefined ? journalFile(one, places) : join(session.runs, "sweeps", `${journal}.jsonl`);
    const name = "sweep" in one ? one.sweep : one.journal;
    // Its own trials are in its journal already.
    return basename(file, ".jsonl") === own ? { name, own: true } : { name, ...startedFrom(file, of, point) };
  });
}
