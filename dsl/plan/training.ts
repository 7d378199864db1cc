/** The plan of one training: data, model and recipe resolved, checked against each other and the machine, hashed. */
import type { Draft, Given, Program, Run } from "../check/program.js";
import type { Span } from "../check/span.js";
import { checkData, checkModel, checkRoles, checkTables, dataFacts, splitNames } from "../check/world.js";
import { isCall, resolveData, resolveModel, resolveRecipe } from "./definitions.js";
import { cutRows, estimate, trainingSplit } from "./estimates.js";
import { failed } from "./facts.js";
import { checkVocabulary, isScratch } from "./scratch.js";
import { trainedBase } from "./trained-base.js";
import { predictsNext, readsConversations } from "./feeding.js";
import { checkMetrics } from "./metrics.js";
import { planHash, recipeHash } from "./hash.js";
import {
  readerOf,
  type Call,
  type DataPlan,
  type Effects,
  type Estimates,
  type Plan,
  type Recipe,
  type RecipePlan,
  type Value,
} from "./plan.js";

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
  },
): Planned | undefined {
  program.require([...o.model.needs, ...o.data.needs]);
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
      ["keep", recipe.plan.keep === "best"],
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
  const watched = recipe.plan.early_stopping?.arguments["metric"];
  if (typeof watched === "string") {
    const of = { model: model.plan.name, task: model.plan.task, roles: Object.keys(data.plan.columns) };
    if (!checkMetrics(program, [watched], of, o.settings.get("early_stopping")?.span, o.here)) return undefined;
  }
  const windows = predictsNext(program.registry, model.plan.task);
  if (recipe.plan.packing && !windows) {
    program.reportNear("cannot-pack", { task: model.plan.task.word }, o.settings.get("packing")?.span, o.here);
    return undefined;
  }
  const batchwise = program.registry.find("task", model.plan.task.word)?.capabilities?.["batchwise"];
  if (recipe.plan.accumulate > 1 && typeof batchwise === "function") {
    const has = (batchwise as (task: Call, roles: readonly string[]) => boolean)(
      model.plan.task,
      Object.keys(data.plan.columns),
    );
    const { accumulate, batch_size } = recipe.plan;
    const told = { task: model.plan.task.word, batch_size, whole: batch_size * accumulate };
    if (has) program.reportNear("batchwise-parts", told, o.settings.get("accumulate")?.span, o.here);
  }
  const { technique } = model.plan;
  const prompts = program.registry.find("technique", technique.word)?.capabilities?.["virtualTokens"];
  if (recipe.plan.packing && prompts !== undefined) {
    const at = o.settings.get("packing")?.span;
    program.reportNear("no-packed-prompts", { technique: technique.word }, at, o.here);
    return undefined;
  }
  const fed = trainingSplit(facts);
  const most = model.plan.max_length;
  const cuts = !windows || readsConversations(program.registry, model.plan.task);
  const cutOff = cuts ? Math.max(cutRows(fed?.lengths, most), cutRows(fed?.targets, most)) : 0;
  if (cutOff > 0)
    program.reportNear(
      "truncated",
      { rows: cutOff, share: cutOff / Math.max(1, trainingSplit(facts)?.rows ?? 1), max_length: model.plan.max_length },
      o.model.given.get("max_length")?.span,
      o.modelAt,
    );
  const machine = program.ask({ about: "machine" });
  if (!checked || machine === undefined || failed(machine)) return undefined;
  const under = o.experiments && o.experiments.length > 0 ? { experiments: o.experiments } : {};
  const whole: Recipe = { data: data.plan, dataHash: facts.hash, model: model.plan, training: recipe.plan, ...under };
  const estimated = (over: Partial<RecipePlan>): Estimates =>
    estimate(program, {
      model: model.plan,
      base: model.base as NonNullable<typeof model.base>,
      data: facts,
      training: { ...recipe.plan, ...over },
      flops: machine.flops,
    });
  const fits = (over: Partial<RecipePlan>): boolean => estimated(over).memoryBytes <= machine.memoryBytes;
  const written = recipe.plan.recompute;
  const recompute = written !== "auto" ? written : fits({ recompute: "none" }) ? "none" : "blocks";
  const estimates = estimated({ recompute });
  if (estimates.memoryBytes > machine.memoryBytes) {
    let batch: number | null = recipe.plan.batch_size;
    while (batch !== null && !fits({ recompute, batch_size: batch })) batch = batch > 1 ? Math.floor(batch / 2) : null;
    const key = o.settings.has("batch_size") ? "batch_size" : "recompute";
    const whole = recipe.plan.batch_size * recipe.plan.accumulate;
    const data = {
      needed: estimates.memoryBytes,
      has: machine.memoryBytes,
      batch_size: batch,
      accumulate: Math.ceil(whole / (batch ?? whole)),
    };
    program.reportNear("memory-short", data, o.settings.get(key)?.span, o.here);
    return undefined;
  }
  const effects: Effects = { run: o.run, engine: program.engine.engine, threads: program.engine.threads, recompute };
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
