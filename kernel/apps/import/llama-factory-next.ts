/** LLaMA-Factory's next settings format (`examples/v1`): named parts, and data named by a separate file. */
import { ignoreTrainerSettings } from "./ignored-settings.js";
import { wordCallText, quoted, asPercent, settingNumber, type ProgramDraft } from "./write-program.js";
import { refusalAdvice, refuseMultimodal } from "./refusals.js";
import type { ToolSettings } from "./settings.js";
import { loraFrom } from "./technique.js";
import { namedCallText, techniqueByName, notCarriedReason } from "./words.js";

/** Reports whether settings have that format. */
export const isNextFormat = (s: ToolSettings): boolean =>
  !s.has("model_name_or_path") && (s.has("train_dataset") || s.has("model"));

export function readLlamaFactoryNext(s: ToolSettings): ProgramDraft {
  const base = s.text("model");
  refuseMultimodal(s, "model", base);
  const kind = s.lowerText("model_class");
  if (kind !== undefined && kind !== "llm") s.refuse("model_class", "a model of another kind", refusalAdvice.texts);
  const set = dataOf(s);
  const { technique, storage } = techniqueOf(s);
  const steps = s.number("max_steps");
  if (steps !== undefined) s.leave("num_train_epochs", "`max_steps` takes precedence");
  const [small, all] = [s.number("micro_batch_size") ?? 1, s.number("global_batch_size")];
  if (all !== undefined && all % small !== 0) s.leave("global_batch_size", "it is no multiple of `micro_batch_size`");
  const recipe: ProgramDraft["recipe"] = {
    epochs: steps === undefined ? settingNumber(s.number("num_train_epochs") ?? 3) : undefined,
    steps: settingNumber(steps),
    batch_size: settingNumber(small),
    accumulate: all !== undefined && all % small === 0 ? settingNumber(all / small) : undefined,
    optimizer: optimizerOf(s, s.number("learning_rate") ?? 1e-4),
    schedule: scheduleOf(s.inner("lr_scheduler_config")),
    clip: settingNumber(s.number("max_grad_norm")),
    shuffle: "random",
    precision: (s.switched("bf16") ?? true) ? "bf16" : undefined,
    recompute: (s.switched("enable_activation_checkpointing") ?? true) ? "blocks" : undefined,
    seed: settingNumber(s.number("seed")),
  };
  ignoreTrainerSettings(s);
  s.ignore(
    "how work is spread, or how a model writes after its training",
    /^(kernel_config|dist_config|init_config|sample_backend|max_new_tokens|cp_\w+|mp_\w+|dist_timeout|batching_workers)$/,
  );
  if ((s.lowerText("batching_strategy") ?? "normal") !== "normal")
    s.leave("batching_strategy", "rows are batched by the recipe: `packing: true` packs them");
  return {
    notes: [`"${set}" names the file with the rows: name it below, with its columns.`],
    data: { source: `jsonl(${quoted(set)})`, columns: "{ messages: messages }" },
    model: {
      base: base === undefined ? undefined : quoted(base),
      task: "chat",
      technique,
      storage,
      max_length: settingNumber(s.number("cutoff_len") ?? 2048),
    },
    recipe,
  };
}

/** Only the file's name states the purpose of the data. */
function dataOf(s: ToolSettings): string {
  const set = s.text("train_dataset");
  if (set === undefined) s.refuse("train_dataset", "missing, so nothing is trained", refusalAdvice.merge);
  else if (/dpo|pref|kto/i.test(set)) s.refuse("train_dataset", "preference optimisation", refusalAdvice.preference);
  else if (/multimodal|image|video|audio/i.test(set))
    s.refuse("train_dataset", "data that are pictures, films or sound", refusalAdvice.texts);
  s.leave("eval_dataset", "write `source: { train: …, validation: … }`");
  for (const key of ["pref_loss", "pref_beta", "pref_ftx", "simpo_gamma", "dpo_label_smoothing", "ld_alpha"])
    if (s.has(key)) s.refuse(key, "preference optimisation", refusalAdvice.preference);
  return set ?? "data.jsonl";
}

function techniqueOf(s: ToolSettings): { readonly technique: string; readonly storage: string | undefined } {
  const [adapter, stored] = [s.inner("peft_config"), s.inner("quant_config")];
  const name = adapter.lowerText("name");
  const other = name === undefined || name === "lora" ? name : techniqueByName(adapter, "name", name);
  if (other === undefined || other === "full") {
    stored.leaveAll("all weights train, so none is rounded");
    return { technique: "full", storage: undefined };
  }
  adapter.leave("adapter_name_or_path", `write \`${other}(from: …)\``);
  stored.ignore("the bits say how weights are stored", "name");
  const bits = stored.number("quantization_bit");
  if (bits !== undefined && bits !== 4 && bits !== 8)
    stored.leave("quantization_bit", "weights are stored in 32, 16, 8 or 4 bits");
  return {
    technique: other === "lora" ? loraFrom(adapter, "", { rank: 8, alpha: 16, every: true }) : other,
    storage: bits === 4 ? "nf4" : bits === 8 ? "int8" : undefined,
  };
}

/** PyTorch's AdamW with its own defaults, which are ours. */
function optimizerOf(s: ToolSettings, rate: number): string {
  const optimSettings = s.inner("optim_config");
  const name = optimSettings.lowerText("name");
  if (name !== undefined && name !== "adamw") {
    const other = namedCallText("optimizer", name, { learning_rate: rate }, () => undefined);
    if (other !== undefined) {
      optimSettings.leaveAll(`not carried to ${name}`);
      return other;
    }
    optimSettings.leave("name", notCarriedReason("optimizer", name, "adamw was used"));
    optimSettings.leaveAll("the settings of another optimizer");
  }
  return wordCallText("adamw", { learning_rate: rate });
}

/** Defaults to a constant rate. */
function scheduleOf(s: ToolSettings): string {
  const name = s.lowerText("name");
  const ratio = s.number("warmup_ratio");
  const warmup = ratio === undefined ? "0%" : asPercent(ratio);
  if (name === undefined) return "constant";
  const falls =
    name === "constant"
      ? undefined
      : namedCallText("schedule", name, { warmup }, (_, why) => s.leave("warmup_ratio", why));
  if (falls !== undefined) return falls;
  if (name !== "constant") s.leave("name", notCarriedReason("schedule", name, "the rate does not change"));
  return wordCallText("constant", { warmup: ratio === undefined ? undefined : warmup });
}
