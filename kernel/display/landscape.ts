/** Losses on a plane through the weights of models: the position of each model, and the ellipse of EWC's penalty. */
import { plural, significantText, escapePlotlyLabel } from "../host/value-text.js";
import { figureView, type Figure, type Trace } from "./figure.js";
import { displaySymbol, type DisplayOutput } from "./html.js";
import { bluesScale, paletteColor } from "./svg/colors.js";
import { textTable } from "./text-table.js";

export interface LandscapePoint {
  readonly name: string;
  /** Position on the plane, in units of the weights; the central model is at (0, 0). */
  readonly x: number;
  readonly y: number;
  /** Distance from the plane, and from the central model. */
  readonly off: number;
  readonly far: number;
}
export interface LandscapeLoss {
  /** For example `german.test`. */
  readonly on: string;
  /** Number of its rows that were evaluated. */
  readonly rows: number;
  /** `z[i][j]`: mean loss of its rows at (x[j], y[i]), in nats. */
  readonly z: readonly (readonly number[])[];
}
/**
 * EWC's penalty ½ (θ − θ*)ᵀF(θ − θ*) on the plane: least + ½ · (xx · a² + 2 · xy · a · b + yy · b²) at (a, b) from its
 * centre, in nats. `least` is 0 if its anchor θ* is on the plane.
 */
export interface LandscapeEwcPenalty {
  /** The model whose weights the penalty anchors. */
  readonly by: string;
  readonly centre: { readonly x: number; readonly y: number };
  readonly least: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}
export interface LandscapeData {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly losses: readonly LandscapeLoss[];
  readonly places: readonly LandscapePoint[];
  /** Null if no model was trained with EWC. */
  readonly held: LandscapeEwcPenalty | null;
}
/** The data as a cell's value, which displays itself. */
export type DisplayableLandscape = LandscapeData & { readonly [displaySymbol]: () => DisplayOutput["bundle"] };

export function displayableLandscape(data: LandscapeData): DisplayableLandscape {
  return Object.defineProperty({ ...data }, displaySymbol, {
    value: () => landscapeView(data).bundle,
  }) as DisplayableLandscape;
}

export function landscapeView(data: LandscapeData): DisplayOutput {
  return figureView(landscapeFigure(data), { text: landscapeText(data) });
}

function landscapeText(options: LandscapeData): string {
  const { name, places, x, losses, held: penalty } = options;
  const table = textTable(
    ["model", "x", "y", "off the plane", `far from ${name}`],
    places.map((one) => [one.name, ...[one.x, one.y, one.off, one.far].map((value) => significantText(value, 3))]),
  );
  const on = losses.map((one) => `${one.on} (${plural(one.rows, "row")})`).join(" and ");
  const rings = ringsOf(options).flatMap(({ name: through, axes, level }) =>
    through === null
      ? []
      : `\nEWC's ellipse through ${through}: half axes ${axes.map((one) => significantText(one, 3)).join(" and ")}, a cost of ${significantText(level, 2)} by its Fisher information`,
  );
  const least =
    penalty && rings.length > 0 && penalty.least > 0
      ? `\nIts anchor is outside the plane, where the smallest penalty is ${significantText(penalty.least, 2)}, at x ${significantText(penalty.centre.x, 3)}, y ${significantText(penalty.centre.y, 3)}`
      : "";
  return `Loss on ${on} around ${name}, at ${plural(x.length ** 2, "place")}\n${table}${rings.join("")}${least}`;
}

/** An ellipse of constant EWC penalty: level in nats, half axes and line. */
interface Ring {
  /** The model on the ellipse; null: a quarter of the penalty of the ellipse before. */
  readonly name: string | null;
  readonly level: number;
  readonly axes: readonly [long: number, short: number];
  readonly points: readonly (readonly [number, number])[];
}

/** Parts of a side of the plot; determines the distance between points of a line. */
const PARTS = 60;

/**
 * Returns ellipses through the anchored model, if it is on the plane, and the first later model. If these are the same,
 * or the anchored one is not on the plane: the ellipse through the first, and one with a quarter of its penalty.
 */
