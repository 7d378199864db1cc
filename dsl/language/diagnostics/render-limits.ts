/** Limits what is rendered, whatever the text or its errors: each part is truncated, and the rest is counted. */
import type { Diagnostic } from "./diagnostic.js";

/** Maximum diagnostics rendered per text, for people and for programs. */
export const maxRenderedDiagnostics = { people: 100, programs: 1000 };

export interface RemainingCounts {
  readonly errors: number;
  readonly warnings: number;
}

/** Returns the first `most` diagnostics, errors before warnings, in order, and the number of the rest. */
export function limitDiagnostics<T extends Pick<Diagnostic, "severity">>(
  all: readonly T[],
  most: number,
): { readonly first: readonly T[]; readonly rest: RemainingCounts | undefined } {
  if (all.length <= most) return { first: all, rest: undefined };
  const isError = ({ severity }: T): boolean => severity === "error";
  const errors = all.filter(isError);
  const retained = new Set([...errors, ...all.filter((d) => !isError(d))].slice(0, most));
  const left = all.filter((d) => !retained.has(d));
  const leftErrors = left.filter(isError).length;
  return {
    first: all.filter((d) => retained.has(d)),
    rest: { errors: leftErrors, warnings: left.length - leftErrors },
  };
}

/** `and 31 errors and 1 warning more` */
export function remainingCountsText({ errors, warnings }: RemainingCounts): string {
  const counted = (n: number, what: string): string[] =>
    n === 0 ? [] : [`${n.toLocaleString("en-US")} ${what}${n === 1 ? "" : "s"}`];
  return `and ${[...counted(errors, "error"), ...counted(warnings, "warning")].join(" and ")} more`;
}
