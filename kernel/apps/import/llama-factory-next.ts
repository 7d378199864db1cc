/** LLaMA-Factory's settings in their next form (`examples/v1`): parts with a name each, data named by a file of their own. */
import { ignoreUsual } from "./idle.js";
import { call, quoted, share, text, type Read } from "./program.js";
import { instead, refuseSenses } from "./refusals.js";
import type { Settings } from "./settings.js";
import { loraFrom } from "./technique.js";
import { calledAs, otherTechnique, untaken } from "./words.js";

/** Whether settings are of that form. */
export const isNext = (s: Settings): boolean =>
  !s.has("model_name_or_path") && (s.has("train_dataset") || s.has("model"));

export function readNext(s: Settings): Read {
  const base = s.text("model");
  refuseSenses(s, "model", base);
  const kind = s.said("model_class");
  if (kind !== undefined && kind !== "llm") s.refuse("model_class", "a model of another kind", instead.texts);
  const set = dataOf(s);
  const { technique, storage } = techniqueOf(s);
  const steps = s.number("max_steps");
  if (steps !== undefined) s.leave("num_train_epochs", "`max_steps` goes before it");
  const [small, all] = [s.number("micro_batch_size") ?? 1, s.number("global_batch_size")];
  if (all !== undefined && all % small !== 0) s.leave("global_batch_size", "it is no multiple of `micro_batch_size`");
  const recipe: Read["recipe"] = {
    epochs: steps === undefined ? text(s.number("num_train_epochs") ?? 3) : undefined,
    steps: text(steps),
    batch_size: text(small),
    accumulate: all !== undefined && all % small === 0 ? text(all / small) : undefined,
    optimizer: optimizerOf(s, s.number("learning_rate") ?? 1e-4),
    schedule: scheduleOf(s.inner("lr_scheduler_config")),
    clip: text(s.number("max_grad_norm")),
    shuffle: "random",
    precision: (s.switched("bf16") ?? true) ? "bf16" : undefined,
    recompute: (s.switched("enable_activation_checkpointing") ?? true) ? "blocks" : undefined,
    seed: text(s.number("seed")),
  };
  ignoreUsual(s);
  s.ignore(
    "how work is spread, or how a model writes after its training",
    /^(kernel_config|dist_config|init_config|sample_backend|max_new_tokens|cp_\w+|mp_\w+|dist_timeout|batching_workers)$/,
  );
  if ((s.said("batching_strategy") ?? "normal") !== "normal")
    s.leave("batching_strategy", "rows are batched by the recipe: `packing: true` packs them");
  return {
    notes: [`"${set}" says which file the rows are in: name it below, with its columns.`],
    data: { source: `jsonl(${quoted(set)})`, columns: "{ messages: messages }" },
    model: {
      base: base === undefined ? undefined : quoted(base),
      task: "chat",
      technique,
      storage,
      max_length: text(s.number("cutoff_len") ?? 2048),
    },
    recipe,
  };
}

/** What the data are for stands in the file's name alone. */
function dataOf(s: Settings): string {
  const set = s.text("train_dataset");
  if (set === undefined) s.refuse("train_dataset", "missing, so nothing is trained", instead.merge);
  else if (/dpo|pref|kto/i.test(set)) s.refuse("train_dataset", "preference optimisation", instead.preference);
  else if (/multimodal|image|video|audio/i.test(set))
    s.refuse("train_dataset", "data that are pictures, films or sound", instead.texts);
  s.leave("eval_dataset", "write `source: { train: …, validation: … }`");
  for (const key of ["pref_loss", "pref_beta", "pref_ftx", "simpo_gamma", "dpo_label_smoothing", "ld_alpha"])
    if (s.has(key)) s.refuse(key, "preference optimisation", instead.preference);
  return set ?? "data.jsonl";
}

function techniqueOf(s: Settings): { readonly technique: string; readonly storage: string | undefined } {
  const [adapter, stored] = [s.inner("peft_config"), s.inner("quant_config")];
  const name = adapter.said("name");
  const other = name === undefined || name === "lora" ? name : otherTechnique(adapter, "name", name);
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
function optimizerOf(s: Settings, rate: number): string {
  const own = s.inner("optim_config");
  const name = own.said("name");
  if (name !== undefined && name !== "adamw") {
    const other = calledAs("optimizer", name, { learning_rate: rate }, () => undefined);
    if (other !== undefined) {
      own.leaveAll(`not carried to ${name}`);
      return other;
    }
    own.leave("name", untaken("optimizer", name, "adamw was taken"));
    own.leaveAll("the settings of another optimizer");
  }
  return call("adamw", { learning_rate: rate });
}

/** The rate stays as it is where nothing is said. */
function scheduleOf(s: Settings): string {
  const name = s.said("name");
  const ratio = s.number("warmup_ratio");
  const warmup = ratio === undefined ? "0%" : share(ratio);
  if (name === undefined) return "constant";
  const falls =
    name === "constant" ? undefined : calledAs("schedule", name, { warmup }, (_, why) => s.leave("warmup_ratio", why));
  if (falls !== undefined) return falls;
  if (name !== "constant") s.leave("name", untaken("schedule", name, "the rate stays as it is"));
  return call("constant", { warmup: ratio === undefined ? undefined : warmup });
}
