/** A value that stands by itself, as an option of a command line has it: `accuracy, f1(macro)`. */
import type { Diagnostic } from "../../language/diagnostics/diagnostic.js";
import { fillDefaults, type DefaultsContext } from "../plan/defaults.js";
import { emptyEnvironment } from "../plan/known-names.js";
import { Program } from "../plan/program.js";
import { parse } from "../../language/syntax/parse.js";
import { Facts } from "../../language/types/facts.js";
import type { Parameter, Registry } from "../../language/types/registry.js";
import type { Value } from "../../language/types/value.js";
import { typedValue } from "../../language/types/values.js";

/** A value holds where no diagnostic is an error. */
export interface ValueReading {
  readonly value: Value | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** As it is written; a parameter that takes a list takes what stands between its brackets. Nothing is filled in. */
export function parseValue(text: string, parameter: Parameter, registry: Registry): ValueReading {
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

/** The value with what is left out at its default, if its words have nothing to say against it. `data`: as their checks see it. */
export function completeValue(
  value: Value,
  parameter: Parameter,
  registry: Registry,
  data?: DefaultsContext["data"],
): ValueReading {
  const program = alone(parameter, "", registry);
  const span = { source: program.source.id, start: 0, end: 0 };
  const given = { value, span, from: "written", places: new Map() } as const;
  const { values } = fillDefaults(program, [parameter], new Map([[parameter.name, given]]), "", {
    here: span,
    ...(data && { data }),
  });
  return { value: values[parameter.name], diagnostics: program.reporter.diagnostics };
}

/** A source of one statement that has the value as its only key: what is wrong is then wrong in the value. */
function alone({ name }: Parameter, written: string, registry: Registry): Program {
  const program = new Program(registry, Facts.none, "run", emptyEnvironment);
  const [verb] = registry.verbs();
  program.source = { id: name, title: name, text: `${verb?.name ?? ""} x { ${name}: ${written} }` };
  program.sources.set(name, program.source);
  return program;
}
