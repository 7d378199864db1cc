/** The journals that a sweep starts from, each read as trials of its own space. */
import { basename, join } from "node:path";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { ownValues } from "../study/own-point.js";
import type { JournalOf } from "./journal/journal.js";
import { journalFile, type Places } from "../session/answers/journal-facts.js";
import { startedFrom } from "./started-from.js";
import type { StartTold } from "./start-told.js";

interface Around extends Places {
  readonly of: JournalOf;
  /** The name of the sweep's own journal. */
  readonly own: string;
  /** Of the journal of a sweep that ran in this notebook. */
  readonly journalNamed: (sweep: string) => string | undefined;
}

/** Before its name means the new sweep: it may start from an earlier one that had it. */
export function startsOf(
  { start = [], ...sweep }: SweepPlan,
  { of, own, journalNamed, ...places }: Around,
): readonly StartTold[] {
  const point = ownValues(sweep);
  return start.map((one) => {
    const journal = "sweep" in one ? journalNamed(one.sweep) : undefined;
    const file = journal === undefined ? journalFile(one, places) : join(places.runs, "sweeps", `${journal}.jsonl`);
    const name = "sweep" in one ? one.sweep : one.journal;
    // Its own trials are in its journal already.
    return basename(file, ".jsonl") === own ? { name, own: true } : { name, ...startedFrom(file, of, point) };
  });
}
