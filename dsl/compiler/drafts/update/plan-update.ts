/** Plans of the tasks of an update, for new statements and for existing runs. */
import { loadedRunOf } from "../../plan/bases/loaded-base.js";
import type { Plan } from "../../plan/plan.js";
import type { Program, NamedTraining, UpdateDraft, DefinitionDraft } from "../../plan/program.js";
import type { Span } from "../../../language/diagnostics/span.js";
import { isFailedFact, type RunFacts, type DataFacts } from "../../../language/types/facts.js";
import { techniqueForUpdate } from "./technique-for-update.js";
import { planTraining } from "../plan-training.js";
import { trainingSettingsOf } from "../settings.js";
import type { PlannedTraining, TrainingRequest } from "../training-request.js";
import { rowsToReplay, replayBufferOf, type EarlierTraining } from "../../plan/kept-rows.js";
import { allRows } from "../../plan/batches.js";
import { resolveData } from "../../plan/definitions.js";
import { trainingSplit, type ReplayedRows } from "../../plan/estimates.js";
import { dataReadingSettingsOf, type ModelPlan } from "../../../language/types/value.js";

// Rows of earlier data that an update replays: their number and lengths.

/**
 * Returns undefined while earlier data are unread. Unreadable data count as no rows; the update reports them when it
 * runs.
 */
export function replayedRowsOf(
  program: Program,
  { line, strategy }: Pick<UpdateDraft, "line" | "strategy">,
  options: {
    readonly model: ModelPlan;
    /** Facts of the task's own data. */
    readonly facts: DataFacts;
    /** The run that it starts from; undefined if it starts from a training of this program. */
    readonly loaded: RunFacts | undefined;
    readonly here: Span;
  },
): ReplayedRows | undefined {
  const buffer = replayBufferOf(program.registry, strategy);
  if (!buffer) return { parts: [] };
  const known = new Map<string, DataFacts>([[options.facts.hash, options.facts]]);
  const learnt: EarlierTraining[] = [];
  for (const one of line) {
    const facts = factsOf(program, one.data, options);
    if (facts === undefined) return undefined;
    if (isFailedFact(facts)) continue;
    known.set(facts.hash, facts);
    learnt.push({ hash: facts.hash, rows: allRows(trainingSplit(facts)).rows, strategy: one.strategy });
  }
  const { rows } = options.loaded ?? {};
  const before = rows && { learnt: rows.learnt, buffered: rows.kept > 0 ? [{ hash: "", rows: rows.kept }] : [] };
  const newRows = { hash: options.facts.hash, rows: allRows(trainingSplit(options.facts)).rows, strategy };
  const parts = rowsToReplay(program.registry, learnt, newRows, before).map((replayedSet) => ({
    split: trainingSplit(known.get(replayedSet.hash) ?? options.facts),
    rows: replayedSet.rows,
  }));
  return { parts, ...(buffer.appended && { beside: true as const }) };
}

function factsOf(
  program: Program,
  draft: DefinitionDraft,
  { model, here }: { readonly model: ModelPlan; readonly here: Span },
): ReturnType<typeof dataNeed> {
  const data = resolveData(program, draft, here);
  return data && dataNeed(program, data.plan, model);
}

const dataNeed = (program: Program, data: NonNullable<ReturnType<typeof resolveData>>["plan"], model: ModelPlan) =>
  program.ask({ about: "data", data, base: dataReadingSettingsOf(model) }, true);

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
    settings: trainingSettingsOf(program, run),
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
  return loaded && !isFailedFact(loaded) ? loaded : undefined;
}
