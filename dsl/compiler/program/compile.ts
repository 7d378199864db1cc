/**
 * The compiler: text in; diagnostics, needs and actions out. Pure and synchronous. The host answers the needs
 * (`Facts.with`) and calls again until none is left. Actions are returned only if there is no error and no need.
 */
import type { Diagnostic } from "../../language/diagnostics/diagnostic.js";
import { reportUnusedAllowances } from "../../language/types/allow.js";
import { folderOf, type Program } from "../plan/program.js";
import { TooManyDiagnostics, Reporter } from "../../language/diagnostics/reporter.js";
import type { Source, Span } from "../../language/diagnostics/span.js";
import { EarlierCellsCache } from "../statement/earlier-cells.js";
import type { Facts, Need } from "../../language/types/facts.js";
import type { Action } from "../plan/action.js";
import type { NameKind, CompilerEnvironment } from "../plan/known-names.js";
import { compileStatement } from "./statements.js";
import { isUseStatement, readUsedFile } from "./use.js";
import type { Registry } from "../../language/types/registry.js";
import { parseLimits } from "../../language/syntax/limits.js";
import { parse } from "../../language/syntax/parse.js";
import type { Statement } from "../../language/syntax/tree.js";

export interface CompileResult {
  /** All diagnostics of the last source, in text order. */
  readonly diagnostics: readonly Diagnostic[];
  /** Facts that the host must look up to complete the result. */
  readonly needs: readonly Need[];
  /** Actions in order; set only if there is no error and no need, and the purpose is to run. */
  readonly actions?: readonly Action[];
  /** All names that the sources define, including earlier ones. */
  readonly names: Readonly<Record<string, NameKind>>;
  /** Names whose definitions in the last source could not be read. */
  readonly lost: readonly string[];
  /** Names in `parameters { }`, including those of used files. */
  readonly parameters: readonly string[];
  /** Names of `unvalued` that the last source depends on. */
  readonly unvalued: readonly string[];
}

/**
 * Compiles the last source; earlier ones are cells that already ran and contribute only definitions, silently. Never
 * throws on any text. `cellCache`: cached results of the earlier cells, for repeated compilation.
 */
export function compile(
  sources: readonly Source[],
  registry: Registry,
  facts: Facts,
  purpose: "assist" | "run",
  outside: CompilerEnvironment,
  cellCache?: EarlierCellsCache,
): CompileResult {
  const program = readProgram(sources, registry, facts, purpose, outside, cellCache ? { cellCache } : {});
  const diagnostics = inOrder(program.reporter.diagnostics);
  const needs = [...program.needs.values()];
  const whole = purpose === "run" && needs.length === 0 && !program.reporter.hasErrors;
  const names = Object.fromEntries([...program.names].map(([name, entry]) => [name, entry.is]));
  const parameters = [...program.parameters.keys()];
  return {
    diagnostics,
    needs,
    ...(whole ? { actions: program.actions } : {}),
    names,
    lost: [...program.lost.names],
    parameters,
    unvalued: [...program.unvalued],
  };
}

/**
 * Returns the state after reading all sources, for completion and hover. `quiet`: the last source contributes only
 * definitions too; nothing is checked against facts.
 */
export function readProgram(
  sources: readonly Source[],
  registry: Registry,
  facts: Facts,
  purpose: "assist" | "run",
  outside: CompilerEnvironment,
  {
    quiet = false,
    cellCache = new EarlierCellsCache(),
  }: { readonly quiet?: boolean; readonly cellCache?: EarlierCellsCache } = {},
): Program {
  const program = cellCache.after(sources.slice(0, -1), { registry, facts, purpose, outside }, (earlier, source) =>
    read(earlier, source, true),
  );
  const last = sources.at(-1);
  if (last) read(program, last, quiet);
  return program;
}

/** Reads a source that contributes only definitions. */
export function readSilently(program: Program, source: Source): void {
  read(program, source, true);
}

/** Reads a source: 1. syntax → tree; 2. statements in order: header, keys, types, names, facts, plan. */
function read(program: Program, source: Source, silent: boolean): void {
  for (const statement of beginSource(program, source, silent)) readStatement(program, statement);
  endSource(program);
}
/** Makes a source the current one and returns its statements, none of them read yet. */
export function beginSource(program: Program, source: Source, silent: boolean): readonly Statement[] {
  program.source = source;
  program.silent = silent;
  program.versionLine = undefined;
  program.folders.set(source.id, folderOf(source));
  program.sources.set(source.id, source);
  program.reporter = new Reporter(parseLimits.reports);
  program.allowances.length = 0;
  const parsed = parse(
    source,
    program.registry.verbs().map((v) => v.name),
  );
  program.reporter.begin(parsed.diagnostics);
  for (const name of parsed.tree.lost) program.lost.names.add(name);
  return parsed.tree.statements;
}
export function readStatement(program: Program, statement: Statement): void {
  try {
    if (isUseStatement(program.registry, statement)) readUsedFile(program, statement);
    else compileStatement(program, statement);
  } catch (error) {
    if (!(error instanceof TooManyDiagnostics)) throw error;
    tooMuch(program, error.span);
  }
}
/** Ends the check after too many errors: thousands have one cause, and each costs a search for the likely intent. */
function tooMuch(program: Program, span: Span): void {
  if (program.reporter.diagnostics.some(({ code }) => code === "too-much")) return;
  const beyond = new Reporter();
  beyond.report("too-much", { what: "mistakes", most: parseLimits.reports }, span);
  program.reporter.diagnostics.push(...beyond.diagnostics);
}
/** Ends a source: reports allowances that matched no warning. */
export function endSource(program: Program): void {
  program.allowing = [];
  reportUnusedAllowances(program, program.allowances);
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}
