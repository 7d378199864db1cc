/** Functions that cells call to show values (`display`), and the view of a value as a result. */
import { inspect, types } from "node:util";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { figureView, type Figure } from "../../../display/figure.js";
import { displaySymbol, type DisplayOutput } from "../../../display/html.js";
import { arqueroView, isArqueroTable, tableView } from "../../../display/table.js";
import { likelyCellRun } from "./scope.js";

export interface DisplayOptions {
  /** display_id: a later output with the same id replaces this one. */
  readonly id?: string;
}
/** A displayed output that can be replaced in place. */
export class DisplayHandle<T> {
  constructor(
    readonly id: string,
    private readonly toShown: (value: T) => DisplayOutput,
    private readonly output: { update(shown: DisplayOutput & { readonly id: string }): void },
  ) {}
  /** Replaces it wherever it is shown; `value` must be of the same kind as the first. */
  update(value: T): void {
    (likelyCellRun()?.output ?? this.output).update({ ...this.toShown(value), id: this.id });
  }
}

export type MimeBundle = Readonly<Record<string, unknown>>;
export interface Display {
  (value: unknown, options?: DisplayOptions): DisplayHandle<unknown>;
  html(text: string, options?: DisplayOptions): DisplayHandle<string>;
  markdown(text: string, options?: DisplayOptions): DisplayHandle<string>;
  svg(text: string, options?: DisplayOptions): DisplayHandle<string>;
  figure(figure: Figure, options?: DisplayOptions): DisplayHandle<Figure>;
  table(
    rows: Iterable<Readonly<Record<string, unknown>>>,
    options?: DisplayOptions,
  ): DisplayHandle<Iterable<Readonly<Record<string, unknown>>>>;
  mime(bundle: MimeBundle, options?: DisplayOptions): DisplayHandle<MimeBundle>;
  clear(wait?: boolean): void;
}

let ids = 0;
function shower<T>(
  call: string,
  toShown: (value: T) => DisplayOutput,
): (value: T, options?: DisplayOptions) => DisplayHandle<T> {
  return (value, options = {}) => {
    const output = outputOf(call);
    const shown = toShown(value);
    const id = options.id ?? shown.id ?? `tunebook-${process.pid}-${Date.now().toString(36)}-${++ids}`;
    output.display({ ...shown, id });
    return new DisplayHandle(id, toShown, output);
  };
}
function outputOf(call: string) {
  const scope = likelyCellRun();
  if (!scope) throw new CodedError("no-cell", { call });
  return scope.output;
}

export const display: Display = Object.assign(shower("display", valueView), {
  html: shower("display.html", (text: string) => ({
    bundle: { "text/html": String(text), "text/plain": plainOf(String(text)) },
  })),
  markdown: shower("display.markdown", (text: string) => ({
    bundle: { "text/markdown": String(text), "text/plain": String(text) },
  })),
  svg: shower("display.svg", (text: string) => ({
    bundle: { "image/svg+xml": String(text), "text/plain": "[picture]" },
  })),
  figure: shower("display.figure", (figure: Figure) => figureView(figure)),
  table: shower("display.table", rowsShown),
  mime: shower("display.mime", (bundle: MimeBundle) => bundleShown(bundle)),
  clear: (wait = false) => outputOf("display.clear").clear(wait),
});

const AWAITED = "It is still running: write `await` before it to get its result.";

/**
 * View of any value: its own view if it has one, a table for tables, otherwise the text of Node's `inspect`, without
 * colour.
 */
export function valueView(value: unknown): DisplayOutput {
  const self =
    typeof value === "object" && value !== null ? (value as { [displaySymbol]?: unknown })[displaySymbol] : undefined;
  if (typeof self === "function") return bundleShown((self as () => unknown).call(value));
  if (isArqueroTable(value)) return arqueroView(value);
  const text = inspect(value, { colors: false });
  // Node attaches internal context to promises, which is not useful in the output.
  const waits = types.isPromise(value) && /^Promise \{\s*<pending>/.test(text);
  return { bundle: { "text/plain": waits ? `Promise { <pending> }\n${AWAITED}` : text } };
}

function rowsShown(rows: Iterable<Readonly<Record<string, unknown>>>): DisplayOutput {
  const all = [...rows];
  const columns = [...new Set(all.flatMap((row) => Object.keys(row)))];
  return tableView(
    columns,
    all.map((row) => columns.map((c) => row[c])),
  );
}

/** A bundle, or a `Shown` with one; `text/plain` is added if missing. */
function bundleShown(given: unknown): DisplayOutput {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new CodedError("not-a-bundle", { got: inspect(given, { depth: 0 }) });
  const shown = isShown(given) ? given : { bundle: given as MimeBundle };
  if (!Object.keys(shown.bundle).every((key) => key.includes("/")))
    throw new CodedError("not-a-bundle", { got: `one with the keys ${Object.keys(shown.bundle).join(", ")}` });
  if ("text/plain" in shown.bundle) return shown;
  const html = shown.bundle["text/html"];
  return {
    ...shown,
    bundle: {
      ...shown.bundle,
      "text/plain": typeof html === "string" ? plainOf(html) : `[${Object.keys(shown.bundle).join(", ")}]`,
    },
  };
}
function isShown(value: object): value is DisplayOutput {
  const bundle = (value as { bundle?: unknown }).bundle;
  return typeof bundle === "object" && bundle !== null;
}
/** Text of a piece of HTML, for a terminal. */
function plainOf(html: string): string {
  const words = html
    .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^>]*>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&");
  return words.trim() === "" ? "[HTML]" : words.trim();
}
