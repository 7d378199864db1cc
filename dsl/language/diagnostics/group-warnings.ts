/** Groups warnings that say the same about several spans, so that they are read once. */
import { diagnosticText } from "./codes.js";
import type { Diagnostic } from "./diagnostic.js";
import type { Span } from "./span.js";

export interface GroupedDiagnostic extends Pick<Diagnostic, "severity"> {
  readonly diagnostic: Diagnostic;
  /** Further spans with the same message, in the order of the diagnostics. */
  readonly elsewhere: readonly Span[];
}

/** Returns groups in order, each at its first occurrence. Errors are not grouped: each has its own fix. */
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

/** Key of the code and all texts, including labels: equal keys mean the same to the reader. */
export function diagnosticKey(diagnostic: Diagnostic): string {
  const { message, help, notes } = diagnosticText(diagnostic);
  return JSON.stringify([diagnostic.code, message, help, notes, diagnostic.labels.map(({ text }) => text)]);
}
