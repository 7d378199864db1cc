/**
 * `allow: { CODE: "reason" }` in any block suppresses a warning of that code about that statement. Nothing else
 * suppresses a warning. The plan lists the reason. Like rustc's `expect`, an allowance that suppresses nothing is
 * itself a warning, once the check has run with all its facts.
 */
import type { Parameter } from "./registry.js";
import type { Entry, Expression, Statement } from "../syntax/tree.js";
import { allCodes, codeEntryOf } from "../diagnostics/codes.js";
import { nearestWord } from "../diagnostics/nearest-word.js";
import type { StatementScope } from "./scope.js";
import { replacementFix } from "../diagnostics/reporter.js";
import { describeExpression } from "./shapes.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import type { Span } from "../diagnostics/span.js";
import type {} from "./codes/allow-codes.js";

export interface Allowance {
  readonly code: string;
  readonly reason: string;
  /** Span of the code as written. */
  readonly span: Span;
  /** The statement that contains it: `data tickets`. */
  readonly owner: string;
  /** Removes the allowance from the text. */
  readonly removal: Fix;
  /** True once it suppressed a warning. */
  used: boolean;
  /** True once the check for its warning has run. */
  looked: boolean;
}

/** The key as completion and hover show it: it belongs to no verb, and all blocks take it. */
export const ALLOW_PARAMETER: Parameter = {
  name: "allow",
  type: { is: "record", of: { is: "string" } },
  doc: 'Warnings to ignore, each with a reason: `allow: { rare-label: "two teams are new" }`.',
  why: "A warning is ignored only with a reason, and the plan repeats it.",
  impact: "low",
};

/** The statement whose check finds a code's warning, once its facts are known. */
export type WarningFindingVerb = "data" | "model" | "train" | "evaluate";
export function verbFindingWarning(code: string): WarningFindingVerb {
  return codeEntryOf(code)?.found ?? "train";
}
/** Returns the codes that may be allowed. */
export function allowableCodes(): readonly string[] {
  return allCodes().filter((code) => mayAllow(code));
}
function mayAllow(code: string): boolean {
  const entry = codeEntryOf(code);
  return entry !== undefined && (entry.severity === "warning" ? entry.allowable !== false : entry.allowable === true);
}

/** Removes `allow` from a statement's block; the verb reads the rest. */
export function takeAllowances(
  scope: StatementScope,
  statement: Statement,
): { readonly statement: Statement; readonly allowances: readonly Allowance[] } {
  const { block } = statement;
  const mine = block?.entries.filter((entry) => isAllowance(scope, entry, statement)) ?? [];
  const [entry, again] = mine;
  if (!block || !entry) return { statement, allowances: [] };
  if (again)
    scope.report("duplicate-key", { key: "allow" }, again.key.span, {
      labels: [{ span: entry.key.span, text: "first here" }],
    });
  const rest: Statement = {
    ...statement,
    block: { ...block, entries: block.entries.filter((e) => !mine.includes(e)) },
  };
  const { value } = entry;
  if (!value) return { statement: rest, allowances: [] };
  if (value.is !== "block") {
    const [found, codes] = [describeExpression(value), codesIn(value)];
    const record = codes && `{ ${codes.map((code) => `${code}: "…"`).join(", ")} }`;
    const advice = record && `say why between the quotes: \`allow: ${record}\``;
    const wanted = 'a record of codes, `{ CODE: "reason" }`';
    // Codes with dashes were reported when they were read.
    if (!barely(value).some((code) => code.includes("-")))
      scope.report("wrong-type", { key: "allow", wanted, found, ...(advice && { advice }) }, value.span);
    return { statement: rest, allowances: [] };
  }
  const [first] = statement.operands;
  const owner = [statement.verb.text, ...(first?.is === "word" ? [first.text] : [])].join(" ");
  const needed = scope.registry.verbs().some((v) => v.name === statement.verb.text && v.needsBlock);
  const made: Allowance[] = [];
  for (const one of value.entries) {
    const { text: code, span } = one.key;
    const reason = one.value?.is === "string" ? one.value.value : undefined;
    const fault = faultOf(scope, one, made);
    if (!fault && reason !== undefined) {
      const whole = value.entries.length === 1;
      const removal = removed(scope.source.text, whole ? entry : one, whole ? block : value, whole && !needed);
      made.push({ code, reason, span, owner, removal, used: false, looked: false });
    }
  }
  return { statement: rest, allowances: made };
}

