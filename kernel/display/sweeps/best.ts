/** The best trial as a program: JupyterLab puts it into a new cell by a button (editors/jupyterlab/src/programs.ts), elsewhere it is copied. */
import { displayOutputOf } from "../bundle.js";
import { card, html } from "../html.js";
import type { DisplayOutput } from "../bundle-output.js";
import { plural, significantText } from "../../host/text.js";

export interface BestProgram {
  readonly number: number;
  readonly score: number;
  readonly tune: string;
  /** Of how many trials weights stay, as a sentence. */
  readonly keptNote?: string;
}

export function bestTrialView({ number, score, tune, keptNote }: BestProgram): DisplayOutput {
  const words = `Best: trial ${String(number)}, ${[`${significantText(score, 4)}.`, keptNote, "As a program:"].filter(Boolean).join(" ")}`;
  const program = html`<pre
    class="tunebook-program"
    style="font-family:monospace;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere"
  >
${tune}</pre>`;
  return displayOutputOf(`${words}\n\n${tune}`, card(words, program));
}

/** Of a sweep in which no trial clears what it requires. */
export interface NearestTrial {
  readonly number: number;
  /** What it misses, and by how much. */
  readonly missed: string;
  /** That ended. */
  readonly trials: number;
}

export function noneClearsView(name: string, { number, missed, trials }: NearestTrial): DisplayOutput {
  const words = `No best trial: of ${plural(trials, "trial")} of ${name} none clears the bars. Trial ${String(number)} comes nearest, and misses ${missed}. Relax \`require\`, or let more trials run.`;
  return displayOutputOf(words, card("No best trial", html`<div>${words}</div>`));
}
