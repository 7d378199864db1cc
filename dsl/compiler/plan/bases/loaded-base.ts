/**
 * A model that was trained before (`load: "runs/…"`): nothing of it is written but the run, and every setting is the run's
 * own. What the run says stands in the draft as if it were written, so that who reads a model's task or technique need not know.
 */
import type { Draft, Program } from "../program.js";
import type { Given } from "../../../language/types/given-value.js";
import type { Span } from "../../../language/diagnostics/span.js";
import type {} from "../codes/loaded-codes.js";
import type { ResolvedModel } from "../resolved.js";
import { failed, type Failed, type Need, type RunFacts } from "../../../language/types/facts.js";
import type { Value } from "../../../language/types/value.js";

export function isLoaded({ given }: Pick<Draft, "given">): boolean {
  return given.has("load");
}

/** Of a model that was attached: its run may train still. Nobody writes this key. */
export const ATTACHED = "attached";

export function runNeed(
  program: Program,
  { path, at, still }: { readonly path: string; readonly at: Span; readonly still: boolean },
): Extract<Need, { about: "run" }> {
  return { about: "run", path, folder: program.folderAt(at), ...(still && { still: true }) };
}

/** The run behind `load`; undefined: there is none, or it isn't known yet. */
export function runOf(program: Program, given: ReadonlyMap<string, Given>): RunFacts | Failed | undefined {
  const load = given.get("load");
  if (typeof load?.value !== "string") return undefined;
  return program.ask(runNeed(program, { path: load.value, at: load.span, still: given.has(ATTACHED) }));
}

/** Keys of a model that is loaded, as its run was trained with them. */
export function settingsOfRun(
  program: Program,
  is: Draft["is"],
  given: ReadonlyMap<string, Given>,
): readonly (readonly [string, Given])[] {
  const load = given.get("load");
  const run = is === "model" && load ? runOf(program, given) : undefined;
  if (!load || !run || failed(run)) return [];
  const { task, technique, max_length } = run.model;
  const values: Readonly<Record<string, Value>> = { task, technique, max_length };
  return Object.entries(values).map(([key, value]) => [key, { ...load, value, places: new Map() }]);
}

/**
 * Other keys beside `load`, in the same block or over a definition that loads.
 * @param own whether a key is written in the statement's own block
 * @returns false if something is wrong
 */
export function checkLoaded(
  program: Program,
  given: ReadonlyMap<string, Given>,
  own: (key: string) => boolean,
): boolean {
  const load = given.get("load");
  if (!load) return true;
  const others = [...given].filter(([key]) => key !== "load" && own(key));
  const [first] = others;
  if (first) program.report("loaded-setting", { keys: others.map(([key]) => key) }, first[1].span);
  return !first;
}

export function resolveLoaded(program: Program, draft: Draft, here: Span): ResolvedModel | undefined {
  const place = draft.given.get("load")?.span;
  const at = place?.source === program.source.id ? place : here;
  const run = runOf(program, draft.given);
  if (!run) return undefined;
  if (failed(run)) {
    program.reportFailed(run, at);
    return undefined;
  }
  const { model, folder, recipeHash } = run;
  const base = program.ask({ about: "base", name: model.base, folder: model.folder }, true);
  if (base && failed(base)) {
    const { code, data } = base.failed;
    const [tried] = (data as { readonly tried?: readonly { readonly place: string }[] }).tried ?? [];
    const told = { run: String(draft.given.get("load")?.value), base: model.base };
    if (code === "base-not-found" && tried) program.report("run-base-gone", { ...told, was: tried.place }, at);
    else program.reportFailed(base, at);
    return undefined;
  }
  if (base && model.baseHash !== null && base.hash !== model.baseHash) {
    program.report("base-changed", { base: model.base, run: String(draft.given.get("load")?.value) }, at);
    return undefined;
  }
  if (run.withoutLog) program.reportOwn("run-without-log", { run: folder }, draft, place);
  return { base, origins: {}, plan: { ...model, name: draft.name, loaded: { run: folder, recipeHash } } };
}

/** What can't be trained again as it is. @returns false if the model is loaded */
export function checkTrainable(program: Program, draft: Draft, here: Span): boolean {
  if (!isLoaded(draft)) return true;
  const task = draft.given.get("task")?.value;
  const word = task !== null && typeof task === "object" && "word" in task ? task.word : "…";
  program.report("loaded-model", { model: draft.name, task: word }, here);
  return false;
}
