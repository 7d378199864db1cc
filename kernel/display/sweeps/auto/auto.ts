/**
 * The cell of `sweep auto`, from its report: what is there, what cheap answers come to, the program that runs; at its end what is
 * best and what that means, beside what needs no training, and the winner as a program. Between them stands the sweep's own cell.
 */
import type { AutoReport, Contestant, AutoOutcome } from "../../../study/auto/auto.js";
import { displayOutputOf } from "../../bundle.js";
import { card, html, note, type Html } from "../../html.js";
import type { DisplayOutput } from "../../bundle-output.js";
import { compareByScore, contestTable, leftOutTable } from "./contest.js";
import { frontView } from "./front.js";
import { autoFactsView } from "./auto-facts.js";

/** Before anything is trained. */
export function autoViewsBefore(report: AutoReport): readonly DisplayOutput[] {
  return [autoFactsView(report), probesView(report), autoProgramView(report)].filter((one) => one !== null);
}

/** Once nothing is left to try; none before. */
export function autoViewsAfter({ goal, outcome }: Pick<AutoReport, "goal" | "outcome">): readonly DisplayOutput[] {
  if (!outcome) return [];
  const picture = frontView(goal, outcome.scored, outcome.front);
  return [saidShown(goal, outcome), ...(picture ? [picture] : []), ...winnerShown(outcome)];
}

/** `id`: it may be shown anew, as answers come in. Null: nothing was scored, and nothing left out. */
export function probesView(
  { goal, probed, left }: Pick<AutoReport, "goal" | "probed" | "left">,
  { id }: { readonly id?: string } = {},
): DisplayOutput | null {
  const out = leftOutTable(left);
  if (probed.length === 0 && !out) return null;
  const title = probed.length === 0 ? "Nothing was scored before training" : "Before any training";
  const table = probed.length === 0 ? null : contestTable({ goal, contestants: probed });
  return displayOutputOf(
    [title, table?.text, out?.text].filter((part) => part !== undefined).join("\n"),
    card(title, table?.html, out?.html),
    {},
    id,
  );
}

export function autoProgramView({ program }: Pick<AutoReport, "program">): DisplayOutput {
  if (program === null) {
    const words = "No training fits into the budget: nothing is swept.";
    return displayOutputOf(words, card(null, note(words)));
  }
  return displayOutputOf(...programCard("This program runs now:", program));
}

function saidShown(goal: AutoReport["goal"], { sentence, best, versus, scored, front }: AutoOutcome): DisplayOutput {
  const trial = bestTrialOf(goal, scored);
  // The other trials have a table of their own.
  const beside = scored.filter(
    (one) => one.kind !== "trial" || one === trial || one.name === best || front.includes(one.name),
  );
  const table = contestTable({
    goal,
    contestants: beside,
    versus,
    front,
    ...(trial && { best: trial.name }),
  });
  const [first = sentence, rest] = sentence.split(/(?<=\.)\s+(?=\p{Lu})(.*)/su);
  return displayOutputOf([sentence, table.text].join("\n"), card(first, rest !== undefined && note(rest), table.html));
}

function winnerShown({ tune, best, scored }: AutoOutcome): readonly DisplayOutput[] {
  if (tune === null) return [];
  const is = scored.find(({ name }) => name === best)?.kind === "trial";
  const words = is
    ? "What trains it, as a program of its own:"
    : "What trains the best trial, as a program of its own:";
  return [displayOutputOf(...programCard(words, tune))];
}

function bestTrialOf(goal: AutoReport["goal"], scored: readonly Contestant[]): Contestant | undefined {
  return scored.filter(({ kind }) => kind === "trial").toSorted(compareByScore(goal))[0];
}

/** JupyterLab puts it into a new cell by a button (editors/jupyterlab/src/programs.ts). */
function programCard(words: string, tune: string): readonly [string, Html] {
  const program = html`<pre
    class="tunebook-program"
    style="font-family:monospace;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere"
  >
${tune}</pre>`;
  return [`${words}\n\n${tune}`, card(words, program)];
}