function ringsOf({ held: penalty, places, x }: LandscapeData): readonly Ring[] {
  const [, first] = places;
  if (!penalty || !first) return [];
  const itself = places.find(({ name, off }, i) => i > 1 && off === 0 && name === penalty.by);
  const level = ewcPenaltyAt(penalty, first);
  const wanted: readonly Pick<Ring, "name" | "level">[] = itself
    ? [
        { name: itself.name, level: ewcPenaltyAt(penalty, itself) },
        { name: first.name, level },
      ]
    : [
        { name: first.name, level },
        { name: null, level: level / 4 },
      ];
  const apart = Math.abs((x.at(-1) ?? 1) - (x[0] ?? 0)) / PARTS;
  // No point has a penalty below the minimum.
  return wanted
    .filter((one) => one.level > penalty.least)
    .map((one) => ({ ...one, ...ewcPenaltyEllipse(penalty, one.level - penalty.least, apart) }));
}

/** Returns EWC's penalty at a point of the plane, in nats, for strength 1. */
export function ewcPenaltyAt(
  { centre, least, xx, xy, yy }: Omit<LandscapeEwcPenalty, "by">,
  place: { readonly x: number; readonly y: number },
): number {
  const [a, b] = [place.x - centre.x, place.y - centre.y];
  return least + (xx * a * a + 2 * xy * a * b + yy * b * b) / 2;
}
/** Minimum and maximum points of an ellipse. */
const POINTS = [96, 20_000] as const;

/** Returns the ellipse ½ · (xx a² + 2 xy a b + yy b²) = level; `apart`: maximum distance between its points. */
export function ewcPenaltyEllipse(
  { xx, xy, yy }: Pick<LandscapeEwcPenalty, "xx" | "xy" | "yy">,
  level: number,
  apart = Number.POSITIVE_INFINITY,
): { readonly axes: readonly [long: number, short: number]; readonly points: readonly (readonly [number, number])[] } {
  const [middle, half] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  // The quadratic form is greatest along `angle`, where the ellipse is shortest.
  const axis = (form: number): number => Math.sqrt((2 * level) / Math.max(form, 1e-30));
  const [short, long] = [axis(middle + half), axis(middle - half)];
  const count = Math.min(POINTS[1], Math.max(POINTS[0], Math.ceil((2 * Math.PI * long) / apart)));
  const points = Array.from({ length: count + 1 }, (_, i) => {
    const turn = (2 * Math.PI * i) / count;
    const [along, across] = [short * Math.cos(turn), long * Math.sin(turn)];
    return [
      along * Math.cos(angle) - across * Math.sin(angle),
      along * Math.sin(angle) + across * Math.cos(angle),
    ] as const;
  });
  return { axes: [long, short], points };
}

export function landscapeFigure(options: LandscapeData): Figure {
  const { x, y, losses, name } = options;
  const gap = 0.1;
  const wide = (1 - gap * (losses.length - 1)) / losses.length;
  const layout: Record<string, unknown> = {
    title: { text: escapePlotlyLabel(`Loss around ${name}, in weight space`) },
    height: losses.length > 1 ? 490 : 600,
    margin: { t: 48, r: 16, b: 110, l: 56 },
    legend: { orientation: "h", x: 0, y: -0.16, yanchor: "top" },
  };
  const data = losses.flatMap((loss, i): readonly Trace[] => {
    const n = i === 0 ? "" : String(i + 1);
    const ends = (values: readonly number[]): readonly [number, number] => [values[0] ?? 0, values.at(-1) ?? 0];
    layout[`xaxis${n}`] = {
      title: { text: escapePlotlyLabel(`loss on ${loss.on}`) },
      domain: [i * (wide + gap), i * (wide + gap) + wide],
      anchor: `y${n}`,
      range: ends(x),
      constrain: "domain",
      zeroline: false,
    };
    layout[`yaxis${n}`] = {
      anchor: `x${n}`,
      range: ends(y),
      constrain: "domain",
      zeroline: false,
      // Both axes have the same scale.
      scaleanchor: `x${n}`,
      ...(i > 0 && { matches: "y" }),
    };
    const on = { xaxis: `x${n}`, yaxis: `y${n}` };
    return [surface(loss, options), ...ellipses(options, i > 0), ...ways(options, i > 0)].map((trace) => ({
      ...trace,
      ...on,
    }));
  });
  return { data, layout };
}

