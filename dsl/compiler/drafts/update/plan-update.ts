/** Plans of the tasks of an update, for new statements and for existing runs. */
import { loadedRunOf } from "../../plan/bases/loaded-base.js";
import type { Plan } from "../../plan/plan.js";
import type { Program, NamedTraining, UpdateDraft } from "../../plan/program.js";
import type { Span } from "../../../language/diagnostics/span.js";
import { isFailed, type RunFacts } from "../../../language/types/facts.js";
import { replayedRowsOf } from "./replayed-rows.js";
import { techniqueForUpdate } from "./technique-for-update.js";
import { planTraining } from "../plan-training.js";
import { settingsOf } from "../settings.js";
import { type PlannedTraining, type TrainingRequest } from "../training-request.js";

/** Plans a task of an update; its recipe names the weights it continues from. `before`: plans of the earlier tasks. */
export function planUpdateStage(
  program: Program,
  run: Pick<NamedTraining, "model" | "recipe" | "ownSettings" | "data"> & {
    readonly update: UpdateDraft;
    readonly before: readonly Plan[];
  },
  name: string,
  spans: {
    readonly modelAt: Span;
    readonly dataAt: Span;
    readonly here: Span;
    readonly strategyAt?: Span | undefined;
    readonly statement?: { readonly block: Span | undefined; readonly end: number };
  },
): PlannedTraining | undefined {
  const start = startHash(program, run.update.start);
  if (start === undefined || run.before.length < run.update.before.length) return undefined;
  const { model, data, recipe } = run;
  const { strategyAt, ...places } = spans;
  const loaded = loadedOf(program, run.update.start);
  const onward: TrainingRequest["onward"] = (technique, base) =>
    techniqueForUpdate(program, { ...run.update, technique, loaded, shapes: base?.shapes }, strategyAt ?? spans.here);
  return planTraining(program, {
    model,
    data,
    recipe,
    settings: settingsOf(program, run),
    run: name,
    ...places,
    onward,
    ...(run.update.line[0] && { reads: run.update.line[0].data }),
    replay: (known) => replayedRowsOf(program, run.update, { ...known, loaded, here: spans.here }),
    update: {
      start,
      strategy: run.update.strategy,
      before: run.before.map(({ recipeHash }) => recipeHash),
      ...(run.update.forget !== undefined && { forget: run.update.forget }),
    },
  });
}

/** Replans a task that already ran from current definitions, after the tasks it continued from. */
export function replanUpdateStage(
  program: Program,
  run: NamedTraining & { readonly update: UpdateDraft },
  name: string,
  here: Span,
): PlannedTraining | undefined {
  const spans = { modelAt: here, dataAt: here, here };
  const before: Plan[] = [];
  for (const [i, data] of [...run.update.before, run.data].entries()) {
    const now = program.names.get(data.name)?.draft ?? data;
    const { before: datas, lineage, line } = run.update;
    const later = datas.length - i;
    const update = {
      ...run.update,
      before: datas.slice(0, i),
      line: line.slice(0, line.length - later),
      lineage: lineage.slice(0, lineage.length - later),
    };
    const planned = planUpdateStage(program, { ...run, data: now, update, before }, name, spans);
    if (!planned || i === run.update.before.length) return planned;
    before.push(planned.plan);
  }
  return undefined;
}

/** Returns the hash that identifies the weights of a name; undefined if they are unknown. */
function startHash(program: Program, name: string): string | undefined {
  const run = program.runs.get(name);
  if (run?.here && run.recipeHash !== undefined) return run.recipeHash;
  return loadedOf(program, name)?.recipeHash ?? program.outside.trained[name];
}

/** Returns the run that a name loads. */
function loadedOf(program: Program, name: string): RunFacts | undefined {
  const draft = program.names.get(name)?.draft;
  const loaded = draft && !program.runs.has(name) && loadedRunOf(program, draft.given);
  return loaded && !isFailed(loaded) ? loaded : undefined;
}
