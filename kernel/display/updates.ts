/** What a model that learns one data set after another knows of each: the matrix of its scores, and what it comes to. */
import type { Matrix } from "../continual/transfer.js";
import { transferOf } from "../continual/transfer.js";
import { figureShown, type Figure } from "./figure.js";
import { blues } from "./svg/colors.js";
import { clipApart } from "./clip-differences.js";
import type { Shown } from "./bundle-output.js";
import { tableShown } from "./table.js";
import { escapeLabel, oneLine, printable } from "../host/text.js";

export interface UpdateShown {
  readonly name: string;
  readonly metric: string;
  /** 1 where greater scores are better, −1 where less are. */
  readonly better: 1 | -1;
  /** What is scored, and after which row of the matrix it was learnt (0: before the first). */
  readonly tasks: readonly {
    readonly data: string;
    readonly split: string;
    readonly rows: number;
    readonly learnt: number;
    /** What one answer for all its rows would score; null or absent: nothing is known of it. */
    readonly constant?: number | null;
  }[];
  /** Something holds the model while it learns; absent: nothing does. */
  readonly held?: boolean;
  /** What each row of the matrix stands for; the first is before anything new was learnt. */
  readonly stages: readonly string[];
  readonly matrix: Matrix;
  /** Stages in all; less are done while it goes on. */
  readonly of: number;
}

/** Of data without rows that are held out the name alone. */
const called = ({ data, split }: UpdateShown["tasks"][number]): string => (split === "" ? data : `${data}.${split}`);
const known = (value: number | null | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value);
const digits = (value: number | null | undefined): string => (known(value) ? value.toFixed(4) : "");

/** The table: a row for each stage, a column for each task; what was not learnt by then stands in it too. */
export function matrixShown(o: UpdateShown, id: string): Shown {
  const rows = o.matrix.map((row, i) => [o.stages[i] ?? "", ...o.tasks.map((_, j) => digits(row[j]))]);
  const done = o.matrix.length - 1;
  const { average, backward, forward, forgetting, forgotten } = transferOf(
    o.matrix,
    o.tasks.map(({ learnt }) => learnt),
    o.better,
  );
  const lost = forgotten.flatMap((by, j) =>
    known(by) && by > 0 ? [`${o.tasks[j]?.data ?? ""} ${by.toFixed(4)}`] : [],
  );
  const said = [
    known(average) ? `average ${digits(average)}` : "",
    known(backward) ? `backward transfer ${signed(backward)}` : "",
    known(forward) ? `forward transfer ${signed(forward)}` : "",
    known(forgetting)
      ? `forgetting ${digits(Math.max(0, forgetting))}${lost.length > 0 ? ` (${lost.join(", ")})` : ""}`
      : "",
  ].filter((words) => words !== "");
  const unlearnt = unlearntOf(o);
  const caption = [...(said.length > 0 ? [said.join("; ")] : []), ...unlearnt].join(". ");
  const shown = tableShown(["after", ...o.tasks.map(called)], rows, {
    title: `${o.metric} of ${o.name}${done < o.of ? `, ${String(done)} of ${String(o.of)} data sets learnt` : ""}`,
    limit: rows.length + 1,
    caption,
  });
  return { ...shown, id };
}

/** Data whose own score, right after they were learnt, is none that one answer for all rows hasn't. */
function unlearntOf({ tasks, matrix, better, held }: UpdateShown): readonly string[] {
  return tasks.flatMap(({ data, learnt, constant }, j) => {
    const own = learnt === 0 ? null : matrix[learnt]?.[j];
    if (!known(own) || !known(constant) || better * own > better * constant) return [];
    const tries = `more epochs${held === true ? ", or weaker strategies" : ""}`;
    return [`${data} wasn't learnt (${digits(own)}; one answer for all has ${digits(constant)}): ${tries}`];
  });
}

const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;

/** The same as colours: down a column one sees what became of a task. */
export function matrixFigure(o: UpdateShown): Figure {
  const names = (all: readonly string[]): readonly string[] =>
    clipApart(
      all.map((one) => printable(oneLine(one))),
      22,
    ).map(escapeLabel);
  const axis = { type: "category", ticks: "", showgrid: false, zeroline: false, automargin: true };
  return {
    data: [
      {
        type: "heatmap",
        x: names(o.tasks.map(called)),
        y: names(o.stages.slice(0, o.matrix.length).map((stage, i) => (i === 0 ? "before" : stage))),
        z: o.matrix.map((row) => o.tasks.map((_, j) => row[j] ?? null)),
        colorscale: blues,
        xgap: 1,
        ygap: 1,
        showscale: false,
        hoverongaps: false,
        text: o.matrix.map((row) => o.tasks.map((_, j) => (known(row[j]) ? (row[j] ?? 0).toFixed(3) : ""))),
        texttemplate: "%{text}",
        hovertemplate: `after %{y}<br>${escapeLabel(o.metric)} on %{x}: %{z:.4f}<extra></extra>`,
      },
    ],
    layout: {
      title: { text: escapeLabel(`${o.metric} on each data set, after each`) },
      xaxis: { ...axis, side: "top" },
      yaxis: { ...axis, autorange: "reversed" },
      height: 140 + 34 * o.matrix.length,
      margin: { t: 90, r: 16, b: 16 },
    },
  };
}
export function matrixPicture(o: UpdateShown, id: string): Shown {
  return { ...figureShown(matrixFigure(o)), id };
}
