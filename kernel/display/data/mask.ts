/**
 * Shows the trained tokens of rows in colour and the others faintly; in plain text, trained tokens are between ⟦ and ⟧.
 */
import { displayOutputOf } from "../bundle.js";
import type { LossMaskedTextPart, RowWithLossMask } from "../../data/encoding/masked-row.js";
import { FRAME_STYLE, html, toneColors, type Html, type DisplayOutput } from "../html.js";
import { groupedNumber, plural } from "../../host/value-text.js";

/** `most`: maximum characters of a part; longer ones lose their middle. `what`: display name of the marked tokens. */
export function lossMaskView(
  rows: readonly RowWithLossMask[],
  options: { readonly model: string; readonly most?: number; readonly what?: "trained" | "the answer" },
): DisplayOutput {
  const { model, most = 600, what = "trained" } = options;
  const title = `${model}: which tokens are ${what}`;
  const words = (r: RowWithLossMask): string =>
    `row ${String(r.row)}: ${groupedNumber(r.trained)} of ${plural(r.tokens, "token")} ${what === "trained" ? what : `are ${what}`}${r.changes ? ", others in each epoch" : ""}`;
  const text = [
    title,
    ...rows.map(
      (r) =>
        `${words(r)}\n${r.parts
          .map((part) => plain(part, most))
          .join("")
          .trimEnd()}`,
    ),
    `⟦ ⟧ ${what}`,
  ].join("\n\n");
  return displayOutputOf(
    text,
    html`<div style="${FRAME_STYLE};line-height:1.6">
      <div style="font-weight:600">${title}</div>
      ${rows.map(
        (r) =>
          html`<div style="opacity:.72;margin-top:8px;font-variant-numeric:tabular-nums">${words(r)}</div>
            <div style="white-space:pre-wrap;padding:2px 0 2px 10px;border-left:3px solid ${toneColors.line}">
              ${r.parts.map((part) => coloured(part, most))}
            </div>`,
      )}
    </div>`,
  );
}

function plain({ text, trained }: LossMaskedTextPart, most: number): string {
  return trained ? `⟦${shortened(text, most)}⟧` : shortened(text, most);
}
function coloured({ text, trained }: LossMaskedTextPart, most: number): Html {
  const shown = shortened(text, most);
  return trained
    ? html`<b style="font-weight:inherit;background:rgba(63,124,196,.28);border-radius:3px">${shown}</b>`
    : html`<span style="opacity:.72">${shown}</span>`;
}
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most / 2)} … ${text.slice(-most / 2)}`.replace(/\p{Surrogate}/gu, "");
}
