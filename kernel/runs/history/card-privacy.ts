/** Sections of the model card about privacy: the guarantee, and attacks next to chance level. No row is included. */
import { epsilonSpent, epsilonText } from "../../display/curves/time-spent.js";
import { privacyMechanismText, guaranteeMeaningText, privacyGuaranteeText } from "../../display/plans/privacy.js";
import { attackChanceText } from "../../display/scores/attacks.js";
import { fixedText, rangeText } from "../../display/score-cell.js";
import { plural } from "../../host/value-text.js";
import { code, escapeMarkdown, table } from "../../display/markdown.js";
import type { CardFacts } from "./card-facts.js";
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

/** Describes the privacy guarantee, how it was enforced, and the budget spent. */
export function privacyCardLines({ plan, events, data }: CardFacts): readonly (string | false)[] {
  const { privacy } = plan.recipe.training;
  if (!privacy) return [];
  const spent = epsilonSpent(events);
  return [
    "## Privacy",
    `Differential privacy: ${privacyGuaranteeText(privacy)}; ${spent === null ? "what was spent is not known" : `spent: ${epsilonText(spent)}`}. ` +
      `In other words, ${guaranteeMeaningText(privacy)}.`,
    `It was kept by noise: ${privacyMechanismText(privacy)}. It is about ${privacy.unit === "client" ? "clients with all their rows" : "the rows"} of the split ` +
      `\`${Object.hasOwn(data.splits, "train") ? "train" : "all"}\` alone, and about this training: what several trainings on the same rows tell adds up. ` +
      "Names of labels, numbers of rows, scores and all that stands in the run's folder are not covered. Hashes of the data and of the recipe, " +
      "which has that of the data in it, stand in no card of a private training: whoever knows all rows but one could try the last against them.",
  ];
}
