/** LLaMA-Factory's YAML: supervised training and pretraining of decoders; data are named by a list of its own. */
import { heldBack } from "./axolotl-data.js";
import { ignoreUsual, loading } from "./idle.js";
import { dataOf } from "./llama-factory-data.js";
import { isNext, readNext } from "./llama-factory-next.js";
import { call, quoted, text, type Read } from "./program.js";
import { optimizerFrom, scheduleFrom, usualNames, usualSchedule } from "./rates.js";
import { instead, refuseObjective, refuseSenses } from "./refusals.js";
import type { Settings } from "./settings.js";
import { loraFrom } from "./technique.js";
import { builtNamed, otherTechnique, smoothed, untaken } from "./words.js";
import { lookedAt, precisionFrom } from "./trainer.js";

export function readLlamaFactory(s: Settings): Read {
  if (isNext(s)) return readNext(s);
  const plain = refuseStages(s);
  refuseOthers(s);
  const cut = heldBack(s, "val_size");
  const rows = dataOf(s, { plain, cut: cut.held });
  const held = cut.held || rows.held;
  const steps = positive(s.number("max_steps"));
  if (steps !== undefined) s.leave("num_train_epochs", "`max_steps` goes before it");
  const rate = s.number("learning_rate");
  const packing = s.flag("packing", "neat_packing");
  const recipe: Read["recipe"] = {
    epochs: steps === undefined ? text(s.number("num_train_epochs") ?? 3) : undefined,
    steps: text(steps),
    batch_size: text(s.number("per_device_train_batch_size") ?? 8),
    accumulate: text(s.number("gradient_accumulation_steps")),
    packing: packing ? "true" : undefined,
    optimizer: optimizerFrom(s, usualNames, 5e-5),
    schedule: scheduleFrom(s, usualSchedule, { name: "linear", warmup: "0%", rate }),
    clip: text(s.number("max_grad_norm")),
    shuffle: s.flag("disable_shuffling") ? "none" : packing ? undefined : "random",
    ...lookedAt(s, held),
    precision: precisionFrom(s, ["bf16", "pure_bf16"]),
    recompute: s.flag("disable_gradient_checkpointing") ? undefined : "blocks",
    seed: text(s.number("seed")),
  };
  const task = plain ? "text_generation" : s.flag("mask_history") ? call("chat", { learn: "last" }) : "chat";
  const base = s.text("model_name_or_path");
  refuseSenses(s, "model_name_or_path", base);
  const model: Read["model"] = {
    base: base === undefined ? undefined : quoted(base),
    task: smoothed(s, task),
    ...techniqueOf(s),
    template: plain ? undefined : templateOf(s),
    max_length: text(s.number("cutoff_len") ?? 2048),
  };
  tellSenses(s);
  s.leave("resume_from_checkpoint", "a run goes on by `resume: true`");
  ignoreUsual(s);
  s.ignore(
    loading,
    /^(ddp_timeout|buffer_size|streaming|tokenized_path|media_dir|use_v1_kernels|use_kt|kt_\w+|use_mca|use_megatron\w*)$/,
  );
  s.ignore(
    "not part of this training",
    /^(predict_with_generate|quantization_method|pipeline_\w+|fp8_\w+|export_\w+)$/,
  );
  return { notes: [], data: { ...rows.data, split: cut.split }, model, recipe };
}
const positive = (n: number | undefined): number | undefined => (n !== undefined && n > 0 ? n : undefined);

/** Whether plain texts are learnt. */
function refuseStages(s: Settings): boolean {
  const stage = s.said("stage") ?? "sft";
  if (s.has("export_dir")) s.refuse("export_dir", "a merge, not a training", instead.merge);
  else if (s.has("infer_backend"))
    s.refuse("infer_backend", "a conversation with a model, not a training", instead.asked);
  if (!refuseObjective(s, "stage", stage) && stage !== "sft" && stage !== "pt")
    s.refuse("stage", "an objective that isn't built", instead.preference);
  if (s.switched("do_train") === false && s.has("stage")) s.refuse("do_train", "no training", instead.asked);
  else if (!s.has("do_train") && s.flag("do_predict")) s.refuse("do_predict", "no training", instead.asked);
  for (const key of ["use_dft_loss", "use_asft_loss", "use_eaft_loss"])
    if (s.flag(key)) s.refuse(key, "a loss of its own", instead.loss);
  return stage === "pt";
}

function refuseOthers(s: Settings): void {
  for (const key of ["use_llama_pro", "use_galore", "use_apollo", "use_badam", "mixture_of_depths", "fp8"])
    if (s.has(key) && s.said(key) !== "false") s.refuse(key, "a technique that isn't built", instead.technique);
  for (const key of ["use_muon", "use_adam_mini"])
    if (s.flag(key)) s.leave(key, untaken("optimizer", key.replace(/^use_/, ""), "adamw was taken"));
}

const ofPictures =
  /^((image|video)_(max|min)_pixels|video_(fps|maxlen)|audio_sampling_rate|freeze_vision_tower|freeze_multi_modal_projector|freeze_language_model)$/;
/** Settings of pictures and sound: of a base that sees they ask for one, of texts alone they change nothing. */
function tellSenses(s: Settings): void {
  const sees = s.refusals().some((refusal) => refusal.instead === instead.texts) || s.flag("freeze_language_model");
  for (const key of s.keys().filter((one) => ofPictures.test(one)))
    if (!sees) s.ignore("the base and the data are texts alone", key);
    else if (key.startsWith("freeze_")) s.refuse(key, "a base that sees", instead.texts);
    else s.refuse(key, "data that are pictures, films or sound", instead.texts);
}

const frozen = "what serves: `freeze: [embeddings, layers(0..20)]` with the layers that keep their weights";

function techniqueOf(s: Settings): { readonly technique: string; readonly storage: string | undefined } {
  const type = s.said("finetuning_type") ?? "lora";
  const other =
    type === "lora" ? undefined : otherTechnique(s, "finetuning_type", type, type === "freeze" ? frozen : undefined);
  const bits = s.number("quantization_bit");
  if (other === "full") {
    s.leave("quantization_bit", "all weights train, so none is rounded");
    return { technique: "full", storage: undefined };
  }
  const storage = bits === undefined ? undefined : bits === 4 ? "nf4" : bits === 8 ? "int8" : left(s);
  if (other !== undefined) return { technique: other, storage };
  for (const key of [
    "loraplus_lr_ratio",
    "additional_target",
    "pissa_init",
    "pissa_iter",
    "pissa_convert",
    "create_new_adapter",
  ])
    s.leave(key, "not built; plain LoRA is taken");
  const from = s.text("adapter_name_or_path");
  const lora = loraFrom(s, "lora_", { rank: 8, every: true });
  const technique = from === undefined ? lora : `${lora.replace(/\)$/, "")}, from: ${quoted(from)})`;
  return { technique, storage };
}
function left(s: Settings): undefined {
  s.leave("quantization_bit", "weights are stored in 32, 16, 8 or 4 bits");
  return undefined;
}

function templateOf(s: Settings): string | undefined {
  const named = s.text("template");
  if (refuseSenses(s, "template", named) || named === undefined) return undefined;
  const known = builtNamed("template", named === "default" ? "alpaca" : named)?.name;
  if (known === undefined) s.leave("template", "the template isn't built in; the base's own is used");
  for (const key of ["default_system", "tool_format", "enable_thinking"])
    s.leave(key, "the template alone writes the conversation");
  if (s.flag("train_on_prompt")) s.leave("train_on_prompt", "only the assistant's turns are trained");
  return known;
}
