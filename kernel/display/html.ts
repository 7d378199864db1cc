/**
 * HTML that is escaped by construction: every part of the template is text unless it is `Html` already. Inline styles
 * are used where they survive (JupyterLab, nbconvert); without them (GitHub) plain tables remain.
 */
import { base64Of, escapeHtml } from "../host/value-text.js";

export class Html {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}
export type HtmlPart = Html | string | number | false | null | undefined | readonly HtmlPart[];

/**
 * `` html`<b>${name}</b>` ``. Put interpolations between tags or inside quoted attributes only. Line breaks of the
 * template are removed between tags, and become a space inside a tag.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(
    strings.reduce((text, string, i) => text + (i > 0 ? rendered(parts[i - 1]) : "") + oneLine(string), ""),
  );
}

function oneLine(template: string): string {
  return template
    .replace(/\s*\n\s*/g, (breaks: string, offset: number) => {
      const [before, after] = [template[offset - 1], template[offset + breaks.length]];
      return before === ">" || after === "<" || before === undefined || after === undefined ? "" : " ";
    })
    .replaceAll('" />', '">');
}

function rendered(part: HtmlPart): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(rendered).join("");
  return escapeHtml(String(part));
}

/** Colours that are readable on white and on near-black. */
export const toneColors = {
  line: "rgba(128,128,128,.28)",
  faint: "rgba(128,128,128,.10)",
  accent: "#3f7cc4",
  good: "#2f9e6e",
  warn: "#c07a1a",
  bad: "#d0504a",
} as const;

/** Common width of tables, lines and charts on a wide page; they shrink on a narrow one. */
export const OUTPUT_WIDTH = 792;
const GAP = 8;

/**
 * Returns the style of words in a tone: mixed with the page's text colour, so that they are readable on white and
 * near-black. Viewers without colour mixing use the tone itself.
 */
export function readableColorStyle(color: string): string {
  return `color:${color};color:color-mix(in srgb,${color} 72%,currentColor)`;
}

export type ColumnAlignment = "left" | "right";

/**
 * Prevents that words of a narrow table wrap one by one, or a long text becomes a very narrow column: the table
 * scrolls.
 */
const leastWidth = ({ length }: string): string =>
  length > 12 ? `min-width:${String(Math.min(length > 120 ? 20 : 10, Math.ceil(length / 2)))}em;` : "";

type Place = "first" | "between" | "last";
/** Leading numeric columns are left-aligned, so that a wide table gives its space to the other columns. */
const placeOf = (i: number, columns: readonly unknown[]): Place =>
  i === columns.length - 1 ? "last" : i === 0 ? "first" : "between";

const cellStyle = (align: ColumnAlignment, place: Place, part: HtmlPart, more = ""): string =>
  `text-align:${align};padding:3px ${place === "last" ? 0 : 18}px 3px 0;vertical-align:top;border:0;background:none;` +
  (align === "right"
    ? `font-variant-numeric:tabular-nums;white-space:nowrap;${place === "first" ? "width:1%;" : ""}`
    : `white-space:normal;max-width:44em;${leastWidth(String(part))}overflow-wrap:${/\S{40}/.test(String(part)) ? "anywhere" : "break-word"};`) +
  more;

export interface HtmlTable {
  /** Column heads; omitted for a table of facts whose first column names them. */
  readonly head?: readonly HtmlPart[];
  readonly rows: readonly (readonly HtmlPart[])[];
  readonly align?: readonly ColumnAlignment[];
  /**
   * Allows sorting by a click on a column head in JupyterLab (lab/src/sortable.ts); other viewers show the given order.
   */
  readonly sortable?: boolean;
}

/** Class name that the JupyterLab extension looks for. */
const SORTABLE = "tunebook-sortable";

