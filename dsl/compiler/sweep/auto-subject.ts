/** The own subject of `sweep`, `auto`: whether a statement names it, and the keys that apply only to it. */
import type { StatementHeader } from "../../language/types/header.js";
import type { ReservedOperandName } from "../../language/types/registry.js";
import type { Program } from "../plan/program.js";
import type { Entry, Operand } from "../../language/syntax/tree.js";
import { nearestWord } from "../../language/diagnostics/nearest-word.js";
import { replacementFix } from "../../language/diagnostics/reporter.js";
import { operandName } from "../statement/run-action.js";

/** Returns the verb's own subject, if the statement works on it. */
export function reservedOperandOf(
  { verb }: StatementHeader,
  operand: Operand | undefined,
): ReservedOperandName | undefined {
  const { ownSubject: subject } = verb.operands;
  return subject && operandName(operand)?.text === subject.name && operand?.is === "word" && !operand.arguments
    ? subject
    : undefined;
}

/** Reports an unknown name that is close to the verb's own subject. */
export function reportMisspelledReservedOperand(
  program: Program,
  { verb }: StatementHeader,
  operand: Operand | undefined,
): boolean {
  const { ownSubject: subject } = verb.operands;
  const named = operandName(operand);
  if (!subject || !named || program.names.has(named.text) || nearestWord(named.text, program.namesOf("model")))
    return false;
  if (nearestWord(named.text, [subject.name]) === undefined) return false;
  const details = { name: named.text, wanted: "model", has: program.namesOf("model"), nearest: subject.name };
  program.report("unknown-name", details, named.span, { fix: replacementFix(named.span, subject.name) });
  return true;
}

/** Reports keys that apply only to the verb's own subject. */
export function checkReservedOperandKeys(
  program: Program,
  { verb }: StatementHeader,
  entries: readonly Entry[],
): boolean {
  const { ownSubject: subject } = verb.operands;
  const wrong = entries.filter(({ key }) => subject?.keys.includes(key.path[0] ?? key.text));
  for (const { key } of wrong)
    program.report("of-own-alone", { key: key.text, verb: verb.name, own: subject?.name ?? "" }, key.span);
  return wrong.length === 0;
}
