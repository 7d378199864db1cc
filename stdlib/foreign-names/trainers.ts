/** Arguments of transformers' and TRL's trainers without a corresponding recipe key, with advice. */
import { foreignNameAdvice } from "./advice.js";

const alone = "remove it: one process trains, on one machine and device";
const kernels = "remove it: the engine chooses its kernels itself";
const events = "remove it: each run writes `events.jsonl`, and the notebook draws its curves";
const scores =
  "remove it: metrics are computed in separate passes; `evaluate … { batch_size: 64 }` sets their batch size";
const reading = "remove it: rows are read and packed while the model trains";

export const trainerAdvice = foreignNameAdvice([
  [
    "ddp_backend ddp_timeout ddp_bucket_cap_mb ddp_broadcast_buffers ddp_static_graph ddp_find_unused_parameters local_rank " +
      "log_on_each_node save_on_each_node average_tokens_across_devices eval_use_gather_object",
    alone,
    "idle",
  ],
  [
    "accelerator_config parallelism_config fsdp fsdp_config tpu_num_cores",
    `${alone}; \`accumulate\` and \`recompute\` save memory`,
  ],
  ["deepspeed", "remove it: training runs on one machine; `accumulate` and `recompute` save memory"],
  [
    "torch_compile torch_compile_backend torch_compile_mode use_liger_kernel liger_kernel_config flash_attention " +
      "use_flash_attention_2 attn_implementation torch_empty_cache_steps padding_free sdp_attention xformers_attention",
    kernels,
    "idle",
  ],
  ["tf32", `${kernels}; \`precision: bf16\` is the only setting`],
  ["bf16_full_eval fp16_full_eval", "remove it: scores are computed as the training was, in its `precision`"],
  ["gradient_checkpointing_kwargs activation_checkpointing_kwargs", "remove it: `recompute: blocks` has no settings"],
  ["activation_offloading", "remove it: activations stay in memory; `recompute: blocks` stores fewer"],
  ["lr_scheduler_kwargs", "write them as arguments of the schedule: `schedule: cosine_with_min_lr(min_lr_rate: 10%)`"],
  ["optim_args", "write them as arguments of the optimizer: `optimizer: adamw(beta2: 0.95)`"],
  [
    "optim_target_modules",
    "remove it: GaLore and APOLLO are not supported; `technique: lora(targets: […])` trains only some layers",
  ],
  ["use_cache", "remove it: generation always caches; training does not need it", "idle"],
  ["auto_find_batch_size", "remove it: the plan shows in advance whether a batch fits in memory"],
  [
    "logging_dir report_to logging_first_step logging_nan_inf_filter include_num_input_tokens_seen log_level log_level_replica " +
      "disable_tqdm project trackio_space_id trackio_bucket_id trackio_static_space_id",
    events,
    "idle",
  ],
  [
    "eval_delay eval_on_start",
    "remove it: `validate` counts from the first step on; `evaluate` scores whenever you like",
  ],
  [
    "prediction_loss_only eval_do_concat_batches eval_accumulation_steps batch_eval_metrics include_for_metrics " +
      "include_inputs_for_metrics",
    scores,
    "idle",
  ],
  [
    "compute_metrics",
    "remove it: a task brings its metrics, and `evaluate … { metrics: [accuracy] }` chooses among them",
  ],
  [
    "save_only_model enable_jit_checkpoint save_safetensors restore_callback_states_from_checkpoint ignore_data_skip",
    "remove it: a checkpoint holds all that `resume: true` needs, as safetensors",
    "idle",
  ],
  [
    "push_to_hub hub_model_id hub_token hub_private_repo hub_strategy hub_always_push hub_revision",
    "remove it: weights stay on this machine",
    "idle",
  ],
  ["full_determinism", "write a statement: `engine { deterministic: true }`"],
  ["use_cpu no_cuda", "write a statement: `engine { device: cpu }`"],
  ["use_mps_device", "write a statement: `engine { device: gpu }`"],
  ["data_seed", "remove it: `seed` orders the rows too"],
  [
    "dataloader_pin_memory dataloader_persistent_workers dataloader_prefetch_factor dataloader_multiprocessing_context " +
      "dataloader_in_order dataset_num_proc",
    reading,
    "idle",
  ],
  ["dataloader_num_workers", "remove it; threads are set by `engine { threads: 4 }`"],
  ["dataloader_drop_last", "remove it: the rows that are left over at the end of an epoch train too"],
  ["dataset_kwargs", `${reading}; \`columns\` of the data sets their roles`],
  [
    "label_names length_column_name",
    "remove it: `columns` of the data sets the role of each column, and lengths are measured",
  ],
  ["debug skip_memory_metrics do_predict", "remove it: nothing here depends on it", "idle"],
  [
    "train_dataset eval_dataset",
    "say it in the statement: `train … on DATA` trains on its split `train` and validates on `validation`",
  ],
  ["model args", "say it in the statement: `train MODEL on DATA with RECIPE`"],
  [
    "optimizers optimizer_cls_and_kwargs",
    "write `optimizer: adamw(learning_rate: 1e-3)`, or another word with its arguments",
  ],
  ["model_init", "remove it: each training starts from the base; `sweep` tries several settings"],
  [
    "compute_loss_func",
    "remove it: each task has its own loss, with the settings `class_weight`, `focal` and `label_smoothing`",
  ],
  ["preprocess_logits_for_metrics", "remove it: each metric reads what it needs", "idle"],
  ["ignore_bias_buffers", alone, "idle"],
  ["callbacks", "remove it: `early_stopping: patience(3)` stops a training; other callbacks are not supported"],
  [
    "data_collator formatting_func processing_class",
    "remove it: a task reads the columns that have its roles, by the base's tokenizer",
  ],
  ["neftune_noise_alpha neftune_alpha noise_alpha", "remove it: NEFTune's noise on embeddings is not supported"],
  [
    "label_smoothing_factor label_smoothing",
    "write it in the model's task: `task: text_classification(label_smoothing: 10%)`",
  ],
  ["packing_strategy", "remove it: `packing: true` fills rows of `max_length` tokens in the order in which texts come"],
  ["eval_packing", "remove it: scores are computed text by text; `packing: true` is for training"],
  ["pad_to_multiple_of", "remove it: batches are padded to their longest text", "idle"],
  [
    "completion_only_loss train_on_responses_only",
    "remove it: `task: chat` trains only the answers, in `messages` as well as in `input` and `target`",
  ],
  ["router_aux_loss_coef", "remove it: models with experts are not supported"],
  ["loss_type", "remove it: each task has its own loss; only `sentence_similarity(loss: …)` has a choice"],
  ["model_init_kwargs", "write its settings as keys of the model: `base`, `storage`, `max_length`"],
]);
