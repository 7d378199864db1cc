/** Attacks on a model, as its card tells of them: what each came to beside what comes of chance alone. No row stands in it. */
import { attackChanceText } from "../../display/scores/attacks.js";
import { fixedText, rangeText } from "../../display/score-cell.js";
import { plural } from "../../host/text.js";
import { code, escapeMarkdown, table } from "../../display/markdown.js";
import type { AttackScores, RunScore } from "./run-scores.js";

export function attackSummaryLines(scored: readonly RunScore[]): readonly string[] {
  // The same attack beside the same rows again takes the place of the one before it.
  const last = new Map<string, AttackScores & { readonly on: string }>();
  for (const { data, split, rows, attacks = [] } of scored)
    for (const one of attacks) {
      const on = `${split === null ? data : `${data}.${split}`}, ${plural(rows, "row")}`;
      last.set(`${one.attack} ${on}`, { ...one, on });
    }
  if (last.size === 0) return [];
  const found = [...last.values()];
  return [
    "## Attacks",
    "What somebody finds out of the rows that trained it who has the model, tried by Tunebook:",
    table(
      ["attack", "what", "value", "by chance alone"],
      found.flatMap(({ attack, figures }) =>
        figures.map(({ name, value, low, high, chance, most }) => [
          code(attack),
          name,
          `${fixedText(value)}${low === null || high === null ? "" : ` (${rangeText({ low, high })})`}`,
          attackChanceText({ chance: { value: chance, ...(most !== null && { most }) } }),
        ]),
      ),
    ),
    found
      .map(
        ({ attack, said: summary, how, on }) =>
          `- ${code(attack)}, beside ${escapeMarkdown(on)}: ${escapeMarkdown(summary)} (${escapeMarkdown(how)}).`,
      )
      .join("\n"),
  ];
}
