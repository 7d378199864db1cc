/**
 * Settings without effect on the trained model: output files and logging, distribution over machines, compute kernels,
 * data preparation and loading.
 */

import type { IdlePattern, ToolSettings } from "./settings.js";

export const filesReason = "where the run writes its files";
export const logsReason = "logging";
export const machinesReason = "how work is spread over devices";
export const kernelsReason = "which kernels compute it";
export const loadingReason = "how files and rows are loaded";
const results = "computations besides the training";

/** Advice for tools that upload the model to the hub by themselves. */
export const publishAdvice =
  'nothing is sent by itself: write `deploy tuned to huggingface("owner/name", push: secret(env: HF_TOKEN))`';

/**
 * Marks such settings of transformers' trainers (and of tools based on them) as ignored; an upload to the hub is
 * listed.
 */
export function ignoreTrainerSettings(s: ToolSettings): void {
  if (isSwitchedOn(s.value("push_to_hub"))) s.leave("push_to_hub", publishAdvice);
  s.ignoreAll(idleOfTrainers);
}
export const isSwitchedOn = (value: unknown): boolean =>
  value !== undefined && !/^(|false|no|off|0|null)$/i.test(String(value));

/** Names of such settings in transformers' trainers, and in tools based on them. */
const idleOfTrainers: readonly IdlePattern[] = [
  [filesReason, /^(output_dir|overwrite_output_dir|run_name|project|project_name)$/],
  [
    logsReason,
    /^(logging_\w+|report_to|log_level|log_on_each_node|disable_tqdm|plot_loss|verbose|debug|include_\w+_per_second)$/,
  ],
  [filesReason, /^(save_\w+|push_to_hub|hub_\w+|push_dataset_to_hub|hf_use_auth_token|token|use_auth_token)$/],
  [logsReason, /^(wandb|swanlab|mlflow|comet|trackio|otel_metrics|tensorboard)_\w+$/],
  [logsReason, /^use_(wandb|swanlab|mlflow|comet|tensorboard|otel_metrics|trackio)$/],
  [
    logsReason,
    /^(eval_accumulation_steps|eval_batch_size|per_device_eval_batch_size|eval_delay|eval_on_start|eval_table_size)$/,
  ],
  [
    results,
    /^(predict_with_generate|generation_max_length|generation_num_beams|do_eval|do_train|remove_unused_columns|label_names|prediction_loss_only|include_\w+)$/,
  ],
  [
    machinesReason,
    /^(deepspeed|ddp|ddp_\w+|fsdp|fsdp_\w+|local_rank|accelerator_config|use_ray|ray_\w+|device_map|distributed_\w+)$/,
  ],
  [
    machinesReason,
    /^(((tensor|pipeline|expert)_model|context|tensor|sequence|pipeline|expert|data)_parallel_size|(tensor|expert|sequence)_parallel|dp_\w+_size|parallelism_config|n_gpu|no_cuda|use_cpu|use_mps_device)$/,
  ],
  [
    loadingReason,
    /^(dataloader_\w+|dataset_num_proc|dataset_processes|preprocessing_\w+|num_proc|overwrite_cache|skip_memory_metrics)$/,
  ],
  [
    kernelsReason,
    /^(tf32|bf16_full_eval|fp16_full_eval|fp16_opt_level|torch_compile\w*|torch_empty_cache_steps|torchdistx_path)$/,
  ],
  [
    kernelsReason,
    /^(attn_implementation|flash_attention|flash_attn|flash_attn_\w+|xformers_attention|sdp_attention|flex_attention|eager_attention|s2_attention|flex_attn_\w+|sdpa_attention)$/,
  ],
  [
    kernelsReason,
    /^(liger_\w+|use_liger_kernel|use_liger|cut_cross_entropy|enable_liger_kernel|use_kernels|use_(v1|dsv4|glm_dsa)_kernels|train_full_liger_kernel|fused_attn_kernel|lora_(mlp|qkv|o|embedding)_kernel|experts_implementation|use_scattermoe|use_sonicmoe|fused_\w+|tiled_mlp\w*)$/,
  ],
  [kernelsReason, /^(gradient_checkpointing_kwargs|use_reentrant_gc|activation_offloading|low_cpu_mem_usage)$/],
  [
    loadingReason,
    /^(trust_remote_code|use_fast|use_fast_tokenizer|tokenizer_use_fast|tokenizer_legacy|use_cache|tokenizer_type|tokenizer_class)$/,
  ],
  [kernelsReason, /^(gradient_accumulation_kwargs|gc_steps|length_column_name)$/],
];
