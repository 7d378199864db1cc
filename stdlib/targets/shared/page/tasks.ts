/** Implementations of the page's tasks, loaded on demand. */
import type { TaskImplementation } from "../../../tasks/kind.js";
import type { PageTask } from "./task-names.js";

const loads: Readonly<Record<PageTask, () => Promise<TaskImplementation>>> = {
  text_classification: async () => (await import("../../../tasks/text_classification.run.js")).textClassification,
  multilabel_classification: async () =>
    (await import("../../../tasks/multilabel_classification.run.js")).multilabelClassification,
  regression: async () => (await import("../../../tasks/regression.run.js")).regression,
  token_classification: async () => (await import("../../../tasks/token_classification.run.js")).tokenClassification,
  sentence_similarity: async () => (await import("../../../tasks/sentence_similarity.run.js")).sentenceSimilarity,
  question_answering: async () => (await import("../../../tasks/question_answering.run.js")).questionAnswering,
  fill_mask: async () => (await import("../../../tasks/fill_mask.run.js")).fillMask,
};

export function isPageTask(word: string): word is PageTask {
  return Object.hasOwn(loads, word);
}
export function loadPageTask(word: PageTask): Promise<TaskImplementation> {
  return loads[word]();
}
