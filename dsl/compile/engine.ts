/** `engine { … }`: on what the statements below it run. */
import { fill } from "../plan/defaults.js";
import type { Program } from "../plan/program.js";
import type { Header } from "../types/header.js";
import { keysOf } from "../types/keys.js";
import { act } from "./act.js";

export function engine(program: Program, header: Header): void {
  const own = keysOf(program, header.statement.block?.entries ?? [], header.verb, header.verb.parameters);
  const { values } = fill(program, header.verb.parameters, own.given, "", { here: header.statement.verb.span });
  const chosen = values["engine"];
  const threads = values["threads"];
  program.engine = {
    engine: typeof chosen === "string" ? chosen : "auto",
    threads: typeof threads === "number" ? threads : null,
  };
  if (header.sound && !own.broken) act(program, header, "engine", { settings: values });
}
