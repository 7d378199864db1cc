/** The settings of a sweep as trackers show them, and those that it varies. */
import type { SettingSearchSpace, SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { TrackedSettingValue, VariedSetting } from "#stdlib/trackers/kind.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { callText, valueText } from "../host/value-text.js";
import { axesOf } from "../study/axes.js";

export function sweepSettings(sweep: SweepPlan): Readonly<Record<string, TrackedSettingValue>> {
  const { model, data, recipe, search, pruner, trials, budgetMs, budgetTokens, repeats, seed, vary, goals } = sweep;
  return {
    model,
    data,
    ...(recipe !== null && { recipe }),
    search: callText(search),
    ...(pruner && { pruner: callText(pruner) }),
    ...(trials !== null && { trials }),
    ...(budgetMs !== null && { budget_seconds: budgetMs / 1000 }),
    ...(budgetTokens !== undefined && { budget_tokens: budgetTokens }),
    ...(repeats !== undefined && { repeats }),
    seed,
    ...Object.fromEntries(goals.map(({ metric, direction }) => [direction, metricName(metric, registry)])),
    ...Object.fromEntries(Object.entries(vary).map(([path, space]) => [`vary.${path}`, spaceText(space)])),
  };
}

function spaceText(space: SettingSearchSpace): string {
  if (space.space !== "choice") return `${space.space}(${String(space.from)}..${String(space.to)})`;
  const choices = space.of.map((one) => {
    if (typeof one === "object" && one !== null && "space" in one) return spaceText(one);
    if (typeof one === "object" && one !== null && "nested" in one) return one.nested.word;
    return valueText(one);
  });
  return `choice(${choices.join(", ")})`;
}

/** Returns the varied settings, named as `trackedSettings` names them for a trial. */
export function variedSettings({ vary }: SweepPlan): readonly VariedSetting[] {
  const found = new Map<string, VariedSetting>();
  for (const { label, dimension, options } of axesOf(vary)) {
    const path = settingPathOf(label);
    const one: VariedSetting =
      dimension.kind === "choice"
        ? { path, ...choices(options), between: null }
        : { path, is: "number", between: [dimension.from, dimension.to], options: [] };
    // Two options may have a setting of the same name, so its range is left out.
    found.set(path, found.has(path) ? { ...one, between: null, options: [] } : one);
  }
  return [...found.values()];
}

function choices(options: readonly string[]): Pick<VariedSetting, "is" | "options"> {
  const numbers = options.map((one) => (one.endsWith("%") ? Number(one.slice(0, -1)) / 100 : Number(one)));
  if (options.length > 0 && numbers.every(Number.isFinite)) return { is: "number", options: numbers };
  return { is: "text", options: options.map((one) => /^\w+/.exec(one)?.[0] ?? one) };
}

/**
 * Converts `technique lora.rank` to `model.technique.rank`, and `optimizer.learning_rate` to
 * `training.optimizer.learning_rate`.
 */
export function settingPathOf(label: string): string {
  const path = label.replace(/ \w+(?=\.)/g, "");
  const [first = ""] = path.split(".");
  if (["split", "clean", "columns", "thin"].includes(first)) return `data.${path}`;
  if (["technique", "task", "base", "max_length", "freeze", "storage", "template"].includes(first))
    return `model.${path}`;
  return `training.${path}`;
}