/** Returns a plain semantic table with rules between rows, which stays readable without styles. */
export function htmlTable({ head, rows, align = [], sortable = false }: HtmlTable): Html {
  const alignAt = (i: number): ColumnAlignment => align[i] ?? "left";
  const rule = `border-top:1px solid ${toneColors.line};`;
  const heads =
    head &&
    html`<thead>
      <tr style="background:none;border:0">
        ${head.map((h, i) => html`<th scope="col" style="${cellStyle(alignAt(i), placeOf(i, head), h, "font-weight:600;")}">${h}</th>`)}
      </tr>
    </thead>`;
  const body = rows.map(
    (row, n) =>
      html`<tr style="background:none;border:0">
        ${row.map((part, i) => {
          const style = cellStyle(
            alignAt(i),
            placeOf(i, row),
            part instanceof Html ? "" : part,
            n > 0 || head ? rule : "",
          );
          return !head && i === 0
            ? html`<th scope="row" style="${style}font-weight:400;opacity:.72;white-space:nowrap;">${part}</th>`
            : html`<td style="${style}">${part}</td>`;
        })}
      </tr>`,
  );
  // A table of facts is not stretched, so that its values are near their names.
  const style = `border-collapse:collapse;border:0;margin:4px 0 8px;font-size:13px;table-layout:auto${head ? ";width:100%" : ""}`;
  const inner = html`${heads}
    <tbody>
      ${body}
    </tbody>`;
  // A wide table scrolls by itself, without scrolling the page.
  return html`<div style="overflow-x:auto">
    ${
      sortable
        ? html`<table class="${SORTABLE}" style="${style}">
            ${inner}
          </table>`
        : html`<table style="${style}">
            ${inner}
          </table>`
    }
  </div>`;
}

/**
 * Style of an output's frame: font, maximum width, and a gap at the left, where a narrow JupyterLab puts the bar that
 * collapses outputs. Texts have the same gap.
 */
export const FRAME_STYLE = `box-sizing:border-box;max-width:${OUTPUT_WIDTH + GAP}px;padding-left:${GAP}px;font-size:13px;line-height:1.45;margin:2px 0 6px`;

/** Frame of every output: a quiet heading, then the contents. */
export function card(title: HtmlPart, ...parts: readonly HtmlPart[]): Html {
  return html`<div style="${FRAME_STYLE}">${title && heading(title)}${parts}</div>`;
}

export function heading(title: HtmlPart): Html {
  return html`<div style="font-weight:600;font-size:14px;margin:2px 0 4px"><b>${title}</b></div>`;
}

export function note(...parts: readonly HtmlPart[]): Html {
  return html`<div style="opacity:.72;font-size:12px;margin:2px 0 6px"><small>${parts}</small></div>`;
}

export function code(text: string): Html {
  return html`<code style="background:none;padding:0">${text}</code>`;
}

/**
 * Embeds an SVG as an image that needs no script and survives sanitizers (GitHub allows `img` with a data URL, not
 * `svg`).
 */
export function svgImage(svg: string, alt: string, width: number, height: number): Html {
  const address = `data:image/svg+xml;base64,${base64Of(svg)}`;
  return html`<img
    src="${address}"
    alt="${alt}"
    width="${width}"
    height="${height}"
    style="max-width:100%;height:auto"
  />`;
}

/**
 * One MIME bundle per output, made from data. Every bundle contains `text/plain`; HTML is escaped where it is made.
 */
export interface DisplayOutput {
  readonly bundle: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** display_id: a later `update` with the same id replaces the output. */
  readonly id?: string;
  /** Updates change the picture but not the text: text-only front ends print it once, at the start. */
  readonly fixedText?: true;
  /** Text of an update with `fixedDecimalsText`, for text-only front ends. */
  readonly textOfUpdate?: string;
}
/**
 * Objects with this member display themselves: `[Symbol.for("Jupyter.display")](): Shown | Record<string, unknown>` (a
 * bundle).
 */
export const displaySymbol = Symbol.for("Jupyter.display");
