/**
 * Models of one original beside each other: what each takes and what it is worth, as a table and as a picture of score over
 * size and over the time of an answer. What none of the others beats is joined. Shapes tell models apart as colours do.
 */
import { frontOf } from "../study/front.js";
import { shownOf } from "./bundle.js";
import { short } from "./curves/line.js";
import { figureShown, type Figure, type Trace } from "./figure.js";
import { card, htmlTable, note } from "./html.js";
import type { Shown } from "./bundle-output.js";
import { color } from "./svg/colors.js";
import { figureOf, type Panel } from "./sweeps/panels.js";
import { fixed, range, type Ends } from "./score-cell.js";
import { clip, compact, escapeLabel, significant } from "../host/text.js";
import { textTable } from "./text-table.js";

export interface ParetoModel {
  readonly name: string;
  /** The model that all are made of, one of the statement that is shown, or one that an earlier one made. */
  readonly is: "original" | "stage" | "earlier";
  /** `int8(calibrate: 200)`; empty of the original. */
  readonly made: string;
  readonly parameters: number | null;
  /** Bytes of its weights in files; null: unknown. */
  readonly stored: number | null;
  /** Bytes while it answers. */
  readonly held: number | null;
  /** Milliseconds of an answer. */
  readonly median: number | null;
  readonly slowest: number | null;
  /** Between which medians its rounds lay; null: it was timed at another time, and differences of a fifth say nothing. */
  readonly spread: Ends | null;
  /** False: it can't answer any sooner here, and its time is no reason for it. */
  readonly quicker: boolean;
  readonly score: { readonly value: number; readonly interval: Ends | null };
  /** Of its score less the original's, on the same rows; null: nothing is known of it. */
  readonly difference: { readonly value: number; readonly interval: Ends | null } | null;
}
export interface ParetoShown {
  readonly metric: string;
  readonly better: "greater" | "less";
  /** `tickets.test`, and its rows. */
  readonly on: string;
  readonly rows: number;
  readonly models: readonly ParetoModel[];
  readonly notes: readonly string[];
}

const MARKS = ["square", "circle", "triangle-down", "x", "circle-open"] as const;
const FRONT = color(1);
const EARLIER: Trace = { symbol: "circle-open", color: "#9aa1ad", size: 8, line: { width: 1.5 } };
const ACROSS = [
  { title: "MB of weights", unit: "MB", of: ({ stored }: ParetoModel) => (stored === null ? null : stored / 1e6) },
  { title: "ms of an answer (median)", unit: "ms", of: ({ median }: ParetoModel) => median },
] as const;
const SMALL = ({ stored }: ParetoModel): number | null => stored;
/** Numbers that lie further apart are drawn by factors. */
const FAR = 20;
const NAME = 40;

/** Places of models that none beats in score and in what it takes. Those of which one isn't known are on none. */
function frontBy(o: ParetoShown, of: (one: ParetoModel) => number | null): ReadonlySet<ParetoModel> {
  const sign = o.better === "greater" ? 1 : -1;
  const known = o.models.filter((one) => of(one) !== null && Number.isFinite(one.score.value));
  const worths = known.map((one) => [-(of(one) ?? 0), sign * one.score.value]);
  return new Set(frontOf(worths).map((at) => known[at]!));
}

/** What is quicker by no more than the rounds of both differ is as quick, and of these the better score stands alone. */
function quickest(o: ParetoShown): ReadonlySet<ParetoModel> {
  const sign = o.better === "greater" ? 1 : -1;
  const known = o.models.filter((one) => one.quicker && one.median !== null && Number.isFinite(one.score.value));
  const beats = (other: ParetoModel, own: ParetoModel): boolean => {
    const [a, b] = [timeOf(other), timeOf(own)];
    const more = sign * (other.score.value - own.score.value);
    return more >= 0 && a.low <= b.high && (a.high < b.low || more > 0);
  };
  return new Set(known.filter((own) => !known.some((other) => beats(other, own))));
}
const OTHER_TIME = 0.2;
function timeOf({ median, spread }: ParetoModel): Ends {
  const value = median ?? Number.NaN;
  return spread ?? { low: value * (1 - OTHER_TIME), high: value * (1 + OTHER_TIME) };
}

