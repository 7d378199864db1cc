/** Sections of the model card about privacy: the guarantee, and attacks next to chance level. No row is included. */
import { epsilonSpent, epsilonText } from "../../display/curves/time-spent.js";
import { privacyMechanismText, guaranteeMeaningText, privacyGuaranteeText } from "../../display/plans/privacy.js";
import { attackChanceLevelText } from "../../display/scores/attacks.js";
import { fixedDecimalsText, scoreIntervalText } from "../../display/score-cell.js";
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
    "What somebody who has the model can find out about its training rows, tested by Tunebook:",
    table(
      ["attack", "what", "value", "by chance alone"],
      found.flatMap(({ attack, figures }) =>
        figures.map(({ name, value, low, high, chance, most }) => [
          code(attack),
          name,
          `${fixedDecimalsText(value)}${low === null || high === null ? "" : ` (${scoreIntervalText({ low, high })})`}`,
          attackChanceLevelText({ chance: { value: chance, ...(most !== null && { most }) } }),
        ]),
      ),
    ),
    found
      .map(
        ({ attack, said: summary, how, on }) =>
          `- ${code(attack)}, compared with ${escapeMarkdown(on)}: ${escapeMarkdown(summary)} (${escapeMarkdown(how)}).`,
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
    `Differential privacy: ${privacyGuaranteeText(privacy)}; ${spent === null ? "the spent ε is unknown" : `spent: ${epsilonText(spent)}`}. ` +
      `In other words, ${guaranteeMeaningText(privacy)}.`,
    `The guarantee comes from noise: ${privacyMechanismText(privacy)}. It covers ${privacy.unit === "client" ? "clients with all their rows" : "the rows"} of the split ` +
      `\`${Object.hasOwn(data.splits, "train") ? "train" : "all"}\` only, and this training only: several trainings on the same rows add up. ` +
      "Names of labels, numbers of rows, scores and the files in the run's folder are not covered. Hashes of the data and of the recipe, " +
      "which includes that of the data, are omitted from the card of a private training: they would allow to test guesses of a single unknown row.",
  ];
}
