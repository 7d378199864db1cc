/** A standalone value, as in a command-line option: `accuracy, f1(macro)`. */
import type { Diagnostic } from "../../language/diagnostics/diagnostic.js";
import { fillDefaults, type DefaultsContext } from "../plan/defaults.js";
import { emptyEnvironment } from "../plan/known-names.js";
import { Program } from "../plan/program.js";
import { parse } from "../../language/syntax/parse.js";
import { Facts } from "../../language/types/facts.js";
import type { Parameter, Registry } from "../../language/types/registry.js";
import type { Value } from "../../language/types/value.js";
import { typedValue } from "../../language/types/values.js";

/** The value is valid if no diagnostic is an error. */
export interface ValueParseResult {
  readonly value: Value | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Parses a value as written, without defaults; for a parameter that takes a list, the text is what goes between its
 * brackets.
 */
export function parseValue(text: string, parameter: Parameter, registry: Registry): ValueParseResult {
  const { name, type } = parameter;
  const written = type.is === "list" ? `[${text}]` : text;
  const program = alone(parameter, written, registry);
  const parsed = parse(
    program.source,
    registry.verbs().map((one) => one.name),
  );
  program.reporter.begin(parsed.diagnostics);
  const [statement] = parsed.tree.statements;
  const entry = statement?.block?.entries.find(({ key }) => key.text === name);
  const value = entry?.value && typedValue(entry.value, type, { path: name, key: name }, program.typing(new Map()));
  return { value, diagnostics: program.reporter.diagnostics };
}

/** Returns the value with its defaults, if its words report no error. `data`: passed to their checks. */
export function fillValueDefaults(
  value: Value,
  parameter: Parameter,
  registry: Registry,
  data?: DefaultsContext["data"],
): ValueParseResult {
  const program = alone(parameter, "", registry);
  const span = { source: program.source.id, start: 0, end: 0 };
  const given = { value, span, from: "written", places: new Map() } as const;
  const { values } = fillDefaults(program, [parameter], new Map([[parameter.name, given]]), "", {
    here: span,
    ...(data && { data }),
  });
  return { value: values[parameter.name], diagnostics: program.reporter.diagnostics };
}

/** Makes a one-statement source whose only key is the value, so that any error is in the value. */
function alone({ name }: Parameter, written: string, registry: Registry): Program {
  const program = new Program(registry, Facts.none, "run", emptyEnvironment);
  const [verb] = registry.verbs();
  program.source = { id: name, title: name, text: `${verb?.name ?? ""} x { ${name}: ${written} }` };
  program.sources.set(name, program.source);
  return program;
}
