/** Source lines that a diagnostic points at, with carets; shared by the ANSI and HTML renderers. */
import { truncateText } from "./cut-words.js";
import { maskUrlSecrets } from "./address.js";
import { codeEntryOf, escapeControlCharacters, diagnosticText, type Severity } from "./codes.js";
import type { Diagnostic } from "./diagnostic.js";
import { LineIndex } from "./lines.js";
import { listNames } from "./lists.js";
import type { Source, Span } from "./span.js";

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
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  /** `cell 3:3:31`, or empty if the source is unavailable. */
  readonly place: string;
  readonly lines: readonly ExcerptLine[];
  readonly help?: string;
  readonly notes: readonly string[];
}

/** Code points quoted per line, how many of them before the span, and the maximum labels shown. */
const quoted = 160;
const before = 60;
const mostLabels = 20;
/** Maximum positions listed for a grouped warning. */
const mostPlaces = 8;

/** Line index per source, computed once for the lifetime of the source. */
const known = new WeakMap<Source, LineIndex>();
export function lineIndexOf(source: Source): LineIndex {
  const lines = known.get(source) ?? new LineIndex(source.text);
  known.set(source, lines);
  return lines;
}

/** Returns the spans of possible secrets, which no excerpt shows, whatever other diagnostics are on their lines. */
export function secretSpans(diagnostics: readonly Diagnostic[]): readonly Span[] {
  return diagnostics.filter(({ code }) => codeEntryOf(code)?.hides === true).map(({ span }) => span);
}

/** `hidden`: spans of secrets from all diagnostics of the check. `elsewhere`: further spans with the same message. */
export function excerptOf(
  diagnostic: Diagnostic,
  sources: readonly Source[],
  hidden: readonly Span[] = secretSpans([diagnostic]),
  elsewhere: readonly Span[] = [],
): Excerpt {
  const words = diagnosticText(diagnostic);
  const source = sources.findLast((s) => s.id === diagnostic.span.source);
  const base = {
    severity: diagnostic.severity,
    code: diagnostic.code as string,
    message:
      elsewhere.length > 0 ? `${words.message} ${placesOf([diagnostic.span, ...elsewhere], sources)}` : words.message,
    notes: words.notes,
    ...(words.help === undefined ? {} : { help: words.help }),
  };
  if (!source) return { ...base, place: "", lines: [] };
  const lines = lineIndexOf(source);
  const spans = [
    { span: diagnostic.span, text: "", primary: true },
    ...diagnostic.labels
      .filter((l) => l.span.source === source.id)
      .slice(0, mostLabels)
      .map((l) => ({ ...l, primary: false })),
  ];
  const secrets = hidden.filter((one) => one.source === source.id);
  const shown: ExcerptLine[] = [];
  for (const { span, text, primary } of spans) {
    const same = shown.find(
      (l) => l.primary && span.start === diagnostic.span.start && span.end === diagnostic.span.end,
    );
    if (same) {
      shown[shown.indexOf(same)] = { ...same, label: escapeControlCharacters(truncateText(text)) };
      continue;
    }
    shown.push({ ...quotedAt(lines, span, secrets), label: escapeControlCharacters(truncateText(text)), primary });
  }
  const more = diagnostic.labels.length - mostLabels;
  const notes = more > 0 ? [...base.notes, `and ${more.toLocaleString("en-US")} places more`] : base.notes;
  return { ...base, notes, place: placeOf(source, diagnostic.span), lines: shown };
}

function placeOf(source: Source, span: Span): string {
  const { line, column } = lineIndexOf(source).positionAt(span.start);
  return `${escapeControlCharacters(source.title.replace(/[\r\n]+/g, " "))}:${String(line)}:${String(column)}`;
}

/** `(3 places: cell 1:3:7, cell 1:9:7, cell 2:1:7)` */
function placesOf(spans: readonly Span[], sources: readonly Source[]): string {
  const places = spans.slice(0, mostPlaces).flatMap((span) => {
    const source = sources.findLast((s) => s.id === span.source);
    return source ? [placeOf(source, span)] : [];
  });
  const words =
    places.length > 0
      ? `: ${listNames(places, { most: mostPlaces, total: places.length + Math.max(0, spans.length - mostPlaces) })}`
      : "";
  return `(${spans.length.toLocaleString("en-US")} places${words})`;
}

/** Quotes the line where a span begins, cut to the text near it, with asterisks for secrets. */
function quotedAt(
  lines: LineIndex,
  span: Span,
  secrets: readonly Span[],
): Pick<ExcerptLine, "number" | "text" | "from" | "to"> {
  const number = lines.lineAt(span.start);
  const first = lines.startOf(number);
  const line = secrets.reduce(
    (text, secret) => starredBetween(text, secret.start - first, secret.end - first),
    maskUrlSecrets(lines.line(number)),
  );
  const offset = Math.min(span.start - first, line.length);
  const end = Math.min(span.end - first, line.length);
  // twice the code units, to include enough code points
  const left = [...line.slice(Math.max(0, offset - 2 * quoted), offset)].slice(line.length > quoted ? -before : 0);
  const marked = [...line.slice(offset, Math.min(end, offset + 2 * quoted))].slice(0, quoted - left.length);
  const room = quoted - left.length - marked.length;
  const right = [...line.slice(end, end + 2 * quoted)].slice(0, Math.max(0, room));
  const whole = (points: readonly string[]): string => points.join("");
  const cutLeft = whole(left).length < offset;
  const cutRight = offset + whole(marked).length + whole(right).length < line.length;
  const shown = (points: readonly string[]): string => escapeControlCharacters(whole(points).replaceAll("\t", " "));
  const head = (cutLeft ? "…" : "") + shown(left);
  const from = [...head].length;
  return {
    number,
    text: head + shown(marked) + shown(right) + (cutRight ? "…" : ""),
    from,
    to: from + Math.max(1, [...shown(marked)].length),
  };
}

/** Replaces the text between two offsets by asterisks of the same length; quotes remain. */
function starredBetween(text: string, start: number, end: number): string {
  const [from, to] = [Math.max(0, start), Math.min(end, text.length)];
  if (from >= to) return text;
  return text.slice(0, from) + text.slice(from, to).replace(/[^"']/g, "*") + text.slice(to);
}
