/** Warnings that say the same of several places are told once: people read them again and again otherwise. */
import { diagnosticText } from "./codes.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Span } from "./span.js";

export interface GroupedDiagnostic extends Pick<Diagnostic, "severity"> {
  readonly diagnostic: Diagnostic;
  /** Where else the same is said, in the order of the diagnostics; empty: nowhere. */
  readonly elsewhere: readonly Span[];
}

/** In their order, each where the first of its kind stands. Errors are kept apart: each is mended by itself. */
export function groupDiagnostics(diagnostics: readonly Diagnostic[]): readonly GroupedDiagnostic[] {
  const groups: GroupedDiagnostic[] = [];
  const known = new Map<string, Span[]>();
  for (const diagnostic of diagnostics) {
    const key = diagnostic.severity !== "error" ? diagnosticKey(diagnostic) : null;
    const same = key === null ? undefined : known.get(key);
    if (same) {
      same.push(diagnostic.span);
      continue;
    }
    const elsewhere: Span[] = [];
    groups.push({ severity: diagnostic.severity, diagnostic, elsewhere });
    if (key !== null) known.set(key, elsewhere);
  }
  return groups;
}

/** Code and all words, labels' too: two of which this is the same tell the reader the same. */
export function diagnosticKey(diagnostic: Diagnostic): string {
  const { message, help, notes } = diagnosticText(diagnostic);
  return JSON.stringify([diagnostic.code, message, help, notes, diagnostic.labels.map(({ text }) => text)]);
}
