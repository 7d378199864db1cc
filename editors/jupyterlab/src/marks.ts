// Marks trials in a drawn figure: points get a ring, lines a thick line. Marks are an overlay, so the figure is not
// redrawn.
import type { Trace } from "#kernel/display/figure.js";

export type Parts = Readonly<Record<string, unknown>>;
interface Axis {
  /** Offset of the axis in pixels, position of a value relative to it, and the axis length. */
  readonly _offset: number;
  readonly d2p: (value: unknown) => number;
  readonly _length: number;
}
/** plotly's properties of a drawn figure. */
export interface Drawn extends HTMLElement {
  readonly data?: readonly Trace[];
  readonly _fullLayout?: Parts & { readonly _size: Size };
}
interface Size {
  readonly l: number;
  readonly t: number;
  readonly w: number;
  readonly h: number;
}
export interface Marked {
  readonly pointed: number | null;
  /** The trials that remain marked. */
  readonly kept: ReadonlySet<number>;
}

const NAMESPACE = "http://www.w3.org/2000/svg";
/** Above this number of marked trials, rings are small and lines thin. */
const CROWD = 40;
/** `NEAR`: maximum distance in pixels to hit a line; `AXIS`: distance from an axis that belongs to the axis. */
const NEAR = 4;
const AXIS = 8;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const recordOf = (value: unknown): Parts =>
  typeof value === "object" && value !== null ? (value as Parts) : {};

/** Replaces the previous marks. */
export function mark(node: Drawn, { pointed, kept }: Marked): void {
  for (const old of node.querySelectorAll(":scope > .tunebook-marks, :scope > .tunebook-marked")) old.remove();
  const full = node._fullLayout;
  if (!full || (pointed === null && kept.size === 0)) return;
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("class", "tunebook-marks");
  for (const trial of kept)
    if (trial !== pointed) svg.append(...marksOf(node, full, trial, kept.size > CROWD ? "crowd" : "kept"));
  if (pointed !== null) svg.append(...marksOf(node, full, pointed, "pointed"));
  node.append(svg);
  if (kept.size > 0) node.append(words(kept.size));
}

function words(count: number): HTMLElement {
  const told = document.createElement("div");
  told.className = "tunebook-marked";
  told.textContent = `${count === 1 ? "1 trial" : `${String(count)} trials`} marked; a double click clears`;
  return told;
}

type Look = "pointed" | "kept" | "crowd";
function marksOf(
  node: Drawn,
  full: NonNullable<Drawn["_fullLayout"]>,
  trial: number,
  look: Look,
): readonly SVGElement[] {
  const made = (node.data ?? []).flatMap((trace) => {
    if (trace["type"] !== "parcoords") return onAxes(trace, trial, full, look);
    // plotly itself shows the brushed lines.
    return look !== "pointed" && constraintsOf(trace).length > 0 ? [] : alongAxes(trace, trial, full._size);
  });
  for (const one of made) one.setAttribute("class", `tunebook-mark-${look}`);
  return made;
}

function onAxes(trace: Trace, trial: number, full: Parts, look: Look): readonly SVGElement[] {
  const axis = (side: "x" | "y"): Axis | undefined =>
    full[String(trace[`${side}axis`] ?? side).replace(/^([xy])/, "$1axis")] as Axis | undefined;
  const [across, up] = [axis("x"), axis("y")];
  if (!across || !up || trace["visible"] === "legendonly") return [];
  const [x, y] = [listOf(trace["x"]), listOf(trace["y"])];
  const places = listOf(trace["customdata"]).flatMap((own, i): readonly Place[] => {
    if (own !== trial || x[i] === null || y[i] === null) return [];
    const [right, down] = [across.d2p(x[i]), up.d2p(y[i])];
    // False if zooming has moved the point out of view.
    const seen = right >= -1 && right <= across._length + 1 && down >= -1 && down <= up._length + 1;
    return seen ? [[across._offset + right, up._offset + down]] : [];
  });
  const lines = String(trace["mode"]).includes("lines") && places.length > 1 && trace["name"] !== "on the front";
  return lines ? [line(places)] : places.map((place) => ring(place, look === "pointed" ? 7 : look === "kept" ? 6 : 4));
}

/** A line through all axes. */
function alongAxes(trace: Trace, trial: number, size: Size): readonly SVGElement[] {
  const at = coordinatesOf(trace).trials.indexOf(trial);
  const places = at < 0 ? [] : alongOf(trace, at, size);
  return places.length < 2 ? [] : [line(places)];
}

