// Written by tools/manifest.mjs; do not edit.
import type { Word } from "#dsl/language/types/registry.js";
import { word as aggregators_fedadagrad } from "./aggregators/fedadagrad.js";
import { word as aggregators_fedadam } from "./aggregators/fedadam.js";
import { word as aggregators_fedavg } from "./aggregators/fedavg.js";
import { word as aggregators_fedprox } from "./aggregators/fedprox.js";
import { word as aggregators_fedyogi } from "./aggregators/fedyogi.js";
import { word as aggregators_krum } from "./aggregators/krum.js";
import { word as aggregators_median } from "./aggregators/median.js";
import { word as aggregators_scaffold } from "./aggregators/scaffold.js";
import { word as aggregators_trimmed_mean } from "./aggregators/trimmed_mean.js";
import { word as attacks_canaries } from "./attacks/canaries.js";
import { word as attacks_membership } from "./attacks/membership.js";
import { word as bars_at_least } from "./bars/at_least.js";
import { word as bars_at_most } from "./bars/at_most.js";
import { word as cadences_every } from "./cadences/every.js";
import { word as calibrations_temperature } from "./calibrations/temperature.js";
import { word as calibrations_threshold } from "./calibrations/threshold.js";
import { word as cleaners_balance } from "./cleaners/balance.js";
import { word as cleaners_clamp } from "./cleaners/clamp.js";
import { word as cleaners_drop_duplicates } from "./cleaners/drop_duplicates.js";
import { word as cleaners_drop_empty } from "./cleaners/drop_empty.js";
import { word as cleaners_drop_long } from "./cleaners/drop_long.js";
import { word as cleaners_drop_outside } from "./cleaners/drop_outside.js";
import { word as cleaners_drop_short } from "./cleaners/drop_short.js";
import { word as cleaners_language } from "./cleaners/language.js";
import { word as cleaners_lowercase } from "./cleaners/lowercase.js";
import { word as cleaners_redact } from "./cleaners/redact.js";
import { word as cleaners_relabel } from "./cleaners/relabel.js";
import { word as cleaners_replace } from "./cleaners/replace.js";
import { word as cleaners_sample } from "./cleaners/sample.js";
import { word as cleaners_strip_html } from "./cleaners/strip_html.js";
import { word as cleaners_unicode } from "./cleaners/unicode.js";
import { word as cleaners_whitespace } from "./cleaners/whitespace.js";
import { word as compressors_int8 } from "./compressors/int8.js";
import { word as compressors_top_k } from "./compressors/top_k.js";
import { word as contenders_baseline } from "./contenders/baseline.js";
import { word as contenders_prompt } from "./contenders/prompt.js";
import { word as conversations_alpaca } from "./conversations/alpaca.js";
import { word as conversations_turns } from "./conversations/turns.js";
import { word as decoders_beam } from "./decoders/beam.js";
import { word as decoders_greedy } from "./decoders/greedy.js";
import { word as decoders_sample } from "./decoders/sample.js";
import { word as keepings_best } from "./keepings/best.js";
import { word as lessons_attention } from "./lessons/attention.js";
import { word as lessons_hidden } from "./lessons/hidden.js";
import { word as lessons_labels } from "./lessons/labels.js";
import { word as lessons_logits } from "./lessons/logits.js";
import { word as metrics_accuracy } from "./metrics/accuracy.js";
import { word as metrics_average_precision } from "./metrics/average_precision.js";
import { word as metrics_balanced_accuracy } from "./metrics/balanced_accuracy.js";
import { word as metrics_bits_per_byte } from "./metrics/bits_per_byte.js";
import { word as metrics_bleu } from "./metrics/bleu.js";
import { word as metrics_brier_score } from "./metrics/brier_score.js";
import { word as metrics_calibration_error } from "./metrics/calibration_error.js";
import { word as metrics_character_error_rate } from "./metrics/character_error_rate.js";
import { word as metrics_chrf } from "./metrics/chrf.js";
import { word as metrics_cohen_kappa } from "./metrics/cohen_kappa.js";
import { word as metrics_distinct } from "./metrics/distinct.js";
import { word as metrics_edit_distance } from "./metrics/edit_distance.js";
import { word as metrics_entity_f1 } from "./metrics/entity_f1.js";
import { word as metrics_exact_match } from "./metrics/exact_match.js";
import { word as metrics_f1 } from "./metrics/f1.js";
import { word as metrics_false_negative_rate } from "./metrics/false_negative_rate.js";
import { word as metrics_false_positive_rate } from "./metrics/false_positive_rate.js";
import { word as metrics_field_f1 } from "./metrics/field_f1.js";
import { word as metrics_json_validity } from "./metrics/json_validity.js";
import { word as metrics_judge } from "./metrics/judge.js";
import { word as metrics_latency } from "./metrics/latency.js";
import { word as metrics_log_loss } from "./metrics/log_loss.js";
import { word as metrics_loss } from "./metrics/loss.js";
import { word as metrics_matthews_correlation } from "./metrics/matthews_correlation.js";
import { word as metrics_mean_absolute_error } from "./metrics/mean_absolute_error.js";
import { word as metrics_mean_squared_error } from "./metrics/mean_squared_error.js";
import { word as metrics_memory } from "./metrics/memory.js";
import { word as metrics_mrr } from "./metrics/mrr.js";
import { word as metrics_ndcg } from "./metrics/ndcg.js";
import { word as metrics_pearson } from "./metrics/pearson.js";
import { word as metrics_perplexity } from "./metrics/perplexity.js";
import { word as metrics_precision } from "./metrics/precision.js";
import { word as metrics_r2 } from "./metrics/r2.js";
import { word as metrics_recall } from "./metrics/recall.js";
import { word as metrics_recall_at } from "./metrics/recall_at.js";
import { word as metrics_repetition } from "./metrics/repetition.js";
import { word as metrics_roc_auc } from "./metrics/roc_auc.js";
import { word as metrics_root_mean_squared_error } from "./metrics/root_mean_squared_error.js";
import { word as metrics_rouge } from "./metrics/rouge.js";
import { word as metrics_selection_rate } from "./metrics/selection_rate.js";
import { word as metrics_size } from "./metrics/size.js";
import { word as metrics_spearman } from "./metrics/spearman.js";
import { word as metrics_ter } from "./metrics/ter.js";
import { word as metrics_token_f1 } from "./metrics/token_f1.js";
import { word as metrics_top_accuracy } from "./metrics/top_accuracy.js";
import { word as metrics_word_error_rate } from "./metrics/word_error_rate.js";
import { word as models_bert } from "./models/bert.js";
import { word as models_cohere } from "./models/cohere.js";
import { word as models_distilbert } from "./models/distilbert.js";
import { word as models_gemma } from "./models/gemma.js";
import { word as models_gemma2 } from "./models/gemma2.js";
import { word as models_gemma3_text } from "./models/gemma3_text.js";
import { word as models_gpt2 } from "./models/gpt2.js";
import { word as models_llama } from "./models/llama.js";
import { word as models_mistral } from "./models/mistral.js";
import { word as models_mobilebert } from "./models/mobilebert.js";
import { word as models_qwen2 } from "./models/qwen2.js";
import { word as models_qwen3 } from "./models/qwen3.js";
import { word as models_roberta } from "./models/roberta.js";
import { word as models_t5 } from "./models/t5.js";
import { word as models_xlm_roberta } from "./models/xlm_roberta.js";
import { word as optimizers_adafactor } from "./optimizers/adafactor.js";
import { word as optimizers_adamw } from "./optimizers/adamw.js";
import { word as optimizers_lion } from "./optimizers/lion.js";
import { word as optimizers_sgd } from "./optimizers/sgd.js";
import { word as partitions_by_column } from "./partitions/by_column.js";
import { word as partitions_dirichlet } from "./partitions/dirichlet.js";
import { word as partitions_even } from "./partitions/even.js";
import { word as partitions_quantity } from "./partitions/quantity.js";
import { word as partitions_shards } from "./partitions/shards.js";
import { word as parts_embeddings } from "./parts/embeddings.js";
import { word as parts_layers } from "./parts/layers.js";
import { word as privacies_differential } from "./privacies/differential.js";
import { word as pruners_asha } from "./pruners/asha.js";
import { word as pruners_hyperband } from "./pruners/hyperband.js";
import { word as pruners_median } from "./pruners/median.js";
import { word as pruners_out_of_reach } from "./pruners/out_of_reach.js";
import { word as pruners_percentile } from "./pruners/percentile.js";
import { word as quantizations_int4 } from "./quantizations/int4.js";
import { word as quantizations_int8 } from "./quantizations/int8.js";
import { word as relations_at_least } from "./relations/at_least.js";
import { word as relations_at_most } from "./relations/at_most.js";
import { word as reserved_continue } from "./reserved/continue.js";
import { word as reserved_require } from "./reserved/require.js";
import { word as runners_flower } from "./runners/flower.js";
import { word as runners_processes } from "./runners/processes.js";
import { word as runners_ray } from "./runners/ray.js";
import { word as schedules_constant } from "./schedules/constant.js";
import { word as schedules_cosine } from "./schedules/cosine.js";
import { word as schedules_cosine_with_min_lr } from "./schedules/cosine_with_min_lr.js";
import { word as schedules_linear } from "./schedules/linear.js";
import { word as searches_gp } from "./searches/gp.js";
import { word as searches_grid } from "./searches/grid.js";
import { word as searches_random } from "./searches/random.js";
import { word as searches_sobol } from "./searches/sobol.js";
import { word as searches_tpe } from "./searches/tpe.js";
import { word as secrets_secret } from "./secrets/secret.js";
import { word as slicings_language } from "./slicings/language.js";
import { word as slicings_length } from "./slicings/length.js";
import { word as sources_arrow } from "./sources/arrow.js";
import { word as sources_csv } from "./sources/csv.js";
import { word as sources_fasttext } from "./sources/fasttext.js";
import { word as sources_folder } from "./sources/folder.js";
import { word as sources_hub } from "./sources/hub.js";
import { word as sources_json } from "./sources/json.js";
import { word as sources_jsonl } from "./sources/jsonl.js";
import { word as sources_mix } from "./sources/mix.js";
import { word as sources_parquet } from "./sources/parquet.js";
import { word as sources_sql } from "./sources/sql.js";
import { word as sources_table } from "./sources/table.js";
import { word as sources_text } from "./sources/text.js";
import { word as spaces_choice } from "./spaces/choice.js";
import { word as spaces_log } from "./spaces/log.js";
import { word as spaces_uniform } from "./spaces/uniform.js";
import { word as sparsities_structured } from "./sparsities/structured.js";
import { word as splits_by_column } from "./splits/by_column.js";
import { word as splits_by_time } from "./splits/by_time.js";
import { word as splits_folds } from "./splits/folds.js";
import { word as splits_hashed } from "./splits/hashed.js";
import { word as splits_random } from "./splits/random.js";
import { word as stoppings_patience } from "./stoppings/patience.js";
import { word as storages_bf16 } from "./storages/bf16.js";
import { word as storages_f32 } from "./storages/f32.js";
import { word as storages_int8 } from "./storages/int8.js";
import { word as storages_nf4 } from "./storages/nf4.js";
import { word as strategies_der } from "./strategies/der.js";
import { word as strategies_ewc } from "./strategies/ewc.js";
import { word as strategies_joint } from "./strategies/joint.js";
import { word as strategies_l2 } from "./strategies/l2.js";
import { word as strategies_lora_per_task } from "./strategies/lora_per_task.js";
import { word as strategies_lwf } from "./strategies/lwf.js";
import { word as strategies_naive } from "./strategies/naive.js";
import { word as strategies_o_lora } from "./strategies/o_lora.js";
import { word as strategies_replay } from "./strategies/replay.js";
import { word as strategies_si } from "./strategies/si.js";
import { word as students_student } from "./students/student.js";
import { word as targets_container } from "./targets/container.js";
import { word as targets_coreml } from "./targets/coreml.js";
import { word as targets_gguf } from "./targets/gguf.js";
import { word as targets_http } from "./targets/http.js";
import { word as targets_huggingface } from "./targets/huggingface.js";
import { word as targets_onnx } from "./targets/onnx.js";
import { word as targets_page } from "./targets/page.js";
import { word as targets_savedmodel } from "./targets/savedmodel.js";
import { word as targets_tflite } from "./targets/tflite.js";
import { word as tasks_chat } from "./tasks/chat.js";
import { word as tasks_fill_mask } from "./tasks/fill_mask.js";
import { word as tasks_multilabel_classification } from "./tasks/multilabel_classification.js";
import { word as tasks_question_answering } from "./tasks/question_answering.js";
import { word as tasks_regression } from "./tasks/regression.js";
import { word as tasks_sentence_similarity } from "./tasks/sentence_similarity.js";
import { word as tasks_summarization } from "./tasks/summarization.js";
import { word as tasks_text2text_generation } from "./tasks/text2text_generation.js";
import { word as tasks_text_classification } from "./tasks/text_classification.js";
import { word as tasks_text_generation } from "./tasks/text_generation.js";
import { word as tasks_token_classification } from "./tasks/token_classification.js";
import { word as tasks_translation } from "./tasks/translation.js";
import { word as techniques_adapters } from "./techniques/adapters.js";
import { word as techniques_bitfit } from "./techniques/bitfit.js";
import { word as techniques_full } from "./techniques/full.js";
import { word as techniques_head_only } from "./techniques/head_only.js";
import { word as techniques_ia3 } from "./techniques/ia3.js";
import { word as techniques_lora } from "./techniques/lora.js";
import { word as techniques_prefix_tuning } from "./techniques/prefix_tuning.js";
import { word as techniques_prompt_tuning } from "./techniques/prompt_tuning.js";
import { word as techniques_routed_lora } from "./techniques/routed_lora.js";
import { word as templates_alpaca } from "./templates/alpaca.js";
import { word as templates_chatml } from "./templates/chatml.js";
import { word as templates_gemma } from "./templates/gemma.js";
import { word as templates_llama2 } from "./templates/llama2.js";
import { word as templates_llama3 } from "./templates/llama3.js";
import { word as templates_plain } from "./templates/plain.js";
import { word as terms_product } from "./terms/product.js";
import { word as tokenizers_bpe } from "./tokenizers/bpe.js";
import { word as tokenizers_unigram } from "./tokenizers/unigram.js";
import { word as tokenizers_wordpiece } from "./tokenizers/wordpiece.js";
import { word as trackers_mlflow } from "./trackers/mlflow.js";
import { word as trackers_tensorboard } from "./trackers/tensorboard.js";
import { word as trackers_wandb } from "./trackers/wandb.js";
import { word as verbs_annotate } from "./verbs/annotate.js";
import { word as verbs_attach } from "./verbs/attach.js";
import { word as verbs_compare } from "./verbs/compare.js";
import { word as verbs_compress } from "./verbs/compress.js";
import { word as verbs_data } from "./verbs/data.js";
import { word as verbs_deploy } from "./verbs/deploy.js";
import { word as verbs_engine } from "./verbs/engine.js";
import { word as verbs_ensemble } from "./verbs/ensemble.js";
import { word as verbs_evaluate } from "./verbs/evaluate.js";
import { word as verbs_experiment } from "./verbs/experiment.js";
import { word as verbs_federate } from "./verbs/federate.js";
import { word as verbs_generate } from "./verbs/generate.js";
import { word as verbs_model } from "./verbs/model.js";
import { word as verbs_parameters } from "./verbs/parameters.js";
import { word as verbs_predict } from "./verbs/predict.js";
import { word as verbs_recipe } from "./verbs/recipe.js";
import { word as verbs_report } from "./verbs/report.js";
import { word as verbs_serve } from "./verbs/serve.js";
import { word as verbs_show } from "./verbs/show.js";
import { word as verbs_sweep } from "./verbs/sweep.js";
import { word as verbs_train } from "./verbs/train.js";
import { word as verbs_tune } from "./verbs/tune.js";
import { word as verbs_update } from "./verbs/update.js";
import { word as verbs_use } from "./verbs/use.js";

