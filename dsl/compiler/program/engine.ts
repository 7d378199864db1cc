/** `engine { … }`: on what the statements below it run. */
import { fillDefaults } from "../plan/defaults.js";
import type { Program } from "../plan/program.js";
import { isFailedFact } from "../../language/types/facts.js";
import type { GivenValue } from "../../language/types/value.js";
import type { StatementHeader } from "../../language/types/header.js";
import { readKeys } from "../../language/types/keys.js";
import { addAction } from "../statement/run-action.js";

export function compileEngine(program: Program, header: StatementHeader): void {
  const ownKeys = readKeys(program, header.statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const { values } = fillDefaults(program, header.verb.parameters, ownKeys.given, "", {
    here: header.statement.verb.span,
  });
  const chosen = values["engine"];
  const threads = values["threads"];
  const name = typeof chosen === "string" ? chosen : "auto";
  program.engine = { engine: name, threads: typeof threads === "number" ? threads : null };
  if (!header.sound || ownKeys.broken) return;
  if (isThere(program, header, name, ownKeys.given.get("device")))
    addAction(program, header, "engine", { settings: values });
}

/** Checks that a named device is available, as far as known; else reports it. */
function isThere(program: Program, header: StatementHeader, name: string, device: GivenValue | undefined): boolean {
  const usual = header.verb.parameters.find((p) => p.name === "device")?.default;
  if (typeof device?.value !== "string" || (usual && "value" in usual && usual.value === device.value)) return true;
  const fact = program.ask({ about: "engine", engine: name, device: device.value }, true);
  if (!fact || !isFailedFact(fact)) return true;
  program.reportFailed(fact, device.span.source === program.source.id ? device.span : header.statement.verb.span);
  return false;
}
