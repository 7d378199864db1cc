/** Serializes one statement of a session as a job, so that another process can run it. */
import type { Action } from "#dsl/compiler/plan/action.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { needFromKey, type Facts, type DollarNameFacts } from "#dsl/language/types/facts.js";
import type { Word } from "#dsl/language/types/registry.js";
import type { HostContext } from "../../host/host-context.js";
import type { EngineOptions } from "../../engines/engine.js";
import type { LiveValue, JobSpec, JobWithTables, JobTable } from "./shipment.js";

/** The parts of a session that a job needs. */
export interface JobSession {
  readonly runs: string;
  /** Facts with which its last source was compiled. */
  readonly known: Facts;
  readonly vocabulary: { told(): readonly Word[] };
  /** Returns the host context of its sources. */
  around(hostContext: HostContext): HostContext;
  readonly models: { weighed(): JobSpec["trained"] };
  readonly engines: { readonly settings: EngineOptions };
}
export interface JobOrigin {
  readonly hostContext: HostContext;
  readonly sources: readonly Source[];
}
/** A statement that trains. */
export type JobAction = Extract<Action, { verb: "train" | "sweep" }>;

/** `what`: the statement in messages for people. Throws the coded error `not-shippable`. */
export function createJobSpec(
  session: JobSession,
  action: JobAction,
  { hostContext, sources }: JobOrigin,
  { what, version }: { readonly what: string; readonly version: string },
): JobWithTables {
  const words = wordsIn(trainingPlansOf(action), session.vocabulary.told());
  const { live, bests, tables, refused } = namesOf(session.known, session.around(hostContext));
  if (words.length > 0 || refused.length > 0) throw new CodedError("not-shippable", { what, words, values: refused });
  const { engine, device, threads, deterministic } = session.engines.settings;
  const shipment: JobSpec = {
    version: 1,
    tunebook: version,
    sources,
    folder: hostContext.folder,
    runs: session.runs,
    parameters: hostContext.parameters,
    typescript: hostContext.typescript(),
    live,
    bests,
    trained: session.models.weighed(),
    engine: {
      engine,
      ...(device !== undefined && { device }),
      ...(threads !== undefined && { threads }),
      ...(deterministic && { deterministic }),
    },
    statement: {
      verb: action.verb,
      name: action.name,
      source: action.source,
      span: action.span,
      recipes: recipesOf(action),
    },
  };
  return { shipment, tables };
}

export function trainingPlansOf(action: JobAction): readonly Plan[] {
  if (action.verb === "sweep") return [action.sweep.plan];
  const each = action.folds ?? action.repeats?.each;
  return each ? each.map(({ plan }) => plan) : [action.plan];
}
export const recipesOf = (action: JobAction): readonly string[] =>
  trainingPlansOf(action).map((plan) => plan.recipeHash);

/** Returns the words defined in this notebook that a plan uses. */
function wordsIn(plans: readonly Plan[], ownWords: readonly Word[]): readonly string[] {
  const names = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) look(item);
    if (!isRecord(value)) return;
    if (typeof value["definition"] === "string" && typeof value["word"] === "string") names.add(value["word"]);
    for (const part of Object.values(value)) look(part);
  };
  if (ownWords.length > 0) for (const { recipe } of plans) look(recipe);
  return [...names].sort();
}

interface Names {
  readonly live: Record<string, LiveValue>;
  readonly bests: Record<string, { values: Readonly<Record<string, string>>; run: string | null }>;
  readonly tables: Map<string, JobTable>;
  readonly refused: { readonly name: string; readonly why: string }[];
}

/** Collects the values of the names that the sources read. */
function namesOf(known: Facts, hostContext: HostContext): Names {
  const names: Names = { live: {}, bests: {}, tables: new Map(), refused: [] };
  for (const [{ of: sweepRef }, fact] of known.about("name")) {
    const sweep = /^(.+)\.best(?:\.run)?$/u.exec(sweepRef)?.[1];
    const best = sweep === undefined ? undefined : hostContext.best?.(sweep);
    if (sweep !== undefined && best) names.bests[sweep] = { values: best, run: hostContext.bestRun?.(sweep) ?? null };
    else note(names, sweepRef, fact, hostContext);
  }
  // Finds tables used as data by the facts requested about them.
  for (const [key] of known.entries())
    for (const name of tablesIn(needFromKey(key))) if (!(name in names.live)) note(names, name, {}, hostContext);
  return names;
}

function tablesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(tablesIn);
  if (!isRecord(value)) return [];
  return typeof value["live"] === "string" ? [value["live"]] : Object.values(value).flatMap(tablesIn);
}

function note(names: Names, name: string, fact: DollarNameFacts, hostContext: HostContext): void {
  const value = hostContext.live(name)?.value;
  const rows = tableIn(value);
  if (rows === null) {
    names.live[name] =
      fact.value !== undefined && !("record" in Object(fact.value))
        ? { is: "value", value: fact.value }
        : { is: "other" };
    return;
  }
  const why = unwritten(rows);
  if (why !== null) names.refused.push({ name, why });
  names.live[name] = { is: "table", columns: [...rows.keys()] };
  names.tables.set(name, rows);
}

/** Returns rows of a TypeScript value: an arquero table or a list of objects; null if it is neither. */
function tableIn(value: unknown): JobTable | null {
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) return rowsOf(value);
  const able = value as
    | { columnNames?: () => string[]; array?: (name: string) => Iterable<unknown> }
    | null
    | undefined;
  if (typeof able !== "object" || typeof able?.columnNames !== "function" || typeof able.array !== "function")
    return null;
  const { array } = able;
  return new Map(able.columnNames().map((name) => [name, Array.from(array.call(able, name))]));
}

function rowsOf(rows: readonly Readonly<Record<string, unknown>>[]): JobTable {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return new Map([...names].map((name) => [name, rows.map((row) => row[name])]));
}

/** Returns a column value that is not plain data; null if there is none. */
function unwritten(table: JobTable): string | null {
  for (const [column, values] of table)
    for (const [row, value] of values.entries()) {
      const found = typeof value === "function" || typeof value === "symbol" ? typeof value : null;
      if (found !== null) return `row ${String(row + 1)} of its column ${column} is a ${found}`;
    }
  return null;
}
