/** The best trial as a program: JupyterLab puts it into a new cell by a button (editors/jupyterlab/src/programs.ts), elsewhere it is copied. */
import { shownOf } from "../bundle.js";
import { card, html } from "../html.js";
import type { Shown } from "../bundle-output.js";
import { plural, significant } from "../../host/text.js";

export interface BestProgram {
  readonly number: number;
  readonly score: number;
  readonly tune: string;
  /** Of how many trials weights stay, as a sentence. */
  readonly kept?: string;
}

export function bestShown({ number, score, tune, kept }: BestProgram): Shown {
  const words = `Best: trial ${String(number)}, ${[`${significant(score, 4)}.`, kept, "As a program:"].filter(Boolean).join(" ")}`;
  const program = html`<pre
    class="tunebook-program"
    style="font-family:monospace;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere"
  >
${tune}</pre>`;
  return shownOf(`${words}\n\n${tune}`, card(words, program));
}

/** Of a sweep in which no trial clears what it requires. */
export interface Nearest {
  readonly number: number;
  /** What it misses, and by how much. */
  readonly missed: string;
  /** That ended. */
  readonly trials: number;
}

export function noneClearsShown(name: string, { number, missed, trials }: Nearest): Shown {
  const words = `No best trial: of ${plural(trials, "trial")} of ${name} none clears the bars. Trial ${String(number)} comes nearest, and misses ${missed}. Relax \`require\`, or let more trials run.`;
  return shownOf(words, card("No best trial", html`<div>${words}</div>`));
}
