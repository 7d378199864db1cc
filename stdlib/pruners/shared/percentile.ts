/**
 * Prunes a trial whose best score so far is below a percentile of the finished trials' scores at the same step (Golovin
 * et al. 2017).
 */
import type { Call } from "#dsl/language/types/value.js";
import type { Study, StudyTrial } from "../../searches/kind.js";
import { scoreTexts, trialCountText } from "./score-text.js";

/** `share`: share of the best trials to continue; `named`: formats the threshold as text. */
export function percentilePruningReason(
  call: Call,
  share: number,
  named: (bar: string, count: string) => string,
  study: Study,
  trial: StudyTrial,
  steps: number,
): string | null {
  const finished = study.trials.filter(({ state }) => state === "done");
  const last = trial.reports.at(-1);
  if (!last || last.step >= steps || finished.length === 0 || finished.length < Number(call.arguments["startup"]))
    return null;
  if (!isDue(call, trial, steps)) return null;
  const ownScores = trial.reports.map(({ score }) => score).filter((score) => !Number.isNaN(score));
  const where = `trial ${trial.number} at step ${last.step}`;
  if (ownScores.length === 0) return `${where}: none of its scores is a number`;
  const best = ownScores.reduce((one, other) => Math.max(one, other));
  const there = finished
    .flatMap(({ reports }) => reports.filter(({ step }) => step === last.step).map(({ score }) => score))
    .filter((score) => !Number.isNaN(score));
  if (there.length === 0) return null;
  const bar = percentile(there, 1 - share);
  if (!(best < bar)) return null;
  const { texts, worse } = scoreTexts(study, best, bar);
  const which = best === last.score ? "" : " at best";
  return `${where}: ${texts[0]}${which}, ${worse} ${named(texts[1]!, trialCountText(there.length))}`;
}

/** Returns true if the last report is the first in its interval after the warm-up. */
function isDue(call: Call, { reports }: StudyTrial, steps: number): boolean {
  const step = reports.at(-1)?.step ?? 0;
  const warmup = stepsOf(call.arguments["warmup"], steps);
  const every = Number(call.arguments["every"]);
  if (step < warmup) return false;
  const begun = Math.floor((step - warmup) / every) * every + warmup;
  return (reports.at(-2)?.step ?? -1) < begun;
}
function stepsOf(given: unknown, steps: number): number {
  if (typeof given === "object" && given !== null && "share" in given) return Math.ceil(Number(given.share) * steps);
  return Number(given);
}

/** Interpolates linearly between the two nearest scores, with numpy's rounding. */
function percentile(scores: readonly number[], share: number): number {
  const sorted = Float64Array.from(scores).sort();
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  const part = place - below;
  if (low === high) return low;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
