// Figures of one sweep mark the trial that the mouse points at in any of them: points get a ring, lines a thick one, over the picture
// and without drawing it anew.
import type { Trace } from "#kernel/core/display/figure.js";

type Layout = Readonly<Record<string, unknown>>;
interface Axis {
  /** Pixels of the axis' begin, and of a value from there. */
  readonly _offset: number;
  readonly d2p: (value: unknown) => number;
}
/** plotly's own, once it has drawn. */
interface Drawn extends HTMLElement {
  readonly data?: readonly Trace[];
  readonly _fullLayout?: Readonly<Record<string, unknown>> & { readonly _size: Size };
  on?(event: string, told: (event: { readonly points?: readonly Pointed[] }) => void): void;
}
interface Size {
  readonly l: number;
  readonly t: number;
  readonly w: number;
  readonly h: number;
}
interface Pointed {
  readonly customdata?: unknown;
}

const NAMESPACE = "http://www.w3.org/2000/svg";
const bySweep = new Map<string, Set<Drawn>>();

/** The sweep that a figure is of; null: of none. */
export function sweepOf(layout: Layout | undefined): string | null {
  const meta = layout?.["meta"];
  const sweep = typeof meta === "object" && meta !== null ? (meta as Layout)["sweep"] : undefined;
  return typeof sweep === "string" ? sweep : null;
}

/** Lets a figure, drawn already, mark and be marked; returns the end of that. */
export function linked(node: HTMLElement, sweep: string): () => void {
  const drawn = node as Drawn;
  const others = bySweep.get(sweep) ?? new Set();
  bySweep.set(sweep, others.add(drawn));
  drawn.on?.("plotly_hover", ({ points = [] }) => {
    const trial = points.map(({ customdata }) => customdata).find((one) => typeof one === "number");
    if (typeof trial === "number") for (const other of others) mark(other, trial);
  });
  drawn.on?.("plotly_unhover", () => others.forEach(unmark));
  return () => {
    others.delete(drawn);
    if (others.size === 0) bySweep.delete(sweep);
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const recordOf = (value: unknown): Layout => (typeof value === "object" && value !== null ? (value as Layout) : {});

function unmark(node: Drawn): void {
  node.querySelector(":scope > .tunebook-marks")?.remove();
}

function mark(node: Drawn, trial: number): void {
  unmark(node);
  const full = node._fullLayout;
  if (!full) return;
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("class", "tunebook-marks");
  for (const trace of node.data ?? [])
    svg.append(...(trace["type"] === "parcoords" ? alongAxes(trace, trial, full._size) : onAxes(trace, trial, full)));
  node.append(svg);
}

function onAxes(trace: Trace, trial: number, full: Layout): readonly SVGElement[] {
  const axis = (side: "x" | "y"): Axis | undefined =>
    full[String(trace[`${side}axis`] ?? side).replace(/^([xy])/, "$1axis")] as Axis | undefined;
  const [across, up] = [axis("x"), axis("y")];
  if (!across || !up) return [];
  const [x, y] = [listOf(trace["x"]), listOf(trace["y"])];
  const places = listOf(trace["customdata"]).flatMap((own, i) =>
    own === trial && x[i] !== null && y[i] !== null
      ? [[across._offset + across.d2p(x[i]), up._offset + up.d2p(y[i])] as const]
      : [],
  );
  const lines = String(trace["mode"]).includes("lines") && places.length > 1 && trace["name"] !== "on the front";
  return lines ? [line(places)] : places.map(ring);
}

/** By the axes' ranges: one line from axis to axis. */
function alongAxes(trace: Trace, trial: number, { l, t, w, h }: Size): readonly SVGElement[] {
  const at = listOf(recordOf(trace["meta"])["trials"]).indexOf(trial);
  const dimensions = listOf(trace["dimensions"]).map(recordOf);
  const domain = recordOf(trace["domain"]);
  const [[x0, x1], [y0, y1]] = [listOf(domain["x"]), listOf(domain["y"])].map((ends) => ends.map(Number)) as [
    [number, number],
    [number, number],
  ];
  if (at < 0 || dimensions.length < 2) return [];
  const copies = Math.max(1, listOf(recordOf(trace["meta"])["trials"]).length);
  const places = dimensions.map((dimension, i) => {
    const [low = 0, high = 1] = listOf(dimension["range"]).map(Number);
    const values = listOf(dimension["values"]).map(Number);
    // Lines that were thickened are there several times: the one in the middle.
    const middle = at + Math.floor(values.length / copies / 2) * copies;
    const share = ((values[middle] ?? low) - low) / (high - low || 1);
    return [l + w * (x0 + ((x1 - x0) * i) / (dimensions.length - 1)), t + h * (1 - y0 - (y1 - y0) * share)] as const;
  });
  return [line(places)];
}

type Place = readonly [number, number];
function line(places: readonly Place[]): SVGElement {
  const made = document.createElementNS(NAMESPACE, "polyline");
  made.setAttribute("points", places.map(([x, y]) => `${String(x)},${String(y)}`).join(" "));
  return made;
}
function ring([x, y]: Place): SVGElement {
  const made = document.createElementNS(NAMESPACE, "circle");
  for (const [name, value] of Object.entries({ cx: x, cy: y, r: 7 })) made.setAttribute(name, String(value));
  return made;
}
