/**
 * `experiment { … }`: the experiment that trainings below it belong to, and who is notified. It changes no recipe and
 * no plan.
 */
import { fillDefaults } from "../plan/defaults.js";
import { isCall } from "../plan/value.js";
import type { Program } from "../plan/program.js";
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import type { Call, Value } from "../../language/types/value.js";
import { addAction } from "../statement/run-action.js";

const MOST = { name: 200, notes: 4000 } as const;

export function compileExperiment(program: Program, header: StatementHeader): void {
  const { verb, statement } = header;
  const here = statement.verb.span;
  const ownKeys = readKeys(program, statement.block?.entries ?? [], verb, verb.parameters);
  const errors = program.reporter.diagnostics.length;
  const { values } = fillDefaults(program, verb.parameters, ownKeys.given, "", { here });
  const name = typeof values["name"] === "string" ? values["name"].trim() : "";
  const notes = typeof values["notes"] === "string" ? values["notes"].trim() : "";
  const spanOf = (key: string) => ownKeys.given.get(key)?.span ?? here;
  if (!ownKeys.given.has("name") && header.sound && !ownKeys.broken)
    program.report("missing-key", { verb: verb.name, keys: ["name"], example: verb.example }, here);
  if (ownKeys.given.has("name") && (name === "" || name.length > MOST.name))
    program.report("experiment-name", { length: name.length, most: MOST.name }, spanOf("name"));
  if (notes.length > MOST.notes)
    program.report("experiment-notes", { length: notes.length, most: MOST.notes }, spanOf("notes"));
  const trackers = callsIn(values["trackers"]);
  for (const [i, tracker] of trackers.entries()) {
    const twin = trackers.slice(0, i).some((other) => JSON.stringify(other) === JSON.stringify(tracker));
    if (twin) program.report("tracker-twice", { tracker: tracker.word }, spanOf("trackers"));
  }
  const found = program.reporter.diagnostics.slice(errors).some((d) => d.severity === "error");
  if (!header.sound || ownKeys.broken || found || name === "") return;
  program.experiment = { name, notes, trackers };
  addAction(program, header, "experiment", {});
}

function callsIn(value: Value | undefined): readonly Call[] {
  return Array.isArray(value) ? value.filter(isCall) : value !== undefined && isCall(value) ? [value] : [];
}
