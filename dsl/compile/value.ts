/** A value that stands by itself, as an option of a command line has it: `accuracy, f1(macro)`. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { nothingOutside } from "../plan/outside.js";
import { Program } from "../plan/program.js";
import { parse } from "../syntax/parse.js";
import { Facts } from "../types/facts.js";
import type { Parameter, Registry } from "../types/registry.js";
import type { Value } from "../types/value.js";
import { typed } from "../types/values.js";
import "../syntax/codes.js";
import "../types/value-codes.js";

/** Undefined where something is reported. A parameter that takes a list takes what stands between its brackets. */
export function valueOf(
  text: string,
  parameter: Pick<Parameter, "name" | "type">,
  registry: Registry,
): { readonly value: Value | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const { name, type } = parameter;
  const written = type.is === "list" ? `[${text}]` : text;
  // A verb of the language's own, so that what is wrong in the value alone is reported.
  const [verb] = registry.verbs();
  const source = { id: name, title: name, text: `${verb?.name ?? ""} x { ${name}: ${written} }` };
  const program = new Program(registry, Facts.none, "run", nothingOutside);
  program.source = source;
  program.sources.set(source.id, source);
  const parsed = parse(
    source,
    registry.verbs().map((one) => one.name),
  );
  program.reporter.begin(parsed.diagnostics);
  const [statement] = parsed.tree.statements;
  const entry = statement?.block?.entries.find(({ key }) => key.text === name);
  const value = entry?.value && typed(entry.value, type, { path: name, key: name }, program.typing(new Map()));
  const { diagnostics, hasErrors } = program.reporter;
  return { value: hasErrors ? undefined : value, diagnostics };
}