export const words: readonly Word[] = [
  aggregators_fedadagrad,
  aggregators_fedadam,
  aggregators_fedavg,
  aggregators_fedprox,
  aggregators_fedyogi,
  aggregators_krum,
  aggregators_median,
  aggregators_scaffold,
  aggregators_trimmed_mean,
  attacks_canaries,
  attacks_membership,
  bars_at_least,
  bars_at_most,
  cadences_every,
  calibrations_temperature,
  calibrations_threshold,
  cleaners_balance,
  cleaners_clamp,
  cleaners_drop_duplicates,
  cleaners_drop_empty,
  cleaners_drop_long,
  cleaners_drop_outside,
  cleaners_drop_short,
  cleaners_language,
  cleaners_lowercase,
  cleaners_redact,
  cleaners_relabel,
  cleaners_replace,
  cleaners_sample,
  cleaners_strip_html,
  cleaners_unicode,
  cleaners_whitespace,
  compressors_int8,
  compressors_top_k,
  contenders_baseline,
  contenders_prompt,
  conversations_alpaca,
  conversations_turns,
  decoders_beam,
  decoders_greedy,
  decoders_sample,
  keepings_best,
  lessons_attention,
  lessons_hidden,
  lessons_labels,
  lessons_logits,
  metrics_accuracy,
  metrics_average_precision,
  metrics_balanced_accuracy,
  metrics_bits_per_byte,
  metrics_bleu,
  metrics_brier_score,
  metrics_calibration_error,
  metrics_character_error_rate,
  metrics_chrf,
  metrics_cohen_kappa,
  metrics_distinct,
  metrics_edit_distance,
  metrics_entity_f1,
  metrics_exact_match,
  metrics_f1,
  metrics_false_negative_rate,
  metrics_false_positive_rate,
  metrics_field_f1,
  metrics_json_validity,
  metrics_judge,
  metrics_latency,
  metrics_log_loss,
  metrics_loss,
  metrics_matthews_correlation,
  metrics_mean_absolute_error,
  metrics_mean_squared_error,
  metrics_memory,
  metrics_mrr,
  metrics_ndcg,
  metrics_pearson,
  metrics_perplexity,
  metrics_precision,
  metrics_r2,
  metrics_recall,
  metrics_recall_at,
  metrics_repetition,
  metrics_roc_auc,
  metrics_root_mean_squared_error,
  metrics_rouge,
  metrics_selection_rate,
  metrics_size,
  metrics_spearman,
  metrics_ter,
  metrics_token_f1,
  metrics_top_accuracy,
  metrics_word_error_rate,
  models_bert,
  models_cohere,
  models_distilbert,
  models_gemma,
  models_gemma2,
  models_gemma3_text,
  models_gpt2,
  models_llama,
  models_mistral,
  models_mobilebert,
  models_qwen2,
  models_qwen3,
  models_roberta,
  models_t5,
  models_xlm_roberta,
  optimizers_adafactor,
  optimizers_adamw,
  optimizers_lion,
  optimizers_sgd,
  partitions_by_column,
  partitions_dirichlet,
  partitions_even,
  partitions_quantity,
  partitions_shards,
  parts_embeddings,
  parts_layers,
  privacies_differential,
  pruners_asha,
  pruners_hyperband,
  pruners_median,
  pruners_out_of_reach,
  pruners_percentile,
  quantizations_int4,
  quantizations_int8,
  relations_at_least,
  relations_at_most,
  reserved_continue,
  reserved_require,
  runners_flower,
  runners_processes,
  runners_ray,
  schedules_constant,
  schedules_cosine,
  schedules_cosine_with_min_lr,
  schedules_linear,
  searches_gp,
  searches_grid,
  searches_random,
  searches_sobol,
  searches_tpe,
  secrets_secret,
  slicings_language,
  slicings_length,
  sources_arrow,
  sources_csv,
  sources_fasttext,
  sources_folder,
  sources_hub,
  sources_json,
  sources_jsonl,
  sources_mix,
  sources_parquet,
  sources_sql,
  sources_table,
  sources_text,
  spaces_choice,
  spaces_log,
  spaces_uniform,
  sparsities_structured,
  splits_by_column,
  splits_by_time,
  splits_folds,
  splits_hashed,
  splits_random,
  stoppings_patience,
  storages_bf16,
  storages_f32,
  storages_int8,
  storages_nf4,
  strategies_der,
  strategies_ewc,
  strategies_joint,
  strategies_l2,
  strategies_lora_per_task,
  strategies_lwf,
  strategies_naive,
  strategies_o_lora,
  strategies_replay,
  strategies_si,
  students_student,
  targets_container,
  targets_coreml,
  targets_gguf,
  targets_http,
  targets_huggingface,
  targets_onnx,
  targets_page,
  targets_savedmodel,
  targets_tflite,
  tasks_chat,
  tasks_fill_mask,
  tasks_multilabel_classification,
  tasks_question_answering,
  tasks_regression,
  tasks_sentence_similarity,
  tasks_summarization,
  tasks_text2text_generation,
  tasks_text_classification,
  tasks_text_generation,
  tasks_token_classification,
  tasks_translation,
  techniques_adapters,
  techniques_bitfit,
  techniques_full,
  techniques_head_only,
  techniques_ia3,
  techniques_lora,
  techniques_prefix_tuning,
  techniques_prompt_tuning,
  techniques_routed_lora,
  templates_alpaca,
  templates_chatml,
  templates_gemma,
  templates_llama2,
  templates_llama3,
  templates_plain,
  terms_product,
  tokenizers_bpe,
  tokenizers_unigram,
  tokenizers_wordpiece,
  trackers_mlflow,
  trackers_tensorboard,
  trackers_wandb,
  verbs_annotate,
  verbs_attach,
  verbs_compare,
  verbs_compress,
  verbs_data,
  verbs_deploy,
  verbs_engine,
  verbs_ensemble,
  verbs_evaluate,
  verbs_experiment,
  verbs_federate,
  verbs_generate,
  verbs_model,
  verbs_parameters,
  verbs_predict,
  verbs_recipe,
  verbs_report,
  verbs_serve,
  verbs_show,
  verbs_sweep,
  verbs_train,
  verbs_tune,
  verbs_update,
  verbs_use,
];
