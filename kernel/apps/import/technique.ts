/** PEFT's names of techniques and their settings, which several tools share. */
import { wordCallText, wordListText, quoted } from "./write-program.js";
import type { ToolSettings } from "./settings.js";
import { techniqueByName } from "./words.js";

/** A tool's defaults; undefined where they equal ours. */
export interface LoraDefaults {
  readonly rank?: number;
  readonly alpha?: number;
  readonly dropout?: number;
  readonly every?: boolean;
  readonly targets?: readonly string[];
}
/** `prefix`: prefix of the names (`lora_` in Axolotl); names without it are accepted too if no prefixed one exists. */
export function loraFrom(s: ToolSettings, prefix = "", fallback: LoraDefaults = {}): string {
  const namesOf = (name: string): readonly string[] => (prefix === "" ? [name, `lora_${name}`] : [`${prefix}${name}`]);
  const ranks = prefix === "" ? ["r", "lora_r"] : [`${prefix}r`, `${prefix}rank`];
  const targets = targetsFrom(s, prefix, fallback);
  // The default initialisation, under two of its names.
  if (!["true", undefined].includes(s.lowerText("init_lora_weights")))
    s.leave("init_lora_weights", "the first factor is initialised at random, the second at zero");
  return wordCallText("lora", {
    rank: s.number(...ranks) ?? s.unless(fallback.rank, ...ranks),
    alpha: s.number(...namesOf("alpha")) ?? s.unless(fallback.alpha, ...namesOf("alpha")),
    dropout: zeroless(s.number(...namesOf("dropout")) ?? s.unless(fallback.dropout, ...namesOf("dropout"))),
    targets,
    rank_stabilized: s.flag("use_rslora", "peft_use_rslora") ? "true" : undefined,
    dora: s.flag("use_dora", "peft_use_dora") ? "true" : undefined,
  });
}
const zeroless = (n: number | undefined): number | undefined => (n === 0 ? undefined : n);

function targetsFrom(s: ToolSettings, prefix: string, fallback: LoraDefaults): string | undefined {
  const keys = [...new Set([`${prefix}target_modules`, `${prefix}target`, "target_modules", "lora_target_modules"])];
  if (s.flag(`${prefix}target_linear`)) {
    for (const key of keys) s.leave(key, "all linear layers are taken");
    return "[all]";
  }
  const key = keys.find((one) => s.has(one));
  if (key === undefined) return fallback.every ? "[all]" : fallback.targets && wordListText(fallback.targets);
  const named = s.texts(key).flatMap((names) => names.split(/\s*,\s*/));
  if (named.length === 0) return undefined;
  if (named.some((name) => ["all-linear", "all"].includes(name))) {
    if (named.length > 1) s.leave(key, "all linear layers are taken");
    return "[all]";
  }
  if (named.every((name) => /^[\w-]+$/.test(name))) return wordListText([...new Set(named)]);
  s.leave(key, "layers are named by the last part of their path, not by patterns; the default layers are adapted");
  return undefined;
}

/** Translates a `peft_type`; refuses unsupported ones. */
export function peftTechnique(s: ToolSettings, type: string | undefined): string {
  switch (type?.toUpperCase()) {
    case "LORA":
    case undefined:
      return loraFrom(s, "", { rank: 8, alpha: 8 });
    case "PROMPT_TUNING": {
      const text = s.text("prompt_tuning_init_text");
      const init = s.text("prompt_tuning_init")?.toUpperCase();
      const worded = text !== undefined && init !== "RANDOM" && init !== "SAMPLE_VOCAB";
      if (!worded) s.leave("prompt_tuning_init_text", "it is initialised at random");
      if (!["RANDOM", "TEXT", undefined].includes(init))
        s.leave("prompt_tuning_init", "the prompt is initialised at random");
      return wordCallText("prompt_tuning", {
        tokens: s.number("num_virtual_tokens"),
        init: worded ? quoted(text) : undefined,
      });
    }
    case "PREFIX_TUNING":
      if (s.flag("prefix_projection"))
        s.refuse(
          "prefix_projection",
          "a prefix computed by a network, which is not supported",
          "use `prefix_tuning` without it",
        );
      return wordCallText("prefix_tuning", { tokens: s.number("num_virtual_tokens") });
    case "IA3": {
      const inputs = s.texts("feedforward_modules");
      // PEFT lists the inputs among the targets too.
      const targets = s.texts("target_modules").filter((name) => !inputs.includes(name));
      const plain = [...inputs, ...targets].every((name) => /^[\w-]+$/.test(name));
      if (!plain)
        for (const key of ["feedforward_modules", "target_modules"])
          s.leave(key, "layers are named by the last part of their path, not by patterns");
      return wordCallText("ia3", {
        targets: plain && targets.length > 0 ? wordListText(targets) : undefined,
        inputs: plain && inputs.length > 0 ? wordListText(inputs) : undefined,
      });
    }
    default:
      return techniqueByName(s, "peft_type", type ?? "");
  }
}
