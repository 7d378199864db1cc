/** Codes of a training's cost and effect: time, memory, truncated texts, an answer that never ends. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { daysText } from "../../language/diagnostics/days.js";

export interface TrainingCodeData {
  /** `lengths`: 95th and 99th percentile of text lengths, and the maximum positions. */
  truncated: {
    readonly share: number;
    readonly rows: number;
    readonly max_length: number;
    /** Only a sample of the rows was measured. */
    readonly about?: true;
    readonly lengths?: { readonly p95: number; readonly p99: number; readonly positions: number };
  };
  /** Rows per update, training rows, and total updates. */
  "warm-up-takes-all": {
    readonly steps: number;
    readonly warmUp: number;
    /** Fraction of the written learning rate that the last step reaches. */
    readonly reached: number;
  };
  "batch-beyond-rows": {
    readonly data: string;
    readonly batch: number;
    readonly rows: number;
    readonly updates: number;
  };
  "no-train-split": { readonly data: string; readonly has: readonly string[]; readonly random: boolean };
  "unknown-tokens": {
    readonly base: string;
    /** Share of all tokens, and number of measured rows. */
    readonly share: number;
    readonly rows: number;
    readonly of: number;
    readonly some: readonly string[];
  };
  "costly-language": {
    readonly base: string;
    readonly language: string;
    readonly perWord: number;
    /** The language with the fewest tokens per word; unset if there is no other. */
    readonly beside?: { readonly language: string; readonly perWord: number };
  };
  "memory-short": {
    readonly needed: number;
    readonly has: number;
    /** The smallest change that fits; if none fits, the one that needs least. */
    readonly change: SuggestedPlanChange;
    readonly fits: boolean;
  };
  /**
   * `soonest`: length needed by the row whose answer ends first; null if no answer ends with the template's stop token.
   */
  "stop-not-trained": {
    readonly data: string;
    readonly max_length: number;
    readonly soonest: number | null;
    /** Text positions of the base. */
    readonly positions: number;
  };
  "long-training": { readonly seconds: number; readonly change: SuggestedPlanChange | null };
  "likely-over-fits": {
    readonly trainable: number;
    readonly tokens: number;
    readonly rows: number;
    readonly epochs: number;
    readonly validation: boolean;
  };
}
/** A plan change as it would be written, and what the plan then needs (bytes or seconds). */
export interface SuggestedPlanChange {
  readonly text: string;
  readonly takes: number;
  /** Whether the updates are unchanged. */
  readonly same: boolean;
}
const count = (n: number): string => Math.round(n).toLocaleString("en-US");
const round = (n: number): string => String(Number(n.toPrecision(2)));
const span = (seconds: number): string => {
  const minutes = Math.round(seconds / 60);
  return daysText(seconds) ?? (minutes < 120 ? `${String(minutes)} min` : `${String(Math.round(minutes / 60))} h`);
};
const size = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;

