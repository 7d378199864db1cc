/**
 * `show: brief` in the block of a statement with outputs shows the first line of each output, with the rest folded.
 * Like `allow`, it belongs to no verb and changes no recipe.
 */
import { typedValue } from "./values.js";
import type { Parameter, Verb } from "./registry.js";
import type { StatementScope } from "./scope.js";
import type { Statement } from "../syntax/tree.js";

export const SHOW_PARAMETER: Parameter = {
  name: "show",
  type: { is: "choice", of: ["all", "brief"] },
  doc: "How much of the outputs to show: everything, or the first line of each with the rest folded. For classes and short notebooks.",
  means: { all: "all outputs in full", brief: "the first line of each output; a click opens the rest" },
  default: { value: "all" },
  why: "Details are useful until you know them.",
  impact: "low",
};

export const takesShowKey = (verb: Pick<Verb, "effect" | "displays"> | undefined): boolean =>
  verb !== undefined && (verb.displays ?? verb.effect === "acts");

/** Removes `show` from a statement's block; the verb reads the rest. */
export function takeShowKey(
  scope: StatementScope,
  statement: Statement,
): { readonly statement: Statement; readonly brief: boolean } {
  const { block, verb } = statement;
  const record = scope.registry.verbs().find(({ name }) => name === verb.text);
  const mine = takesShowKey(record) ? (block?.entries.filter(({ key }) => key.text === SHOW_PARAMETER.name) ?? []) : [];
  const [entry, again] = mine;
  if (!block || !entry) return { statement, brief: false };
  if (again)
    scope.report("duplicate-key", { key: SHOW_PARAMETER.name }, again.key.span, {
      labels: [{ span: entry.key.span, text: "first here" }],
    });
  const place = { path: SHOW_PARAMETER.name, key: SHOW_PARAMETER.name, parameter: SHOW_PARAMETER };
  const value = entry.value && typedValue(entry.value, SHOW_PARAMETER.type, place, scope.typing(new Map()));
  const entries = block.entries.filter((one) => !mine.includes(one));
  return { statement: { ...statement, block: { ...block, entries } }, brief: value === "brief" };
}
