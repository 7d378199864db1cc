/**
 * A self-contained page for reading and printing: without scripts and downloads (its content security policy forbids
 * both), and light or dark as in the reader's system. Its contents are escaped where they are made (html.ts).
 */
import { html, type Html, type HtmlPart } from "./html.js";

export interface ReportSection {
  readonly title: string;
  readonly parts: readonly Html[];
}
export interface ReportPageContent {
  readonly title: string;
  /** Lines below the title. */
  readonly says: readonly HtmlPart[];
  readonly sections: readonly ReportSection[];
  readonly foot: string;
}

export const MAX_PAGE_BYTES = 3_000_000;

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --paper: #ffffff; --rule: rgba(128,128,128,.3); }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e6e9; --paper: #16181b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 860px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 19px; margin: 36px 0 8px; padding-top: 12px; border-top: 1px solid var(--rule); }
p { margin: 6px 0; }
nav { margin: 14px 0 0; font-size: 14px; } nav a { margin-right: 14px; } a { color: inherit; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 12.5px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--rule); border-radius: 6px; padding: 10px 12px; }
img { max-width: 100%; height: auto; } summary { cursor: pointer; }
footer { margin-top: 40px; padding-top: 10px; border-top: 1px solid var(--rule); font-size: 12.5px; opacity: .75; }
@media print {
  :root { color-scheme: light; --ink: #000; --paper: #fff; } main { max-width: none; padding: 0; } nav { display: none; }
  details::details-content { content-visibility: visible; display: block; } h2 { break-after: avoid; }
  img, tr { break-inside: avoid; }
}
`;

/** Embeds pictures, and leaves out the largest if the page would exceed `most` bytes. */
export function reportPage(page: ReportPageContent, most = MAX_PAGE_BYTES): string {
  let { sections } = page;
  for (;;) {
    const text = written({ ...page, sections });
    const size = utf8(text);
    const largest = largestOf(sections);
    if (size <= most || largest === null || largest.text.length < 2000) return text;
    const instead = html`<p><em>A part was too long for this page and was left out.</em></p>`;
    sections = sections.map((one) => ({
      ...one,
      parts: one.parts.map((part) => (part === largest ? instead : part)),
    }));
  }
}

/** First line of our reports, so that no other file is ever overwritten. */
export const REPORT_MARK = "<!doctype html><!-- tunebook report -->";

function written({ title, says, sections, foot }: ReportPageContent): string {
  const named = sections.filter(({ parts }) => parts.length > 0);
  const body = html`<main>
    <h1>${title}</h1>
    ${says.map((one) => html`<p>${one}</p>`)}
    <nav>${named.map((one, i) => html`<a href="#s${String(i)}">${one.title}</a>`)}</nav>
    ${named.map(
      (one, i) =>
        html`<section>
          <h2 id="s${String(i)}">${one.title}</h2>
          ${one.parts}
        </section>`,
    )}
    <footer>${foot}</footer>
  </main>`;
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  const head = html`<meta charset="utf-8" /><meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" /><meta name="referrer" content="no-referrer" />
    <title>${title}</title>`;
  return `${REPORT_MARK}<html lang="en"><head>${head.text}<style>${STYLE}</style></head><body>${body.text}</body></html>\n`;
}

function largestOf(sections: readonly ReportSection[]): Html | null {
  return sections
    .flatMap(({ parts }) => parts)
    .reduce<Html | null>((most, part) => (most === null || part.text.length > most.text.length ? part : most), null);
}

const utf8 = (text: string): number => new TextEncoder().encode(text).length;
