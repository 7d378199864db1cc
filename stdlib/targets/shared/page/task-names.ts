/** Tasks whose predictions a page can show. */
export const PAGE_TASKS = [
  "text_classification",
  "multilabel_classification",
  "regression",
  "token_classification",
  "sentence_similarity",
  "fill_mask",
  "question_answering",
] as const;
export type PageTask = (typeof PAGE_TASKS)[number];
