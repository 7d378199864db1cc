/**
 * Texts about the state of a sweep: trials of the total, time left, running trials, states of the others, importances.
 */
import { secondsLeft } from "../../study/time-left.js";
import { clip, durationText, oneLine, plural, significantText } from "../../host/value-text.js";
import { TRIAL_STATES } from "./series-styles.js";
import { bestTrial, type SweepTrial, type SweepView } from "./view.js";

export function endedCount({ trials }: SweepView): number {
  return trials.filter(({ state }) => state !== "running").length;
}

/** Returns e.g. `Sweep search: 6 of 20 trials, about 4 min left`. */
export function sweepHeadline(view: SweepView): string {
  const { name, trials, wanted, clock } = view;
  const ended = endedCount(view);
  const progress = wanted === null ? plural(ended, "trial") : `${String(ended)} of ${plural(wanted, "trial")}`;
  const left = clock ? secondsLeft(trials, wanted, clock) : null;
  const time = left === null || (ended === wanted && left < 1) ? [] : [`about ${roughly(left)} left`];
  return `${name === undefined ? "Sweep" : `Sweep ${clip(oneLine(name), 40)}`}: ${[progress, ...time].join(", ")}`;
}

/** Returns e.g. `best 0.8423 (trial 4) · 4 done, 1 pruned, 1 failed · running: 7, 8`. */
export function sweepStandingText(view: SweepView): string {
  const [goal] = view.goals;
  const best = bestTrial(view.trials, goal);
  const nearest = best ? undefined : view.trials.find((trial) => trial.nearest !== undefined);
  const counts = TRIAL_STATES.map((state) => ({
    state,
    n: view.trials.filter((trial) => trial.state === state).length,
  }))
    .filter(({ state, n }) => n > 0 && state !== "running")
    .map(({ state, n }) => `${String(n)} ${state}`);
  const running = view.trials.filter(({ state }) => state === "running");
  return [
    best && `best ${clip(goal.metric, 30)} ${significantText(best.score, 4)} (trial ${String(best.number)})`,
    nearest &&
      `none clears the bars: trial ${String(nearest.number)} comes nearest, and misses ${clip(nearest.nearest ?? "", 100)}`,
    counts.join(", "),
    running.length > 0 && `running: ${runningWords(running)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

function runningWords(running: readonly SweepTrial[]): string {
  const [only, ...others] = running;
  if (!only || others.length > 0)
    return clip(
      running.map(({ number, steps, reports }) => `${String(number)}${shareWords(steps, reports)}`).join(", "),
      60,
    );
  const { number, values, steps, reports } = only;
  const valueTexts = Object.entries(values).map(
    ([path, value]) => `${path.split(".").at(-1) ?? path} ${String(value)}`,
  );
  const text = clip(oneLine(valueTexts.join(", ")), 60);
  return `trial ${String(number)}${shareWords(steps, reports)}${text === "" ? "" : ` (${text})`}`;
}
function shareWords(steps: number | undefined, reports: SweepTrial["reports"]): string {
  const currentStep = reports?.at(-1)?.step;
  return steps === undefined || currentStep === undefined || steps <= 0
    ? ""
    : ` at ${Math.round((100 * currentStep) / steps)} %`;
}

/** Returns e.g. `4 min`, because the time is only an estimate. */
function roughly(seconds: number): string {
  if (seconds < 50) return `${String(Math.max(5, Math.ceil(seconds / 5) * 5))} s`;
  if (seconds < 3570) return `${String(Math.max(1, Math.round(seconds / 60)))} min`;
  return durationText(Math.round(seconds / 300) * 300);
}
