/** The lines of a source that a diagnostic points at, with carets: what the ANSI and the HTML renderer share. */
import { visible, wordsOf, type Code, type CodeData } from "./codes.js";
import type { Diagnostic } from "./diagnostic.js";
import { Lines } from "./lines.js";
import type { Source } from "./span.js";

export interface ExcerptLine {
  readonly number: number;
  readonly text: string;
  /** Columns (code points, from 0, end exclusive) to underline. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly primary: boolean;
}
export interface Excerpt {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  /** `cell 3:3:31`, or empty when the source is not at hand. */
  readonly place: string;
  readonly lines: readonly ExcerptLine[];
  readonly help?: string;
  readonly notes: readonly string[];
}

export function excerptOf(diagnostic: Diagnostic, sources: readonly Source[]): Excerpt {
  const words = wordsOf(diagnostic.code as Code, diagnostic.data as CodeData[Code]);
  const source = sources.findLast((s) => s.id === diagnostic.span.source);
  const base = {
    severity: diagnostic.severity,
    code: diagnostic.code as string,
    message: words.message,
    notes: words.notes,
    ...(words.help === undefined ? {} : { help: words.help }),
  };
  if (!source) return { ...base, place: "", lines: [] };
  const lines = new Lines(source.text);
  const start = lines.at(diagnostic.span.start);
  const spans = [
    { span: diagnostic.span, text: "", primary: true },
    ...diagnostic.labels.filter((l) => l.span.source === source.id).map((l) => ({ ...l, primary: false })),
  ];
  const shown: ExcerptLine[] = [];
  for (const { span, text, primary } of spans) {
    const same = shown.find(
      (l) => l.primary && span.start === diagnostic.span.start && span.end === diagnostic.span.end,
    );
    if (same) {
      shown[shown.indexOf(same)] = { ...same, label: visible(text) };
      continue;
    }
    const [from, to] = [lines.at(span.start), lines.at(span.end)];
    const line = lines.line(from.line);
    const width = [...line].length;
    const end = to.line === from.line ? to.column - 1 : width;
    shown.push({
      number: from.line,
      text: visible(line.replaceAll("\t", " ")),
      from: from.column - 1,
      to: Math.max(from.column, end),
      label: visible(text),
      primary,
    });
  }
  return { ...base, place: `${source.title}:${String(start.line)}:${String(start.column)}`, lines: shown };
}
