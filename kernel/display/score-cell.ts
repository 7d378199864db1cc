/** A score in a table's cell: its value, and the ends of its interval beside it in small print. */
import { html, type Html, type Part } from "./html.js";
import { significant } from "../host/text.js";

export interface Ends {
  readonly low: number;
  readonly high: number;
}
export interface Cell {
  readonly text: string;
  readonly shown: Html;
}

export function plain(text: string): Cell {
  return { text, shown: html`<span style="white-space:nowrap">${text}</span>` };
}

/** `strong`: where other numbers stand beside it. */
export function valueCell(
  value: number,
  interval: Ends | null,
  { strong = false, unit }: { readonly strong?: boolean; readonly unit?: string | undefined } = {},
): Cell {
  const own = inUnit(value, unit);
  return {
    text: `${own}${interval ? ` (${range(interval, unit)})` : ""}`,
    shown: beside(strong ? html`<b style="font-weight:600">${own}</b>` : own, interval, unit),
  };
}

/** A bare number to four places; one of a unit to three digits: `27 ms`, `0.0413 ms`. */
export function inUnit(value: number, unit: string | undefined): string {
  return unit === undefined ? fixed(value) : `${measured(value)} ${unit}`;
}
const measured = (value: number): string => significant(value, 3).replace("-", "−");

/** A number and its interval, each unbroken; below each other where the room is narrow. */
export function beside(number: Part, interval: Ends | null, unit?: string): Html {
  const ends =
    interval &&
    html` <small style="opacity:.72;margin-left:.6em;white-space:nowrap;display:inline-block"
      >${range(interval, unit)}</small
    >`;
  return html`<span style="white-space:normal;font-variant-numeric:tabular-nums">
    <span style="white-space:nowrap">${number}</span>${ends}
  </span>`;
}

/** Four places, fewer of great numbers. */
export function fixed(value: number, places = 4): string {
  if (!Number.isFinite(value)) return significant(value);
  const size = Math.abs(value);
  return value.toFixed(size >= 1000 ? 1 : size >= 100 ? 2 : places).replace("-", "−");
}
export function range({ low, high }: Ends, unit?: string): string {
  if (unit !== undefined) return `${measured(low)} … ${measured(high)}`;
  return `${fixed(low, 3)} … ${fixed(high, 3)}`;
}
