/**
 * Completion inside `allow: { … }`: lists the codes this statement would report first, then all other codes that may be
 * allowed.
 */
import { ALLOW_PARAMETER, allowableCodes } from "../language/types/allow.js";
import { codeEntryOf, diagnosticText } from "../language/diagnostics/codes.js";
import * as t from "../language/syntax/tokens.js";
import { programAfterCells, TYPED_SOURCE_ID } from "./completion-request.js";
import { oneLineGlossOfDoc, type AssistContext, type CompletionItem } from "./items.js";

export function diagnosticCodeItems(
  text: string,
  offset: number,
  used: readonly string[],
  context: AssistContext,
): CompletionItem[] {
  const cut = withoutAllowance(text, offset);
  const { reporter } = programAfterCells(cut.text, context, { checked: true });
  const may = new Set(allowableCodes());
  const firing = new Map(
    reporter.diagnostics
      .filter(
        ({ code, span }) =>
          may.has(code) && span.source === TYPED_SOURCE_ID && span.start >= cut.from && span.start <= cut.to,
      )
      .map(({ code, data }) => [code as string, diagnosticText({ code, data }).message] as const),
  );
  return [...new Set([...firing.keys(), ...may])]
    .filter((code) => !used.includes(code))
    .map((code) => {
      const detail = firing.get(code);
      const doc = codeEntryOf(code)?.explain ?? "";
      return {
        text: `${code}: `,
        type: "code",
        gloss: oneLineGlossOfDoc(doc),
        doc,
        ...(detail !== undefined && { detail }),
      };
    });
}

/** Returns the text with the `allow` record at `offset` removed, and the range of its statement. */
function withoutAllowance(
  text: string,
  offset: number,
): { readonly text: string; readonly from: number; readonly to: number } {
  const { tokens } = t.lex(text);
  const before = tokens.filter((k) => t.tokenEnd(k) <= offset);
  const key = before.findLastIndex((k, i) => k.image === ALLOW_PARAMETER.name && before[i + 1]?.tokenType === t.Colon);
  const start = before[key]?.startOffset ?? offset;
  let depth = 0;
  const open = tokens.findIndex((k) => k.startOffset > start && k.tokenType === t.LeftBrace);
  const end = tokens.slice(open).find((k) => {
    depth += t.isOpenBracket(k) ? 1 : t.isCloseBracket(k) ? -1 : 0;
    return depth === 0;
  });
  const head = text.slice(0, start).trimEnd().replace(/,$/, "");
  // An unclosed record extends to the end of the text.
  const tail = end ? text.slice(t.tokenEnd(end)) : closers(head);
  const statement = tokens.filter(
    (k, i) => k.startOffset <= start && (i === 0 || tokens[i - 1]?.tokenType === t.NewLine),
  );
  const depthAt = (at: number): number =>
    tokens.reduce(
      (sum, k) => (k.startOffset < at ? sum + (t.isOpenBracket(k) ? 1 : t.isCloseBracket(k) ? -1 : 0) : sum),
      0,
    );
  const from = statement.findLast((k) => depthAt(k.startOffset) === 0)?.startOffset ?? 0;
  return { text: head + tail, from, to: head.length };
}
function closers(text: string): string {
  const open: string[] = [];
  for (const k of t.lex(text).tokens)
    if (t.isOpenBracket(k)) open.push({ "{": " }", "(": ")", "[": "]" }[k.image] ?? "");
    else if (t.isCloseBracket(k)) open.pop();
  return open.reverse().join("");
}
