/** Checks a program of the page with its files, bases and machine. */
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { splitSourceAfterSweeps } from "#dsl/language/syntax/parts.js";
import { checkProgramSources, type CheckedProgram } from "#kernel/host/check-sources.js";
import { registry } from "#stdlib/registry.js";
import type { PageWorld } from "./world.js";

const verbs = registry.verbs().map((verb) => verb.name);

export function checkProgram(code: string, world: PageWorld): Promise<CheckedProgram> {
  const source = { id: "program", title: "program", text: code };
  const texts = {
    sources: splitSourceAfterSweeps(source, verbs),
    typescript: new Map<string, readonly string[]>(),
    defined: new Set<string>(),
  };
  return checkProgramSources(texts, {
    registry,
    parameters: emptyEnvironment.parameters,
    answer: (need) => world.answer(need),
  });
}