export function paretoShown(o: ParetoShown, id?: string): Shown {
  const [small, quick] = [frontBy(o, SMALL), quickest(o)];
  const points = (one: ParetoModel): string =>
    [small.has(one) && "size", quick.has(one) && "time"].filter(Boolean).join(", ");
  const number = (value: number | null, as: (value: number) => string): string => (value === null ? "" : as(value));
  // What decides stands first: a narrow cell shows the first columns.
  const head = [
    ...["model", o.metric, "beside the original", "front", "on disk", "p50 ms", "p99 ms"],
    ...["in memory", "parameters", "made by"],
  ];
  const rows = o.models.map((one) => [
    ...[clip(one.name, NAME), withEnds(one.score), one.difference ? withEnds(one.difference, true) : "", points(one)],
    ...[number(one.stored, megabytes), number(one.median, threeDigits), number(one.slowest, threeDigits)],
    ...[number(one.held, megabytes), number(one.parameters, compact), clip(one.made, NAME)],
  ]);
  const align = head.map((_, i): "left" | "right" => (i > 3 && i < 9 ? "right" : "left"));
  const title = `What each takes, and what it is worth on ${o.on} (${String(o.rows)} rows)`;
  const told = [FRONTS, ...outgrown(o), ...o.notes];
  return shownOf(
    [title, textTable(head, rows, align), ...told].join("\n"),
    card(
      title,
      htmlTable({ head, rows, align }),
      told.map((one) => note(one)),
    ),
    {},
    id,
  );
}
const FRONTS =
  "front: no other model scores as well and is smaller (size), or answers as soon (time; models take turns, and what differs less than their turns do is as quick). Intervals are of 95 %.";

/** A model that is surely better than what it was made of had a poor teacher: said, since nobody looks for it. */
function outgrown({ models, better }: ParetoShown): readonly string[] {
  const names = models.flatMap(({ is, name, difference }) => {
    const ends = is === "stage" ? difference?.interval : null;
    return ends && (better === "greater" ? ends.low > 0 : ends.high < 0) ? [clip(name, NAME)] : [];
  });
  if (names.length === 0) return [];
  const of = models.find(({ is }) => is === "original")?.name ?? "the original";
  return [
    `${names.join(", ")} ${names.length === 1 ? "scores" : "score"} better than ${clip(of, NAME)}: a model that was trained longer, or on more rows, has more to give to a smaller one.`,
  ];
}

/** As `size` and `memory` have them. */
const megabytes = (value: number): string => `${significant(value / 1e6, 3)} MB`;

const threeDigits = (value: number): string => significant(value, 3);
function withEnds(
  { value, interval }: { readonly value: number; readonly interval: Ends | null },
  signed = false,
): string {
  if (!Number.isFinite(value)) return "";
  const own = `${signed && value > 0 ? "+" : ""}${fixed(value)}`;
  return interval ? `${own} (${range(interval)})` : own;
}

/** Null: of fewer than two is it known what they take. */
export function paretoFigure(o: ParetoShown): Figure | null {
  const panels = ACROSS.flatMap((across): Panel[] => {
    const placed = o.models.flatMap((one) => {
      const x = across.of(one);
      return x !== null && x > 0 && Number.isFinite(one.score.value) ? [{ one, x }] : [];
    });
    return placed.length > 1 ? [panelOf(o, across, placed)] : [];
  });
  // One legend says which mark is which for both.
  const told = panels.map((panel, i) =>
    i === 0 ? panel : { ...panel, traces: panel.traces.map((trace) => ({ ...trace, showlegend: false })) },
  );
  return panels.length === 0
    ? null
    : figureOf([{ panels: told, height: 260 }], { title: `${o.metric} and what it takes`, subtitle: `on ${o.on}` });
}
export function paretoPicture(o: ParetoShown, id?: string): Shown | null {
  const figure = paretoFigure(o);
  // A terminal has the table.
  return figure && { ...figureShown(figure), ...(id !== undefined && { id }) };
}