/** Contour lines are logarithmic: losses 0.2 and 0.4 are as far apart as 2 and 4. */
function surface({ on, z }: LandscapeLoss, { x, y }: LandscapeData): Trace {
  const logs = z.map((row) => row.map((value) => Math.log2(Math.max(value, 1e-4))));
  const all = logs.flat().filter(Number.isFinite);
  const [low, high] = [Math.floor(Math.min(...all)), Math.ceil(Math.max(...all))];
  return {
    type: "contour",
    x,
    y,
    z: logs,
    colorscale: bluesScale,
    showscale: false,
    zmin: low,
    zmax: high,
    contours: { start: low, end: high, size: 0.5, coloring: "heatmap" },
    line: { width: 0.6, color: "rgba(120,130,145,0.55)" },
    text: z.map((row) => row.map((value) => significantText(value, 3))),
    hovertemplate: `${escapePlotlyLabel(on)}: loss %{text}<extra></extra>`,
  };
}

function ellipses(options: LandscapeData, again: boolean): readonly Trace[] {
  const { held: penalty, x, y } = options;
  if (!penalty) return [];
  const within = (value: number, axisValues: readonly number[]): boolean =>
    value >= (axisValues[0] ?? 0) && value <= (axisValues.at(-1) ?? 0);
  return ringsOf(options).map(({ name, level, points }, i) => {
    // Points outside of the plot are left out.
    const drawn = points
      .map(([a, b]) => [penalty.centre.x + a, penalty.centre.y + b] as const)
      .map(([a, b]) => (within(a, x) && within(b, y) ? [a, b] : null))
      .filter((point, j, all) => point !== null || (j > 0 && all[j - 1] !== null));
    return {
      type: "scatter",
      mode: "lines",
      showlegend: !again,
      legendgroup: `ewc ${String(i)}`,
      name: name === null ? "a quarter of it" : `EWC's penalty as at ${escapePlotlyLabel(name)}`,
      x: drawn.map((point) => point?.[0] ?? null),
      y: drawn.map((point) => point?.[1] ?? null),
      line: { color: ELLIPSE, width: i === 0 ? 2.5 : 1.5, dash: i === 0 ? "solid" : "dash" },
      hovertemplate: `by its Fisher information it costs ${significantText(level, 2)}<extra></extra>`,
    };
  });
}
const ELLIPSE = "#d0504a";

/** Draws a straight line from each model's start to its end. */
function ways({ places, name }: LandscapeData, again: boolean): readonly Trace[] {
  return places.map((place, i) => {
    const start = place.x === 0 && place.y === 0;
    // The first palette colour is the surface's, the seventh the ellipse's.
    const ownColor = start ? "#7a7f8a" : paletteColor([1, 2, 3, 4, 5][(i - 1) % 5] ?? 1);
    return {
      type: "scatter",
      mode: start ? "markers" : "lines+markers",
      showlegend: !again,
      legendgroup: place.name,
      name: escapePlotlyLabel(place.name),
      x: start ? [0] : [0, place.x],
      y: start ? [0] : [0, place.y],
      line: { color: ownColor, width: 1.5, dash: place.off > place.far / 2 ? "dot" : "solid" },
      marker: { color: ownColor, size: start ? 11 : [0, 10], symbol: start ? "x" : "circle" },
      hovertemplate: start
        ? `${escapePlotlyLabel(name)}<extra></extra>`
        : `${escapePlotlyLabel(place.name)}: ${significantText(place.far, 3)} from ${escapePlotlyLabel(name)}, ${significantText(place.off, 3)} off the plane<extra></extra>`,
    };
  });
}
