/** Compares the trials with saved weights on the validation rows: with each other, and with the baselines. */
import { existsSync } from "node:fs";
import type { ContestantDifference } from "../../../study/auto/auto.js";
import type { TrialRecord } from "../../../study/trial.js";
import { correctForSelection } from "../../../study/auto/luck.js";
import { scoreDifference } from "../../../inference/measuring/comparison.js";
import { loadRunWeights } from "../../../models/loaded-run.js";
import { evaluateModel } from "../../../evaluation/evaluate-once.js";
import { scoringOf, type AutoContext } from "./auto-context.js";
import { scoredContestantOf, PROBE_SPLIT, type ScoredContestant } from "./probes.js";

export async function scoreTrials(
  around: AutoContext,
  trials: readonly TrialRecord[],
): Promise<readonly ScoredContestant[]> {
  const { session, stage: context } = around;
  const scored: ScoredContestant[] = [];
  for (const { number, run } of trials) {
    if (run === null || !existsSync(run)) continue;
    context.signal?.throwIfAborted();
    const weights = loadRunWeights(run);
    const { model, data } = weights.plan.recipe;
    const handle = session.models.unnamed(model, `trial ${String(number)}`);
    handle.weights = weights;
    try {
      const measured = await evaluateModel(session, handle, { data, split: PROBE_SPLIT }, scoringOf(around), context);
      const contestant = { name: handle.name, kind: "trial", base: model.base, number } as const;
      scored.push(await scoredContestantOf(around, measured, contestant));
    } finally {
      await session.weights.forget(run);
    }
  }
  return scored;
}

/** `looks`: number of scores on these rows, of which `best` has the best. */
export function compareWithBest(
  best: ScoredContestant,
  others: readonly ScoredContestant[],
  looks: number,
): readonly ContestantDifference[] {
  const { better } = best.drawn.measure;
  // The compiler refuses a goal without a direction.
  if (better === "none") return [];
  return others.map(({ contestant, drawn }) => {
    const { value, interval, verdict: found } = scoreDifference(drawn, best.drawn);
    const verdict = found === "differs" ? null : found;
    const { low, high } = interval ?? { low: null, high: null };
    return correctForSelection({ name: contestant.name, difference: value, low, high, verdict }, { looks, better });
  });
}
