/** The complete plan of a training, if it fits the machine's memory. */
import type { Program } from "../plan/program.js";
import { isBatchwise } from "../checks/batching.js";
import { checkMachineMemory } from "../checks/machine-memory.js";
import { estimateWithRanks, workerRankLayoutOf } from "../plan/ranks.js";
import { checkOverfitting } from "../checks/training-warnings.js";
import { isCall } from "../plan/definitions.js";
import { countTrainedParameters, estimatesWithoutSteps, estimateTraining, trainingSplit } from "../plan/estimates.js";
import type { MachineFacts } from "../../language/types/facts.js";
import type { PlanOverrides } from "../checks/fitting-changes.js";
import { planHash, recipeHash } from "../plan/hash.js";
import { estimateCostOfRounds } from "./personal-weights.js";
import { resolvePrivacyNoise } from "./privacy-guarantee.js";
import { withBaseDropoutText } from "../plan/bases/own-dropout.js";
import type { Estimates, Plan, ExecutionSettings, PrivacyPlan, Recipe, RecipePlan } from "../plan/plan.js";
import { SEMANTICS_VERSION } from "../plan/semantics.js";
import type { PlannedTraining, TrainingRequest } from "./training-request.js";
import type { ResolvedTraining } from "./training-definitions.js";
import { countUnlabelledRows } from "./unlabelled-rows.js";
import type { ClientData } from "./clients.js";

/** Data facts in a plan, other than rows; in a federation, those of all clients. */
export function dataFactsForPlan(
  datas: readonly ClientData[],
): Pick<Plan, "sources" | "reads" | "personal" | "annotated"> {
  const sources = [...new Set(datas.flatMap(({ facts }) => facts.sources ?? []))];
  // The tokenizer encodes a language the same for all clients.
  const reads = datas.find(({ facts }) => (facts.reading?.languages.length ?? 0) > 0)?.facts.reading?.languages;
  const personal = datas.flatMap(({ plan, facts }) =>
    (facts.personal ?? []).map(({ column, entity, rows, looked }) => ({
      ...(datas.length > 1 && { data: plan.name }),
      column,
      entity,
      rows,
      ...(looked !== undefined && { looked }),
    })),
  );
  const annotated = datas.flatMap(({ facts }) => facts.annotated ?? []);
  return {
    ...(sources.length > 0 && { sources }),
    ...(reads && { reads }),
    ...(personal.length > 0 && { personal }),
    ...(annotated.length > 0 && {
      annotated: {
        rows: annotated.reduce((sum, { rows }) => sum + rows, 0),
        by: [...new Set(annotated.flatMap(({ by }) => by.map(({ annotator }) => annotator)))],
      },
    }),
  };
}

