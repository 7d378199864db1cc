/** Layers that a technique shall change and the base doesn't have: each at its own place, with the name that it has here. */
import type { CheckContext } from "#dsl/language/types/context.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest.js";

/** What families call the same layer. */
const same: readonly (readonly string[])[] = [
  ["query", "q_proj", "q_lin", "q"],
  ["key", "k_proj", "k_lin", "k"],
  ["value", "v_proj", "v_lin", "v"],
  ["c_attn", "query_key_value", "qkv_proj", "Wqkv"],
  ["o_proj", "out_lin", "o", "out_proj"],
];

/** `at`: the parameter that names `targets`. */
export function reportMissingTargets(
  context: CheckContext,
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
