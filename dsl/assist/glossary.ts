/** The terms of the field that texts of the language use, in a sentence each: hover texts explain those they contain. */

export interface Term {
  readonly term: string;
  /** A sentence without its full stop; may contain Markdown code. */
  readonly meaning: string;
  /** Other spellings in texts and keys, such as the plural. */
  readonly forms?: readonly string[];
}

export const glossary: readonly Term[] = [
  {
    term: "accuracy",
    meaning:
      "share of rows with the right prediction. Misleading if one label is frequent: compare with the most frequent label",
  },
  {
    term: "adapter",
    meaning: "a small set of weights that is trained while the base stays fixed",
    forms: ["adapters"],
  },
  {
    term: "AUC",
    meaning: "area under the ROC curve: the chance that a random positive row is ranked above a random negative one",
    forms: ["auc"],
  },
  { term: "base model", meaning: "the pretrained model that a training starts from", forms: ["base"] },
  {
    term: "baseline",
    meaning: "a simple method on the same rows, such as the most frequent label; a model should beat it",
    forms: ["baselines"],
  },
  {
    term: "batch",
    meaning: "the rows that are processed together; `batch_size` is their number",
    forms: ["batches", "batch_size"],
  },
  { term: "bf16", meaning: "a 16-bit number format with the range of f32 and fewer digits" },
  {
    term: "calibration",
    meaning: "adjusting probabilities so that 80 % means right in 80 % of the cases",
    forms: ["calibrate", "calibrated"],
  },
  { term: "chat template", meaning: "the text format in which a model reads a conversation" },
  { term: "checkpoint", meaning: "a saved state of a training, from which it can continue", forms: ["checkpoints"] },
  {
    term: "confidence interval",
    meaning: "a range that contains the true score in 95 of 100 repetitions with other rows",
    forms: ["interval", "confidence intervals"],
  },
  { term: "confusion matrix", meaning: "a table of true labels against predicted labels" },
  {
    term: "cross-validation, folds",
    meaning: "training several times so that every row is scored by a model that did not see it",
    forms: ["cross-validation", "fold", "folds"],
  },
  {
    term: "decoder",
    meaning: "a model that generates text from left to right, such as GPT-2 or LLaMA",
    forms: ["decoders"],
  },
  {
    term: "differential privacy",
    meaning: "a bound, ε, on how much any single row can influence the trained model",
    forms: ["differentially private"],
  },
  {
    term: "distillation",
    meaning: "training a small model, the student, on the predictions of a large one, the teacher",
    forms: ["distilled"],
  },
  { term: "dropout", meaning: "randomly switching off parts of the network during training, against over-fitting" },
  {
    term: "early stopping",
    meaning: "ending a training when the validation score no longer improves",
    forms: ["early_stopping"],
  },
  { term: "embedding", meaning: "a vector that represents a text or a token", forms: ["embeddings"] },
  {
    term: "encoder",
    meaning: "a model that reads a whole text at once, such as BERT; used for classification",
    forms: ["encoders"],
  },
  { term: "epoch", meaning: "one pass over all training rows", forms: ["epochs"] },
  {
    term: "F1",
    meaning: "harmonic mean of precision and recall; `f1(macro)` is the mean over labels",
    forms: ["F1", "f1"],
  },
  { term: "federated learning", meaning: "training with several clients that keep their rows", forms: ["federated"] },
  { term: "fine-tuning", meaning: "training a base model further on your own data" },
  { term: "forgetting", meaning: "loss of earlier abilities while a model is trained on new data" },
  {
    term: "gradient",
    meaning: "the direction in which each weight must change to reduce the loss",
    forms: ["gradients"],
  },
  {
    term: "gradient accumulation",
    meaning: "adding the gradients of several batches before one update, to save memory",
    forms: ["accumulate"],
  },
  { term: "head", meaning: "the last layers of a model, which turn its states into predictions", forms: ["heads"] },
  {
    term: "hyper-parameter",
    meaning: "a setting of a training, such as the learning rate",
    forms: ["hyper-parameters"],
  },
  {
    term: "leak",
    meaning: "a text of the test set that also occurs in training, so that the score is too good",
    forms: ["leaks", "leaked"],
  },
  {
    term: "learning rate",
    meaning: "the size of the steps in which weights change",
    forms: ["learning_rate", "learning rates"],
  },
  { term: "logits", meaning: "the raw outputs of a model before they become probabilities", forms: ["logit"] },
  {
    term: "LoRA",
    meaning: "a technique that trains two small matrices for each large weight matrix; `rank` is their width",
    forms: ["lora"],
  },
  { term: "loss", meaning: "the number that training minimises" },
  {
    term: "over-fitting",
    meaning: "memorising training rows: training loss falls while validation loss rises",
    forms: ["overfitting", "over-fits"],
  },
  { term: "packing", meaning: "placing several texts in one row, to waste no padding" },
  { term: "padding", meaning: "filling short texts so that all rows of a batch have equal length" },
  { term: "perplexity", meaning: "e to the mean loss per token: how many tokens the model hesitates between" },
  { term: "precision", meaning: "share of the predictions of a label that are right" },
  { term: "pruning", meaning: "removing weights, or ending poor trials of a sweep early", forms: ["pruned", "prune"] },
  { term: "quantization", meaning: "storing weights in fewer bits, such as int8", forms: ["quantized", "quantize"] },
  { term: "recall", meaning: "share of the rows with a label that are found" },
  { term: "schedule", meaning: "how the learning rate changes during a training", forms: ["schedules"] },
  { term: "seed", meaning: "the number from which all random choices follow" },
  { term: "slice", meaning: "a part of the rows that is scored separately, such as one language", forms: ["slices"] },
  { term: "split", meaning: "a part of the data: `train`, `validation` or `test`", forms: ["splits"] },
  { term: "step, update", meaning: "one change of the weights", forms: ["step", "steps", "update", "updates"] },
  { term: "sweep", meaning: "training with several settings, to find the best", forms: ["sweeps"] },
  { term: "token", meaning: "a piece of text that a model reads: a word or a part of one", forms: ["tokens"] },
  { term: "tokenizer", meaning: "the program that divides texts into tokens", forms: ["tokenizers"] },
  {
    term: "validation",
    meaning: "rows that are not trained, used to choose settings and checkpoints. `test` is for the final score",
  },
  { term: "warm-up", meaning: "the first steps, in which the learning rate rises", forms: ["warmup"] },
  { term: "weight", meaning: "a number of the model that training changes", forms: ["weights"] },
  {
    term: "weight decay",
    meaning: "a pull of all weights towards zero, against over-fitting",
    forms: ["weight_decay"],
  },
];

