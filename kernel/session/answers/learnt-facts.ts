/** The facts of a completed run, with the rows that an update of it would replay. */
import { dirname } from "node:path";
import type { RunFacts } from "#dsl/language/types/facts.js";
import type { RunSearchFolders } from "../../runs/history/find-run.js";
import { readExemplars } from "../../runs/continual-state.js";
import { planOfRun, runFacts } from "../../models/loaded-run.js";
import { learntDataOf } from "../../models/lineage.js";

/** Throws the coded errors of `runFacts`. */
export function runFactsWithTrainingRows(path: string, places: RunSearchFolders): RunFacts {
  const facts = runFacts(path, places);
  const learnt = learntDataOf(dirname(facts.folder), planOfRun(facts.folder)).flatMap(({ hash, rows }) =>
    hash === null ? [] : [{ hash, rows }],
  );
  return { ...facts, rows: { kept: readExemplars(facts.folder).length, learnt } };
}
