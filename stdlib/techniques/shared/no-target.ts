/**
 * Reports the target layers of a technique that the base doesn't have, each at its position, with the base's name for
 * it.
 */
import type { WordCheckContext } from "#dsl/language/types/context.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";

/** Names of the same layer in different families. */
const same: readonly (readonly string[])[] = [
  ["query", "q_proj", "q_lin", "q"],
  ["key", "k_proj", "k_lin", "k"],
  ["value", "v_proj", "v_lin", "v"],
  ["c_attn", "query_key_value", "qkv_proj", "Wqkv"],
  ["o_proj", "out_lin", "o", "out_proj"],
];

/** `parameterName`: the parameter that contains `targets`. */
export function reportMissingTargets(
  context: WordCheckContext,
  targets: readonly string[],
  has: readonly string[],
  there: (target: string) => boolean,
  parameterName: string,
): void {
  targets.forEach((target, i) => {
    if (there(target)) return;
    const names = same.find((one) => one.includes(target)) ?? [];
    const near = has.find((name) => names.includes(name)) ?? nearestWord(target, has);
    context.report(
      "no-target",
      { target, has, ...(near === undefined ? {} : { nearest: near }) },
      `${parameterName}.${String(i)}`,
    );
  });
}
