/** Selects the best of all scored candidates, says what that means, and finds the Pareto front. */
import { paretoFrontOf } from "../front.js";
import { groupedNumber, durationText, significantText } from "../../host/value-text.js";
import type { AutoReport, ScoredCandidate, ScoredCandidateDifference } from "./auto.js";

type Goal = AutoReport["goal"];

const worth = ({ score }: Pick<ScoredCandidate, "score">, { direction }: Goal): number =>
  Number.isNaN(score) ? -Infinity : direction === "maximize" ? score : -score;

/**
 * Returns the best candidate. Ties go to candidates without training, which are cheaper. A candidate that misses a
 * requirement wins only if none meets them all.
 */
export function bestScoredCandidate(scored: readonly ScoredCandidate[], goal: Goal): ScoredCandidate | undefined {
  const keep = scored.filter((one) => !one.misses && worth(one, goal) > -Infinity);
  const cheap = [...(keep.length > 0 ? keep : scored)].sort(
    (a, b) => Number(a.kind === "trial") - Number(b.kind === "trial"),
  );
  return cheap.reduce<ScoredCandidate | undefined>(
    (best, one) => (worth(one, goal) > (best ? worth(best, goal) : -Infinity) ? one : best),
    undefined,
  );
}

/** Returns the names on the Pareto front of score, size and latency; unknown values count as the worst. */
export function paretoFrontNames(scored: readonly ScoredCandidate[], goal: Goal): readonly string[] {
  const best = bestScoredCandidate(scored, goal);
  const able = scored.filter((one) => !Number.isNaN(one.score) && (!one.constant || one === best));
  const worths = able.map((one) => [worth(one, goal), -(one.bytes ?? Infinity), -(one.latency ?? Infinity)]);
  return paretoFrontOf(worths).flatMap((index) => able[index]?.name ?? []);
}

/** Wording for a trial that scores worse than a candidate without training. */
const SURE = {
  worse: "which is more than chance",
  better: "within chance",
  "no difference shown": "within chance",
  unknown: "with too few rows to exclude chance",
} as const;

/** Returns one sentence, or a few: which candidate is best, by how much, and what to do next. */
export function outcomeSentence(options: {
  readonly name: string;
  readonly goal: Goal;
  readonly scored: readonly ScoredCandidate[];
  readonly versus: readonly ScoredCandidateDifference[];
  /** Why nothing was trained; null if something was. */
  readonly untrained: string | null;
  /** Number of validation scores from which the best trial was selected. */
  readonly looks: number;
  /** Number of validation rows. */
  readonly rows: number;
}): string {
  const { goal, scored, versus, untrained } = options;
  // The first trial is the best one, with requirements taken into account.
  const trial = scored.find(({ kind }) => kind === "trial");
  const ranked = [...scored.filter(({ kind }) => kind !== "trial"), ...(trial ? [trial] : [])];
  const best = bestScoredCandidate(ranked, goal);
  if (!best) return "Nothing could be scored.";
  const ahead = ranked.filter((one) => one.misses && one !== best && worth(one, goal) > worth(best, goal));
  const bars = missing(best, ahead, goal);
  const value = (one: ScoredCandidate): string => `${goal.metric} ${significantText(one.score, 4)}`;
  if (!trial)
    return `${best.name} is the best that there is, with ${value(best)} on the validation rows: ${untrained ?? "no trial has a score"}.${bars}`;
  if (best.kind !== "trial" && trial.misses && !best.misses)
    return `${best.name} is the best of what keeps all that is required, with ${value(best)} on the validation rows; the best trial has ${significantText(trial.score, 4)} and misses ${trial.misses.join("; ")}.${missing(
      best,
      ahead.filter((one) => one !== trial),
      goal,
    )}`;
  if (best.kind !== "trial" && best.score === trial.score)
    return `${best.name} does as well as the best trial: ${value(best)} on the validation rows, trained in ${durationText(best.seconds)}. No trial is worth its time here.${bars}`;
  if (best.kind !== "trial") {
    const difference = versus.find(({ name }) => name === best.name);
    const sure = SURE[difference?.verdict ?? "unknown"];
    return `${best.name} wins: ${value(best)} on the validation rows, and the best trial has ${significantText(trial.score, 4)}, ${sure}. It was trained in ${durationText(best.seconds)}: use it, or give the search more time.${bars}`;
  }
  // Candidates with a better score are reported separately, because they miss a requirement.
  const beside = versus.filter(({ name }) => !ahead.some((one) => one.name === name));
  const beaten = beside.filter(({ verdict }) => verdict === "better").map(({ name }) => name);
  const others = beside.filter(({ verdict }) => verdict !== "better" && verdict !== null);
  const lucky = others.filter(({ chosen }) => chosen).map(({ name }) => name);
  const even = others.filter(({ chosen }) => !chosen).map(({ name }) => name);
  const unknown = beside.filter(({ verdict }) => verdict === null).map(({ name }) => name);
  const parts = [
    `${best.name} is the best, with ${value(best)} on the validation rows`,
    ...(beaten.length > 0 ? [`it beats ${listed(beaten)} by more than chance`] : []),
    ...(lucky.length > 0
      ? [`it is ahead of ${listed(lucky)}, but by no more than the choice of the best score may explain`]
      : []),
    ...(even.length > 0 ? [`against ${listed(even)} no difference is shown`] : []),
    ...(unknown.length > 0 ? [`it is ahead of ${listed(unknown)} with too few rows to exclude chance`] : []),
  ];
  return `${parts.join("; ")}.${bestOfLooks(options)}${bars}`;
}

/** Warns that the best of several scores on the same rows is optimistic. */
function bestOfLooks({ name, looks, rows }: { readonly name: string; readonly looks: number; readonly rows: number }) {
  if (looks < 2) return "";
  return ` Since it is the best of ${groupedNumber(looks)} scores on ${groupedNumber(rows)} rows, its score is rather too good: run \`evaluate ${name}.best\` on the test split.`;
}

/** Names the candidates that score better but miss a requirement, or says that the best one itself misses some. */
function missing(best: ScoredCandidate, ahead: readonly ScoredCandidate[], { metric }: Goal): string {
  if (best.misses) return ` No candidate meets all requirements: ${best.name} misses ${best.misses.join("; ")}.`;
  return ahead
    .map(
      ({ name, score, misses = [] }) =>
        ` ${name} has ${metric} ${significantText(score, 4)} and misses ${misses.join("; ")}.`,
    )
    .join("");
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
