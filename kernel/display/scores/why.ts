/**
 * Contributions of words to a prediction: blue for it, orange against it, more opaque if stronger, so that text stays
 * readable on light and dark pages. Numbers appear on hover. Plain text lists the strongest words with their numbers.
 */
import { displayOutputOf } from "../bundle.js";
import { FRAME_STYLE, html, note, toneColors, type Html, type HtmlPart, type DisplayOutput } from "../html.js";
import { clip, groupedNumber, oneLine, formatPercent, plural, significantText } from "../../host/value-text.js";

export interface AttributionPart {
  readonly text: string;
  /**
   * Contribution to the prediction's logit or odds; null: no token of it was read (spaces, and text that was cut off).
   */
  readonly value: number | null;
}
export interface AttributionRow {
  /** The explained prediction: `“billing”`. */
  readonly answer: string;
  readonly parts: readonly AttributionPart[];
  /** Sum of the special tokens' contributions. */
  readonly special: number;
}

/** Maximum displayed words of a row, and words that plain text lists for each side. */
const MOST = 400;
const NAMED = 6;
/** Minimum share of all contributions for the special tokens to be mentioned. */
const LITTLE = 0.01;
const METHODS = {
  left_out: "change of the prediction's probability without each word, as a share of all changes",
  gradient:
    "gradient × input of the predicted logit, each word's share of all; for encoders like BERT the sign is no better than chance: `why: left_out` predicts again without each word",
} as const;
/** Opacity of the strongest colour. */
const FULL = 0.55;
const FOR = "63,124,196";
const AGAINST = "224,138,60";

/** `options.total`: number of all rows, the first of which are displayed. */
export function attributionView(
  rows: readonly AttributionRow[],
  options: { readonly model: string; readonly total: number; readonly how: keyof typeof METHODS },
): DisplayOutput {
  const title = `${options.model}: words that supported the prediction`;
  const left =
    options.total > rows.length ? `the first ${groupedNumber(rows.length)} of ${plural(options.total, "text")}` : null;
  const method = METHODS[options.how];
  return displayOutputOf(
    [title, ...rows.map(plainRow), ...(left === null ? [] : [left]), method].join("\n"),
    html`<div style="${FRAME_STYLE};line-height:1.7">
      <div style="font-weight:600">${title}</div>
      ${rows.map(shownRow)}
      <div style="margin-top:6px">${swatch("for it", FULL)} ${swatch("against it", -FULL)}</div>
      ${left !== null && note(left)} ${note(method)}
    </div>`,
  );
}

function shownRow(row: AttributionRow): Html {
  const { parts } = row;
  const most = parts.reduce((greatest, { value }) => Math.max(greatest, Math.abs(value ?? 0)), 0);
  const all = sizeOf(row);
  return html`<div style="opacity:.72;margin-top:8px">${headOf(row)}</div>
    <div
      style="white-space:pre-wrap;overflow-wrap:anywhere;padding:2px 0 2px 10px;border-left:3px solid ${toneColors.line}"
    >
      ${parts.slice(0, MOST).map((part) => coloured(part, { most, all }))}${parts.length > MOST && " …"}
    </div>`;
}

function coloured(
  { text, value }: AttributionPart,
  { most, all }: { readonly most: number; readonly all: number },
): HtmlPart {
  if (value === null) return /\S/.test(text) ? html`<span style="opacity:.72">${text}</span>` : text;
  const tooltip = `${shareOf(value, all)} (${signed(significantText(Math.abs(value), 3), value)})`;
  const style = `border-radius:3px;${tint(most > 0 ? (FULL * value) / most : 0)}`;
  return html`<span title="${tooltip}" style="${style}">${text}</span>`;
}

function tint(strength: number): string {
  const full = Math.abs(strength);
  return full < 0.02 ? "" : `background:rgba(${strength > 0 ? FOR : AGAINST},${full.toFixed(2)})`;
}

const swatch = (text: string, strength: number): Html =>
  html`<span style="border-radius:3px;padding:0 6px;margin-right:8px;font-size:12px;${tint(strength)}">${text}</span>`;

function plainRow(row: AttributionRow): string {
  const { parts } = row;
  const all = sizeOf(row);
  const scoredParts = parts.filter((part): part is AttributionPart & { readonly value: number } => part.value !== null);
  const named = (sign: 1 | -1): string =>
    scoredParts
      .filter(({ value }) => value * sign > LITTLE * all)
      .toSorted((a, b) => (b.value - a.value) * sign)
      .slice(0, NAMED)
      .map(({ text, value }) => `${oneLine(text)} ${shareOf(value, all)}`)
      .join(", ") || "nothing";
  const text = clip(oneLine(parts.map((part) => part.text).join("")), 240);
  return `\n${text}\n${headOf(row)}\nfor it: ${named(1)}\nagainst it: ${named(-1)}`;
}

/** Mentions the contribution of special tokens, too. */
function headOf(row: AttributionRow): string {
  const all = sizeOf(row);
  const beside = Math.abs(row.special) > LITTLE * all ? ` · special tokens ${shareOf(row.special, all)}` : "";
  return `${row.answer}${beside}`;
}

/** Returns the sum of all absolute contributions. */
const sizeOf = ({ parts, special }: AttributionRow): number =>
  parts.reduce((sum, { value }) => sum + Math.abs(value ?? 0), Math.abs(special));
const shareOf = (value: number, all: number): string =>
  signed(formatPercent(all > 0 ? Math.abs(value) / all : 0), value);
const signed = (size: string, value: number): string => `${value < 0 ? "−" : "+"}${size}`;
