/**
 * Settings that change nothing of what is learnt here: where files go and what is logged, how work is spread over machines,
 * which kernels compute it, how data are prepared and loaded.
 */

/** What transformers' trainers, and all tools over them, call such things. */
export const idleOfTrainers: readonly RegExp[] = [
  /^(output_dir|overwrite_output_dir|resume_from_checkpoint|auto_resume_from_checkpoints|run_name|project|project_name)$/,
  /^(logging_\w+|report_to|log_level|log_on_each_node|disable_tqdm|plot_loss|verbose|debug|include_\w+_per_second)$/,
  /^(save_\w+|push_to_hub|hub_\w+|push_dataset_to_hub|hf_use_auth_token|token|use_auth_token)$/,
  /^(wandb|swanlab|mlflow|comet|trackio|otel_metrics|tensorboard)_\w+$/,
  /^use_(wandb|swanlab|mlflow|comet|tensorboard|otel_metrics|trackio)$/,
  /^(eval_accumulation_steps|eval_batch_size|per_device_eval_batch_size|eval_delay|eval_on_start|eval_table_size)$/,
  /^(do_eval|do_train|remove_unused_columns|label_names|prediction_loss_only|include_\w+|full_determinism)$/,
  /^(deepspeed|ddp|ddp_\w+|fsdp|fsdp_\w+|local_rank|accelerator_config|use_ray|ray_\w+|device_map|distributed_\w+)$/,
  /^(\w+_parallel_size|\w+_parallel|dp_\w+_size|parallelism_config|n_gpu|no_cuda|use_cpu|use_mps_device)$/,
  /^(dataloader_\w+|dataset_num_proc|dataset_processes|preprocessing_\w+|num_proc|overwrite_cache|skip_memory_metrics)$/,
  /^(tf32|bf16_full_eval|fp16_full_eval|fp16_opt_level|torch_compile\w*|torch_empty_cache_steps|torchdistx_path)$/,
  /^(attn_implementation|flash_attention|flash_attn|flash_attn_\w+|xformers_attention|sdp_attention|flex_attention|eager_attention|s2_attention|flex_attn_\w+|sdpa_attention)$/,
  /^(liger_\w+|use_liger_kernel|use_liger|cut_cross_entropy|enable_liger_kernel|use_kernels|\w+_kernel|\w+_kernels|lora_\w+_kernel|experts_implementation|use_scattermoe|use_sonicmoe|fused_\w+|tiled_mlp\w*)$/,
  /^(gradient_checkpointing_kwargs|use_reentrant_gc|activation_offloading|low_cpu_mem_usage|auto_find_batch_size)$/,
  /^(trust_remote_code|use_fast_tokenizer|tokenizer_use_fast|tokenizer_legacy|use_cache|tokenizer_type|tokenizer_class)$/,
  /^(group_by_length|gradient_accumulation_kwargs|average_tokens_across_devices|loss_watchdog_\w+|gc_steps|unsloth\w*|length_column_name)$/,
];
