/**
 * The best trial as a program: JupyterLab inserts it into a new cell by a button (editors/jupyterlab/src/programs.ts);
 * other front ends offer it for copying.
 */
import { displayOutputOf } from "../bundle.js";
import { card, html, type DisplayOutput } from "../html.js";
import { plural, significantText } from "../../host/value-text.js";

export interface BestProgram {
  readonly number: number;
  readonly score: number;
  readonly tune: string;
  /** Sentence on the number of trials whose weights are stored. */
  readonly keptNote?: string;
}

export function bestProgramView({ number, score, tune, keptNote }: BestProgram): DisplayOutput {
  const words = `Best: trial ${String(number)}, ${[`${significantText(score, 4)}.`, keptNote, "As a program:"].filter(Boolean).join(" ")}`;
  const program = html`<pre
    class="tunebook-program"
    style="font-family:monospace;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere"
  >
${tune}</pre>`;
  return displayOutputOf(`${words}\n\n${tune}`, card(words, program));
}

/** The nearest trial of a sweep in which none meets the thresholds. */
export interface TrialNearestToThresholds {
  readonly number: number;
  /** The missed threshold, and by how much. */
  readonly missed: string;
  /** Number of ended trials. */
  readonly trials: number;
}

export function noTrialMeetsThresholdsView(
  name: string,
  { number, missed, trials }: TrialNearestToThresholds,
): DisplayOutput {
  const words = `No best trial: of ${plural(trials, "trial")} of ${name} none clears the bars. Trial ${String(number)} comes nearest, and misses ${missed}. Relax \`require\`, or let more trials run.`;
  return displayOutputOf(words, card("No best trial", html`<div>${words}</div>`));
}
