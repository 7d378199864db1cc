/**
 * A model trained before (`load: "runs/…"`): the program names only the run, and all settings are the run's. They are
 * put into the draft as if written, so that readers of a model's task or technique need no special case.
 */
import type { DefinitionDraft, Program } from "../program.js";
import type { GivenValue, Value } from "../../../language/types/value.js";
import type { Span } from "../../../language/diagnostics/span.js";
import type {} from "../codes/model-codes.js";
import type { ResolvedModel } from "../resolved.js";
import { isFailedFact, type FailedFact, type Need, type RunFacts } from "../../../language/types/facts.js";

export function isLoadedModelDraft({ given }: Pick<DefinitionDraft, "given">): boolean {
  return given.has("load");
}

/** Key of an attached model, whose run may still be training. It cannot be written in a program. */
export const ATTACHED_KEY = "attached";

export function needForRunFacts(
  program: Program,
  { path, span, still }: { readonly path: string; readonly span: Span; readonly still: boolean },
): Extract<Need, { about: "run" }> {
  return { about: "run", path, folder: program.folderAt(span), ...(still && { still: true }) };
}

/** Returns the run behind `load`; undefined if there is none or it is not known yet. */
export function loadedRunOf(
  program: Program,
  given: ReadonlyMap<string, GivenValue>,
): RunFacts | FailedFact | undefined {
  const load = given.get("load");
  if (typeof load?.value !== "string") return undefined;
  return program.ask(needForRunFacts(program, { path: load.value, span: load.span, still: given.has(ATTACHED_KEY) }));
}

/** Returns the keys of a loaded model, with the values its run was trained with. */
export function loadedRunSettings(
  program: Program,
  is: DefinitionDraft["is"],
  given: ReadonlyMap<string, GivenValue>,
): readonly (readonly [string, GivenValue])[] {
  const load = given.get("load");
  const run = is === "model" && load ? loadedRunOf(program, given) : undefined;
  if (!load || !run || isFailedFact(run)) return [];
  const { task, technique, max_length } = run.model;
  const values: Readonly<Record<string, Value>> = { task, technique, max_length };
  return Object.entries(values).map(([key, value]) => [key, { ...load, value, places: new Map() }]);
}

/**
 * Reports other keys next to `load`, in the same block or over a definition that loads.
 * @param own whether a key is written in the statement's own block
 * @returns false if there is an error
 */
export function rejectKeysBesideLoad(
  program: Program,
  given: ReadonlyMap<string, GivenValue>,
  isOwnKey: (key: string) => boolean,
): boolean {
  const load = given.get("load");
  if (!load) return true;
  const others = [...given].filter(([key]) => key !== "load" && isOwnKey(key));
  const [first] = others;
  if (first) program.report("loaded-setting", { keys: others.map(([key]) => key) }, first[1].span);
  return !first;
}

export function resolveLoadedModel(program: Program, draft: DefinitionDraft, here: Span): ResolvedModel | undefined {
  const place = draft.given.get("load")?.span;
  const span = place?.source === program.source.id ? place : here;
  const run = loadedRunOf(program, draft.given);
  if (!run) return undefined;
  if (isFailedFact(run)) {
    program.reportFailed(run, span);
    return undefined;
  }
  const { model, folder, recipeHash } = run;
  const base = program.ask({ about: "base", name: model.base, folder: model.folder }, true);
  if (base && isFailedFact(base)) {
    const { code, data } = base.failed;
    const [tried] = (data as { readonly tried?: readonly { readonly place: string }[] }).tried ?? [];
    const details = { run: String(draft.given.get("load")?.value), base: model.base };
    if (code === "base-not-found" && tried) program.report("run-base-gone", { ...details, was: tried.place }, span);
    else program.reportFailed(base, span);
    return undefined;
  }
  if (base && model.baseHash !== null && base.hash !== model.baseHash) {
    program.report("base-changed", { base: model.base, run: String(draft.given.get("load")?.value) }, span);
    return undefined;
  }
  if (run.withoutLog) program.reportOwn("run-without-log", { run: folder }, draft, place);
  return { base, origins: {}, plan: { ...model, name: draft.name, loaded: { run: folder, recipeHash } } };
}

/** Reports a model that cannot be trained further as it is. @returns false if the model is loaded */
export function checkTrainable(program: Program, draft: DefinitionDraft, here: Span): boolean {
  if (!isLoadedModelDraft(draft)) return true;
  const task = draft.given.get("task")?.value;
  const word = task !== null && typeof task === "object" && "word" in task ? task.word : "…";
  program.report("loaded-model", { model: draft.name, task: word }, here);
  return false;
}
