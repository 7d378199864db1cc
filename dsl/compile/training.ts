/** The plan of one training: data, model and recipe resolved, checked against each other and the machine, hashed. */
import type { Draft, Program, Run } from "../plan/program.js";
import type { Given } from "../types/given.js";
import type { Span } from "../diagnostics/span.js";
import { lookedFor } from "../types/allow.js";
import { checkMachine } from "../rules/fits.js";
import { checkOverFitting, checkStops, checkTruncation } from "../rules/training-warnings.js";
import { checkData, checkModel, checkRoles, checkTables, dataFacts, splitNames } from "../rules/world.js";
import { isCall, resolveData, resolveModel, resolveRecipe } from "../plan/definitions.js";
import { estimate, trainedBy, trainingSplit } from "../plan/estimates.js";
import { failed } from "../types/facts.js";
import { checkTrainable } from "../plan/loaded.js";
import { checkVocabulary, isScratch } from "../plan/scratch.js";
import { trainedBase } from "../plan/trained-base.js";
import { predictsNext, readsConversations } from "../plan/batches.js";
import type { Over } from "../rules/fitting.js";
import { checkWatched } from "../plan/metrics.js";
import { planHash, recipeHash } from "../plan/hash.js";
import { keepsBest } from "../plan/watched.js";
import type { Effects, Estimates, Plan, Recipe } from "../plan/plan.js";
import { readerOf, type DataPlan } from "../types/subject.js";
import type { Value } from "../types/value.js";

export interface Planned {
  readonly plan: Plan;
  readonly resume: boolean;
}

/** Settings of a run: the recipe after `with` as it is now, and the statement's own keys over it. */
export function settingsOf(program: Program, run: Pick<Run, "recipe" | "own">): ReadonlyMap<string, Given> {
  const recipe = run.recipe ? (program.names.get(run.recipe.name)?.draft ?? run.recipe) : null;
  const settings = new Map([...(recipe?.given ?? []), ...run.own]);
  if (run.own.has("steps") && !run.own.has("epochs")) settings.delete("epochs");
  if (run.own.has("epochs") && !run.own.has("steps")) settings.delete("steps");
  return settings;
}

/** Both at once in one block is the mistake; a later `steps` over a recipe's `epochs` is a change. */
export function checkDuration(
  program: Program,
  given: ReadonlyMap<string, Given>,
  keys: readonly string[],
  here: Span,
): void {
  if (keys.includes("epochs") && keys.includes("steps"))
    program.reportNear("epochs-and-steps", {}, given.get("steps")?.span, here);
}

/**
 * @param here what in the present source led to this (for what is wrong in earlier sources)
 * @returns undefined when something is wrong (reported) or not known yet (a need was named)
 */
export function planTraining(
  program: Program,
  o: {
    model: Draft;
    data: Draft;
    settings: ReadonlyMap<string, Given>;
    /** Experiments that it is under, sorted. */
    experiments?: readonly string[];
    run: string;
    modelAt: Span;
    dataAt: Span;
    here: Span;
    broken?: boolean;
    /** The statement, where its block takes keys of a recipe: a mend may add some. */
    statement?: { readonly block: Span | undefined; readonly end: number };
    /** The recipe after `with`: what it allows counts too. */
    recipe?: Draft | null;
  },
): Planned | undefined {
  const before = program.allowing;
  const current = o.recipe ? (program.names.get(o.recipe.name)?.draft ?? o.recipe) : undefined;
  program.allowing = [...before, ...o.model.allowances, ...o.data.allowances, ...(current?.allowances ?? [])];
  program.allowed.length = 0;
  const planned = plannedWith(program, o);
  if (planned) lookedFor(program.allowing, "data", "model", "train");
  program.allowing = before;
  return planned;
}

