/** The journals that a sweep starts from, each read as trials in its own space. */
import { basename, join } from "node:path";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { definitionValues } from "../study/own-point.js";
import type { JournalSpec } from "./journal/journal.js";
import { journalFile, type SessionFolders } from "../session/answers/journal-facts.js";
import { readStartTrials } from "./started-from.js";
import type { SweepStart } from "./start-told.js";

interface Around extends SessionFolders {
  readonly spec: JournalSpec;
  /** The name of the sweep's own journal. */
  readonly ownJournal: string;
  /** Returns the journal of a sweep that ran in this notebook. */
  readonly journalNamed: (sweep: string) => string | undefined;
}

/** Call it before the name refers to the new sweep: the sweep may start from an earlier one of the same name. */
export function sweepStartsOf(
  { start = [], ...sweep }: SweepPlan,
  { spec, ownJournal, journalNamed, ...places }: Around,
): readonly SweepStart[] {
  const point = definitionValues(sweep);
  return start.map((one) => {
    const journal = "sweep" in one ? journalNamed(one.sweep) : undefined;
    const file = journal === undefined ? journalFile(one, places) : join(places.runs, "sweeps", `${journal}.jsonl`);
    const name = "sweep" in one ? one.sweep : one.journal;
    // The sweep's own trials are already in its journal.
    return basename(file, ".jsonl") === ownJournal
      ? { name, own: true }
      : { name, ...readStartTrials(file, spec, point) };
  });
}