/** Returns codes written without reasons: `[imbalanced, "rare-label"]`; undefined for anything else. */
function codesIn(value: Expression): readonly string[] | undefined {
  const items = itemsOf(value);
  const codes = items.flatMap((item) => (item.is === "string" ? [item.value] : barely(item)));
  const codeNames = codes.map((code) => (mayAllow(code) ? code : code.replaceAll("_", "-")));
  return codeNames.length > 0 && codeNames.length === items.length && codeNames.every(mayAllow) ? codeNames : undefined;
}
const itemsOf = (value: Expression): readonly Expression[] => (value.is === "list" ? value.items : [value]);
/** Returns the unquoted codes. */
function barely(value: Expression): readonly string[] {
  return itemsOf(value).flatMap((item) => (item.is === "word" ? [item.text] : []));
}

/** `parameters { allow: 3 }` defines a parameter of that name. */
function isAllowance(scope: StatementScope, { key, value }: Entry, { verb }: Statement): boolean {
  return key.text === "allow" && (!scope.registry.find("verb", verb.text)?.anyKey || value?.is === "block");
}

/**
 * Reports an error of one entry (a missing value was reported when it was read). @returns whether there is an error
 */
function faultOf(scope: StatementScope, { key, value }: Entry, before: readonly Allowance[]): boolean {
  const code = key.text;
  const first = before.find((one) => one.code === code);
  if (first)
    scope.report("duplicate-key", { key: code }, key.span, { labels: [{ span: first.span, text: "first here" }] });
  else if (!codeEntryOf(code)) {
    const dashed = code.replaceAll("_", "-");
    const near = mayAllow(dashed) ? dashed : nearestWord(dashed, allowableCodes(), scope.reporter);
    scope.report("unknown-allowance", { code, ...(near && { nearest: near }) }, key.span, {
      ...(near && { fix: replacementFix(key.span, near) }),
    });
  } else if (!mayAllow(code))
    scope.report("cannot-allow", { code, severity: codeEntryOf(code)?.severity ?? "error" }, key.span);
  else if (!value) return true;
  else if (value.is === "string" && value.value.trim() === "") scope.report("reason-missing", { code }, value.span);
  else if (value.is !== "string")
    scope.report(
      "wrong-type",
      { key: code, wanted: 'a reason in `"…"`', found: describeExpression(value) },
      value.span,
    );
  else return false;
  return true;
}

/** Removes an entry with its separator; `alone`: it is the only one, so its braces are removed too. */
function removed(
  text: string,
  entry: Entry,
  within: { readonly entries: readonly Entry[]; readonly span: Span },
  alone: boolean,
): Fix {
  const index = within.entries.indexOf(entry);
  const [before, after] = [within.entries[index - 1], within.entries[index + 1]];
  const blank = (from: number): number => text.slice(0, from).trimEnd().length;
  const [start, end] = before
    ? [before.span.end, entry.span.end]
    : after
      ? [entry.span.start, after.span.start]
      : alone
        ? [blank(within.span.start), within.span.end]
        : [entry.span.start, entry.span.end];
  return { title: "take it out", certain: true, edits: [{ start, end, text: "" }] };
}
/** Marks allowances whose checks ran with all their facts: those that suppressed nothing are unused. */
export function markCheckedAllowances(
  allowances: readonly Allowance[],
  ...finders: readonly WarningFindingVerb[]
): void {
  for (const one of allowances) if (finders.includes(verbFindingWarning(one.code))) one.looked = true;
}

/** Reports the allowances of a source that suppressed nothing. */
export function reportUnusedAllowances(scope: StatementScope, allowances: readonly Allowance[]): void {
  for (const { code, used, looked, span, removal } of allowances)
    if (looked && !used && span.source === scope.source.id)
      scope.report("idle-allowance", { code }, span, { fix: removal });
}
