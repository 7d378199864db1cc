/** Tries a fix before it is called certain, with a separate reporter. */
import type { Diagnostic, Fix } from "../diagnostics/diagnostic.js";
import { Reporter } from "../diagnostics/reporter.js";
import type { Edit } from "../diagnostics/span.js";
import type { Expression } from "../syntax/tree.js";
import type { Parameter } from "./registry.js";
import type { StatementScope } from "./scope.js";

export function dryRunScope(scope: StatementScope): { readonly scope: StatementScope; readonly reporter: Reporter } {
  const reporter = new Reporter();
  const { registry, source, parameters } = scope;
  const trial: StatementScope = {
    registry,
    source,
    parameters,
    reporter,
    report(code, data, span, more) {
      reporter.report(code, data, span, more);
      return true;
    },
    textOf: (span) => scope.textOf(span),
    // References are reported or requested from the host when the program itself is read.
    typing: (places) => ({ ...scope.typing(places), reporter, reference: () => undefined }),
  };
  return { scope: trial, reporter };
}

/** Returns the diagnostics of a value if it were the value of `parameter`. */
export function errorsOfValue(scope: StatementScope, value: Expression, parameter: Parameter): readonly Diagnostic[] {
  const trial = dryRunScope(scope);
  const typing = trial.scope.typing(new Map());
  typing.typed(value, parameter.type, { path: parameter.name, key: parameter.name, parameter }, typing);
  return trial.reporter.diagnostics;
}

/**
 * Combines a fix with the fixes of the errors it would uncover. It remains certain only if all of these are certain and
 * none overlaps another.
 */
export function withInnerFixes(fix: Fix, uncovered: readonly Diagnostic[]): Fix {
  const inner = uncovered.flatMap((one) => (one.fix?.certain ? one.fix.edits : []));
  const fits = uncovered.every((one) => one.fix?.certain) && areEditsDisjoint([...fix.edits, ...inner]);
  return fits ? { ...fix, edits: [...fix.edits, ...inner] } : { ...fix, certain: false };
}
export function areEditsDisjoint(edits: readonly Edit[]): boolean {
  const sorted = edits.toSorted((a, b) => a.start - b.start);
  return sorted.every(({ end }, i) => end < (sorted[i + 1]?.start ?? Infinity));
}
