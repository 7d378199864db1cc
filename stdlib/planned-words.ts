/**
 * Words that are planned but not implemented in this version: their use is the error `not-built-yet`, which names an
 * alternative. Remove a word from this list when it gets its own record.
 */
import type { WordKind, Word } from "#dsl/language/types/registry.js";

const rows: readonly (readonly [kind: WordKind, names: string, doc: string, meanwhile: string])[] = [
  [
    "model",
    "tinybert",
    "BERT with fewer and narrower layers.",
    "a TinyBERT is built as `bert`: name its folder or hub name as `base:`, its family is found by config.json's model_type",
  ],
  ["search", "cmaes", "A search.", "`tpe` and `gp` learn from scores, too"],
  [
    "loss",
    "cross_entropy focal contrastive",
    "A loss.",
    "the task's own loss is used, bent by its `class_weight`, `focal` and `label_smoothing`",
  ],
  ["subject", "auto", "Chooses model and settings by itself.", "name a model, and the settings to vary in `vary`"],
  ["optimizer", "adam", "An optimizer.", "`adamw(weight_decay: 0)` is Adam"],
  [
    "schedule",
    "polynomial inverse_sqrt exponential",
    "A schedule.",
    "`linear` and `cosine` fall, too; `constant` stays",
  ],
];

export const plannedWords: readonly Word[] = rows.flatMap(([kind, names, doc, meanwhile]) =>
  names.split(" ").map((name) => ({ kind, name, doc, example: name, planned: { meanwhile }, parameters: [] })),
);
