/** Scores of models in columns, and the models' costs. */
import { html, readableColorStyle, toneColors, OUTPUT_WIDTH } from "../html.js";
import {
  numberWithInterval,
  fixedDecimalsText,
  formatValueWithUnit,
  plainCell,
  scoreIntervalText,
  valueCell,
  type ScoreCell,
  type IntervalEnds,
} from "../score-cell.js";

export interface ScoreEntry {
  readonly value: number;
  readonly interval: IntervalEnds | null;
  /** Difference to the first model. */
  readonly difference?: {
    readonly value: number;
    readonly interval: IntervalEnds | null;
    readonly verdict: "better" | "worse" | "differs" | "no difference shown" | null;
  };
}
/** One metric: a score per model and a value per constant prediction. */
export interface MetricRow {
  readonly name: string;
  /** Unit of its numbers. Defaults to none. */
  readonly unit?: string | undefined;
  readonly scores: readonly (ScoreEntry | null)[];
  readonly constants: readonly (number | null)[];
  /** Prediction of each constant, if its name doesn't give it. Absent: the names give all of them. */
  readonly constantsBy?: readonly (string | null)[];
}
export interface CostRow {
  readonly name: string;
  readonly cells: readonly (string | null)[];
}
export interface ScoreTable {
  readonly head: readonly string[];
  readonly cells: readonly (readonly ScoreCell[])[];
  readonly align: readonly ("left" | "right")[];
}
export interface ScoredModels {
  readonly metrics: readonly MetricRow[];
  readonly models: readonly { readonly name: string }[];
  readonly constants: readonly { readonly name: string }[];
  readonly costs?: readonly CostRow[];
}

/** Models are columns, each with its difference to the first, or rows if the columns would be too wide. */
export function scoreTables(scored: ScoredModels): readonly ScoreTable[] {
  const table = abreast(scored);
  return widthOf(table) > OUTPUT_WIDTH ? beneath(scored) : [table];
}

/** Pixels of a head's letter, of the gap after a column, and of an interval, which sets the width of score columns. */
const [LETTER, BETWEEN, INTERVAL] = [7.5, 18, 82];
function widthOf({ head, cells }: ScoreTable): number {
  const first = Math.max(...cells.map((row) => row[0]?.text.length ?? 0));
  return head.reduce(
    (sum, name, i) => sum + BETWEEN + Math.max(LETTER * name.length, i === 0 ? LETTER * first : INTERVAL),
    -BETWEEN,
  );
}

function abreast({ metrics, models, constants, costs = [] }: ScoredModels): ScoreTable {
  const names = models.map(({ name }) => name);
  const [first, others] = [names[0]!, names.slice(1)];
  const head = [
    "metric",
    first,
    ...others.flatMap((name) => [name, `${name} − ${first}`]),
    ...constants.map(({ name }) => name),
  ];
  const taken = costs.map(({ name, cells }) => [
    plainCell(name),
    ...cells.flatMap((cell, i) => [plainCell(cell ?? ""), ...(i === 0 ? [] : [plainCell("")])]),
    ...constants.map(() => plainCell("")),
  ]);
  const scored = metrics.map(({ name, unit, scores, constants: beside, constantsBy: by }) => [
    plainCell(name),
    ...scores.flatMap((score, i) => [
      scoreCell(score, unit),
      ...(i === 0 ? [] : [score?.difference ? differenceCell(score.difference, unit) : plainCell("")]),
    ]),
    ...beside.map((value, i) => {
      const other = by?.[i] ?? null;
      return plainCell(value === null ? "" : `${fixedDecimalsText(value)}${other === null ? "" : ` (${other})`}`);
    }),
  ]);
  return { head, cells: [...scored, ...taken], align: head.map((_, i) => (i === 0 ? "left" : "right")) };
}

/** Returns a table with one row per metric and model, then one with the cost of each model. */
function beneath({ metrics, models, constants, costs = [] }: ScoredModels): readonly ScoreTable[] {
  const first = models[0]?.name ?? "";
  const scored = metrics.flatMap(({ name, unit, scores, constants: values, constantsBy }) => [
    ...models.map((model, i): readonly ScoreCell[] => {
      const difference = scores[i]?.difference;
      return [
        plainCell(i === 0 ? name : ""),
        plainCell(model.name),
        scoreCell(scores[i] ?? null, unit),
        difference ? differenceCell(difference, unit) : plainCell(""),
      ];
    }),
    ...constants.flatMap((constant, i): (readonly ScoreCell[])[] => {
      const value = values[i] ?? null;
      const by = constantsBy?.[i] ?? constant.name;
      return value === null ? [] : [[plainCell(""), plainCell(by), plainCell(fixedDecimalsText(value)), plainCell("")]];
    }),
  ]);
  const knownCosts = costs.filter(({ cells }) => cells.some((cell) => cell !== null));
  const taken = models.map(({ name }, i) => [
    plainCell(name),
    ...knownCosts.map(({ cells }) => plainCell(cells[i] ?? "")),
  ]);
  return [
    { head: ["metric", "model", "score", `− ${first}`], cells: scored, align: ["left", "left", "right", "right"] },
    ...(knownCosts.length === 0
      ? []
      : [
          {
            head: ["model", ...knownCosts.map(({ name }) => name)],
            cells: taken,
            align: ["left" as const, ...knownCosts.map(() => "right" as const)],
          },
        ]),
  ];
}

function scoreCell(score: ScoreEntry | null, unit?: string): ScoreCell {
  return score ? valueCell(score.value, score.interval, { strong: true, unit }) : plainCell("");
}

export function differenceCell(
  { value, interval, verdict }: NonNullable<ScoreEntry["difference"]>,
  unit?: string,
): ScoreCell {
  const signed = `${value > 0 ? "+" : ""}${formatValueWithUnit(value, unit)}`;
  const colour =
    verdict === "better"
      ? readableColorStyle(toneColors.good)
      : verdict === "worse"
        ? readableColorStyle(toneColors.bad)
        : "";
  return {
    text: [signed, interval && `(${scoreIntervalText(interval, unit)})`, verdict].filter(Boolean).join(" "),
    shown: html`${numberWithInterval(signed, interval, unit)}${verdict && html`<div style="${colour && `${colour};`}font-size:12px">${verdict}</div>`}`,
  };
}
