/** Optimizers and schedules of transformers' trainers, by its names and defaults, which most tools share. */
import { wordCallText, asPercent } from "./write-program.js";
import type { ToolSettings } from "./settings.js";
import { namedCallText, notCarriedReason } from "./words.js";

/** Spellings of each optimizer. */
const optimizers: readonly (readonly [RegExp, string])[] = [
  [/^(paged_)?adamw?(_(torch|hf|bnb|apex|anyprecision))*(_(fused|xla|npu_fused|4bit|8bit|32bit))*$/i, "adamw"],
  [/^adafactor$/i, "adafactor"],
  [/^(paged_)?lion(_(8bit|32bit|pytorch))*$/i, "lion"],
  [/^sgd(_8bit)?$/i, "sgd"],
];
/**
 * Optimizer state in fewer bits, which rounds each update. Fused and paged variants compute the same updates elsewhere.
 */
const rounded = /_(4|8)bit(_|$)/i;
export interface OptimizerSettingNames {
  readonly name: readonly string[];
  readonly rate: readonly string[];
  readonly decay?: string;
  readonly beta1?: string;
  readonly beta2?: string;
  readonly epsilon?: readonly string[];
}
export const usualOptimizerSettingNames = {
  name: ["optim", "optimizer"],
  rate: ["learning_rate"],
  decay: "weight_decay",
  beta1: "adam_beta1",
  beta2: "adam_beta2",
  epsilon: ["adam_epsilon", "adam_eps"],
} as const satisfies OptimizerSettingNames;

/** `rate`, `usualDecay`: the tool's defaults. */
export function optimizerFrom(s: ToolSettings, names: OptimizerSettingNames, rate?: number, usualDecay = 0): string {
  const optimizerName = s.text(...names.name) ?? "adamw";
  const known = optimizers.find(([pattern]) => pattern.test(optimizerName))?.[1];
  if (known && rounded.test(optimizerName))
    for (const key of names.name)
      s.leave(key, `the optimizer state is stored in 32 bits here: more memory, more exact; ${known} was used`);
  const decay = names.decay === undefined ? undefined : s.number(names.decay);
  const [beta1, beta2] = [names.beta1, names.beta2].map((key) => (key === undefined ? undefined : s.number(key)));
  const epsilon = s.number(...(names.epsilon ?? []));
  if (known !== "adamw") {
    const given = { learning_rate: s.number(...names.rate) ?? s.unless(rate, ...names.rate), weight_decay: decay };
    const other = namedCallText("optimizer", known ?? optimizerName, given, (lost, why) => {
      for (const key of lost === "weight_decay" ? [names.decay] : names.rate) if (key !== undefined) s.leave(key, why);
    });
    if (other !== undefined) {
      for (const key of [names.beta1, names.beta2, ...(names.epsilon ?? [])])
        if (key !== undefined) s.leave(key, `not carried to ${known ?? optimizerName}`);
      return other;
    }
    for (const key of names.name) s.leave(key, notCarriedReason("optimizer", optimizerName, "adamw was used"));
  }
  return wordCallText("adamw", {
    learning_rate: s.number(...names.rate) ?? s.unless(rate, ...names.rate),
    beta1,
    beta2,
    epsilon,
    weight_decay: decay ?? s.unless(usualDecay, names.decay ?? ""),
  });
}

export interface ScheduleSettingNames {
  readonly name: readonly string[];
  readonly ratio?: string;
  readonly steps?: string;
  readonly kwargs?: string;
}
export const usualScheduleNames = {
  name: ["lr_scheduler_type", "lr_scheduler"],
  ratio: "warmup_ratio",
  steps: "warmup_steps",
  kwargs: "lr_scheduler_kwargs",
} as const satisfies ScheduleSettingNames;

/**
 * `fallback`: the tool's default schedule and warm-up; `rate`: the maximum, for a minimum given as an absolute rate.
 */
export function scheduleFrom(
  s: ToolSettings,
  names: ScheduleSettingNames,
  fallback: { readonly name: string; readonly warmup: string; readonly rate?: number | undefined },
): string | undefined {
  const named = s.text(...names.name) ?? s.unless(fallback.name, ...names.name);
  const scheduleName = named?.toLowerCase();
  const given = names.kwargs === undefined ? undefined : s.inner(names.kwargs);
  const warmup = warmupFrom(s, names) ?? s.unless(fallback.warmup, names.ratio ?? "", names.steps ?? "");
  switch (scheduleName) {
    case undefined:
      for (const key of [names.ratio, names.steps]) if (key !== undefined) s.leave(key, "its schedule is unknown");
      return undefined;
    case "linear":
    case "cosine":
      return wordCallText(scheduleName, { warmup });
    case "constant":
      for (const key of [names.ratio, names.steps]) if (key !== undefined) unheeded(s, key);
      return "constant";
    case "constant_with_warmup":
      return wordCallText("constant", { warmup });
    case "cosine_with_min_lr": {
      const floor = given?.number("min_lr_rate");
      const least = floor === undefined ? given?.number("min_lr") : undefined;
      const lowest = floor ?? (least === undefined || !fallback.rate ? undefined : least / fallback.rate);
      if (lowest === undefined) given?.leave("min_lr", "its share of the learning rate is unknown");
      if (given && (given.number("num_cycles") ?? 0.5) !== 0.5) given.leave("num_cycles", "half a cycle is built");
      return wordCallText(scheduleName, { warmup, min_lr_rate: asPercent(lowest ?? 0) });
    }
    case "cosine_with_restarts":
      if ((given?.number("num_cycles") ?? 1) === 1) return wordCallText("cosine", { warmup });
      given?.leave("num_cycles", "restarts are not supported; one cycle was used");
      return wordCallText("cosine", { warmup });
    default:
      return (
        namedCallText("schedule", scheduleName, { warmup }, unwarmed(s, names)) ??
        linearFor(s, names, scheduleName, warmup)
      );
  }
}

/** Lists the warm-up as not carried over, since the schedule has none. */
const unwarmed =
  (s: ToolSettings, { ratio, steps }: ScheduleSettingNames) =>
  (_: string, why: string): void => {
    for (const key of [ratio, steps]) if (key !== undefined) s.leave(key, why);
  };
function linearFor(
  s: ToolSettings,
  names: ScheduleSettingNames,
  scheduleName: string,
  warmup: string | undefined,
): string {
  for (const key of names.name) s.leave(key, notCarriedReason("schedule", scheduleName, "linear was used"));
  return wordCallText("linear", { warmup });
}

/** Warm-up steps take precedence over a ratio, as in transformers; a value below one is a ratio. */
function warmupFrom(s: ToolSettings, { ratio, steps }: ScheduleSettingNames): string | undefined {
  const counted = steps === undefined ? undefined : s.number(steps);
  if (counted === undefined || counted === 0 || steps === undefined) {
    const given = ratio === undefined ? undefined : s.number(ratio);
    return given === undefined ? (counted === 0 ? "0%" : undefined) : asPercent(given);
  }
  if (ratio !== undefined) s.leave(ratio, `\`${steps}\` takes precedence`);
  return counted < 1 ? asPercent(counted) : String(counted);
}
function unheeded(s: ToolSettings, key: string): void {
  s.ignore("a constant rate has no warm-up in transformers", key);
}