/** Most terms that one hover text explains, so that it stays short. */
const MOST_TERMS = 4;

const termBySpelling: ReadonlyMap<string, Term> = new Map(
  glossary.flatMap((entry) => [entry.term, ...(entry.forms ?? [])].map((form) => [form.toLowerCase(), entry] as const)),
);
// Long spellings first, so that "learning rate" and "base model" win over "rate" and "base".
const spellings = [...termBySpelling.keys()].sort((a, b) => b.length - a.length);
const anySpelling = new RegExp(`(?<![\\w-])(?:${spellings.join("|")})(?![\\w-])`, "gi");

/** Returns the terms that a Markdown text contains, in their order in the text; code blocks are not searched. */
export function termsIn(markdown: string): readonly Term[] {
  const prose = markdown.replace(/```[\s\S]*?```/g, "");
  const found = [...prose.matchAll(anySpelling)].map(([spelling]) => termBySpelling.get(spelling.toLowerCase()));
  return [...new Set(found)].filter((entry) => entry !== undefined);
}

/** Appends the meanings of the first terms that a hover text contains; `hovered`: its subject, which it explains itself. */
export function withTermMeanings(markdown: string, hovered: string): string {
  const subject = termBySpelling.get(hovered.toLowerCase());
  const terms = termsIn(markdown)
    .filter((entry) => entry !== subject)
    .slice(0, MOST_TERMS);
  if (terms.length === 0) return markdown;
  return `${markdown}\n\n${terms.map(({ term, meaning }) => `- *${term}*: ${meaning}`).join("\n")}`;
}
