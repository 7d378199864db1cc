/**
 * Estimates the training time of each base with each technique on this machine: from the probe's time on the same
 * texts, or from the plan if there was no probe.
 */
import type { Estimates } from "#dsl/compiler/plan/plan.js";
import type { SkippedCandidate } from "../../../study/auto/auto.js";
import type { BaseCandidate, CostedTechnique } from "../../../study/auto/candidates.js";
import { techniqueLabel } from "../../../study/auto/propose.js";
import { batchSizeFor, maxLengthFor } from "../../../study/auto/rules.js";
import { TECHNIQUES, type TechniqueOption } from "../../../study/auto/techniques.js";
import type { AutoContext } from "./auto-context.js";
import { callTextOf, compileTrainingPlan } from "./auto-context.js";
import type { UsableBase } from "./initial-facts.js";
import type { ScoredContestant } from "./probes.js";

/** Cost of a training step relative to a forward pass: forward plus one product backward, or two. */
const BACKWARD = { frozen: 2, whole: 3 } as const;

export async function estimateCandidateCosts(
  around: AutoContext,
  able: readonly UsableBase[],
  probed: readonly ScoredContestant[],
): Promise<readonly BaseCandidate[]> {
  const { goal } = around.action.auto;
  const found: BaseCandidate[] = [];
  for (const one of able) {
    around.stage.signal?.throwIfAborted();
    const probe = probed.find(({ contestant }) => contestant.base === one.looked.name);
    const score = probe?.contestant.score;
    const worth = score === undefined || Number.isNaN(score) ? null : goal.direction === "maximize" ? score : -score;
    const by = await waysOf(around, one, probe);
    found.push({ base: one.looked.name, worth, lengths: one.looked.lengths, positions: one.positions, ...by });
  }
  return found;
}

async function waysOf(
  around: AutoContext,
  one: UsableBase,
  probe: ScoredContestant | undefined,
): Promise<Required<Pick<BaseCandidate, "ways" | "refused">>> {
  const { data, task, fixed } = around.action.auto;
  const { rows } = one.plan.estimates;
  const length = maxLengthFor(one.looked.lengths, one.positions);
  const timed = fixed["epochs"] !== undefined || fixed["steps"] !== undefined;
  const settings = {
    batch_size: String(batchSizeFor(rows).size),
    ...fixed,
    ...(!timed && { epochs: "1" }),
  };
  const recipe = Object.entries(settings).map(([key, value]) => `${key}: ${value}`);
  const ways: CostedTechnique[] = [];
  const refused: SkippedCandidate[] = [];
  for (const way of TECHNIQUES) {
    // If the exact head is available, training the same head by steps is pointless.
    if (way.headOnly && ways.some(({ exact }) => exact)) continue;
    const model = [
      `base: ${JSON.stringify(one.looked.name)}, task: ${callTextOf(around, task)}, technique: ${way.technique}`,
      ...(length ? [`max_length: ${String(length.most)}`] : []),
    ];
    const text = `model found_base { ${model.join(", ")} }\ntrain found_base on ${data.name} as found_try { ${recipe.join(", ")} }`;
    const found = await compileTrainingPlan(around, text, `${one.looked.name} ${way.technique}`);
    if ("why" in found) {
      // If the exact head fails, the head can still be trained by steps.
      if (!way.exact) refused.push({ what: techniqueLabel(one.looked.name, way.technique), why: found.why });
      continue;
    }
    const { estimates, recipe: made } = found.plan;
    const rate = made.training.optimizer.arguments["learning_rate"];
    const secondsAnEpoch = secondsOf(way, estimates, probe);
    ways.push({ ...way, rate: typeof rate === "number" ? rate : 1e-3, secondsAnEpoch });
  }
  return { ways, refused };
}

/** A measurement on these texts is more reliable than the times of other trainings. */
function secondsOf(way: TechniqueOption, { rows, seconds }: Estimates, probe: ScoredContestant | undefined): number {
  const { latency, seconds: learning } = probe?.contestant ?? {};
  // The exact head is what the probe did: one pass over the rows, and the same linear model.
  if (way.exact && learning) return learning;
  const passes = way.exact ? 1 : way.headOnly || !way.whole ? BACKWARD.frozen : BACKWARD.whole;
  if (latency !== undefined && latency !== null) return ((rows * latency) / 1000) * passes;
  return seconds ?? ((rows * UNKNOWN) / 1000) * passes;
}
/** Milliseconds per text on a machine without measurements. */
const UNKNOWN = 10;
