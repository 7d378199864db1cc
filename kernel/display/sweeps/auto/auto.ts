/**
 * The output of `sweep auto`, from its report: the facts, the scores of cheap baselines, and the program that runs. At
 * its end: the best model and its meaning, compared with models without training, and the winner as a program. The
 * sweep's own output is in between.
 */
import type { AutoReport, ScoredCandidate, AutoOutcome } from "../../../study/auto/auto.js";
import { displayOutputOf } from "../../bundle.js";
import { card, html, note, type Html, type DisplayOutput } from "../../html.js";
import { compareByScore, contestTable, skippedCandidatesTable } from "./contest.js";
import { paretoFrontView } from "./front.js";
import { autoFactsView } from "./auto-facts.js";

/** Outputs before any training. */
export function autoViewsBeforeTraining(report: AutoReport): readonly DisplayOutput[] {
  return [autoFactsView(report), probesView(report), autoProgramView(report)].filter((one) => one !== null);
}

/** Outputs after the last trial; none before it. */
export function autoViewsAfter({ goal, outcome }: Pick<AutoReport, "goal" | "outcome">): readonly DisplayOutput[] {
  if (!outcome) return [];
  const picture = paretoFrontView(goal, outcome.scored, outcome.front);
  return [saidShown(goal, outcome), ...(picture ? [picture] : []), ...winnerShown(outcome)];
}

/** `id`: allows updates of the output. Null: nothing was scored or left out. */
export function probesView(
  { goal, probed, left }: Pick<AutoReport, "goal" | "probed" | "left">,
  { id }: { readonly id?: string } = {},
): DisplayOutput | null {
  const out = skippedCandidatesTable(left);
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
  // The other trials are in a separate table.
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
  const words = is ? "The same training as a separate program:" : "The best trial as a separate program:";
  return [displayOutputOf(...programCard(words, tune))];
}

function bestTrialOf(goal: AutoReport["goal"], scored: readonly ScoredCandidate[]): ScoredCandidate | undefined {
  return scored.filter(({ kind }) => kind === "trial").toSorted(compareByScore(goal))[0];
}

/** JupyterLab inserts it into a new cell by a button (editors/jupyterlab/src/programs.ts). */
function programCard(words: string, tune: string): readonly [string, Html] {
  const program = html`<pre
    class="tunebook-program"
    style="font-family:monospace;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere"
  >
${tune}</pre>`;
  return [`${words}\n\n${tune}`, card(words, program)];
}