function plannedWith(program: Program, o: Parameters<typeof planTraining>[1]): Planned | undefined {
  program.require([...o.model.needs, ...o.data.needs]);
  if (!checkTrainable(program, o.model, o.modelAt)) return undefined;
  const data = resolveData(program, o.data, o.dataAt);
  const fresh = isScratch(o.model);
  const checkedHeaders = fresh && data && !o.broken ? checkTables(program, o.data, data.plan, o.dataAt) : undefined;
  // The tokenizer of a model from scratch is trained on data that can be read: what is wrong with them is said of them.
  const readable = checkedHeaders && data && dataFacts(program, o.data, data.plan, null, o.dataAt) !== undefined;
  const trained = trainedBase(program, o.model, o.modelAt);
  if (trained === "missing") return undefined;
  const model = resolveModel(program, o.model, o.modelAt, readable ? data.plan : null);
  if (!model || !data || o.broken) return undefined;
  if (!checkRoles(program, data.plan, model.plan.task, o.dataAt)) return undefined;
  const headers = checkedHeaders ?? checkTables(program, o.data, data.plan, o.dataAt);
  if (fresh && !readable) return undefined;
  if (!checkVocabulary(program, o.model, model.base, data.plan.name, o.modelAt)) return undefined;
  const sound = checkModel(program, o.model, model, o.modelAt);
  const facts = headers ? dataFacts(program, o.data, data.plan, readerOf(model.plan), o.dataAt) : undefined;
  const splits = splitNames(program, data.plan, facts);
  const validation = facts ? (facts.splits["validation"]?.rows ?? 0) > 0 : (splits ?? []).includes("validation");
  const known: Record<string, Value> = {
    task: model.plan.task,
    technique: model.plan.technique,
    base: model.plan.base,
    ...(model.plan.scratch && { scratch: true }),
  };
  const recipe = resolveRecipe(program, o.settings, o.here, {
    model: known,
    validation,
    data: facts ? { labels: facts.labels } : {},
    base: model.base,
  });
  if (!validation && (facts || splits)) {
    for (const [key, value] of [
      ["keep", keepsBest(recipe.plan)],
      ["early_stopping", isCall(recipe.plan.early_stopping ?? undefined)],
      ["validate", recipe.plan.validate !== null],
    ] as const)
      if (value && o.settings.has(key))
        program.reportNear(
          "needs-validation",
          { what: key, data: o.data.name, ...dividedBy(data.plan) },
          o.settings.get(key)?.span,
          o.here,
        );
  }
  if (!headers || !sound || !facts || !model.base) return undefined;
  const checked = checkData(program, o.data, data.plan, facts, o.dataAt);
  if (!checkWatched(program, recipe.plan, o.settings, { model: model.plan, data: data.plan, here: o.here }))
    return undefined;
  const windows = predictsNext(program.registry, model.plan.task);
  if (recipe.plan.packing && !windows) {
    program.reportNear("cannot-pack", { task: model.plan.task.word }, o.settings.get("packing")?.span, o.here);
    return undefined;
  }
  const batchwise = program.registry.find("task", model.plan.task.word)?.capabilities?.batchwise;
  const batched = batchwise?.(model.plan.task, Object.keys(data.plan.columns)) === true;
  if (recipe.plan.accumulate > 1 && batched) {
    const { accumulate, batch_size } = recipe.plan;
    const told = { task: model.plan.task.word, batch_size, whole: batch_size * accumulate };
    program.reportNear("batchwise-parts", told, o.settings.get("accumulate")?.span, o.here);
  }
  const { technique } = model.plan;
  const prompts = program.registry.find("technique", technique.word)?.capabilities?.virtualTokens;
  if (recipe.plan.packing && prompts !== undefined) {
    const at = o.settings.get("packing")?.span;
    program.reportNear("no-packed-prompts", { technique: technique.word }, at, o.here);
    return undefined;
  }
  const split = trainingSplit(facts);
  const base = model.base;
  if (!windows || readsConversations(program.registry, model.plan.task)) {
    const taken = prompts?.(technique) ?? 0;
    const positions = base.positions - taken;
    checkTruncation(program, { model: o.model, plan: model.plan, positions, split, here: o.modelAt });
    if (!recipe.plan.packing)
      checkStops(program, {
        model: o.model,
        plan: model.plan,
        positions,
        data: data.plan.name,
        split,
        here: o.modelAt,
      });
  }
  const machine = program.ask({ about: "machine" });
  if (!checked || machine === undefined || failed(machine)) return undefined;
  const under = o.experiments && o.experiments.length > 0 ? { experiments: o.experiments } : {};
  const whole: Recipe = { data: data.plan, dataHash: facts.hash, model: model.plan, training: recipe.plan, ...under };
  const estimated = ({ training, model: other }: Over): Estimates =>
    estimate(program, {
      model: { ...model.plan, ...other },
      base,
      data: facts,
      training: { ...recipe.plan, ...training },
      machine,
    });
  const written = recipe.plan.recompute;
  const kept = estimated({ training: { recompute: "none" }, model: {} });
  const recompute = written !== "auto" ? written : kept.memoryBytes <= machine.memoryBytes ? "none" : "blocks";
  const estimates = estimated({ training: { recompute }, model: {} });
  const fitting = {
    ...{
      model: o.model,
      plan: model.plan,
      training: recipe.plan,
      recompute,
      settings: o.settings,
      here: o.here,
      machine,
    },
    frozen: trainedBy(program, model.plan, base).frozen,
    parts: !batched,
    lengths: split?.lengths,
    statement: o.statement,
    estimated: ({ training, model: other }: Over) => estimated({ training: { recompute, ...training }, model: other }),
  };
  if (!checkMachine(program, fitting, estimates)) return undefined;
  checkOverFitting(program, { training: recipe.plan, estimates, validation, settings: o.settings, here: o.here });
  const effects: Effects = {
    run: o.run,
    engine: program.engine.engine,
    threads: program.engine.threads,
    recompute,
    ...(program.allowed.length > 0 && {
      allowed: program.allowed.map(({ code, reason, of }) => ({ code, reason, of })),
    }),
  };
  return {
    resume: recipe.resume,
    plan: {
      version: 1,
      recipe: whole,
      effects,
      estimates,
      origins: { ...data.origins, ...model.origins, ...recipe.origins },
      recipeHash: recipeHash(whole),
      planHash: planHash(whole, effects),
    },
  };
}

/** How the data come to splits, for what is said where one is missing. */
export function dividedBy({ source, split }: Pick<DataPlan, "source" | "split">): {
  readonly split?: "words" | "files";
} {
  if (!isCall(source as Value)) return { split: "files" };
  return split ? { split: "words" } : {};
}
