/**
 * Splits trials into good ones (the best tenth, ranked like Optuna) and others. Finished trials rank first, by score;
 * then pruned ones, by how far they got and then by score; then those that violate constraints on their results.
 */
import type { StudyTrial } from "../../kind.js";
import { paretoFronts } from "../pareto/fronts.js";
import { selectByHypervolume, referencePoint } from "../pareto/subset.js";

export interface TrialSplit {
  /** Both lists are in the order of the trials' numbers. */
  readonly good: readonly StudyTrial[];
  readonly others: readonly StudyTrial[];
}

/** Checks whether a trial can be used; failed trials and finished ones without a score cannot. */
export function isInformativeTrial({ state, scores }: StudyTrial): boolean {
  if (state === "done") return scores !== null && scores.length > 0 && !scores.some(Number.isNaN);
  return state === "pruned" || state === "running";
}

/** Returns how many of `count` finished trials count as good. */
export function goodTrialCount(count: number, objectives: number): number {
  const tenth = Math.ceil(0.1 * count);
  return objectives > 1 ? tenth : Math.min(tenth, 25);
}

export function splitTrials(trials: readonly StudyTrial[], objectives: number, wanted: number): TrialSplit {
  const ended = trials.filter(({ state }) => state !== "running");
  const [missing, sound] = parted(ended, ({ violation }) => !(violation <= 0));
  const [done, pruned] = parted(sound, ({ state }) => state === "done");
  const ranked = objectives > 1 ? byFronts(done, Math.min(wanted, done.length)) : sorted(done, lossesOf);
  const order = [...ranked, ...sorted(pruned, howFar), ...sorted(missing, ({ violation }) => [orInfinite(violation)])];
  const good = new Set(order.slice(0, wanted));
  return { good: trials.filter((trial) => good.has(trial)), others: trials.filter((trial) => !good.has(trial)) };
}

/** Ranks by last step, then by the score at that step; trials without a report come last. */
function howFar({ reports }: StudyTrial): readonly [number, number] {
  const last = reports.at(-1);
  return last ? [-last.step, orInfinite(-last.score)] : [1, 0];
}
const orInfinite = (x: number): number => (Number.isNaN(x) ? Infinity : x);

const lossesOf = ({ scores }: StudyTrial): readonly number[] => (scores ?? []).map((score) => -score);

/** Takes the better fronts completely; of the front that is split, the points that add most hypervolume. */
function byFronts(done: readonly StudyTrial[], wanted: number): readonly StudyTrial[] {
  const losses = done.map(lossesOf);
  const chosen: number[] = [];
  for (const front of paretoFronts(losses)) {
    const left = wanted - chosen.length;
    if (left <= 0) break;
    if (front.length <= left) chosen.push(...front);
    else {
      const points = front.map((i) => losses[i]!);
      chosen.push(...selectByHypervolume(points, left, referencePoint(points)).map((i) => front[i]!));
    }
  }
  return chosen.map((i) => done[i]!);
}

function parted<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** Sorts in ascending order; stable for equal keys. */
function sorted(trials: readonly StudyTrial[], by: (trial: StudyTrial) => readonly number[]): readonly StudyTrial[] {
  const keyed = trials.map((trial) => ({ trial, key: by(trial) }));
  const differs = (a: readonly number[], b: readonly number[]): number => {
    const place = a.findIndex((x, i) => x !== b[i]);
    return place === -1 ? 0 : a[place]! < b[place]! ? -1 : 1;
  };
  return keyed.sort((a, b) => differs(a.key, b.key)).map(({ trial }) => trial);
}
