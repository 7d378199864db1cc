/** The trials whose weights are kept, asked of the validation rows once more: beside each other, and beside what needs no training. */
import { existsSync } from "node:fs";
import type { Versus } from "../../../study/auto/auto.js";
import type { TrialRecord } from "../../../study/trial.js";
import { asChosen } from "../../../study/auto/luck.js";
import { difference } from "../../../inference/measuring/comparison.js";
import { loadedWeights } from "../../../models/loaded-run.js";
import { evaluateOnce } from "../../../evaluation/evaluate-once.js";
import { howOf, type AroundAuto } from "./auto-context.js";
import { drawnOf, SPLIT, type Probed } from "./probes.js";

export async function scoredTrials(around: AroundAuto, trials: readonly TrialRecord[]): Promise<readonly Probed[]> {
  const { session, stage } = around;
  const scored: Probed[] = [];
  for (const { number, run } of trials) {
    if (run === null || !existsSync(run)) continue;
    stage.signal?.throwIfAborted();
    const weights = loadedWeights(run);
    const { model, data } = weights.plan.recipe;
    const handle = session.models.unnamed(model, `trial ${String(number)}`);
    handle.weights = weights;
    try {
      const measured = await evaluateOnce(session, handle, { data, split: SPLIT }, howOf(around), stage);
      const of = { name: handle.name, kind: "trial", base: model.base, number } as const;
      scored.push(await drawnOf(around, measured, of));
    } finally {
      await session.weights.forget(run);
    }
  }
  return scored;
}

/** `looks`: scores of these rows, of which that of `best` is the best one. */
export function versusOf(best: Probed, others: readonly Probed[], looks: number): readonly Versus[] {
  const { better } = best.drawn.measure;
  // The compiler refuses a goal without a direction.
  if (better === "none") return [];
  return others.map(({ contestant, drawn }) => {
    const { value, interval, verdict: found } = difference(drawn, best.drawn);
    const verdict = found === "differs" ? null : found;
    const { low, high } = interval ?? { low: null, high: null };
    return asChosen({ name: contestant.name, difference: value, low, high, verdict }, { looks, better });
  });
}
