/**
 * Asynchronous successive halving (Li et al. 2018), with rungs at first, first × reduction, first × reduction² … steps.
 * Of the trials that have reached a rung so far, the best one in `reduction` continues, and at least the best one. The
 * rungs that a trial passed are derived by replaying all reports in the order of trials. A resumed sweep therefore
 * continues as if it had never been interrupted.
 */
import type { Study, StudyTrial } from "../../searches/kind.js";
import { scoreTexts } from "./score-text.js";

export interface HalvingOptions {
  /** Step of the first rung. */
  readonly first: number;
  readonly reduction: number;
}

/** `where`: text to append to the reason, such as the bracket. */
export function rungPruningReason(
  halving: HalvingOptions,
  study: Study,
  trial: StudyTrial,
  steps: number,
  where = "",
): string | null {
  const last = trial.reports.at(-1);
  if (!last || last.step >= steps) return null;
  const rungs: number[][] = [];
  for (const other of study.trials) if (other.number !== trial.number) climb(halving, rungs, other);
  const before = trial.reports.slice(0, -1);
  let rung = climb(halving, rungs, { ...trial, state: "running", reports: before });
  const place = `trial ${trial.number} at step ${last.step}`;
  while (last.step >= stepOf(halving, rung)) {
    if (Number.isNaN(last.score)) return `${place}: its score is not a number${where}`;
    const came = (rungs[rung] ??= []);
    came.push(last.score);
    const { bar, goOn } = barOf(came, halving.reduction);
    if (last.score < bar) {
      const { texts, worse } = scoreTexts(study, last.score, bar);
      const best = goOn === 1 ? `the best of the ${came.length}` : `the best ${goOn} of the ${came.length}`;
      return `${place}: ${texts[0]}, ${worse} ${texts[1]}, the bar of ${best} that came so far${where}`;
    }
    rung++;
  }
  return null;
}

/** Records a trial's scores at the rungs it passed; returns their number. */
function climb(halving: HalvingOptions, rungs: number[][], { reports, state }: StudyTrial): number {
  let rung = 0;
  for (const [i, { step, score }] of reports.entries()) {
    const ended = state !== "running" && i === reports.length - 1;
    while (step >= stepOf(halving, rung) && !Number.isNaN(score)) {
      const came = (rungs[rung] ??= []);
      came.push(score);
      rung++;
      if (ended && score < barOf(came, halving.reduction).bar) return rung;
    }
  }
  return rung;
}

/** Returns the threshold to continue, and how many trials pass it. */
function barOf(came: readonly number[], reduction: number): { readonly bar: number; readonly goOn: number } {
  const goOn = Math.max(1, Math.floor(came.length / reduction));
  return { bar: came.toSorted((a, b) => b - a)[goOn - 1]!, goOn };
}

const stepOf = ({ first, reduction }: HalvingOptions, rung: number): number => first * reduction ** rung;
