/** Describes privacy attacks for the model card: each result next to chance level. No row is included. */
import { attackChanceText } from "../../display/scores/attacks.js";
import { fixedText, rangeText } from "../../display/score-cell.js";
import { plural } from "../../host/value-text.js";
import { code, escapeMarkdown, table } from "../../display/markdown.js";
import type { AttackScores, RunScore } from "./run-scores.js";

export function attackSummaryLines(scored: readonly RunScore[]): readonly string[] {
  // A repeated attack on the same rows replaces the earlier result.
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
