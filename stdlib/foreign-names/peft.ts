/** Fields of PEFT's `LoraConfig` without a corresponding parameter of `lora`, with advice. */
import { foreignNameAdvice } from "./advice.js";

export const peftAdvice = foreignNameAdvice([
  [
    "eva_config corda_config lora_ga_config kasa_config velora_config monteclora_config arrow_config alora_invocation_tokens " +
      "use_qalora qalora_group_size use_bdlora layer_replication lora_bias target_parameters lora_target_parameters loraplus_lr_ratio use_lorafa",
    "remove it: of LoRA's variants `dora` and `rank_stabilized` are built, not this one",
  ],
  [
    "auto_mapping peft_version megatron_config megatron_core runtime_config fan_in_fan_out inference_mode",
    "remove it: nothing here depends on it; `train` trains, `predict` doesn't",
    "idle",
  ],
  ["peft_type", "remove it: the technique's name says it", "idle"],
  ["task_type lora_task_type", "remove it: the model's `task` says it", "idle"],
  ["base_model_name_or_path", "remove it: `base` of the model says it", "idle"],
  ["revision", 'write it behind the name: `base: "owner/name@revision"`'],
  ["exclude_modules", "name the layers to train instead: `targets: [attention]`"],
  [
    "layers_to_transform layers_pattern",
    "remove it: LoRA adapts every layer; adapting only some layers is not supported",
  ],
  ["trainable_token_indices ensure_weight_tying", "remove it: embeddings do not train with LoRA"],
  ["rank_pattern", "remove it: all targets have one rank; ranks of single layers are not supported"],
  ["alpha_pattern", "remove it: all targets have one strength; strengths of single layers are not supported"],
  ["loftq_config", "remove it: weights are stored as rounded; LoftQ's correction is not supported"],
]);
