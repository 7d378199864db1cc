/** A dimension as an axis of a plot: logarithmic if it is searched so; options are texts at integers. */
import type { SweepAxis } from "../../study/axes.js";
import type { Trace } from "../figure.js";
import { clip, escapePlotlyLabel } from "../../host/value-text.js";
import { shortAxisTitle } from "./view.js";

const LETTER = 7;
/** Minimum powers of ten in the range for ticks only at powers of ten. */
const DECADES = 1.5;

/** `room`: length in pixels. `upright`: a vertical axis, with its labels at the left. */
export function plotlyAxisSettings({ label, dimension, options }: SweepAxis, room: number, upright = false): Trace {
  const title = { text: shortAxisTitle(label, Math.floor(room / LETTER)) };
  if (dimension.kind === "choice") {
    const letters = upright ? 18 : Math.max(4, Math.floor(room / options.length / LETTER) - 1);
    return {
      title,
      tickvals: options.map((_, i) => i),
      ticktext: options.map((text) => escapePlotlyLabel(clip(text, letters))),
      range: [-0.5, options.length - 0.5],
      zeroline: false,
    };
  }
  const { scale, from, to } = dimension;
  const [low, high] = scale === "log" ? [Math.log10(from), Math.log10(to)] : [from, to];
  const around = 0.05 * (high - low) || Math.abs(high) / 10 || 0.5;
  const range = [low - around, high + around].map((end) => Number(end.toPrecision(8)));
  const powers = high - low >= DECADES ? { dtick: Math.max(1, Math.ceil((high - low) / 6)) } : { nticks: 4 };
  const ticks = scale === "log" ? { type: "log", exponentformat: "e", ...powers } : { nticks: room < 250 ? 5 : 8 };
  return { title, range, zeroline: false, ...ticks };
}

/** Trials with the same option would overlap, so they are offset slightly, always by the same amount. */
export function jitterOptionValue(value: number, number: number, { dimension }: SweepAxis): number {
  if (dimension.kind !== "choice") return value;
  const golden = 0.6180339887498949;
  return Number((value + (((number * golden) % 1) - 0.5) * 0.36).toFixed(3));
}
