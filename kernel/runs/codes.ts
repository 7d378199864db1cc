/** Error codes of running a Tune program: runs, checkpoints, training, sweeps. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface ArtifactsCodeData {
  "nothing-to-resume": {
    readonly model: string;
    readonly folder: string;
    /** Unreadable runs of that name, with reasons. */
    readonly damaged?: readonly string[];
    /** Interrupted runs of that name that were trained with an older version of the semantics. */
    readonly older?: readonly string[];
  };
  "checkpoint-unreadable": { readonly file: string; readonly why: string };
  "checkpoint-passed-over": { readonly file: string; readonly why: string; readonly step: number };
  "best-not-kept": { readonly file: string; readonly why: string; readonly step: number; readonly kept: number };
  "validation-unmeasured": { readonly step: number; readonly metric: string };
  "kept-unmeasured": {
    readonly metric: string;
    /** Number of validations that were not a number, and of all. */
    readonly none: number;
    readonly of: number;
    /** The step of the weights. */
    readonly kept: number;
    readonly keeps: boolean;
  };
  "loss-not-finite": {
    readonly step: number;
    readonly loss: string;
    readonly rate: number;
    /** Norm of the gradient; unset if the loss itself is not a number. */ readonly norm?: string;
  };
  "split-missing": { readonly data: string; readonly split: string; readonly has: readonly string[] };
  "no-labels": { readonly data: string };
  "no-weight": { readonly data: string };
  "no-rows": { readonly data: string; readonly split: string };
  "no-space": {
    readonly path: string;
    /** What was being written: a saved folder, the description of a finished training, or a deployment. */
    readonly after?: "saving" | "training" | "deploying";
  };
  "calibration-broken": { readonly file: string; readonly why: string };
  /** `gone`: it was moved or deleted. */
  "run-folder": { readonly folder: string; readonly why: string; readonly gone?: true };
  "run-busy": {
    readonly run: string;
    readonly does: "train" | "delete" | "sweep";
    readonly where: "here" | "beside" | "elsewhere";
    readonly process: number;
    /** ISO 8601. */
    readonly since: string;
    readonly file: string;
  };
  "run-lost": { readonly run: string };
  "run-not-deleted": { readonly run: string; readonly why: string };
  "run-not-noted": { readonly run: string; readonly why: string };
  interrupted: { readonly what: string; readonly kept: string };
  "texts-expected": { readonly got: string };
  "questions-expected": { readonly model: string; readonly at: number };
  "pairs-expected": { readonly model: string; readonly pairs: boolean };
  "empty-prompt": Record<string, never>;
  "no-mask": { readonly task: string };
  "no-label-issues": { readonly model: string; readonly why: string };
  "no-learning-curve": { readonly model: string; readonly why: string };
  "bad-option": { readonly name: string; readonly got: string; readonly wanted: string };
  "no-room-to-generate": { readonly tokens: number; readonly max_tokens: number; readonly positions: number };
  "no-decoder-start": { readonly base: string };
  "no-generation": { readonly model: string; readonly why: string };
  "merge-differs": { readonly difference: number; readonly most: number };
  "folder-taken": { readonly folder: string; readonly has: readonly string[] };
}
const writerOf = (d: { readonly where: "here" | "beside" | "elsewhere"; readonly process: number }): string =>
  d.where === "here"
    ? "this same process (another cell or session)"
    : `process ${d.process}${d.where === "elsewhere" ? " of another machine" : ""}`;

