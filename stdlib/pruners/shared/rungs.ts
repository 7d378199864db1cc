/**
 * Successive halving, asynchronous (Li et al. 2018): rungs at first, first × reduction, first × reduction² … steps; of what came
 * to a rung so far one in `reduction` goes on, and at least the best. Which rungs a trial took follows from its reports: they
 * are walked again in the order of trials, so that a sweep goes on as it would have without an interruption.
 */
import type { Study, StudyTrial } from "../../searches/kind.js";
import { scoreTexts } from "./score-text.js";

export interface HalvingOptions {
  /** Steps of the first rung. */
  readonly first: number;
  readonly reduction: number;
}

/** `where`: what is added to the reason, as of a bracket. */
export function prunedBelowRung(
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

/** Enters a trial's scores at the rungs it took; how many these are. */
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

/** The least score that goes on, and how many do. */
function barOf(came: readonly number[], reduction: number): { readonly bar: number; readonly goOn: number } {
  const goOn = Math.max(1, Math.floor(came.length / reduction));
  return { bar: came.toSorted((a, b) => b - a)[goOn - 1]!, goOn };
}

const stepOf = ({ first, reduction }: HalvingOptions, rung: number): number => first * reduction ** rung;
