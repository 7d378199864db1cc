/**
 * Builds the fix that allows a warning: adds `allow: { CODE: "" }` to the block of its statement. The user fills in the
 * reason.
 */
import { ALLOW_PARAMETER, allowableCodes } from "../language/types/allow.js";
import type { Fix } from "../language/diagnostics/diagnostic.js";
import { insertionEdit } from "../language/diagnostics/insertion.js";
import type { Span } from "../language/diagnostics/span.js";
import { statementAt } from "./token-at.js";

/** Returns undefined if the code may not be allowed, or if the span has no statement with a block. */
export function allowWarningFix(text: string, span: Span, code: string, verbs: readonly string[]): Fix | undefined {
  if (!allowableCodes().includes(code)) return undefined;
  const statement = statementAt(text, span.start, verbs);
  if (!statement || statement.broken || statement.block?.broken) return undefined;
  const written = `${code}: ""`;
  const present = statement.block?.entries.find(({ key }) => key.text === ALLOW_PARAMETER.name)?.value;
  const edit =
    present?.is === "block"
      ? insertionEdit(text, [written], present.span, present.span.end)
      : insertionEdit(text, [`${ALLOW_PARAMETER.name}: { ${written} }`], statement.block?.span, statement.span.end);
  return { title: `allow \`${code}\` with a reason`, certain: false, edits: [edit] };
}
