/** Confusions between labels: the largest as a list if labels are many, and a heat map of the labels that fit. */
import { figureView, type Figure } from "../figure.js";
import { html, type DisplayOutput, OUTPUT_WIDTH } from "../html.js";
import { bluesScale } from "../svg/colors.js";
import { clipDistinct } from "../clip-differences.js";
import { alignPercentDecimals } from "../column.js";
import { tableView } from "../table.js";
import { textTable } from "../text-table.js";
import { groupedNumber, escapePlotlyLabel, oneLine, formatPercent, printable } from "../../host/value-text.js";

type Counts = readonly (readonly number[])[];
interface Words {
  /** Suffix with the model's name if several are displayed: `: router`. */
  readonly suffix?: string;
  /** The counted unit. Defaults to `rows`. */
  readonly several?: string | undefined;
}

/** Maximum labels of a heat map: more cells would be indistinguishable. */
const GRID = 12;
const LISTED = 10;

/** Returns no output, the heat map, or list and heat map. `confusion[truth][predicted]`. */
export function confusionView(
  labels: readonly string[],
  confusion: Counts,
  words: Words = {},
): readonly DisplayOutput[] {
  if (confusion.length === 0) return [];
  const grid = gridShown(labels, confusion, words);
  return labels.length > GRID ? [...largestShown(labels, confusion, words), grid] : [grid];
}

function largestShown(
  labels: readonly string[],
  confusion: Counts,
  { suffix = "", several = "rows" }: Words,
): readonly DisplayOutput[] {
  const found = confusion.flatMap(confusionsOf).sort((a, b) => b.n - a.n || b.share - a.share);
  if (found.length === 0) return [];
  const some = found.slice(0, LISTED);
  const shares = alignPercentDecimals(some.map(({ share }) => formatPercent(share)));
  const left = found.length - some.length;
  const all = sum(found.map(({ n }) => n));
  const named = [...new Set(some.flatMap(({ truth, predicted }) => [truth, predicted]))];
  const names = namesOf(labels, named, 60);
  const name = (index: number): string => names[named.indexOf(index)] ?? "";
  const table = tableView(
    ["truth", "predicted", several, "of that truth"],
    some.map(({ truth, predicted, n }, i) => [name(truth), name(predicted), groupedNumber(n), shares[i]]),
    {
      title: `Largest confusions${suffix}`,
      caption: `${left > 0 ? `and ${groupedNumber(left)} more; ` : ""}${groupedNumber(all)} ${several} were taken for another label`,
    },
  );
  return [table];
}

interface Confused {
  readonly truth: number;
  readonly predicted: number;
  readonly n: number;
  /** Share of the rows with this true label. */
  readonly share: number;
}
function confusionsOf(row: readonly number[], truth: number): readonly Confused[] {
  const all = sum(row);
  const found: Confused[] = [];
  row.forEach((n, predicted) => {
    if (n > 0 && predicted !== truth) found.push({ truth, predicted, n, share: n / all });
  });
  return found;
}

/** Returns the displayed labels: the most frequent if some are left out. */
function shownLabels(confusion: Counts): readonly number[] {
  const all = confusion.map((_, i) => i);
  if (all.length <= GRID) return all;
  const rows = confusion.map(sum);
  return all.sort((a, b) => (rows[b] ?? 0) - (rows[a] ?? 0)).slice(0, GRID);
}

/** Returns distinct names, because a name is a label's position on an axis. */
function namesOf(labels: readonly string[], indices: readonly number[], length: number): readonly string[] {
  return clipDistinct(
    indices.map((i) => printable(oneLine(labels[i] ?? ""))),
    length,
  );
}

function titleOf({ suffix = "" }: Words, left: number): string {
  return `Confusion matrix${suffix}${left > 0 ? `: the ${groupedNumber(GRID)} most frequent labels, and ${groupedNumber(left)} more` : ""}`;
}

/** Colour shows the share of the row (the predictions for each true label), text the count; zeros are empty. */
export function confusionFigure(labels: readonly string[], confusion: Counts, words: Words = {}): Figure {
  const labelIndices = shownLabels(confusion);
  const names = namesOf(labels, labelIndices, 22).map(escapePlotlyLabel);
  const counts = labelIndices.map((truth) => labelIndices.map((predicted) => confusion[truth]?.[predicted] ?? 0));
  const sums = labelIndices.map((truth) => sum(confusion[truth] ?? []));
  const axis = { type: "category", ticks: "", showgrid: false, zeroline: false, automargin: true };
  return {
    data: [
      {
        type: "heatmap",
        x: names,
        y: names,
        z: counts.map((row, i) => row.map((n) => (n > 0 ? Number((n / (sums[i] ?? 1)).toFixed(4)) : null))),
        zmin: 0,
        zmax: 1,
        colorscale: bluesScale,
        xgap: 1,
        ygap: 1,
        showscale: false,
        hoverongaps: false,
        text: counts.map((row) => row.map((n) => (n > 0 ? groupedNumber(n) : ""))),
        texttemplate: "%{text}",
        hovertemplate: `truth %{y}<br>predicted %{x}<br>%{text} ${escapePlotlyLabel(words.several ?? "rows")} (%{z:.1%})<extra></extra>`,
      },
    ],
    layout: {
      title: { text: escapePlotlyLabel(titleOf(words, labels.length - labelIndices.length)) },
      width: Math.min(OUTPUT_WIDTH, 240 + 64 * labelIndices.length),
      height: Math.min(760, 190 + 44 * labelIndices.length),
      margin: { t: 48, r: 24 },
      plot_bgcolor: "rgba(128,128,128,.08)",
      xaxis: { title: { text: "predicted" }, ...axis },
      yaxis: { title: { text: "truth" }, autorange: "reversed", ...axis },
    },
  };
}

function gridShown(labels: readonly string[], confusion: Counts, words: Words): DisplayOutput {
  const labelIndices = shownLabels(confusion);
  const names = namesOf(labels, labelIndices, 24);
  const text = textTable(
    ["truth \\ predicted", ...namesOf(labels, labelIndices, 16)],
    labelIndices.map((truth, i) => [
      names[i] ?? "",
      ...labelIndices.map((predicted) => written(confusion[truth]?.[predicted] ?? 0)),
    ]),
    ["left", ...labelIndices.map(() => "right" as const)],
  );
  const title = titleOf(words, labels.length - labelIndices.length);
  const values = html`<details style="margin:0 0 6px">
    <summary>the same as a table</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">truth \\ predicted</th>
          ${names.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${labelIndices.map(
          (truth, i) =>
            html`<tr>
              <th scope="row">${names[i] ?? ""}</th>
              ${labelIndices.map((predicted) => html`<td>${groupedNumber(confusion[truth]?.[predicted] ?? 0)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
  return figureView(confusionFigure(labels, confusion, words), { text: `${title}\n${text}`, values });
}

const written = (n: number): string => (n > 0 ? groupedNumber(n) : "");
function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
