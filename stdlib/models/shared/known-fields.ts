/** Fields of any family's config.json that have no effect on the computation, with the reason for each. */
const reasons: readonly (readonly [why: string, ...fields: string[]])[] = [
  ["which family it is", "model_type", "architectures", "is_encoder_decoder"],
  [
    "where it came from",
    ...["_name_or_path", "_commit_hash", "transformers_version", "base_model_name_or_path", "finetuning_task"],
    ...["save_step", "is_llama_config", "unsloth_fixed", "unsloth_version", "transformers.js_config"],
  ],
  ["code of others, which is never run: the family's own is", "auto_map", "custom_pipelines"],
  [
    "how numbers are stored or computed, not which",
    "dtype",
    "torch_dtype",
    "use_bfloat16",
    "torchscript",
    "pretraining_tp",
  ],
  [
    "how work is cut, kept or sped up; the same function",
    ...["use_cache", "cache_implementation", "chunk_size_feed_forward", "gradient_checkpointing", "output_past"],
    ...["_attn_implementation", "_attn_implementation_autoset", "attn_implementation", "_flash_attn_2_enabled"],
  ],
  ["what a call returns beside", "output_attentions", "output_hidden_states", "return_dict", "use_return_dict"],
  [
    "names of labels and the loss, which the task says",
    "id2label",
    "label2id",
    "num_labels",
    "_num_labels",
    "problem_type",
  ],
  [
    "the tokenizer's affair",
    "tokenizer_class",
    "model_max_length",
    "prefix",
    "sep_token_id",
    "cls_token_id",
    "mask_token_id",
  ],
  [
    "of writing text, which `predict` says",
    ...["bos_token_id", "eos_token_id", "decoder_start_token_id", "generation_config", "task_specific_params"],
    ...["max_length", "min_length", "max_new_tokens", "do_sample", "early_stopping", "num_beams", "num_beam_groups"],
    ...["diversity_penalty", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty", "length_penalty"],
    ...["no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids", "num_return_sequences"],
    ...["forced_bos_token_id", "forced_eos_token_id", "suppress_tokens", "begin_suppress_tokens"],
    ...["exponential_decay_length_penalty", "remove_invalid_values", "return_dict_in_generate", "output_scores"],
  ],
  ["of sentence-transformers, which `predict` says", "sentence_transformers"],
];

export const KNOWN_FIELD_REASONS: Readonly<Record<string, string>> = Object.fromEntries(
  reasons.flatMap(([why, ...fields]) => fields.map((field) => [field, why])),
);
