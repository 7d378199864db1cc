/** What was taken for what: the largest confusions as a list where labels are many, and a heat map of those labels that fit. */
import { figureShown, type Figure } from "../figure.js";
import type { Shown } from "../bundle-output.js";
import { blues } from "../svg/colors.js";
import { clipApart } from "../clip-differences.js";
import { samePlaces } from "../column.js";
import { tableShown } from "../table.js";
import { textTable } from "../text-table.js";
import { count, escapeLabel, oneLine, percent, printable } from "../../host/text.js";
import { WIDTH } from "../html.js";

type Counts = readonly (readonly number[])[];
interface Words {
  /** The model, where several are shown: `: router`. */
  readonly of?: string;
  /** What is counted: `rows` unless told. */
  readonly several?: string | undefined;
}

/** Labels that a heat map shows at most. Of more only a few cells would be told apart. */
const GRID = 12;
/** Confusions that the list names. */
const LISTED = 10;

/** Nothing, the heat map, or list and heat map, to be shown one after another. `confusion[truth][predicted]`. */
export function confusionShown(labels: readonly string[], confusion: Counts, words: Words = {}): readonly Shown[] {
  if (confusion.length === 0) return [];
  const grid = gridShown(labels, confusion, words);
  return labels.length > GRID ? [...largestShown(labels, confusion, words), grid] : [grid];
}

function largestShown(
  labels: readonly string[],
  confusion: Counts,
  { of = "", several = "rows" }: Words,
): readonly Shown[] {
  const found = confusion.flatMap(confusionsOf).sort((a, b) => b.n - a.n || b.share - a.share);
  if (found.length === 0) return [];
  const some = found.slice(0, LISTED);
  const shares = samePlaces(some.map(({ share }) => percent(share)));
  const left = found.length - some.length;
  const all = sum(found.map(({ n }) => n));
  const named = [...new Set(some.flatMap(({ truth, predicted }) => [truth, predicted]))];
  const names = namesOf(labels, named, 60);
  const name = (at: number): string => names[named.indexOf(at)] ?? "";
  const table = tableShown(
    ["truth", "predicted", several, "of that truth"],
    some.map(({ truth, predicted, n }, i) => [name(truth), name(predicted), count(n), shares[i]]),
    {
      title: `Largest confusions${of}`,
      caption: `${left > 0 ? `and ${count(left)} more; ` : ""}${count(all)} ${several} were taken for another label`,
    },
  );
  return [table];
}

interface Confused {
  readonly truth: number;
  readonly predicted: number;
  readonly n: number;
  /** Of all of that truth. */
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

/** Those that are shown, the most frequent first where some are left out. */
function shownLabels(confusion: Counts): readonly number[] {
  const all = confusion.map((_, i) => i);
  if (all.length <= GRID) return all;
  const rows = confusion.map(sum);
  return all.sort((a, b) => (rows[b] ?? 0) - (rows[a] ?? 0)).slice(0, GRID);
}

/** Each its own: a name is its label's place on an axis. */
function namesOf(labels: readonly string[], at: readonly number[], length: number): readonly string[] {
  return clipApart(
    at.map((i) => printable(oneLine(labels[i] ?? ""))),
    length,
  );
}

function titleOf({ of = "" }: Words, left: number): string {
  return `Confusion matrix${of}${left > 0 ? `: the ${count(GRID)} most frequent labels, and ${count(left)} more` : ""}`;
}

/** Colour is the share of the row (what became of each truth), text the count; where there is nothing, nothing stands. */
export function confusionFigure(labels: readonly string[], confusion: Counts, words: Words = {}): Figure {
  const at = shownLabels(confusion);
  const names = namesOf(labels, at, 22).map(escapeLabel);
  const counts = at.map((truth) => at.map((predicted) => confusion[truth]?.[predicted] ?? 0));
  const sums = at.map((truth) => sum(confusion[truth] ?? []));
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
        colorscale: blues,
        xgap: 1,
        ygap: 1,
        showscale: false,
        hoverongaps: false,
        text: counts.map((row) => row.map((n) => (n > 0 ? count(n) : ""))),
        texttemplate: "%{text}",
        hovertemplate: `truth %{y}<br>predicted %{x}<br>%{text} ${escapeLabel(words.several ?? "rows")} (%{z:.1%})<extra></extra>`,
      },
    ],
    layout: {
      title: { text: escapeLabel(titleOf(words, labels.length - at.length)) },
      width: Math.min(WIDTH, 240 + 64 * at.length),
      height: Math.min(760, 190 + 44 * at.length),
      margin: { t: 48, r: 24 },
      plot_bgcolor: "rgba(128,128,128,.08)",
      xaxis: { title: { text: "predicted" }, ...axis },
      yaxis: { title: { text: "truth" }, autorange: "reversed", ...axis },
    },
  };
}

function gridShown(labels: readonly string[], confusion: Counts, words: Words): Shown {
  const at = shownLabels(confusion);
  const names = namesOf(labels, at, 24);
  const text = textTable(
    ["truth \\ predicted", ...namesOf(labels, at, 16)],
    at.map((truth, i) => [names[i] ?? "", ...at.map((predicted) => written(confusion[truth]?.[predicted] ?? 0))]),
    ["left", ...at.map(() => "right" as const)],
  );
  const title = titleOf(words, labels.length - at.length);
  return figureShown(confusionFigure(labels, confusion, words), { text: `${title}\n${text}` });
}

const written = (n: number): string => (n > 0 ? count(n) : "");
function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
