/** Assembles the training and evaluation programs of a plan, with their sizes, before any model is opened. */
import { implementationOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import type { Program } from "#dsl/tensor/program.js";
import type { Sizes } from "#dsl/tensor/shape.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import type { AssembleOptions, ObjectiveOptions } from "#stdlib/programs/options.js";
import { headPathsOf } from "#stdlib/programs/model.js";
import { readQuantizedConfig } from "#stdlib/models/shared/quantized-weights.js";
import { weightStorageOf } from "#stdlib/storages/shared/storage.js";
import { startFolderOf } from "#stdlib/techniques/shared/from-parameter.js";
import type { BaseModel } from "./base.js";
import { usesTokenTypes } from "./token-types.js";
import { loadImplementation } from "../host/load-implementation.js";

type Shapes = BaseFacts["shapes"];

/**
 * Returns the parts of a model's programs, except its task. `adapter`: the tensors of the file that the technique
 * starts from.
 */
export async function programPartsWithoutTask(
  model: ModelPlan,
  base: BaseFacts,
  options: { readonly encode: (text: string) => Promise<readonly number[]>; readonly adapter: Shapes | null },
) {
  const [family, technique] = await Promise.all([
    implementationOf(registry, "model", base.family),
    loadImplementation(model.technique, "technique"),
  ]);
  const call = technique.resolve
    ? await technique.resolve(model.technique, { encode: options.encode })
    : model.technique;
  const rounding = readQuantizedConfig(base.config)?.activations;
  const tensors = { ...(base.scratch ? {} : base.shapes), ...options.adapter };
  return {
    family,
    config: family.config(base.config),
    technique: { call, implementation: technique },
    freeze: model.freeze ?? [],
    ...(rounding && { rounding }),
    prefixInCheckpoint: Object.keys(tensors).some((name) => name.startsWith(family.prefix)),
    tensors,
  };
}

/** Returns the parts from which a plan's programs are assembled. */
export async function programPartsOf(
  plan: Plan,
  base: Pick<BaseModel, "facts">,
  labels: readonly string[],
  body: Awaited<ReturnType<typeof programPartsWithoutTask>>,
  objective?: ObjectiveOptions,
): Promise<AssembleOptions> {
  const { model, training } = plan.recipe;
  const aggregate = plan.recipe.federated?.aggregate;
  const [task, optimizer, aggregator, strategies] = await Promise.all([
    loadImplementation(model.task, "task"),
    loadImplementation(training.optimizer, "optimizer"),
    aggregate ? loadImplementation(aggregate, "aggregator") : null,
    Promise.all(
      (plan.recipe.update?.strategy ?? []).map(async (call) => ({
        call,
        implementation: await loadImplementation(call, "strategy"),
      })),
    ),
  ]);
  const local = aggregator?.local?.strategy;
  const all = aggregate && local ? [...strategies, { call: aggregate, implementation: local }] : strategies;
  return {
    ...body,
    tensors: keepsBaseHead(model, base.facts, labels)
      ? body.tensors
      : await withoutHead(model, base.facts, body.tensors),
    task: { call: model.task, implementation: task },
    optimizer: { call: training.optimizer, implementation: optimizer },
    ...(all.length > 0 && { strategies: all }),
    ...(objective && { objective }),
    labels: labels.length,
    roles: Object.keys(plan.recipe.data.columns),
    dropout: training.dropout,
    clip: training.clip,
    seed: training.seed,
    packed: training.packing,
    tokenTypes: await usesTokenTypes(plan, base),
    ...(training.privacy?.unit === "row" && { privacy: { clip: training.privacy.clip } }),
    accumulate: training.accumulate > 1 || plan.estimates.ranks !== undefined,
    passes: {
      precision: training.precision,
      recompute: plan.effects.recompute,
      storage: weightStorageOf(model.storage),
    },
  };
}

/**
 * Returns whether training starts from the base's own head. It does not if the head has other labels, even if their
 * number is equal. Labels in another order are reordered before the first step (own-head.ts).
 */
export function keepsBaseHead(model: ModelPlan, { heads }: BaseFacts, labels: readonly string[]): boolean {
  if (hasTunebookOnlyHead(model)) return startFolderOf(model.technique) !== null;
  const headLabels = heads?.[model.task.word] ?? [];
  return headLabels.length === 0 || startFolderOf(model.technique) !== null || haveSameLabels(headLabels, labels);
}
/** Returns whether the task's head exists in no base model (capability `hasNewHead`). */
export function hasTunebookOnlyHead({ task }: Pick<ModelPlan, "task">): boolean {
  return registry.find("task", task.word)?.capabilities?.hasNewHead?.(task) === true;
}
export function haveSameLabels(ownLabels: readonly string[], labels: readonly string[]): boolean {
  return ownLabels.length === labels.length && labels.every((label) => ownLabels.includes(label));
}

async function withoutHead(model: ModelPlan, { family }: BaseFacts, tensors: Shapes): Promise<Shapes> {
  const last = await headLastLayerPath(model, family);
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith(`${last}.`)));
}
/** Returns the path of the head's last layer, which has one row per label. */
export async function headLastLayerPath({ task }: ModelPlan, family: string): Promise<string> {
  const [implementation, familyImplementation] = await Promise.all([
    loadImplementation(task, "task"),
    implementationOf(registry, "model", family),
  ]);
  return headPathsOf(implementation, familyImplementation, task).at(-1) ?? "";
}

/** Returns the sizes of an average batch of the plan: its rows and their mean length. */
export function averageBatchSizes(program: Program, { recipe, estimates }: Plan): Sizes {
  const batch = recipe.training.batch_size;
  const length = Math.max(1, Math.round(estimates.tokens / Math.max(1, estimates.steps) / batch));
  const known: Sizes = { batch, length, targets: batch * length };
  const named = Object.values(program.inputs).flatMap(({ type }) => type.shape.filter((d) => typeof d === "string"));
  return Object.fromEntries([...new Set(named)].map((d) => [d, known[d] ?? length]));
}
