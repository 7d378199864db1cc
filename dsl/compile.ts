/**
 * The compiler: text in; diagnostics, needs and actions out. Pure and synchronous. The host answers the needs
 * (`Facts.with`) and calls again until none is left; actions come only when there is no error and no need.
 */
import type { Diagnostic } from "./check/diagnostic.js";
import { Program, folderOf } from "./check/program.js";
import { Reporter } from "./check/reporter.js";
import type { Source } from "./check/span.js";
import type { Facts, Need } from "./plan/facts.js";
import type { Action, Value } from "./plan/plan.js";
import { runStatement } from "./plan/statements.js";
import { useFile } from "./plan/use.js";
import type { Registry } from "./registry.js";
import { parse } from "./syntax/parse.js";
import "./syntax/codes.js";
import "./check/value-codes.js";
import "./check/name-codes.js";
import "./check/world-codes.js";
import "./check/scratch-codes.js";

/** What a name stands for. */
export type NameKind = "data" | "model" | "recipe" | "parameters" | "run" | "sweep" | "prediction";

export interface Compiled {
  /** All that is wrong with the last source, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** What the host must fetch before the answer is whole. */
  readonly needs: readonly Need[];
  /** What to do, in order; present only when there is no error and no need, and the purpose is to run. */
  readonly actions?: readonly Action[];
  /** Every name that the sources define, earlier ones included. */
  readonly names: Readonly<Record<string, NameKind>>;
}

/** What the compiler is told of the world beside the facts. */
export interface Outside {
  /** Names made by TypeScript cells: a Tune name may not take one. */
  readonly typescript: readonly string[];
  /** Model or run name → recipeHash of the weights it has now. */
  readonly trained: Readonly<Record<string, string>>;
  /** `-p name=value`: they win over `parameters { }`. */
  readonly parameters: Readonly<Record<string, Value>>;
}
export const nothingOutside: Outside = { typescript: [], trained: {}, parameters: {} };

/**
 * Compiles the last source; earlier ones are cells that ran already and contribute definitions only, silently.
 * Never throws on any text.
 */
export function compile(
  sources: readonly Source[],
  registry: Registry,
  facts: Facts,
  purpose: "assist" | "run",
  outside: Outside,
): Compiled {
  const program = programOf(sources, registry, facts, purpose, outside);
  const diagnostics = inOrder(program.reporter.diagnostics);
  const needs = [...program.needs.values()];
  const whole = purpose === "run" && needs.length === 0 && !program.reporter.hasErrors;
  const names = Object.fromEntries([...program.names].map(([name, of]) => [name, of.is]));
  return { diagnostics, needs, ...(whole ? { actions: program.actions } : {}), names };
}

/**
 * The state after reading all sources: what completion and hover look into. `quiet`: the last source contributes
 * definitions only, too; nothing is checked against the world.
 */
export function programOf(
  sources: readonly Source[],
  registry: Registry,
  facts: Facts,
  purpose: "assist" | "run",
  outside: Outside,
  quiet = false,
): Program {
  const program = new Program(registry, facts, purpose, outside);
  sources.forEach((source, i) => {
    read(program, source, quiet || i < sources.length - 1);
  });
  return program;
}

/** A source that contributes definitions only. */
export function readSilently(program: Program, source: Source): void {
  read(program, source, true);
}

/** 1 syntax → tree, 2 statements in order: header, keys, types, names, world, plan. */
function read(program: Program, source: Source, silent: boolean): void {
  program.source = source;
  program.silent = silent;
  program.folders.set(source.id, folderOf(source));
  program.reporter = new Reporter();
  const parsed = parse(
    source,
    program.registry.verbs().map((v) => v.name),
  );
  program.reporter.begin(parsed.diagnostics);
  for (const name of parsed.tree.lost) program.lost.names.add(name);
  for (const statement of parsed.tree.statements) {
    if (statement.verb.text === "use") useFile(program, statement);
    else runStatement(program, statement);
  }
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}
