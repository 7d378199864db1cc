/** Tasks whose answers a page shows. */
export const TASKS_OF_PAGES = [
  "text_classification",
  "multilabel_classification",
  "regression",
  "token_classification",
  "sentence_similarity",
  "fill_mask",
  "question_answering",
] as const;
export type TaskOfPages = (typeof TASKS_OF_PAGES)[number];