export const artifactsCodes: CodeTable<ArtifactsCodeData> = {
  "merge-differs": {
    severity: "error",
    message: (d) =>
      `the merged model answers otherwise than the trained one: logits differ by ${d.difference.toPrecision(2)} (the greatest is ${d.most.toPrecision(3)}); nothing was written`,
    help: () =>
      "use the folder `adapter` beside the run's checkpoints, and report this model: its merge should be exact",
    explain:
      "Before a merged folder is written, the trained model and the merged one answer the same tokens. They must agree but for rounding.",
  },
  "folder-taken": {
    severity: "error",
    message: (d) => `${d.folder} holds other files: ${listNames(d.has, { most: 3 })}`,
    help: () => "name a folder that is new, empty, or written by an earlier merge or save of the same kind",
    explain:
      "A model folder is read as a whole: files of another model beside it would be taken for its own. Nothing is deleted to make room.",
  },
  "no-decoder-start": {
    severity: "error",
    message: (d) => `config.json of ${d.base} says neither decoder_start_token_id nor pad_token_id`,
    help: () =>
      "add `decoder_start_token_id` to it: the token that the model's decoder was trained to begin with (0 for T5)",
    explain:
      "An encoder-decoder writes a text from a first token on, which its config.json names. Another one would make it write something else.",
  },
  "nothing-to-resume": {
    severity: "error",
    message: (d) => `no interrupted run of this recipe for ${d.model} in ${d.folder}`,
    notes: (d) => [
      ...(d.damaged ?? []).slice(0, 5).map((one) => `one run of that name is damaged: ${one}`),
      ...(d.older ?? [])
        .slice(0, 5)
        .map((one) => `${one} was trained by an older version, in which the same program gave other numbers`),
    ],
    help: () => "remove `resume: true` to train from the base, or put the recipe back as it was when the run began",
    explain:
      "`resume: true` goes on with an interrupted run of the **same recipe** (data, model and training settings, by hash). None was found in the runs folder: either the recipe changed since, or the run had no checkpoint yet.",
  },
  "checkpoint-unreadable": {
    severity: "error",
    message: (d) => `the checkpoint ${d.file} can't be used: ${d.why}`,
    help: () => "remove the file; resuming then uses the checkpoint before it",
    explain:
      "A checkpoint is one safetensors file that is written under a temporary name and renamed: it is whole or absent. This one was changed or damaged afterwards.",
  },
  "checkpoint-passed-over": {
    severity: "warning",
    message: (d) => `the newest checkpoint can't be used, so training goes on from step ${d.step}`,
    notes: (d) => [d.why],
    help: (d) => `nothing need be done: the steps since are taken again, and ${d.file} is written anew`,
    explain:
      "A checkpoint's checksum is compared before it is used. One that was damaged after it was written is passed over for the one before it, which is kept for that while a run trains.",
  },
  "best-not-kept": {
    severity: "warning",
    message: (d) =>
      `the best weights, those of step ${d.step}, can't be read: the last are kept, those of step ${d.kept}`,
    notes: (d) => [d.why],
    help: () => "evaluate them; should the best be needed, bring the file back from a copy and load it, or train again",
    explain:
      "`keep: best` takes the weights of the best validation from their checkpoint when the training ends. Its checksum says " +
      "that the file was changed or removed after it was written. The last weights are in the engine still and are kept " +
      "instead; the run's log says so, and whoever loads the run gets them.",
  },
  "validation-unmeasured": {
    severity: "warning",
    message: (d) => `the validation at step ${d.step} is no number by \`${d.metric}\`, so it doesn't say what is best`,
    help: () =>
      "should it stay so: watch another metric (`keep: best(loss)`), or validate on rows that it can measure (of more than one label, with scores that differ)",
    explain:
      "Some metrics have no value for some rows: a correlation where all answers or all scores are the same, an area under " +
      "the curve where one label is missing. Such a validation neither makes a checkpoint the best one nor counts as progress.",
  },
  "kept-unmeasured": {
    severity: "warning",
    message: (d) => {
      const all = d.none === d.of;
      const which = all
        ? `${d.of === 1 ? "the validation was" : `all ${d.of} validations were`} no number by \`${d.metric}\``
        : `${d.none} of ${d.of} validations ${d.none === 1 ? "was" : "were"} no number by \`${d.metric}\``;
      if (!d.keeps) return `${which}; the last weights are kept, as \`keep: last\` says: step ${d.kept}`;
      return all
        ? `${which}: nothing says which weights are the best, and the last are kept, those of step ${d.kept}`
        : `${which}: the weights of step ${d.kept} are the best of the others`;
    },
    help: () => "train again with another metric (`keep: best(loss)`), or with validation rows that it can measure",
    explain:
      "What is best is said by one metric on the validation split. Where it never was a number there is no best: the weights " +
      "are the last, and early stopping stopped nothing.",
  },
  "loss-not-finite": {
    severity: "error",
    message: (d) =>
      d.norm === undefined
        ? `the loss became ${d.loss} at step ${d.step} (learning rate ${d.rate.toPrecision(3)})`
        : `the gradient became ${d.norm} at step ${d.step} (learning rate ${d.rate.toPrecision(3)}), where the task's loss is ${d.loss}`,
    help: (d) =>
      d.rate === 0
        ? "the learning rate is still 0, so no update caused it: look at the weights that it starts from, and at the scores in the data"
        : d.norm === undefined
          ? "lower `learning_rate`, keep `clip: 1.0`, or lengthen the warm-up"
          : "lower the weights and temperatures of what is learnt beside the task (`learns`), or `learning_rate`",
    explain:
      "A loss that is not a finite number can't recover: every weight is lost at that step. The last checkpoint from before it is kept. The loss that is told is the task's own; what a student learns beside it shows in the norm of the gradient, which must be finite too.",
  },
  "split-missing": {
    severity: "error",
    message: (d) => `${d.data} has no split ${d.split}`,
    help: (d) => `it has: ${listNames(d.has)}`,
    explain: "The statement names a split that the data's `split:` does not make.",
  },
  "no-labels": {
    severity: "error",
    message: (d) => `${d.data} has no label column, so nothing can be scored`,
    help: () => "add `label:` to the data's `columns:`, or use `predict`",
    explain: "Scores compare predictions with labels; the data has none.",
  },
  "no-weight": {
    severity: "error",
    message: (d) => `every row of ${d.data} that trains has the weight 0`,
    help: () => "give at least one row a weight above 0, or take the role `weight` out of `columns`",
    explain: "A row with the weight 0 teaches nothing. Where all have it, nothing would be learned.",
  },
  "no-rows": {
    severity: "error",
    message: (d) => `the split ${d.data}.${d.split} has no rows`,
    help: () => "check the source, the cleaning and the shares of the split",
    explain: "Nothing can be learned from or measured on a split without rows.",
  },
  "no-space": {
    severity: "error",
    message: (d) => `the disk is full: ${d.path} could not be written`,
    help: (d) =>
      d.after === "saving" || d.after === "deploying"
        ? `free some space, or name a place on another disk, and ${d.after === "saving" ? "save" : "deploy"} again`
        : d.after === "training"
          ? "free some space; the training is done and its checkpoints are whole: `load:` opens the run"
          : "free some space, or move runs with `--runs DIR`, and run the statement again with `resume: true`",
    explain: "What was written before is whole: files are written under a temporary name and renamed.",
  },
  "calibration-broken": {
    severity: "error",
    message: (d) => `what was fitted after the training can't be read from ${d.file}: ${d.why}`,
    help: () => "train again, or delete the file: the model then answers without it",
    explain:
      "A run that was trained with `calibrate` keeps its temperature and thresholds in `calibration.json`, and every answer goes by them. Without the file's own checksum a change of it would change answers, and nobody would know.",
  },
  "run-folder": {
    severity: "error",
    message: (d) =>
      d.gone
        ? `the run's folder ${d.folder} was moved or deleted: ${d.why}`
        : `the run's folder ${d.folder} can't be written: ${d.why}`,
    help: (d) =>
      d.gone
        ? "move it back to where it was, or train again"
        : "check that you may write there, or choose another with `--runs DIR`",
    explain:
      "Every run writes a folder with its plan, its events and its checkpoints. What is made of a trained model later is read there too.",
  },
  "run-busy": {
    severity: "error",
    message: (d) =>
      `${d.run} is being ${{ train: "trained", delete: "deleted", sweep: "swept" }[d.does]} by ${writerOf(d)}, since ${d.since.slice(0, 16).replace("T", " ")} UTC`,
    help: (d) =>
      d.does === "delete"
        ? "run the statement again without `resume: true` to train afresh"
        : `wait until it ends, or interrupt it there${d.does === "train" ? "; without `resume: true` a run of its own begins (`as another_name` keeps them apart)" : ""}`,
    notes: (d) => [
      d.where === "elsewhere"
        ? `should that machine be gone: the run is free ten minutes after its last sign of life, or once ${d.file} is removed`
        : `its lock is ${d.file}`,
    ],
    explain:
      "A run has one writer at a time, so that its log and its checkpoints are of one training. The lock is a file in its folder that names the process. That of a process which ended, however it ended, is taken over at once; that of another machine, on a shared disk, after ten minutes without a sign of life.",
  },
  "run-lost": {
    severity: "error",
    message: (d) => `this process no longer has the lock of ${d.run}, and writes nothing more there`,
    help: () =>
      "what was written before is whole: `resume: true` goes on from its last checkpoint, unless another process does already",
    explain:
      "A writer looks for its lock before it writes. It was gone: the machine slept for more than ten minutes while another one took the run over, or the file was removed by hand.",
  },
  "run-not-deleted": {
    severity: "error",
    message: (d) => `the run ${d.run} was not deleted: ${d.why}`,
    explain:
      "Deleting a run takes its own folder away and nothing else: no link, no folder outside the runs, nothing that still trains.",
  },
  "run-not-noted": {
    severity: "error",
    message: (d) => `tags and note of ${d.run} were not kept: ${d.why}`,
    explain:
      "Tags and a note lie in `notes.json` in the run's own folder. They have bounds, so that the table of runs stays quick: 20 tags of 40 characters, and 10,000 characters of note.",
  },
  interrupted: {
    severity: "error",
    message: (d) => `${d.what} was interrupted; ${d.kept}`,
    explain:
      "An interrupt ends the statement within a second. The step in flight ends in the engine and its checkpoint is written there.",
  },
  "questions-expected": {
    severity: "error",
    message: (d) => `${d.model} answers questions about a context; number ${d.at} of what it was asked has not both`,
    help: (d) => `write \`await ${d.model}.predict([{ question: "…", context: "…" }])\``,
    explain:
      "A model of `question_answering` finds answers in a context that is given with each question. It knows nothing by heart.",
  },
  "pairs-expected": {
    severity: "error",
    message: (d) => (d.pairs ? `${d.model} reads pairs of texts` : `${d.model} reads single texts, not pairs`),
    help: (d) =>
      d.pairs
        ? `give both texts of each: \`${d.model}.predict([["first", "second"]])\`, or data with the role \`text_pair\``
        : "give a list of texts",
    explain:
      "A model that was trained on data with the role `text_pair` reads two texts at once, and asks for two; one that was trained without reads one.",
  },
  "texts-expected": {
    severity: "error",
    message: (d) => `predict takes text or a list of texts, not ${d.got}`,
    help: () => 'write `await router.predict(["first text", "second text"])`',
    explain: "The texts to predict are strings.",
  },
  "no-mask": {
    severity: "error",
    message: (d) => `${d.task} trains on whole rows, so there is no mask to show`,
    help: () =>
      "`.mask` is for tasks that learn of tokens: chat, text_generation, translation, fill_mask, token_classification",
    explain:
      "A mask says which tokens of a row are trained. A task that labels a text reads all of it and learns the label.",
  },
  "no-learning-curve": {
    severity: "error",
    message: (d) => `${d.model}.learning_curve can't be told: ${d.why}`,
    help: () =>
      "it is told of rows with the role `label` (two labels or more) or `score`, over a base that reads texts",
    explain:
      "A cheap probe over the base's own vectors learns from more and more of the rows, and a power law through its scores says what more rows would come to. It needs one label or one number a row, some tens of rows, and a base that makes vectors of texts.",
  },
  "no-label-issues": {
    severity: "error",
    message: (d) => `${d.model}.label_issues can't be told: ${d.why}`,
    help: () => "they are told of rows with the role `label`, of two labels or more, over a base that reads texts",
    explain:
      "A cheap probe over the base's own vectors, and judges by words and letters, judge each row's label by all other rows. They need one label a row, at least two labels with several rows each, and a base that makes vectors of texts.",
  },
  "bad-option": {
    severity: "error",
    message: (d) => `${d.name} can't be ${d.got}`,
    help: (d) => `it takes ${d.wanted}`,
    explain:
      "An option that a TypeScript cell gave to a model's method is not one that it knows, or has a value outside its range.",
  },
  "empty-prompt": {
    severity: "error",
    message: () => "an empty text can't be continued: it has no token",
    help: () => "give at least one word to go on from",
    explain:
      "A model that writes text predicts the next token from those before it; with none before it there is nothing to predict from.",
  },
  "no-room-to-generate": {
    severity: "error",
    message: (d) =>
      `a text of ${d.tokens} tokens and ${d.max_tokens} more don't fit: the model knows ${d.positions} positions`,
    help: (d) =>
      d.tokens < d.positions ? `write \`max_tokens: ${d.positions - d.tokens}\` or less` : "shorten the text",
    explain:
      "A model has a fixed number of positions. What lies beyond them it never saw in training; nothing is silently cut.",
  },
  "no-generation": {
    severity: "error",
    message: (d) => `${d.model} can't write text here: ${d.why}`,
    help: () => "use another engine (`engine { engine: tensorflow }`)",
    explain: "Writing text needs the programs of a key-value cache, and the engine that runs can't compute them.",
  },
};
