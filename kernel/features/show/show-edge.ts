/**
 * `show NAME.edge`: estimates what a model would need on phones and boards, from its programs and published device
 * measurements.
 */
import type { PredictionBudget } from "#dsl/compiler/plan/actions/show-actions.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import type { DeployedProgramOptions } from "#stdlib/targets/kind.js";
import { registry } from "#stdlib/registry.js";
import { edgeReportView } from "../../display/plans/edge.js";
import type { DisplayOutput } from "../../display/html.js";
import type { Device } from "../../edge/devices.js";
import { edgeModelRequirementsOf } from "../../edge/figures.js";
import { smallPretrainedEncoders } from "../../edge/small-encoders.js";
import type { EdgeModelRequirements } from "../../edge/arithmetic.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { NO_TECHNIQUE } from "../../deployments/from-folder.js";
import { readMachineRecord } from "../../engines/machine-record.js";
import type { ModelHandle } from "../../models/model-handle.js";

/** Assumed labels of an untrained model: the number hardly matters. */
const LABELS = 2;
/** Assumed tokens per text, if the length of texts is unknown. */
const LENGTH = 128;
/**
 * Share of the speed of a large product (measured by `tunebook setup`) that an encoder reaches with one short text,
 * whose products are small (bench/LOG.md).
 */
const SHARE = 0.35;

export async function edgeDeviceView(
  handle: ModelHandle,
  base: BaseFacts,
  budget: PredictionBudget,
): Promise<DisplayOutput> {
  const plan = handle.weights?.plan.recipe.model ?? handle.plan;
  const labels = handle.weights?.labels.length ?? LABELS;
  const length = Math.min(budget.length ?? lengthOf(handle), plan.max_length);
  const of = (name: string, facts: Pick<BaseFacts, "family" | "config">): Promise<EdgeModelRequirements> =>
    figuresIn(name, plan, facts, { labels, length });
  return edgeReportView({
    model: await of(handle.name, base),
    rivals: await rivalsOf(plan, of),
    budget,
    length,
    longest: budget.length === undefined && handle.weights ? plan.max_length : length,
    here: hereOf(),
  });
}

/** Other models for the same task, if it is one of encoders. */
async function rivalsOf(
  plan: ModelPlan,
  of: (name: string, facts: Pick<BaseFacts, "family" | "config">) => Promise<EdgeModelRequirements>,
): Promise<readonly EdgeModelRequirements[]> {
  const { answers } = await loadImplementation(plan.task, "task");
  return answers
    ? Promise.all(smallPretrainedEncoders.map(({ name, family, config }) => of(name, { family, config })))
    : [];
}

/** Figures of the exported form, with the trained weights merged. */
async function figuresIn(
  name: string,
  plan: ModelPlan,
  { family, config }: Pick<BaseFacts, "family" | "config">,
  { labels, length }: { readonly labels: number; readonly length: number },
): Promise<EdgeModelRequirements> {
  const implementation = await implementationOf(registry, "model", family);
  const parts: DeployedProgramOptions = {
    family: implementation,
    config: implementation.config(config),
    technique: NO_TECHNIQUE,
    labels,
    roles: [],
    task: { call: plan.task, implementation: await loadImplementation(plan.task, "task") },
    prefixInCheckpoint: false,
    tensors: {},
    seed: 0,
    tokenTypes: false,
  };
  return edgeModelRequirementsOf(name, parts, length);
}

/** Average length of the texts that it was trained on. */
function lengthOf({ weights }: ModelHandle): number {
  const { estimates, recipe } = weights?.plan ?? {};
  if (!estimates || !recipe || estimates.rows === 0) return LENGTH;
  const rows = Math.max(1, estimates.steps * recipe.training.batch_size * recipe.training.accumulate);
  return Math.max(1, Math.round(estimates.tokens / rows));
}

/** This machine, by the fastest of its engines. */
function hereOf(): Device | null {
  const engines = Object.values(readMachineRecord()?.engines ?? {});
  const [best] = engines.sort((a, b) => b.f32 - a.f32);
  if (!best) return null;
  const rate = best.f32 * SHARE;
  return {
    name: "this machine",
    like: best.title,
    rates: { f32: rate, int8: rate },
    bandwidth: best.bandwidth,
    room: Number.POSITIVE_INFINITY,
  };
}
