/** Rows whose label is probably wrong, in descending order of certainty. */
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { DisplayOutput } from "../html.js";
import { tableView } from "../table.js";
import { clip, groupedNumber, oneLine, formatPercent, plural } from "../../host/value-text.js";

export interface LabelIssueRow {
  readonly split: string;
  readonly row: RowIdentifier;
  readonly text: string;
  readonly label: string;
  /** The most probable other label. */
  readonly likely: string;
  /** Probability that its label is right, by the other rows. */
  readonly chance: number;
  /** The row's margin in the training, and whether the training or the probe flags it. */
  readonly trained?: {
    readonly margin: number;
    readonly forgotten: number;
    readonly by: "probe" | "training" | "both";
  };
}

export interface LabelIssueSummary {
  readonly data: string;
  /** Number of judged rows; `all`: total number. */
  readonly rows: number;
  readonly all: number;
  /** Share of labels that the other rows predict correctly. */
  readonly accuracy: number;
  readonly share: number;
}

/** Maximum displayed code points of a row's text; it wraps. */
const LONGEST = 600;

export function labelIssuesView(issues: readonly LabelIssueRow[], summary: LabelIssueSummary): DisplayOutput {
  const named = issues.filter(({ trained }) => trained?.by !== "training");
  const right = named.reduce((all, { chance }) => all + chance, 0) / Math.max(1, named.length);
  const wrong =
    named.length === 0 ? "" : `, and about ${formatPercent(right, 0)} of the listed ones are correct labels`;
  const some =
    summary.rows < summary.all
      ? `${groupedNumber(summary.rows)} of ${groupedNumber(summary.all)} rows, at equal distances over them; `
      : "";
  const judged = `each row judged by the others, which agree with ${formatPercent(summary.accuracy)} of the labels. By that about ${formatPercent(summary.share)} of all labels are wrong${wrong}: look at them before you change them. chance: that the label is right`;
  const trained = issues.some((one) => one.trained);
  const seen = trained
    ? ". AUM: how far its label led in the training, on average; forgotten: how often it was right and then wrong"
    : "";
  return tableView(
    ["text", "row", "split", "label", "rather", "chance", ...(trained ? ["AUM", "forgotten", "by"] : [])],
    issues.map((one) => [
      clip(oneLine(one.text), LONGEST),
      one.row,
      one.split,
      clip(one.label, 60),
      clip(one.likely, 60),
      formatPercent(one.chance),
      ...(trained ? trainingText(one.trained) : []),
    ]),
    {
      title: `${summary.data}: ${titleOf(issues, summary.rows)}`,
      caption: `${some}${judged}${seen}`,
      limit: 50,
      longest: LONGEST,
    },
  );
}

/** Some listed labels are probably right: those of rare labels, and those flagged by the training only. */
function titleOf(issues: readonly LabelIssueRow[], rows: number): string {
  const wrong = issues.filter(({ chance }) => chance < 0.5).length;
  const others = issues.length - wrong;
  const all = `${wrong === 0 ? "no label" : plural(wrong, "label")} of ${groupedNumber(rows)} rows ${wrong < 2 ? "is" : "are"} probably wrong`;
  return others === 0 ? all : `${all}, ${groupedNumber(others)} ${wrong === 0 ? "" : "more "}may be`;
}

function trainingText(trained: LabelIssueRow["trained"]): readonly string[] {
  return trained ? [trained.margin.toFixed(2), String(trained.forgotten), trained.by] : ["", "", "probe"];
}
