/** Names of optimizers, schedules and techniques in transformers and PEFT, with the words to use instead. */
import { foreignNameAdvice } from "./advice.js";

/** Names of AdamW and Lion variants with quantized or paged optimizer states. */
const smaller = (base: string, names: string): Readonly<Record<string, string>> =>
  Object.fromEntries(names.split(" ").map((name) => [name, base]));
export const adamwVariants = smaller(
  "adamw",
  "adamw_torch adamw_hf adamw_torch_fused adamw_torch_xla adamw_torch_npu_fused adamw_apex_fused adamw_anyprecision " +
    "adamw_torch_4bit adamw_torch_8bit adamw_bnb_8bit adamw_8bit paged_adamw paged_adamw_32bit paged_adamw_8bit",
);
export const lionVariants = smaller("lion", "lion_8bit lion_32bit paged_lion paged_lion_8bit paged_lion_32bit");

const another = "this optimizer is not supported: use `adamw`, or `adafactor` if memory is short";
export const optimizerAdvice = foreignNameAdvice([
  [
    "ademamix ademamix_8bit paged_ademamix_8bit paged_ademamix_32bit adagrad rmsprop rmsprop_bnb rmsprop_bnb_8bit " +
      "rmsprop_bnb_32bit lomo adalomo grokadamw schedule_free_radam schedule_free_adamw schedule_free_sgd stable_adamw muon " +
      "prodigy lamb",
    another,
  ],
  [
    "galore_adamw galore_adamw_8bit galore_adafactor galore_adamw_layerwise galore_adamw_8bit_layerwise " +
      "galore_adafactor_layerwise apollo_adamw apollo_adamw_layerwise",
    "projected gradients are not supported: `technique: lora(rank: 8)` trains in as little memory",
  ],
]);

export const scheduleAdvice = foreignNameAdvice([
  ["cosine_with_restarts", "write `cosine`: restarts aren't part of Tune"],
  ["constant_with_warmup", "write `constant(warmup: 6%)`"],
  [
    "reduce_lr_on_plateau greedy warmup_stable_decay wsd one_cycle",
    "this schedule is not supported: use `linear`, `cosine`, `cosine_with_min_lr` or `constant(warmup: 6%)`",
  ],
]);

const technique = "this technique is not supported: use `lora` (also with `dora: true`), `ia3`, `adapters` or prompts";
export const techniqueAdvice = foreignNameAdvice([
  [
    "adalora adamss boft adaption_prompt beft lily loha lokr oft poly ln_tuning vera frod pvera fourierft glora xlora hra " +
      "vblora unilora cpt miss randlora road trainable_tokens hira shira c3a waveft osf delora gralora cartridge tinylora " +
      "psoft peanut shadow supertuning deft multitask_prompt_tuning p_tuning galore reft loreft lisa relora",
    technique,
  ],
]);

export const cadenceAdvice = foreignNameAdvice([
  ["epoch epochs", "write `every(epochs: 1)`"],
  ["step steps", "write `every(steps: 100)`"],
  ["no never", "write `none`"],
]);

export const modalityAdvice = foreignNameAdvice([
  [
    "image_classification vision image_text_to_text visual_question_answering object_detection audio_classification asr " +
      "automatic_speech_recognition speech tabular_classification tabular_regression",
    "texts alone are read: pictures, sound and tables are not supported",
  ],
]);