export const trainingCodes: CodeTable<TrainingCodeData> = {
  "no-train-split": {
    severity: "error",
    facts: true,
    message: (d) =>
      `\`${d.data}\` has no rows to train on: its ${d.has.length === 1 ? "split is" : "splits are"} ${d.has.map((name) => `\`${name}\``).join(", ")}`,
    help: (d) =>
      d.random
        ? "add `train: rest` to the split: all remaining rows"
        : "rename the training split to `train`, as in `by_column(part, rename: { fit: train })`",
    explain: "Training uses the split `train`, or all rows if the data are not split.",
  },
  "batch-beyond-rows": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `a batch of ${count(d.batch)} contains all ${count(d.rows)} training rows of \`${d.data}\`: the training has only ${d.updates === 1 ? "1 update" : `${count(d.updates)} updates`}`,
    help: () => "write a smaller `batch_size`, such as 16 or 32",
    explain:
      "Each update uses one batch. If a batch contains all training rows, each epoch has one update, and a model learns little from so few. The warm-up may even use all of them.",
  },
  "warm-up-takes-all": {
    severity: "warning",
    facts: true,
    message: (d) =>
      d.steps === 1
        ? "the only step is part of the warm-up and has the learning rate 0: the model learns nothing"
        : `the warm-up has ${count(d.warmUp)} steps, the training ${count(d.steps)}: the learning rate only reaches ${(d.reached * 100).toFixed(0)}% of its setting`,
    help: (d) =>
      d.steps === 1
        ? "train for more steps, or write `schedule: constant`"
        : "train for more steps, or write a shorter `warmup`",
    explain:
      "A schedule starts at zero and reaches the set learning rate after the warm-up, as in transformers. A shorter training " +
      "never reaches it, and a single step learns nothing. A share such as the default 6% is rounded up to full steps.",
  },
  "unknown-tokens": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `${(d.share * 100).toFixed(1)}% of the tokens are unknown to the tokenizer of \`${d.base}\` (in ${String(d.rows)} of ${String(d.of)} rows)${d.some.length > 0 ? `, such as ${d.some.map((one) => JSON.stringify(one)).join(", ")}` : ""}`,
    help: () =>
      "use a base model for the language of the texts, or `unicode` in `clean` for decomposed letters or mojibake; ignore unknown tokens that do not matter",
    explain:
      "All text unknown to a tokenizer becomes the same token, so the model cannot distinguish such words. Base models " +
      "for one language know its letters; multilingual ones and byte tokenizers know nearly all. The check uses a sample " +
      "of rows at equal distances.",
  },
  "costly-language": {
    severity: "warning",
    facts: true,
    message: (d) =>
      d.beside
        ? `the tokenizer of \`${d.base}\` needs ${(d.perWord / d.beside.perWord).toFixed(1)} × as many tokens for ${d.language} as for ${d.beside.language} (${d.perWord.toFixed(1)} per word compared with ${d.beside.perWord.toFixed(1)})`
        : `the tokenizer of \`${d.base}\` needs ${d.perWord.toFixed(1)} tokens per word of ${d.language}`,
    help: () => "use a base model that was trained on that language too: its tokenizer and weights know the words",
    explain:
      "A tokenizer has tokens for full words of the languages it was built from, and splits other words into letters or " +
      "bytes. Such texts need several times as many tokens: more time and memory, earlier truncation at `max_length`, and a model that " +
      "barely knows the language. About 1.2 to 1.8 tokens per word are usual.",
  },
  truncated: {
    severity: "warning",
    facts: true,
    message: (d) =>
      `${d.about ? `about ${String(Number(d.rows.toPrecision(2)))}` : String(d.rows)} text${d.rows === 1 ? " is" : "s are"} longer than ${String(d.max_length)} tokens and truncated: ${(d.share * 100).toFixed(d.share < 0.01 ? 2 : 0)}% of all`,
    notes: (d) =>
      d.lengths
        ? [`95% of the texts have at most ${String(d.lengths.p95)} tokens, 99% at most ${String(d.lengths.p99)}`]
        : [],
    help: (d) =>
      !d.lengths
        ? "raise `max_length` if the end of a text matters"
        : d.lengths.p99 <= d.max_length
          ? "ignore this, since few texts are truncated; or drop these texts if their end matters"
          : d.lengths.p99 <= d.lengths.positions
            ? `write \`max_length: ${String(d.lengths.p99)}\` to keep 99% of them complete`
            : d.lengths.positions > d.max_length
              ? `write \`max_length: ${String(d.lengths.positions)}\`, the maximum of the base model (${String(d.lengths.positions)} tokens), or divide the texts`
              : "divide the texts, or use a base model with more positions: this one supports no longer texts",
    explain:
      "Texts longer than `max_length` lose their end. Batches are padded only to their longest text, so a larger " +
      "`max_length` costs time and memory only for long texts.",
  },
  "memory-short": {
    severity: "error",
    facts: true,
    message: (d) => `the training needs about ${size(d.needed)}, but this machine has ${size(d.has)}`,
    help: (d) =>
      d.fits
        ? `write \`${d.change.text}\`, which ${d.change.same ? "makes the same updates in" : "needs"} about ${size(d.change.takes)}`
        : `use a smaller base model or a machine with more memory: even \`${d.change.text}\` needs about ${size(d.change.takes)}`,
    explain:
      "The estimate includes weights, gradients, optimizer moments and activations. Activations are recomputed before a training is refused, unless `recompute: none` is set. The help names the smallest change that fits, " +
      "found by trial: first a smaller batch with `accumulate`, which changes no number, then recomputation, `bf16`, " +
      "`storage`, a shorter `max_length`, a technique with few weights, and combinations.",
  },
  "stop-not-trained": {
    severity: "warning",
    facts: true,
    message: (d) =>
      d.soonest === null
        ? `no answer of \`${d.data}\` ends with the model's stop token: it would never learn to stop`
        : `max_length ${String(d.max_length)} truncates every answer of \`${d.data}\`: the model would never learn to stop`,
    help: (d) =>
      d.soonest === null
        ? "choose a `template` that marks the end of an answer, such as `chatml`"
        : d.soonest > d.positions
          ? `shorten the conversations (at least ${count(d.soonest)} tokens), or choose a base model that supports more than ${count(d.positions)}`
          : `write at least \`max_length: ${String(d.soonest)}\` for the shortest answer; most need more`,
    explain:
      "A model ends an answer because it learned the stop token. If that token is never trained on, " +
      "the model continues until `max_tokens`.",
  },
  "long-training": {
    severity: "warning",
    facts: true,
    message: (d) => `the training takes about ${span(d.seconds)} on this machine`,
    help: (d) =>
      d.change
        ? `write \`${d.change.text}\`, which takes about ${span(d.change.takes)}`
        : "try it on fewer rows first: `sample: 1_000` in the data",
    explain:
      "The estimate uses the duration of recent trainings on this machine and the effort per step. The help names the smallest " +
      "change below the limit. It is a different training, whose scores may differ.",
  },
  "likely-over-fits": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `${count(d.trainable)} weights train for ${round(d.epochs)} epochs on ${count(d.tokens)} tokens of ${count(d.rows)} rows, ` +
      (d.validation
        ? "and the last weights are kept even if validation gets worse"
        : "and nothing would show memorization"),
    help: (d) =>
      d.validation
        ? "write `keep: best`, or `early_stopping: patience(2)`"
        : "add a split `validation: 10%` to the data, which keeps the best weights; or train fewer epochs",
    explain:
      "With many more weights than tokens and many epochs, a model memorizes its training rows. From some epoch on it gets " +
      "worse on others. A validation split shows when. `keep: best` keeps the weights from before, and `early_stopping` ends the training.",
  },
};
