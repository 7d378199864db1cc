/**
 * Every error, warning and note has a code. Its texts stand in one table, never where it is thrown.
 *
 * A folder exports the table of its codes (`codes.ts`); `dsl/codes.ts`, `stdlib/codes.ts` and `kernel/codes.ts` put the tables of
 * their package together and add its data to `CodeData`. The vocabulary's registry registers those of dsl and stdlib, the main
 * module of a process those of the kernel. `tunebook explain CODE` prints from the same table.
 */
import { redactAddresses } from "./address.js";
import { truncateText } from "./cut-words.js";
import type { Span } from "./span.js";

/** Data of each code (kebab-case). The three packages add theirs by declaration merging, each in its `codes.ts`. */
export interface CodeData {}
export type Code = keyof CodeData;
/** A note says what a check left out: it is no mistake, and cannot be allowed away. */
export type Severity = "error" | "warning" | "note";

/** Another word in a call's place, or an argument with its value. */
export type CallFix = { readonly word: string } | { readonly argument: string; readonly value: string | number };

/** The words of one code. `message` makes sense alone and never says how to mend; `help` does. */
export interface CodeEntry<D> {
  readonly severity: Severity;
  message(data: D): string;
  help?(data: D): string | undefined;
  notes?(data: D): readonly string[];
  /** What it means and how to mend it, in a few sentences of Markdown: the page of `tunebook explain`. */
  readonly explain: string;
  /** The compiler reports it beside facts of the world (data, a base, files, a machine): the corpus of bad programs shows it. */
  readonly facts?: true;
  /** Where it stands when reading data or a base failed with it: paths in the definition (`split.column`), the first that is written. */
  readonly paths?: readonly string[];
  /** Of an error of a call, such as a source: what mends it there. */
  mend?(data: D): CallFix | undefined;
  /** Which statement's check finds it, where that is not a training's: an allowance is idle once that check was made. */
  readonly found?: "data" | "model" | "evaluate";
  /** Of an error: `allow` may keep it quiet. Of a warning: `false` where it may not. */
  readonly allowable?: boolean;
  /** The marked text may be a secret: excerpts of the program show stars instead. */
  readonly hides?: true;
  /** A Tune program that shows it (tested to do so), for codes that a program alone can show. */
  readonly example?: string;
}

/** The texts of all codes in `D`. */
export type CodeTable<D> = { readonly [C in keyof D]: CodeEntry<D[C]> };

/** Filled while a process starts. */
const table = new Map<string, CodeEntry<never>>();

/** Adds codes; a code that two tables have is a defect and throws. */
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

/** The words of a code for its data; values in `data` may come from hostile files, so control characters are made visible. */
export function codeText<C extends Code>(code: C, data: CodeData[C]): DiagnosticText {
  return diagnosticText({ code, data });
}

/** Of what was reported or thrown: its code and its data have belonged together since it was made. */
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

/** Secret parts of addresses are left out before the text is cut: a cut address may lack the `@` that marks a password. */
function shownText(text: string): string {
  return escapeControlCharacters(truncateText(redactAddresses(text)));
}

/** Control characters and bidirectional overrides as `\u{..}`, so that data cannot forge a terminal or a page. */
export function escapeControlCharacters(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (c) => `\\u{${c.charCodeAt(0).toString(16)}}`,
  );
}

/** An error with a code, thrown by anything at run time; `span` points into a Tune source where the cause is written there. */
export class CodedError<C extends Code = Code> extends Error {
  override readonly name = "CodedError";
  constructor(
    readonly code: C,
    readonly data: CodeData[C],
    readonly origin: { readonly span?: Span; readonly cause?: unknown } = {},
  ) {
    super(codeText(code, data).message, origin.cause === undefined ? undefined : { cause: origin.cause });
  }

  /** The same error, at this place. */
  placed(span: Span): CodedError<C> {
    const placed = new CodedError(this.code, this.data, { ...this.origin, span });
    placed.stack = this.stack ?? "";
    return placed;
  }
}
