/** PEFT's names of techniques and their settings, which several tools share. */
import { call, list, quoted } from "./program.js";
import type { Settings } from "./settings.js";

/** `prefix`: what stands before the names (`lora_` in Axolotl). */
export function loraFrom(s: Settings, prefix = ""): string {
  const of = (name: string): readonly string[] => (prefix === "" ? [name, `lora_${name}`] : [`${prefix}${name}`]);
  const keys = new Set([`${prefix}target_modules`, "target_modules"]);
  const named = [...keys].flatMap((key) => s.texts(key)).flatMap((names) => names.split(/\s*,\s*/));
  const every = named.includes("all-linear") || s.flag(`${prefix}target_linear`);
  return call("lora", {
    rank: s.number(...(prefix === "" ? ["r", "lora_r"] : [`${prefix}r`])),
    alpha: s.number(...of("alpha")),
    dropout: zeroless(s.number(...of("dropout"))),
    targets: every ? "[all]" : named.length > 0 ? list(named) : undefined,
    rank_stabilized: s.flag("use_rslora", "peft_use_rslora") ? "true" : undefined,
    dora: s.flag("use_dora", "peft_use_dora") ? "true" : undefined,
  });
}
const zeroless = (n: number | undefined): number | undefined => (n === 0 ? undefined : n);

/** A `peft_type`; undefined: it has no counterpart. */
export function peftTechnique(s: Settings): string | undefined {
  const type = s.text("peft_type")?.toUpperCase();
  switch (type) {
    case "LORA":
    case undefined:
      return loraFrom(s);
    case "PROMPT_TUNING": {
      const text = s.text("prompt_tuning_init_text");
      s.ignore("prompt_tuning_init");
      return call("prompt_tuning", {
        tokens: s.number("num_virtual_tokens"),
        init: text === undefined ? undefined : quoted(text),
      });
    }
    case "PREFIX_TUNING":
      return call("prefix_tuning", { tokens: s.number("num_virtual_tokens") });
    case "IA3": {
      const inputs = s.texts("feedforward_modules");
      // PEFT lists the inputs among the targets too.
      const targets = s.texts("target_modules").filter((name) => !inputs.includes(name));
      return call("ia3", {
        targets: targets.length > 0 ? list(targets) : undefined,
        inputs: inputs.length > 0 ? list(inputs) : undefined,
      });
    }
    default:
      s.leave("peft_type", "the technique isn't built");
      return undefined;
  }
}