/** Positions of a line on the axes, computed from the axes' ranges. */
function alongOf(trace: Trace, at: number, { l, t, w, h }: Size): readonly Place[] {
  const { trials, dimensions } = coordinatesOf(trace);
  const domain = recordOf(trace["domain"]);
  const [[x0, x1], [y0, y1]] = [listOf(domain["x"]), listOf(domain["y"])].map((ends) => ends.map(Number)) as [
    [number, number],
    [number, number],
  ];
  return dimensions.map((dimension, i) => {
    const [low = 0, high = 1] = listOf(dimension["range"]).map(Number);
    const share = (valueAt(dimension, at, trials.length) - low) / (high - low || 1);
    return [l + w * (x0 + ((x1 - x0) * i) / (dimensions.length - 1)), t + h * (1 - y0 - (y1 - y0) * share)] as const;
  });
}

/** The trial of a line in parallel coordinates. */
export interface Line {
  readonly trial: number;
  /** Tooltip text with the value on the last axis, the score. */
  readonly words: string;
}

/**
 * Returns the line nearest to a position in the figure. Returns null if no line is near, or if the position is on an
 * axis, which is for brushing.
 */
export function lineAt(node: Drawn, x: number, y: number): Line | null {
  const size = node._fullLayout?._size;
  const trace = (node.data ?? []).find(({ type }) => type === "parcoords");
  if (!trace || !size) return null;
  const { trials, dimensions } = coordinatesOf(trace);
  const allowed = brushedIn(trace);
  let best: { readonly at: number; readonly far: number } | null = null;
  for (const at of trials.keys()) {
    if (allowed && !allowed.includes(trials[at] ?? 0)) continue;
    const far = distance(alongOf(trace, at, size), x, y);
    // Of overlapping lines the last one is on top.
    if (far <= NEAR && (!best || far <= best.far)) best = { at, far };
  }
  const last = dimensions.at(-1);
  const trial = best && trials[best.at];
  if (!best || !trial || !last) return null;
  const label = String(last["label"] ?? "").replaceAll("<br>", "");
  return { trial, words: `trial ${String(trial)}: ${label} ${valueAt(last, best.at, trials.length).toPrecision(4)}` };
}

/** Vertical distance in pixels. */
function distance(places: readonly Place[], x: number, y: number): number {
  const i = places.findIndex(([right], n) => n > 0 && x <= right);
  const [from, to] = [places[i - 1], places[i]];
  if (!from || !to || x < from[0] + AXIS || x > to[0] - AXIS) return Infinity;
  return Math.abs(from[1] + ((to[1] - from[1]) * (x - from[0])) / (to[0] - from[0]) - y);
}

/** Returns the trials of parallel coordinates inside all brushes; null if nothing is brushed. */
export function brushedIn(trace: Trace): readonly number[] | null {
  const constraints = constraintsOf(trace);
  if (constraints.length === 0) return null;
  const { trials } = coordinatesOf(trace);
  return trials.filter((_, at) =>
    constraints.every(({ dimension, ranges }) => {
      const value = valueAt(dimension, at, trials.length);
      return ranges.some(([low, high]) => value >= low && value <= high);
    }),
  );
}

function constraintsOf(trace: Trace) {
  return coordinatesOf(trace).dimensions.flatMap((dimension) => {
    const given = listOf(dimension["constraintrange"]);
    if (given.length === 0) return [];
    const ranges = (Array.isArray(given[0]) ? given : [given]).map(
      (one) => listOf(one).map(Number) as [number, number],
    );
    return [{ dimension, ranges }];
  });
}

function coordinatesOf(trace: Trace): { readonly trials: readonly number[]; readonly dimensions: readonly Parts[] } {
  return {
    trials: listOf(recordOf(trace["meta"])["trials"]).map(Number),
    dimensions: listOf(trace["dimensions"]).map(recordOf),
  };
}

/** Thickened lines consist of several copies; this returns the value of the middle one. */
function valueAt(dimension: Parts, at: number, trials: number): number {
  const values = listOf(dimension["values"]);
  const middle = at + Math.floor(values.length / trials / 2) * trials;
  return Number(values[middle]);
}

type Place = readonly [number, number];
function line(places: readonly Place[]): SVGElement {
  const made = document.createElementNS(NAMESPACE, "polyline");
  made.setAttribute("points", places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "));
  return made;
}
function ring([x, y]: Place, r: number): SVGElement {
  const made = document.createElementNS(NAMESPACE, "circle");
  for (const [name, value] of Object.entries({ cx: x, cy: y, r })) made.setAttribute(name, String(value));
  return made;
}
