/** Scores of a model that learns one data set after another: the matrix, and measures computed from it. */
import type { ScoreMatrix } from "../continual/transfer.js";
import { transferScoresOf } from "../continual/transfer.js";
import { figureView, type Figure } from "./figure.js";
import { bluesScale } from "./svg/colors.js";
import { clipDistinct } from "./clip-differences.js";
import type { DisplayOutput } from "./html.js";
import { tableView } from "./table.js";
import { escapePlotlyLabel, oneLine, printable } from "../host/value-text.js";

export interface ModelUpdateReport {
  readonly name: string;
  readonly metric: string;
  /** 1 if greater scores are better, −1 if smaller ones are. */
  readonly better: 1 | -1;
  /** The evaluated data set, and the row of the matrix after which it was learned (0: before the first). */
  readonly tasks: readonly {
    readonly data: string;
    readonly split: string;
    readonly rows: number;
    readonly learnt: number;
    /** Score of a constant prediction; null or absent: unknown. */
    readonly constant?: number | null;
  }[];
  /** Whether a strategy constrains the training. */
  readonly isConstrained?: boolean;
  /** Name of each row of the matrix; the first row is before any new training. */
  readonly stages: readonly string[];
  readonly matrix: ScoreMatrix;
  /** Total number of stages, including future ones. */
  readonly totalStages: number;
}

/** For data without held-out rows, returns only the name. */
const called = ({ data, split }: ModelUpdateReport["tasks"][number]): string =>
  split === "" ? data : `${data}.${split}`;
const known = (value: number | null | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value);
const digits = (value: number | null | undefined): string => (known(value) ? value.toFixed(4) : "");

/** The table: a row per stage, a column per task; it includes scores of tasks that were not learned yet. */
export function scoreMatrixView(options: ModelUpdateReport, id: string): DisplayOutput {
  const rows = options.matrix.map((row, i) => [
    options.stages[i] ?? "",
    ...options.tasks.map((_, j) => digits(row[j])),
  ]);
  const done = options.matrix.length - 1;
  const { average, backward, forward, forgetting, forgotten } = transferScoresOf(
    options.matrix,
    options.tasks.map(({ learnt }) => learnt),
    options.better,
  );
  const lost = forgotten.flatMap((by, j) =>
    known(by) && by > 0 ? [`${options.tasks[j]?.data ?? ""} ${by.toFixed(4)}`] : [],
  );
  const sentences = [
    known(average) ? `average ${digits(average)}` : "",
    known(backward) ? `backward transfer ${signed(backward)}` : "",
    known(forward) ? `forward transfer ${signed(forward)}` : "",
    known(forgetting)
      ? `forgetting ${digits(Math.max(0, forgetting))}${lost.length > 0 ? ` (${lost.join(", ")})` : ""}`
      : "",
  ].filter((words) => words !== "");
  const unlearnt = unlearntOf(options);
  const caption = [...(sentences.length > 0 ? [sentences.join("; ")] : []), ...unlearnt].join(". ");
  const shown = tableView(["after", ...options.tasks.map(called)], rows, {
    title: `${options.metric} of ${options.name}${done < options.totalStages ? `, ${String(done)} of ${String(options.totalStages)} data sets trained` : ""}`,
    limit: rows.length + 1,
    caption,
  });
  return { ...shown, id };
}

/** Reports data whose score, right after training on them, does not exceed that of a constant prediction. */
function unlearntOf({ tasks, matrix, better, isConstrained }: ModelUpdateReport): readonly string[] {
  return tasks.flatMap(({ data, learnt, constant }, j) => {
    const learntScore = learnt === 0 ? null : matrix[learnt]?.[j];
    if (!known(learntScore) || !known(constant) || better * learntScore > better * constant) return [];
    const tries = `more epochs${isConstrained === true ? ", or weaker strategies" : ""}`;
    return [`${data} wasn't learned (${digits(learntScore)}; a constant prediction has ${digits(constant)}): ${tries}`];
  });
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;

/** The same as colours: a column shows the history of a task. */
export function scoreMatrixFigure(options: ModelUpdateReport): Figure {
  const names = (all: readonly string[]): readonly string[] =>
    clipDistinct(
      all.map((one) => printable(oneLine(one))),
      22,
    ).map(escapePlotlyLabel);
  const axis = { type: "category", ticks: "", showgrid: false, zeroline: false, automargin: true };
  return {
    data: [
      {
        type: "heatmap",
        x: names(options.tasks.map(called)),
        y: names(options.stages.slice(0, options.matrix.length).map((stage, i) => (i === 0 ? "before" : stage))),
        z: options.matrix.map((row) => options.tasks.map((_, j) => row[j] ?? null)),
        colorscale: bluesScale,
        xgap: 1,
        ygap: 1,
        showscale: false,
        hoverongaps: false,
        text: options.matrix.map((row) => options.tasks.map((_, j) => (known(row[j]) ? (row[j] ?? 0).toFixed(3) : ""))),
        texttemplate: "%{text}",
        hovertemplate: `after %{y}<br>${escapePlotlyLabel(options.metric)} on %{x}: %{z:.4f}<extra></extra>`,
      },
    ],
    layout: {
      title: { text: escapePlotlyLabel(`${options.metric} on each data set, after each`) },
      xaxis: { ...axis, side: "top" },
      yaxis: { ...axis, autorange: "reversed" },
      height: 140 + 34 * options.matrix.length,
      margin: { t: 90, r: 16, b: 16 },
    },
  };
}
export function scoreMatrixPicture(options: ModelUpdateReport, id: string): DisplayOutput {
  return { ...figureView(scoreMatrixFigure(options)), id };
}
