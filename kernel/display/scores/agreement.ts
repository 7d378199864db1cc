/** Agreement of annotators, and the rows on which they disagree. */
import type { Agreement } from "../../data/annotations/agreement.js";
import type { DisagreedRow } from "../../data/annotations/resolved-labels.js";
import type { AnnotationVote } from "../../data/annotations/resolved-decisions.js";
import { labelText } from "../data/annotate.js";
import type { DisplayOutput } from "../html.js";
import { tableView } from "../table.js";
import { clip, groupedNumber, oneLine, plural } from "../../host/value-text.js";

export function agreementView(
  data: string,
  agreement: Agreement,
  disagreed: readonly DisagreedRow[],
): readonly DisplayOutput[] {
  const { annotators, rows, alpha, pairs, choices } = agreement;
  if (rows === 0) {
    const alone =
      annotators.length === 0 ? "no annotations yet" : `${annotators.join(" and ")} decided on no row in common`;
    return [{ bundle: { "text/plain": `Agreement on ${data}: ${alone}` } }];
  }
  const measures = [
    ["all annotators", "Krippendorff's alpha", rounded(alpha), rows],
    ...pairs.map(({ a, b, rows, kappa, same }) => [
      ...[`${a} and ${b}`, "Cohen's kappa", rounded(kappa), rows],
      ...[`${groupedNumber(same)} of ${groupedNumber(rows)}`],
    ]),
    ...choices.map(({ choice, rows, alpha }) => [
      `label ${choiceText(choice)}`,
      "alpha, against all others",
      rounded(alpha),
      rows,
    ]),
  ];
  const options = {
    title: `Agreement on ${data}: ${rounded(alpha)} on ${plural(rows, "row")} by ${annotators.join(", ")}`,
  };
  return [
    tableView(["between", "measure", "value", "rows", "the same"], measures, {
      ...options,
      limit: 60,
      caption: "1: always the same; 0: by chance; – : all chose the same label throughout, so it is undefined",
    }),
    ...(disagreed.length > 0 ? [disagreedShown(data, disagreed, annotators)] : []),
  ];
}

function disagreedShown(
  data: string,
  disagreed: readonly DisagreedRow[],
  annotators: readonly string[],
): DisplayOutput {
  const rows = disagreed.map(({ row, votes }) => {
    const by = new Map(votes.map(({ annotator, vote }) => [annotator, voteText(vote)]));
    const verdictText =
      row.verdict.is === "label"
        ? labelText(row.verdict.label)
        : row.verdict.is === "drop"
          ? "dropped"
          : labelText(row.before);
    return [
      ...[row.row, row.split ?? "–", labelText(row.before)],
      ...annotators.map((annotator) => by.get(annotator) ?? ""),
      ...[
        row.verdict.is === "tie" ? `${verdictText} (a tie)` : verdictText,
        clip(oneLine(Object.values(row.texts).join(" | ")), 240),
      ],
    ];
  });
  return tableView(["row", "split", "source", ...annotators, "stays", "text"], rows, {
    title: `${data}: ${plural(disagreed.length, "row")} on which annotators disagree`,
    limit: 50,
  });
}

function voteText(vote: AnnotationVote): string {
  return "drop" in vote ? "drop" : labelText(vote.label);
}
function choiceText(choice: string): string {
  if (choice === "drop") return "drop";
  const label: unknown = JSON.parse(choice);
  return labelText(Array.isArray(label) ? label.map(String) : String(label));
}
function rounded(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}