interface Placed {
  readonly one: ParetoModel;
  readonly x: number;
}
function panelOf(o: ParetoShown, { title, unit, of }: (typeof ACROSS)[number], placed: readonly Placed[]): Panel {
  const front = of === ACROSS[1].of ? quickest(o) : frontBy(o, of);
  const along = placed.filter(({ one }) => front.has(one)).sort((a, b) => a.x - b.x);
  const own = placed.filter(({ one }) => one.is !== "earlier");
  const earlier = placed.filter(({ one }) => one.is === "earlier");
  const xs = placed.map(({ x }) => x);
  const far = Math.max(...xs) / Math.min(...xs) > FAR;
  const line: Trace = {
    type: "scatter",
    mode: "lines",
    name: "none beats it",
    showlegend: true,
    hoverinfo: "skip",
    x: along.map(({ x }) => short(x)),
    y: along.map(({ one }) => short(one.score.value)),
    line: { color: FRONT, width: 1.5, shape: "hv" },
  };
  return {
    traces: [
      ...(along.length > 1 ? [line] : []),
      ...(earlier.length > 0 ? [points(earlier, "made before", EARLIER, o, unit)] : []),
      ...own.map(({ one, x }) => points([{ one, x }], one.name, markOf(o, one), o, unit)),
    ],
    xaxis: { title: { text: `${title} (fewer are better)` }, ...(far && { type: "log" }) },
    yaxis: {
      range: rangeOf(placed),
      title: { text: escapeLabel(`${clip(o.metric, 24)} (${o.better === "greater" ? "higher" : "lower"} is better)`) },
    },
  };
}

/** With room for intervals. */
function rangeOf(placed: readonly Placed[]): readonly [number, number] {
  const ends = placed.flatMap(({ one: { score } }) => [
    score.interval?.low ?? score.value,
    score.interval?.high ?? score.value,
  ]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = 0.06 * (high - low || 1);
  return [low - room, high + room];
}

/** By its place among the models of the statement, so that both panels show it alike. */
function markOf({ models }: ParetoShown, one: ParetoModel): Trace {
  const at = models.filter(({ is }) => is !== "earlier").indexOf(one);
  // The second colour is the front's.
  return { symbol: MARKS[at % MARKS.length], color: color(at === 0 ? 0 : at + 1), size: 10, line: { width: 2 } };
}

function points(placed: readonly Placed[], name: string, marker: Trace, o: ParetoShown, unit: string): Trace {
  const spread = placed.map(({ one: { score } }) => score.interval);
  return {
    type: "scatter",
    mode: "markers",
    name: escapeLabel(clip(name, NAME)),
    showlegend: true,
    marker,
    x: placed.map(({ x }) => short(x)),
    y: placed.map(({ one }) => short(one.score.value)),
    ...(spread.every((ends) => ends !== null) && {
      error_y: {
        type: "data",
        symmetric: false,
        thickness: 1,
        width: 0,
        array: placed.map(({ one: { score } }, i) => short((spread[i]?.high ?? score.value) - score.value)),
        arrayminus: placed.map(({ one: { score } }, i) => short(score.value - (spread[i]?.low ?? score.value))),
      },
    }),
    text: placed.map(({ one, x }) =>
      [
        clip(one.name, NAME),
        clip(one.made, NAME),
        `${o.metric} ${fixed(one.score.value)}`,
        `${significant(x, 3)} ${unit}`,
      ]
        .filter((part) => part !== "")
        .map(escapeLabel)
        .join("<br>"),
    ),
    hovertemplate: "%{text}<extra></extra>",
  };
}
