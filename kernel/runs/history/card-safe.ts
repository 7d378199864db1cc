/** Plan values made safe for a model card. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import { isCall, recipeValueAt } from "#dsl/compiler/plan/value.js";
import { code } from "../../display/markdown.js";
import { callText, valueText } from "../../host/value-text.js";
import { hideLocalPath } from "./card-base.js";

export function techniqueText(call: Call): string {
  return callText(hideLocalPaths(call) as Call);
}
export function hideLocalPaths(value: Value): Value {
  if (typeof value === "string") return hideLocalPath(value);
  if (!isCall(value)) return value;
  const inside = Object.entries(value.arguments).map(([name, v]) => [name, hideLocalPaths(v)] as const);
  return { ...value, arguments: Object.fromEntries(inside) };
}

/** Table rows of the settings of a training: name, value and origin. */
export function settingRows({ recipe, origins }: Plan): readonly (readonly string[])[] {
  return Object.entries(origins).flatMap(([path, { from, why }]) => {
    if (!/^(training|model)\./.test(path) || /^model\.(base|task|technique)$/.test(path)) return [];
    const value = recipeValueAt(recipe, path);
    if (value === undefined || value === null) return [];
    const alone = isCall(value) && Object.keys(origins).some((other) => other.startsWith(`${path}.`));
    const shown = alone ? value.word : valueText(hideLocalPaths(value));
    return [
      [
        code(path.replace(/^(training|model)\./, "")),
        code(shown),
        from === "derived" && why !== undefined ? `${from}: ${why}` : from,
      ],
    ];
  });
}
