/** A score in a table's cell: its value, and the ends of its interval beside it in small print. */
import { html, type Html, type Part } from "./html.js";
import { significant } from "./text.js";

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
export function valueCell(value: number, interval: Ends | null, { strong = false } = {}): Cell {
  const own = fixed(value);
  return {
    text: `${own}${interval ? ` (${range(interval)})` : ""}`,
    shown: unbroken(strong ? html`<b style="font-weight:600">${own}</b>` : own, interval && small(range(interval))),
  };
}

export function unbroken(...parts: readonly Part[]): Html {
  return html`<span style="white-space:nowrap;font-variant-numeric:tabular-nums">${parts}</span>`;
}
export function small(text: string): Html {
  return html`<small style="opacity:.72;margin-left:.6em"> ${text}</small>`;
}

/** Four places, fewer of great numbers. */
export function fixed(value: number, places = 4): string {
  if (!Number.isFinite(value)) return significant(value);
  const size = Math.abs(value);
  return value.toFixed(size >= 1000 ? 1 : size >= 100 ? 2 : places).replace("-", "−");
}
export function range({ low, high }: Ends): string {
  return `${fixed(low, 3)} … ${fixed(high, 3)}`;
}
