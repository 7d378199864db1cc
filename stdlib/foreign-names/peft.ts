/** Fields of PEFT's `LoraConfig` without a corresponding parameter of `lora`, with advice. */
import { adviceFromRows } from "./advice.js";

export const peftAdvice = adviceFromRows([
  [
    "eva_config corda_config lora_ga_config kasa_config velora_config monteclora_config arrow_config alora_invocation_tokens " +
      "use_qalora qalora_group_size use_bdlora layer_replication lora_bias target_parameters lora_target_parameters loraplus_lr_ratio use_lorafa",
    "leave it out: of LoRA's variants `dora` and `rank_stabilized` are built, not this one",
  ],
  [
    "auto_mapping peft_version megatron_config megatron_core runtime_config fan_in_fan_out inference_mode",
    "leave it out: nothing here depends on it; `train` trains, `predict` doesn't",
    "idle",
  ],
  ["peft_type", "leave it out: the word says it", "idle"],
  ["task_type lora_task_type", "leave it out: the model's `task` says it", "idle"],
  ["base_model_name_or_path", "leave it out: `base` of the model says it", "idle"],
  ["revision", 'write it behind the name: `base: "owner/name@revision"`'],
  ["exclude_modules", "name those that train instead: `targets: [attention]`"],
  [
    "layers_to_transform layers_pattern",
    "leave it out: LoRA stands in every layer; adapting some layers alone isn't built",
  ],
  ["trainable_token_indices ensure_weight_tying", "leave it out: embeddings stay as they are beside LoRA"],
  ["rank_pattern", "leave it out: all targets have one rank; ranks of single layers aren't built"],
  ["alpha_pattern", "leave it out: all targets have one strength; strengths of single layers aren't built"],
  ["loftq_config", "leave it out: weights are stored as they are rounded; LoftQ's correction isn't built"],
]);
