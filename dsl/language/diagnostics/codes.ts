/**
 * Every error, warning and note has a code. Its texts are in one table, never where it is thrown.
 *
 * A folder exports the table of its codes (`codes.ts`). `dsl/codes.ts`, `stdlib/codes.ts` and `kernel/codes.ts` combine
 * the tables of their package and add its data to `CodeData`. The vocabulary's registry registers those of dsl and
 * stdlib, the main module of a process those of the kernel. `tunebook explain CODE` prints from the same table.
 */
import { redactUrlsInText } from "./address.js";
import { truncateText } from "./cut-words.js";
import type { Span } from "./span.js";

/** Data of each code (kebab-case). The three packages add theirs by declaration merging, each in its `codes.ts`. */
export interface CodeData {}
export type Code = keyof CodeData;
/** A note names what a check left out: it is not an error, and cannot be allowed. */
export type Severity = "error" | "warning" | "note";

/** A replacement word for a call, or an argument with its value. */
export type CallFix = { readonly word: string } | { readonly argument: string; readonly value: string | number };

/** Texts of one code. `message` makes sense alone and never suggests a fix; `help` does. */
export interface CodeEntry<D> {
  readonly severity: Severity;
  message(data: D): string;
  help?(data: D): string | undefined;
  notes?(data: D): readonly string[];
  /** The meaning and how to fix it, in a few sentences of Markdown: the page of `tunebook explain`. */
  readonly explain: string;
  /** Reported from facts (data, a base, files, a machine); the corpus of bad programs has an example of it. */
  readonly facts?: true;
  /**
   * Paths in the definition (`split.column`) to report at if reading data or a base failed with this code; the first
   * written one is used.
   */
  readonly paths?: readonly string[];
  /** For an error of a call, such as a source: returns its fix. */
  mend?(data: D): CallFix | undefined;
  /** The statement whose check finds it, if not a training's. An allowance is reported as unused after that check. */
  readonly found?: "data" | "model" | "evaluate";
  /** For an error: `allow` may suppress it. For a warning: `false` if it may not be allowed. */
  readonly allowable?: boolean;
  /** The marked text may be a secret: excerpts of the program show asterisks instead. */
  readonly hides?: true;
  /** A Tune program that shows the code (tested), for codes that depend only on the program. */
  readonly example?: string;
}

/** Texts of all codes in `D`. */
export type CodeTable<D> = { readonly [C in keyof D]: CodeEntry<D[C]> };

/** Filled at process start. */
const table = new Map<string, CodeEntry<never>>();

/** Registers codes; throws if two tables have the same code. */
export function registerCodes(...tables: readonly Readonly<Record<string, CodeEntry<never>>>[]): void {
  for (const entries of tables)
    for (const [code, entry] of Object.entries(entries)) {
      if (table.has(code) && table.get(code) !== entry) throw new Error(`code ${code} is registered twice`);
      table.set(code, entry);
    }
}

export function codeEntryOf(code: string): CodeEntry<unknown> | undefined {
  return table.get(code) as CodeEntry<unknown> | undefined;
}

export function allCodes(): readonly string[] {
  return [...table.keys()].sort();
}

export interface DiagnosticText {
  readonly severity: Severity;
  readonly message: string;
  readonly help?: string;
  readonly notes: readonly string[];
}

/**
 * Returns the texts of a code for its data. Values in `data` may come from hostile files, so control characters are
 * made visible.
 */
export function textsOfCode<C extends Code>(code: C, data: CodeData[C]): DiagnosticText {
  return diagnosticText({ code, data });
}

/** Returns the texts of a reported or thrown code; its code and data match by construction. */
export function diagnosticText({ code, data }: { readonly code: Code; readonly data: unknown }): DiagnosticText {
  const entry = codeEntryOf(code as string);
  if (!entry) return { severity: "error", message: shownText(`${code as string} ${JSON.stringify(data)}`), notes: [] };
  const help = entry.help?.(data);
  return {
    severity: entry.severity,
    message: shownText(entry.message(data)),
    notes: (entry.notes?.(data) ?? []).map(shownText),
    ...(help === undefined ? {} : { help: shownText(help) }),
  };
}

/** Removes secret parts of URLs before truncating: a truncated URL may lack the `@` that marks a password. */
function shownText(text: string): string {
  return escapeControlCharacters(truncateText(redactUrlsInText(text)));
}

/**
 * Writes control characters and bidirectional overrides as `\u{..}`, so that data cannot forge terminal output or a
 * page.
 */
export function escapeControlCharacters(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (c) => `\\u{${c.charCodeAt(0).toString(16)}}`,
  );
}

/** An error with a code, thrown at run time; `span` points into a Tune source if the cause is written there. */
export class CodedError<C extends Code = Code> extends Error {
  override readonly name = "CodedError";
  constructor(
    readonly code: C,
    readonly data: CodeData[C],
    readonly origin: { readonly span?: Span; readonly cause?: unknown } = {},
  ) {
    super(textsOfCode(code, data).message, origin.cause === undefined ? undefined : { cause: origin.cause });
  }

  /** Returns the same error with a span. */
  placed(span: Span): CodedError<C> {
    const placed = new CodedError(this.code, this.data, { ...this.origin, span });
    placed.stack = this.stack ?? "";
    return placed;
  }
}

// Asserts that a value exists because of earlier steps; if it does not, an internal error names it.

/** Throws `internal` if there is no value; `what` names it: "the template". */
export function mustExist<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) throw new CodedError("internal", { what: `${what} is missing` });
  return value;
}

/**
 * Returns the entry of a key that was set before; throws `internal` if there is none. `what`, without its article,
 * names the entry: "split".
 */
export function mustGet<K, V>(map: { get(key: K): V | undefined }, key: K, what: string): V {
  const value = map.get(key);
  if (value === undefined) throw new CodedError("internal", { what: `there is no ${what} ${String(key)}` });
  return value;
}

/** Returns the last item of a non-empty list; throws `internal` if it is empty. */
export function lastOf<T>(list: ArrayLike<T>): T {
  if (list.length === 0) throw new CodedError("internal", { what: "the last item of an empty list was requested" });
  return list[list.length - 1]!;
}

/** Returns the code point at an index; throws `internal` if the text ends before it. */
export function mustCodePointAt(text: string, index: number): number {
  const code = text.codePointAt(index);
  if (code === undefined)
    throw new CodedError("internal", { what: `index ${index} is outside a text of length ${text.length}` });
  return code;
}
