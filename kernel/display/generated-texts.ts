/**
 * Texts with a model's continuations: the prompt muted, the continuation plain, with a mark at its end while it grows.
 */
import { displayOutputOf } from "./bundle.js";
import { FRAME_STYLE, html, readableColorStyle, toneColors, type Html, type DisplayOutput } from "./html.js";
import { groupedNumber, plural } from "../host/value-text.js";

export interface GeneratedTextRow {
  readonly text: string;
  readonly continuation: string;
  readonly tokens: number;
}

const MOST = 20;

/**
 * `writing`: generation continues. `apart`: a separate response instead of a continuation. Beyond 20 texts the rest is
 * counted.
 */
export function generatedTextsView(
  rows: readonly GeneratedTextRow[],
  o: { readonly id: string; readonly writing: boolean; readonly apart?: boolean },
): DisplayOutput & { readonly id: string } {
  const shown = rows.slice(0, MOST);
  const mark = o.writing ? "▌" : "";
  const between = o.apart ? "\n" : "";
  const tokens = rows.reduce((sum, r) => sum + r.tokens, 0);
  const rest = rows.length > MOST ? ` · ${plural(rows.length - MOST, "more text")}` : "";
  const words = `${plural(tokens, "token")} for ${groupedNumber(rows.length)} ${rows.length === 1 ? "text" : "texts"}${rest}`;
  const text = [...shown.map((r) => `${r.text}\n  ▸ ${r.continuation.replace(/\n/g, "\n    ")}${mark}`), words].join(
    "\n",
  );
  const one = (r: GeneratedTextRow): Html =>
    html`<div style="white-space:pre-wrap;margin:6px 0;padding:2px 0 2px 10px;border-left:3px solid ${toneColors.line}">
      <span style="opacity:.72">${r.text + between}</span><span>${r.continuation}</span
      ><span style="${readableColorStyle(toneColors.accent)}">${mark}</span>
    </div>`;
  return {
    ...displayOutputOf(
      text,
      html`<div style="${FRAME_STYLE}">
        ${shown.map(one)}
        <div style="opacity:.72;font-variant-numeric:tabular-nums">${words}</div>
      </div>`,
    ),
    id: o.id,
  };
}
