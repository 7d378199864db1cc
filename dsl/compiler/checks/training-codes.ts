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
    readonly change: PlanChangeText;
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
  "long-training": { readonly seconds: number; readonly change: PlanChangeText | null };
  "likely-over-fits": {
    readonly trainable: number;
    readonly tokens: number;
    readonly rows: number;
    readonly epochs: number;
    readonly validation: boolean;
  };
}
/** A plan change as it would be written, and what the plan then needs (bytes or seconds). */
export interface PlanChangeText {
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
        ? "write `train: rest` into the split: all rows that the others leave"
        : "name the rows that train `train`, as in `by_column(part, rename: { fit: train })`",
    explain: "A training learns from the split `train`, or from all rows where the data are not split.",
  },
  "batch-beyond-rows": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `a batch of ${count(d.batch)} holds all ${count(d.rows)} training rows of \`${d.data}\`: ${d.updates === 1 ? "1 update" : `${count(d.updates)} updates`} in the whole training`,
    help: () => "write a smaller `batch_size`, such as 16 or 32",
    explain:
      "Each update takes one batch. A batch that holds every training row leaves one update for each epoch, and a model learns little from so few. A warm-up may even take all of them.",
  },
  "warm-up-takes-all": {
    severity: "warning",
    facts: true,
    message: (d) =>
      d.steps === 1
        ? "the only step has the learning rate 0, since it belongs to the warm-up: the model learns nothing"
        : `the warm-up takes ${count(d.warmUp)} steps and the training has ${count(d.steps)}: the learning rate rises to ${(d.reached * 100).toFixed(0)}% of what is written`,
    help: (d) =>
      d.steps === 1
        ? "train for more steps, or write `schedule: constant`"
        : "train for more steps, or write a shorter `warmup`",
    explain:
      "A schedule starts at zero and reaches the written learning rate after the warm-up, as in transformers. A training that ends " +
      "before never reaches it, and of a single step nothing is learnt. A share such as the default 6% is rounded up to whole steps.",
  },
  "unknown-tokens": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `the tokenizer of \`${d.base}\` has no token for ${(d.share * 100).toFixed(1)}% of the texts (in ${String(d.rows)} of ${String(d.of)} rows)${d.some.length > 0 ? `, such as ${d.some.map((one) => JSON.stringify(one)).join(", ")}` : ""}`,
    help: () =>
      "take a base that knows what the texts are written in, `unicode` in `clean` where letters are decomposed or mojibake, or let them be where they don't matter",
    explain:
      "What a tokenizer doesn't know becomes one and the same token, so the model can't tell one such word from another. Bases " +
      "for one language know that language's letters; those for many languages, and tokenizers of bytes, know nearly all. Some " +
      "of the rows are looked at, at equal distances.",
  },
  "costly-language": {
    severity: "warning",
    facts: true,
    message: (d) =>
      d.beside
        ? `the tokenizer of \`${d.base}\` spends ${(d.perWord / d.beside.perWord).toFixed(1)} × as many tokens on ${d.language} as on ${d.beside.language} (${d.perWord.toFixed(1)} a word beside ${d.beside.perWord.toFixed(1)})`
        : `the tokenizer of \`${d.base}\` spends ${d.perWord.toFixed(1)} tokens on a word of ${d.language}`,
    help: () =>
      "take a base that was trained on that language too: its tokenizer has whole words of it, and its weights know them",
    explain:
      "A tokenizer has tokens for whole words of the languages it was made of, and spells those of others letter by letter or " +
      "byte by byte. Such texts take several times the tokens: more time and memory, sooner cut at `max_length`, and a model that " +
      "has hardly seen the language. About 1.2 to 1.8 tokens a word are usual.",
  },
  truncated: {
    severity: "warning",
    facts: true,
    message: (d) =>
      `${d.about ? `about ${String(Number(d.rows.toPrecision(2)))}` : String(d.rows)} text${d.rows === 1 ? " is" : "s are"} longer than ${String(d.max_length)} tokens and cut: ${(d.share * 100).toFixed(d.share < 0.01 ? 2 : 0)}% of all`,
    notes: (d) =>
      d.lengths
        ? [`95% of the texts have at most ${String(d.lengths.p95)} tokens, 99% at most ${String(d.lengths.p99)}`]
        : [],
    help: (d) =>
      !d.lengths
        ? "raise `max_length` if the end of a text matters"
        : d.lengths.p99 <= d.max_length
          ? "few texts are cut: let them be, or drop them if their end matters"
          : d.lengths.p99 <= d.lengths.positions
            ? `\`max_length: ${String(d.lengths.p99)}\` keeps 99% of them whole`
            : d.lengths.positions > d.max_length
              ? `the base reads ${String(d.lengths.positions)} tokens at most: \`max_length: ${String(d.lengths.positions)}\`, or cut the texts into parts`
              : "this base reads no longer texts: cut them into parts, or take a base that has more positions",
    explain:
      "Texts longer than `max_length` lose their end. Batches are padded to their longest text only, so that a greater " +
      "`max_length` costs time and memory on long texts alone.",
  },
  "memory-short": {
    severity: "error",
    facts: true,
    message: (d) => `the training needs about ${size(d.needed)}, and this machine has ${size(d.has)}`,
    help: (d) =>
      d.fits
        ? `write \`${d.change.text}\`, which ${d.change.same ? "makes the same updates in" : "takes"} about ${size(d.change.takes)}`
        : `even with \`${d.change.text}\` it needs about ${size(d.change.takes)}: take a smaller base, or a machine with more memory`,
    explain:
      "The estimate counts weights, gradients, optimizer moments and activations; activations are recomputed before a training is refused, unless `recompute: none` is written. The help names the smallest change that fits, " +
      "found by trying them: first a smaller batch with `accumulate`, which changes no number, then recomputation, `bf16`, " +
      "`storage`, a shorter `max_length`, a technique with few weights, and what several of them come to together.",
  },
  "stop-not-trained": {
    severity: "warning",
    facts: true,
    message: (d) =>
      d.soonest === null
        ? `no answer of \`${d.data}\` ends with the token that stops the model: it would never learn to stop`
        : `every answer of \`${d.data}\` is cut before its end by max_length ${String(d.max_length)}: the model would never learn to stop`,
    help: (d) =>
      d.soonest === null
        ? "choose a `template` that marks where an answer ends, such as `chatml`"
        : d.soonest > d.positions
          ? `the shortest needs ${count(d.soonest)} tokens and the base reads ${count(d.positions)}: shorten the conversations, or choose a base that reads more`
          : `the shortest needs \`max_length: ${String(d.soonest)}\`; most need more`,
    explain:
      "A model ends an answer because it has learnt the token that stands there. Where that token is never among those that train, " +
      "it goes on until `max_tokens`.",
  },
  "long-training": {
    severity: "warning",
    facts: true,
    message: (d) => `the training takes about ${span(d.seconds)} on this machine`,
    help: (d) =>
      d.change
        ? `\`${d.change.text}\` would take about ${span(d.change.takes)}`
        : "try it on a part first: `sample: 1_000` in the data",
    explain:
      "The estimate goes by what trainings took on this machine lately, each step by its effort. The help names the smallest " +
      "change that comes below the bound; such a change is another training, whose scores may differ.",
  },
  "likely-over-fits": {
    severity: "warning",
    facts: true,
    message: (d) =>
      `${count(d.trainable)} weights train for ${round(d.epochs)} epochs on ${count(d.tokens)} tokens of ${count(d.rows)} rows, ` +
      (d.validation
        ? "and the last weights are kept, whatever validation says"
        : "and nothing would show that they learn them by heart"),
    help: (d) =>
      d.validation
        ? "write `keep: best`, or `early_stopping: patience(2)`"
        : "give the data a split `validation: 10%`: then the best weights are kept; or train fewer epochs",
    explain:
      "With many more weights than tokens and many epochs a model learns its training rows by heart; from some epoch on it gets " +
      "worse on others. A validation split shows when, `keep: best` keeps the weights from before, `early_stopping` ends the training then.",
  },
};
