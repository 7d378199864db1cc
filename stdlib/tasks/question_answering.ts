import { defineWord } from "#dsl/language/types/define.js";
import { extractiveQa } from "../row-formats/extractive-qa.js";
import { checkFamilyArchitecture } from "./shared/families.js";

/** Default of `max_length`, if the base has enough positions. */
const LONGEST = 512;
/** Tokens of a window reserved for the question and for context that the previous window lacked. */
const ROOM = 64;
const overlapOf = (length: number): number => Math.min(128, Math.max(length - ROOM, Math.floor(length / 4)));

export const word = defineWord({
  kind: "task",
  name: "question_answering",
  doc: "Finds the answer to a question in a context, as transformers' ...ForQuestionAnswering. Reads the roles `question`, `context` and `answer`: a part of the context, or the answer lists of SQuAD and Hugging Face with their starts (`answer_start` may be a separate column). A context that is too long is read in overlapping windows, each with the complete question.",
  example: "task: question_answering(stride: 128)",
  parameters: [
    {
      name: "unanswerable",
      type: { is: "boolean" },
      doc: "Whether questions may have no answer in their context, as in SQuAD 2: then the model can predict none. It sometimes misses a correct answer then; without it, it also answers unanswerable questions.",
      default: { value: false },
      why: "Every question has an answer, as in SQuAD 1.",
      impact: "high",
    },
    {
      name: "stride",
      type: { is: "number", integer: true },
      doc: "Tokens of a long context that neighbouring windows share.",
      range: { min: 0 },
      default: {
        derived: "128, or less if `max_length` leaves a window fewer than 64 tokens for the context",
        from: (_draft, { statement }) =>
          overlapOf(Number(statement["length"] ?? statement["reads"] ?? statement["positions"] ?? LONGEST)),
      },
      why: "An answer cut at the edge of a window is complete in the next one; more overlap means more windows.",
      impact: "medium",
    },
    {
      name: "max_answer",
      type: { is: "number", integer: true },
      doc: "Maximum tokens of a predicted answer. It changes no weights.",
      range: { min: 1 },
      default: { value: 30 },
      why: "Answers are rarely longer; without a limit, start and end may be a page apart.",
      impact: "low",
    },
    {
      name: "candidates",
      type: { is: "number", integer: true },
      doc: "Number of the likeliest first and last tokens of a window to pair, since the likeliest first and last token need not belong together. It changes no weights.",
      range: { min: 1, max: 1000 },
      default: { value: 20 },
      why: "transformers uses 20.",
      impact: "low",
    },
    {
      name: "threshold",
      type: { is: "number" },
      doc: "With `unanswerable`: by how much the score of no answer must exceed that of the best one. A greater value gives more answers, and more wrong ones. It changes no weights.",
      default: { value: 0 },
      why: "At 0 the likelier of the two wins.",
      impact: "low",
    },
  ],
  elsewhere: {
    "question-answering": "question_answering",
    extractive_qa: "question_answering",
    qa: "question_answering",
    squad: "question_answering",
    QUESTION_ANS: "question_answering",
    doc_stride: "stride",
    version_2_with_negative: "unanswerable",
    handle_impossible_answer: "unanswerable",
    max_answer_length: "max_answer",
    max_answer_len: "max_answer",
    n_best_size: "candidates",
    null_score_diff_threshold: "threshold",
  },
  check: (call, context) => checkFamilyArchitecture(call.word, ["encoder"], context),
  capabilities: {
    peft: "QUESTION_ANS",
    roles: ["question", "context", "answer"],
    rowFormat: extractiveQa,
    labels: false,
    headParameters: (hidden: number): number => 2 * hidden + 2,
    architectures: ["ForQuestionAnswering"],
    measures: ["answer"],
    metrics: ["exact_match", "token_f1"].map((metric) => ({ word: metric, kind: "metric", arguments: {} })),
    prediction:
      "{ readonly text: string; readonly context: string; readonly answer: string; readonly start: number; readonly end: number; readonly probability: number }",
  },
  load: () => import("./question_answering.run.js").then((m) => m.questionAnswering),
});
