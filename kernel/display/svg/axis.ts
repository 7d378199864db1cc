/** An axis of a plot: its kind and range, and the relative position of a value (0 to 1). */
import { labelWithoutMarkup } from "./element.js";
import { plotTitleText } from "../trace.js";
import { maxCoordinate, scalarsOf } from "./values.js";
import { dateTicks, linearTicks, logTicks, type AxisTick } from "./ticks.js";

export type AxisKind = "linear" | "log" | "date" | "category";
export interface Axis {
  readonly kind: AxisKind;
  /** Ends in axis units: logarithms on a log axis, milliseconds on a date axis, indices on a category axis. */
  readonly low: number;
  readonly high: number;
  readonly reversed: boolean;
  readonly categories: readonly string[];
  readonly title: string;
  /** Part of the figure that the axis takes, 0 to 1. */
  readonly domain: readonly [number, number];
  readonly visible: boolean;
  /** Its ticks are texts. */
  readonly worded: boolean;
  readonly right: boolean;
  readonly ticks: (wanted: number) => readonly AxisTick[];
}
type Layout = Readonly<Record<string, unknown>>;

/** Explicitly ordered categories, including those without values. */
const ordered = (layout: Layout): readonly unknown[] =>
  layout["categoryorder"] === "array" && Array.isArray(layout["categoryarray"])
    ? scalarsOf(layout["categoryarray"])
    : [];

/**
 * `values`: all values of the traces on this axis; `grounded` axes (under bars) include zero; `cells` extend half a
 * category at each end.
 */
export function makeAxis(
  layout: Layout,
  values: readonly unknown[],
  { grounded = false, domain = domainOf(layout) } = {},
): Axis {
  const kind = kindOf(layout, values);
  const categories =
    kind === "category"
      ? [...new Set([...ordered(layout), ...values].filter((v) => v !== null && v !== undefined).map(String))]
      : [];
  const units = values.map((v) => valueInAxisUnits(kind, categories, v)).filter(Number.isFinite);
  const [low, high] = span(layout, kind, categories, units, grounded);
  const title = labelWithoutMarkup(plotTitleText(layout["title"]));
  const tickvals = Array.isArray(layout["tickvals"]) ? scalarsOf(layout["tickvals"]) : null;
  const ticktext = Array.isArray(layout["ticktext"]) ? scalarsOf(layout["ticktext"]) : tickvals;
  const ticks = (wanted: number): readonly AxisTick[] => {
    if (tickvals)
      return tickvals
        .map((v, i) => ({
          value: valueInAxisUnits(kind, categories, v),
          text: labelWithoutMarkup(String(ticktext?.[i] ?? v)),
        }))
        .filter((t) => t.value >= low && t.value <= high);
    if (kind === "category") {
      const every = Math.max(1, Math.ceil(categories.length / Math.max(1, wanted * 3)));
      return categories.map((c, value) => ({ value, text: labelWithoutMarkup(c) })).filter((_, i) => i % every === 0);
    }
    return kind === "log"
      ? logTicks(low, high, wanted)
      : kind === "date"
        ? dateTicks(low, high, wanted)
        : linearTicks(low, high, wanted);
  };
  return {
    kind,
    low,
    high,
    categories,
    title,
    domain,
    ticks,
    reversed: layout["autorange"] === "reversed" || descends(layout["range"]),
    visible: layout["visible"] !== false && layout["showticklabels"] !== false,
    worded: kind === "category" || Array.isArray(layout["ticktext"]),
    right: layout["side"] === "right",
  };
}

/** Returns the relative position of a value on the axis; NaN for values outside. */
export function axisPosition(axis: Axis, value: unknown): number {
  return axisPositionOfUnit(axis, valueInAxisUnits(axis.kind, axis.categories, value));
}

export function axisPositionOfUnit({ low, high, reversed }: Axis, unit: number): number {
  const share = high > low ? (unit - low) / (high - low) : 0.5;
  return reversed ? 1 - share : share;
}

export function valueInAxisUnits(kind: AxisKind, categories: readonly string[], value: unknown): number {
  if (kind === "category") {
    const index = categories.indexOf(String(value));
    return index >= 0 ? index : typeof value === "number" ? value : Number.NaN;
  }
  if (value === null || value === undefined || value === "" || typeof value === "boolean") return Number.NaN;
  if (kind === "date") return typeof value === "number" ? value : Date.parse(String(value));
  const x = Number(value);
  return kind === "log" ? (x > 0 ? Math.log10(x) : Number.NaN) : Math.abs(x) < maxCoordinate ? x : Number.NaN;
}

function kindOf(layout: Layout, values: readonly unknown[]): AxisKind {
  const written = layout["type"];
  if (written === "linear" || written === "log" || written === "date" || written === "category") return written;
  const texts = values.filter((v): v is string => typeof v === "string" && v !== "" && !Number.isFinite(Number(v)));
  if (texts.length === 0) return "linear";
  return texts.every((t) => /^\d{4}-\d\d(-\d\d)?/.test(t) && Number.isFinite(Date.parse(t))) ? "date" : "category";
}

function span(
  layout: Layout,
  kind: AxisKind,
  categories: readonly string[],
  units: readonly number[],
  grounded: boolean,
): [number, number] {
  if (kind === "category") return [-0.5, Math.max(1, categories.length) - 0.5];
  const range = scalarsOf(layout["range"]);
  if (range.length === 2) {
    // plotly's log ranges are logarithms already
    const ends = range.map((v: unknown) => (kind === "date" ? valueInAxisUnits(kind, [], v) : Number(v)));
    if (ends.every(Number.isFinite) && ends[0]! !== ends[1]!)
      return [Math.min(...(ends as [number, number])), Math.max(...(ends as [number, number]))];
  }
  let low = units.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  let high = units.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!(low <= high)) [low, high] = [0, 1];
  const zero = kind === "linear" && (grounded || layout["rangemode"] === "tozero");
  if (zero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high) return [low - (zero && low === 0 ? 0 : 0.5), high + 0.5];
  const room = (high - low) * 0.05;
  return [zero && low === 0 ? 0 : low - room, zero && high === 0 ? 0 : high + room];
}

/** Returns whether the given ends are in descending order, which reverses the axis in plotly. */
function descends(range: unknown): boolean {
  const [first, last] = scalarsOf(range);
  return typeof first === "number" && typeof last === "number" && first > last;
}

function domainOf(layout: Layout): [number, number] {
  const domain: unknown = layout["domain"];
  return Array.isArray(domain) && domain.length === 2 && domain.every((d) => typeof d === "number")
    ? (domain as [number, number])
    : [0, 1];
}
