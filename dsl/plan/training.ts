/** The plan of one training: data, model and recipe resolved, checked against each other and the machine, hashed. */
import type { Draft, Given, Program, Run } from "../check/program.js";
import type { Span } from "../check/span.js";
import { checkData, checkModel, checkRoles, checkTables, dataFacts, splitNames } from "../check/world.js";
import { isCall, resolveData, resolveModel, resolveRecipe } from "./definitions.js";
import { cutRows, estimate, trainingSplit } from "./estimates.js";
import { failed } from "./facts.js";
import { planHash, recipeHash } from "./hash.js";
import type { Effects, Plan, Recipe, Value } from "./plan.js";

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
    run: string;
    modelAt: Span;
    dataAt: Span;
    here: Span;
    broken?: boolean;
  },
): Planned | undefined {
  program.require([...o.model.needs, ...o.data.needs]);
  const model = resolveModel(program, o.model, o.modelAt);
  const data = resolveData(program, o.data, o.dataAt);
  if (!model || !data || o.broken) return undefined;
  if (!checkRoles(program, data, model.plan.task, o.dataAt)) return undefined;
  const headers = checkTables(program, o.data, data.plan, o.dataAt);
  const sound = checkModel(program, o.model, model, o.modelAt);
  const facts = headers
    ? dataFacts(program, o.data, data.plan, { name: model.plan.base, folder: model.plan.folder }, o.dataAt)
    : undefined;
  const splits = splitNames(program, data.plan, facts);
  const validation = facts ? (facts.splits["validation"]?.rows ?? 0) > 0 : (splits ?? []).includes("validation");
  const known: Record<string, Value> = {
    task: model.plan.task,
    technique: model.plan.technique,
    base: model.plan.base,
  };
  const recipe = resolveRecipe(program, o.settings, o.here, {
    model: known,
    validation,
    data: facts ? { labels: facts.labels } : {},
  });
  if (!validation && (facts || splits)) {
    for (const [key, value] of [
      ["keep", recipe.plan.keep === "best"],
      ["early_stopping", isCall(recipe.plan.early_stopping ?? undefined)],
      ["validate", recipe.plan.validate !== null],
    ] as const)
      if (value && o.settings.has(key))
        program.reportNear("needs-validation", { what: key, data: o.data.name }, o.settings.get(key)?.span, o.here);
  }
  if (!headers || !sound || !facts || !model.base) return undefined;
  const checked = checkData(program, o.data, data.plan, facts, o.dataAt);
  const cutOff = cutRows(trainingSplit(facts), model.plan.max_length);
  if (cutOff > 0)
    program.reportNear(
      "truncated",
      { rows: cutOff, share: cutOff / Math.max(1, trainingSplit(facts)?.rows ?? 1), max_length: model.plan.max_length },
      o.model.given.get("max_length")?.span,
      o.modelAt,
    );
  const machine = program.ask({ about: "machine" });
  if (!checked || machine === undefined || failed(machine)) return undefined;
  const whole: Recipe = { data: data.plan, dataHash: facts.hash, model: model.plan, training: recipe.plan };
  const effects: Effects = { run: o.run, engine: program.engine.engine, threads: program.engine.threads };
  const sizeOf = (batch: number): number =>
    estimate(program, {
      model: model.plan,
      base: model.base as NonNullable<typeof model.base>,
      data: facts,
      training: { ...recipe.plan, batch_size: batch },
      flops: null,
    }).memoryBytes;
  const estimates = estimate(program, {
    model: model.plan,
    base: model.base,
    data: facts,
    training: recipe.plan,
    flops: machine.flops,
  });
  if (estimates.memoryBytes > machine.memoryBytes) {
    let batch: number | null = recipe.plan.batch_size;
    while (batch !== null && sizeOf(batch) > machine.memoryBytes) batch = batch > 1 ? Math.floor(batch / 2) : null;
    program.reportNear(
      "memory-short",
      { needed: estimates.memoryBytes, has: machine.memoryBytes, batch_size: batch },
      o.settings.get("batch_size")?.span,
      o.here,
    );
    return undefined;
  }
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
