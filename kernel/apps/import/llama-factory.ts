/** LLaMA-Factory's YAML: supervised training and pretraining of decoders; data sets are named in a separate list. */
import { readHoldoutSize } from "./axolotl-data.js";
import { ignoreTrainerSettings, loadingReason } from "./ignored-settings.js";
import { readLlamaFactoryRows } from "./llama-factory-data.js";
import { isNextFormat, readLlamaFactoryNext } from "./llama-factory-next.js";
import { wordCallText, quoted, settingNumber, type ProgramDraft } from "./write-program.js";
import { optimizerFrom, scheduleFrom, usualOptimizerSettingNames, usualScheduleNames } from "./rates.js";
import { refusalAdvice, refuseObjective, refuseMultimodal } from "./refusals.js";
import type { ToolSettings } from "./settings.js";
import { loraFrom } from "./technique.js";
import { findImplementedWord, techniqueByName, taskWithSmoothing, notCarriedReason } from "./words.js";
import { readValidation, precisionFrom } from "./trainer.js";

export function readLlamaFactory(s: ToolSettings): ProgramDraft {
  if (isNextFormat(s)) return readLlamaFactoryNext(s);
  const plain = refuseStages(s);
  refuseOthers(s);
  const cut = readHoldoutSize(s, "val_size");
  const rows = readLlamaFactoryRows(s, { plain, cut: cut.hasHoldout });
  const hasHoldout = cut.hasHoldout || rows.hasHoldout;
  const steps = positive(s.number("max_steps"));
  if (steps !== undefined) s.leave("num_train_epochs", "`max_steps` takes precedence");
  const rate = s.number("learning_rate");
  const packing = s.flag("packing", "neat_packing");
  const recipe: ProgramDraft["recipe"] = {
    epochs: steps === undefined ? settingNumber(s.number("num_train_epochs") ?? 3) : undefined,
    steps: settingNumber(steps),
    batch_size: settingNumber(s.number("per_device_train_batch_size") ?? 8),
    accumulate: settingNumber(s.number("gradient_accumulation_steps")),
    packing: packing ? "true" : undefined,
    optimizer: optimizerFrom(s, usualOptimizerSettingNames, 5e-5),
    schedule: scheduleFrom(s, usualScheduleNames, { name: "linear", warmup: "0%", rate }),
    clip: settingNumber(s.number("max_grad_norm")),
    shuffle: s.flag("disable_shuffling") ? "none" : packing ? undefined : "random",
    ...readValidation(s, hasHoldout),
    precision: precisionFrom(s, ["bf16", "pure_bf16"]),
    recompute: s.flag("disable_gradient_checkpointing") ? undefined : "blocks",
    seed: settingNumber(s.number("seed")),
  };
  const task = plain ? "text_generation" : s.flag("mask_history") ? wordCallText("chat", { learn: "last" }) : "chat";
  const base = s.text("model_name_or_path");
  refuseMultimodal(s, "model_name_or_path", base);
  const model: ProgramDraft["model"] = {
    base: base === undefined ? undefined : quoted(base),
    task: taskWithSmoothing(s, task),
    ...techniqueOf(s),
    template: plain ? undefined : templateOf(s),
    max_length: settingNumber(s.number("cutoff_len") ?? 2048),
  };
  tellSenses(s);
  s.leave("resume_from_checkpoint", "use `resume: true` to continue a run");
  ignoreTrainerSettings(s);
  s.ignore(
    loadingReason,
    /^(ddp_timeout|buffer_size|streaming|tokenized_path|media_dir|use_v1_kernels|use_kt|kt_\w+|use_mca|use_megatron\w*)$/,
  );
  s.ignore(
    "not part of this training",
    /^(predict_with_generate|quantization_method|pipeline_\w+|fp8_\w+|export_\w+)$/,
  );
  return { notes: [], data: { ...rows.data, split: cut.split }, model, recipe };
}
const positive = (n: number | undefined): number | undefined => (n !== undefined && n > 0 ? n : undefined);

/** Refuses unsupported stages; returns whether it is pretraining on plain texts. */
function refuseStages(s: ToolSettings): boolean {
  const stage = s.lowerText("stage") ?? "sft";
  if (s.has("export_dir")) s.refuse("export_dir", "a merge, not a training", refusalAdvice.merge);
  else if (s.has("infer_backend"))
    s.refuse("infer_backend", "a conversation with a model, not a training", refusalAdvice.asked);
  if (!refuseObjective(s, "stage", stage) && stage !== "sft" && stage !== "pt")
    s.refuse("stage", "an unsupported objective", refusalAdvice.preference);
  if (s.switched("do_train") === false && s.has("stage")) s.refuse("do_train", "no training", refusalAdvice.asked);
  else if (!s.has("do_train") && s.flag("do_predict")) s.refuse("do_predict", "no training", refusalAdvice.asked);
  for (const key of ["use_dft_loss", "use_asft_loss", "use_eaft_loss"])
    if (s.flag(key)) s.refuse(key, "a custom loss", refusalAdvice.loss);
  return stage === "pt";
}

function refuseOthers(s: ToolSettings): void {
  for (const key of ["use_llama_pro", "use_galore", "use_apollo", "use_badam", "mixture_of_depths", "fp8"])
    if (s.has(key) && s.lowerText(key) !== "false") s.refuse(key, "an unsupported technique", refusalAdvice.technique);
  for (const key of ["use_muon", "use_adam_mini"])
    if (s.flag(key)) s.leave(key, notCarriedReason("optimizer", key.replace(/^use_/, ""), "adamw was used"));
}

const ofPictures =
  /^((image|video)_(max|min)_pixels|video_(fps|maxlen)|audio_sampling_rate|freeze_vision_tower|freeze_multi_modal_projector|freeze_language_model)$/;
/**
 * Handles settings for images and sound: they are refused with a multimodal base or data, and ignored with texts alone.
 */
function tellSenses(s: ToolSettings): void {
  const sees =
    s.refusals().some((refusal) => refusal.instead === refusalAdvice.texts) || s.flag("freeze_language_model");
  for (const key of s.keys().filter((one) => ofPictures.test(one)))
    if (!sees) s.ignore("the base and the data are texts alone", key);
    else if (key.startsWith("freeze_")) s.refuse(key, "a base that sees", refusalAdvice.texts);
    else s.refuse(key, "data that are pictures, films or sound", refusalAdvice.texts);
}

const frozen = "use `freeze: [embeddings, layers(0..20)]` with the layers that keep their weights";

function techniqueOf(s: ToolSettings): { readonly technique: string; readonly storage: string | undefined } {
  const type = s.lowerText("finetuning_type") ?? "lora";
  const other =
    type === "lora" ? undefined : techniqueByName(s, "finetuning_type", type, type === "freeze" ? frozen : undefined);
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
function left(s: ToolSettings): undefined {
  s.leave("quantization_bit", "weights are stored in 32, 16, 8 or 4 bits");
  return undefined;
}

function templateOf(s: ToolSettings): string | undefined {
  const named = s.text("template");
  if (refuseMultimodal(s, "template", named) || named === undefined) return undefined;
  const known = findImplementedWord("template", named === "default" ? "alpaca" : named)?.name;
  if (known === undefined) s.leave("template", "the template is not known; the base's own is used");
  for (const key of ["default_system", "tool_format", "enable_thinking"])
    s.leave(key, "the template alone writes the conversation");
  if (s.flag("train_on_prompt")) s.leave("train_on_prompt", "only the assistant's turns are trained");
  return known;
}
