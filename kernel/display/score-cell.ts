/** A score in a table cell: its value, and its interval in small print. */
import { html, type Html, type HtmlPart } from "./html.js";
import { significantText } from "../host/value-text.js";

export interface IntervalEnds {
  readonly low: number;
  readonly high: number;
}
export interface ScoreCell {
  readonly text: string;
  readonly shown: Html;
}

export function plainCell(text: string): ScoreCell {
  return { text, shown: html`<span style="white-space:nowrap">${text}</span>` };
}

/** `strong`: for cells with further numbers. */
export function valueCell(
  value: number,
  interval: IntervalEnds | null,
  { strong = false, unit }: { readonly strong?: boolean; readonly unit?: string | undefined } = {},
): ScoreCell {
  const valueText = formatValueWithUnit(value, unit);
  return {
    text: `${valueText}${interval ? ` (${scoreIntervalText(interval, unit)})` : ""}`,
    shown: numberWithInterval(strong ? html`<b style="font-weight:600">${valueText}</b>` : valueText, interval, unit),
  };
}

/** Formats a number to four decimals; with a unit to three digits: `27 ms`, `0.0413 ms`. */
export function formatValueWithUnit(value: number, unit: string | undefined): string {
  return unit === undefined ? fixedDecimalsText(value) : `${measured(value)} ${unit}`;
}
const measured = (value: number): string => significantText(value, 3).replace("-", "−");

/** A number and its interval, each unbroken; in a narrow cell the interval is below the number. */
export function numberWithInterval(number: HtmlPart, interval: IntervalEnds | null, unit?: string): Html {
  const ends =
    interval &&
    html` <small style="opacity:.72;margin-left:.6em;white-space:nowrap;display:inline-block"
      >${scoreIntervalText(interval, unit)}</small
    >`;
  return html`<span style="white-space:normal;font-variant-numeric:tabular-nums">
    <span style="white-space:nowrap">${number}</span>${ends}
  </span>`;
}

/** Formats four decimals, fewer for large numbers. */
export function fixedDecimalsText(value: number, places = 4): string {
  if (!Number.isFinite(value)) return significantText(value);
  const size = Math.abs(value);
  return value.toFixed(size >= 1000 ? 1 : size >= 100 ? 2 : places).replace("-", "−");
}
export function scoreIntervalText({ low, high }: IntervalEnds, unit?: string): string {
  if (unit !== undefined) return `${measured(low)} … ${measured(high)}`;
  return `${fixedDecimalsText(low, 3)} … ${fixedDecimalsText(high, 3)}`;
}
