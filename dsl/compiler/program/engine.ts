/** `engine { … }`: on what the statements below it run. */
import { fill } from "../plan/defaults.js";
import type { Program } from "../plan/program.js";
import { failed } from "../../language/types/facts.js";
import type { Given } from "../../language/types/given-value.js";
import type { Header } from "../../language/types/header.js";
import { keysOf } from "../../language/types/keys.js";
import { act } from "../statement/run-action.js";

export function engine(program: Program, header: Header): void {
  const own = keysOf(program, header.statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const { values } = fill(program, header.verb.parameters, own.given, "", { here: header.statement.verb.span });
  const chosen = values["engine"];
  const threads = values["threads"];
  const name = typeof chosen === "string" ? chosen : "auto";
  program.engine = { engine: name, threads: typeof threads === "number" ? threads : null };
  if (!header.sound || own.broken) return;
  if (isThere(program, header, name, own.given.get("device"))) act(program, header, "engine", { settings: values });
}

/** Whether something computes on a device that is named, as far as it is known; reported where nothing does. */
function isThere(program: Program, header: Header, name: string, device: Given | undefined): boolean {
  const usual = header.verb.parameters.find((p) => p.name === "device")?.default;
  if (typeof device?.value !== "string" || (usual && "value" in usual && usual.value === device.value)) return true;
  const fact = program.ask({ about: "engine", engine: name, device: device.value }, true);
  if (!fact || !failed(fact)) return true;
  program.reportFailed(fact, device.span.source === program.source.id ? device.span : header.statement.verb.span);
  return false;
}