/** Returns the plan if the training fits the machine's memory. */
export function planIfItFitsMachine(
  program: Program,
  options: TrainingRequest,
  known: ResolvedTraining,
  machine: MachineFacts,
): Omit<PlannedTraining, "calibrate"> | undefined {
  const { data, model, base, facts, validation, recipe } = known;
  const ranks = workerRankLayoutOf(program, options.runner);
  const beside = options.beside?.(base) ?? null;
  const more = options.compress
    ? countUnlabelledRows(program, options.compress, { model: model.plan, facts, here: options.here })
    : null;
  if (more === undefined) return undefined;
  const drawn = more && { ...more, larger: beside ? undefined : options.larger };
  const replayed = options.replay?.({ model: model.plan, facts });
  if (options.replay && !replayed) return undefined;
  const estimated = ({ training, model: other }: PlanOverrides): Estimates =>
    estimateWithRanks(ranks, machine.cores, { ...recipe.plan, ...training }, (rankTraining) => {
      const changedModel = { ...model.plan, ...other };
      const made = estimateTraining(program, {
        model: changedModel,
        base,
        data: facts,
        training: rankTraining,
        machine,
        beside,
        drawn,
        replayed,
      });
      return options.still ? estimatesWithoutSteps(made) : made;
    });
  const recompute = recomputeOf(recipe.plan, machine, estimated);
  const estimates = estimated({ training: { recompute }, model: {} });
  const fitting = {
    model: options.model,
    plan: model.plan,
    training: recipe.plan,
    recompute,
    settings: options.settings,
    here: options.here,
    machine,
    statement: options.statement,
    frozen: countTrainedParameters(program, model.plan, base).frozen,
    parts: !isBatchwise(program, model.plan, data.plan),
    lengths: trainingSplit(facts)?.lengths,
    estimated: ({ training, model: other }: PlanOverrides) =>
      estimated({ training: { recompute, ...training }, model: other }),
  };
  if (!checkMachineMemory(program, fitting, estimates)) return undefined;
  // Privacy noise prevents memorizing single rows, and nothing is known of remote rows.
  if (!recipe.privacy && options.federated?.settings.joined === undefined)
    checkOverfitting(program, {
      training: recipe.plan,
      estimates,
      validation,
      settings: options.settings,
      here: options.here,
    });
  const privacy = resolvePrivacyNoise(program, options, known, estimates);
  if (recipe.privacy && !privacy) return undefined;
  const taken = options.federated
    ? estimateCostOfRounds(program, options.federated, known, {
        estimates,
        here: options.here,
        firstAt: options.dataAt,
        carried: isCall(options.runner?.value),
      })
    : estimates;
  if (!taken) return undefined;
  return { resume: recipe.resume, plan: wholePlan(program, options, known, { recompute, estimates: taken, privacy }) };
}

/** Resolves `recompute: auto`: recomputes activations only if they do not fit in memory. */
function recomputeOf(
  { recompute }: RecipePlan,
  machine: MachineFacts,
  estimated: (over: PlanOverrides) => Estimates,
): "none" | "blocks" {
  if (recompute !== "auto") return recompute;
  const withoutRecompute = estimated({ training: { recompute: "none" }, model: {} });
  return withoutRecompute.memoryBytes <= machine.memoryBytes ? "none" : "blocks";
}

function wholePlan(
  program: Program,
  options: TrainingRequest,
  { data, model, facts, recipe, base, others }: ResolvedTraining,
  {
    recompute,
    estimates,
    privacy,
  }: Pick<ExecutionSettings, "recompute"> & {
    readonly estimates: Estimates;
    readonly privacy: PrivacyPlan | undefined;
  },
): Plan {
  const ranks = recipe.plan.average && { ranks: workerRankLayoutOf(program, options.runner).count };
  const training = { ...recipe.plan, ...ranks, ...(privacy && { privacy }) };
  const { loaded, ...freshModel } = model.plan;
  void loaded; // the update names the weights that it starts from
  const subject = options.update ? freshModel : model.plan;
  const update = options.update && { update: options.update };
  const further = others.map((one) => ({ data: one.plan, dataHash: one.facts.hash }));
  const federated = options.federated && { federated: { ...options.federated.settings, others: further } };
  const made = { semantics: SEMANTICS_VERSION, data: data.plan, dataHash: facts.hash, model: subject, training };
  const compress = options.compress && { compress: options.compress };
  const whole: Recipe = { ...made, ...update, ...federated, ...compress };
  const allowed = program.allowed.map(({ code, reason, of: statement }) => ({ code, reason, of: statement }));
  const effects: ExecutionSettings = {
    run: options.run,
    ...(options.repeats && { repeats: options.repeats.count }),
    ...(options.detach === true && { detach: true as const }),
    ...(isCall(options.runner?.value) && { runner: options.runner.value }),
    engine: program.engine.engine,
    threads: program.engine.threads,
    recompute,
    ...(allowed.length > 0 && { allowed }),
  };
  return {
    version: 1,
    recipe: whole,
    effects,
    estimates,
    ...(base.origin && { base: base.origin }),
    ...dataFactsForPlan([{ plan: data.plan, facts }, ...others]),
    origins: withBaseDropoutText({ ...data.origins, ...model.origins, ...recipe.origins }, training, base.config),
    recipeHash: recipeHash(whole),
    planHash: planHash(whole, effects),
  };
}
