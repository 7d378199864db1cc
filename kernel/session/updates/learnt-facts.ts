/** The facts of a run that ended, with the rows that an update of it would learn again. */
import { dirname } from "node:path";
import type { RunFacts } from "#dsl/language/types/facts.js";
import type { Places } from "../../history/find-run.js";
import { readExemplars } from "../../artifacts/carried.js";
import { planOf, runFacts } from "../models/loaded.js";
import { dataLearnt } from "./lineage.js";

/** Coded errors: those of `runFacts`. */
export function learntFacts(path: string, places: Places): RunFacts {
  const facts = runFacts(path, places);
  const learnt = dataLearnt(dirname(facts.folder), planOf(facts.folder)).flatMap(({ hash, rows }) =>
    hash === null ? [] : [{ hash, rows }],
  );
  return { ...facts, rows: { kept: readExemplars(facts.folder).length, learnt } };
}
