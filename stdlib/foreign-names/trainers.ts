/** Arguments of transformers' and TRL's trainers without a corresponding recipe key, with advice. */
import { adviceFromRows } from "./advice.js";

const alone = "leave it out: one process trains, on one machine and device";
const kernels = "leave it out: the engine chooses its kernels itself";
const events = "leave it out: each run writes `events.jsonl`, and the notebook draws its curves";
const scores =
  "leave it out: metrics are computed in passes of their own; `evaluate … { batch_size: 64 }` says how many rows";
const reading = "leave it out: rows are read and packed beside the training";

export const trainerAdvice = adviceFromRows([
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
  ["deepspeed", "leave it out: training runs on one machine; `accumulate` and `recompute` save memory"],
  [
    "torch_compile torch_compile_backend torch_compile_mode use_liger_kernel liger_kernel_config flash_attention " +
      "use_flash_attention_2 attn_implementation torch_empty_cache_steps padding_free sdp_attention xformers_attention",
    kernels,
    "idle",
  ],
  ["tf32", `${kernels}; \`precision: bf16\` is what it can be told`],
  ["bf16_full_eval fp16_full_eval", "leave it out: scores are computed as the training was, in its `precision`"],
  [
    "gradient_checkpointing_kwargs activation_checkpointing_kwargs",
    "leave it out: `recompute: blocks` has no settings of its own",
  ],
  ["activation_offloading", "leave it out: activations stay where they are; `recompute: blocks` keeps fewer"],
  ["lr_scheduler_kwargs", "write them as arguments of the schedule: `schedule: cosine_with_min_lr(min_lr_rate: 10%)`"],
  ["optim_args", "write them as arguments of the optimizer: `optimizer: adamw(beta2: 0.95)`"],
  [
    "optim_target_modules",
    "leave it out: GaLore and APOLLO aren't built; `technique: lora(targets: […])` trains some layers alone",
  ],
  ["use_cache", "leave it out: writing keeps what it has computed, training has no use for it", "idle"],
  ["auto_find_batch_size", "leave it out: the plan says beforehand whether a batch fits in memory"],
  [
    "logging_dir report_to logging_first_step logging_nan_inf_filter include_num_input_tokens_seen log_level log_level_replica " +
      "disable_tqdm project trackio_space_id trackio_bucket_id trackio_static_space_id",
    events,
    "idle",
  ],
  [
    "eval_delay eval_on_start",
    "leave it out: `validate` counts from the first step on; `evaluate` scores whenever you like",
  ],
  [
    "prediction_loss_only eval_do_concat_batches eval_accumulation_steps batch_eval_metrics include_for_metrics " +
      "include_inputs_for_metrics",
    scores,
    "idle",
  ],
  [
    "compute_metrics",
    "leave it out: a task brings its metrics, and `evaluate … { metrics: [accuracy] }` chooses among them",
  ],
  [
    "save_only_model enable_jit_checkpoint save_safetensors restore_callback_states_from_checkpoint ignore_data_skip",
    "leave it out: a checkpoint holds all that `resume: true` needs, as safetensors",
    "idle",
  ],
  [
    "push_to_hub hub_model_id hub_token hub_private_repo hub_strategy hub_always_push hub_revision",
    "leave it out: weights stay on this machine",
    "idle",
  ],
  ["full_determinism", "a statement of its own says it: `engine { deterministic: true }`"],
  ["use_cpu no_cuda", "a statement of its own says it: `engine { device: cpu }`"],
  ["use_mps_device", "a statement of its own says it: `engine { device: gpu }`"],
  ["data_seed", "leave it out: `seed` orders the rows too"],
  [
    "dataloader_pin_memory dataloader_persistent_workers dataloader_prefetch_factor dataloader_multiprocessing_context " +
      "dataloader_in_order dataset_num_proc",
    reading,
    "idle",
  ],
  ["dataloader_num_workers", "leave it out; threads are set by `engine { threads: 4 }`"],
  ["dataloader_drop_last", "leave it out: the rows that are left over at the end of an epoch train too"],
  ["dataset_kwargs", `${reading}; \`columns\` of the data says what they are`],
  [
    "label_names length_column_name",
    "leave it out: `columns` of the data says which column is what, and lengths are measured",
  ],
  ["debug skip_memory_metrics do_predict", "leave it out: nothing here depends on it", "idle"],
  [
    "train_dataset eval_dataset",
    "say it in the statement: `train … on DATA` trains on its split `train` and validates on `validation`",
  ],
  ["model args", "say it in the statement: `train MODEL on DATA with RECIPE`"],
  [
    "optimizers optimizer_cls_and_kwargs",
    "write `optimizer: adamw(learning_rate: 1e-3)`, or another word with its arguments",
  ],
  ["model_init", "leave it out: each training begins from the base; `sweep` tries several"],
  [
    "compute_loss_func",
    "leave it out: each task has its own loss, which `class_weight`, `focal` and `label_smoothing` of it bend",
  ],
  ["preprocess_logits_for_metrics", "leave it out: each metric reads what it needs", "idle"],
  ["ignore_bias_buffers", alone, "idle"],
  ["callbacks", "leave it out: `early_stopping: patience(3)` stops a training; other callbacks aren't built"],
  [
    "data_collator formatting_func processing_class",
    "leave it out: a task reads the columns that have its roles, by the base's tokenizer",
  ],
  ["neftune_noise_alpha neftune_alpha noise_alpha", "leave it out: NEFTune's noise on embeddings isn't built"],
  [
    "label_smoothing_factor label_smoothing",
    "write it in the model's task: `task: text_classification(label_smoothing: 10%)`",
  ],
  [
    "packing_strategy",
    "leave it out: `packing: true` fills rows of `max_length` tokens in the order in which texts come",
  ],
  ["eval_packing", "leave it out: scores are computed text by text; `packing: true` is for training"],
  ["pad_to_multiple_of", "leave it out: batches are padded to their longest text", "idle"],
  [
    "completion_only_loss train_on_responses_only",
    "leave it out: `task: chat` trains the answers alone, of `messages` as of `input` and `target`",
  ],
  ["router_aux_loss_coef", "leave it out: models with experts aren't built"],
  ["loss_type", "leave it out: each task has its own loss; `sentence_similarity(loss: …)` alone chooses"],
  ["model_init_kwargs", "write what they say as keys of the model: `base`, `storage`, `max_length`"],
]);
