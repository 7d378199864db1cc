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
    readonly does: "train" | "delete" | "sweep" | "update" | "forget";
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
      `the merged model differs from the trained one: logits differ by ${d.difference.toPrecision(2)} (the greatest is ${d.most.toPrecision(3)}); nothing was written`,
    help: () =>
      "use the folder `adapter` next to the run's checkpoints, and report this model: its merge should be exact",
    explain:
      "Before a merged folder is written, the trained and the merged model compute the same tokens. Their logits may differ only by rounding.",
  },
  "folder-taken": {
    severity: "error",
    message: (d) => `${d.folder} already contains other files: ${listNames(d.has, { most: 3 })}`,
    help: () => "choose a folder that is new, empty, or written by an earlier merge or save of the same kind",
    explain:
      "A model folder is read as a unit, so files of another model in it would be mistaken for its own. Nothing is deleted to make room.",
  },
  "no-decoder-start": {
    severity: "error",
    message: (d) => `config.json of ${d.base} has neither decoder_start_token_id nor pad_token_id`,
    help: () => "add `decoder_start_token_id`: the token that the model's decoder was trained to start with (0 for T5)",
    explain:
      "An encoder-decoder starts a text with the token that its config.json names. With another token it would write something else.",
  },
  "nothing-to-resume": {
    severity: "error",
    message: (d) => `there is no interrupted run of this recipe for ${d.model} in ${d.folder}`,
    notes: (d) => [
      ...(d.damaged ?? []).slice(0, 5).map((one) => `one run of that name is damaged: ${one}`),
      ...(d.older ?? [])
        .slice(0, 5)
        .map((one) => `${one} was trained by an older version, in which the same program gave different numbers`),
    ],
    help: () => "remove `resume: true` to train from the base, or restore the recipe with which the run started",
    explain:
      "`resume: true` continues an interrupted run of the **same recipe** (data, model and training settings, compared by hash). There is none in the runs folder: either the recipe changed, or the run had no checkpoint yet.",
  },
  "checkpoint-unreadable": {
    severity: "error",
    message: (d) => `cannot use the checkpoint ${d.file}: ${d.why}`,
    help: () => "remove the file; training then resumes from the previous checkpoint",
    explain:
      "A checkpoint is one safetensors file, written under a temporary name and then renamed, so it is complete or absent. This one was changed or damaged later.",
  },
  "checkpoint-passed-over": {
    severity: "warning",
    message: (d) => `the newest checkpoint cannot be used, so training continues from step ${d.step}`,
    notes: (d) => [d.why],
    help: (d) => `do nothing: the steps since then are repeated, and ${d.file} is written again`,
    explain:
      "A checkpoint's checksum is verified before use. If one was damaged after it was written, the previous checkpoint is used, which is kept for that purpose during training.",
  },
  "best-not-kept": {
    severity: "warning",
    message: (d) => `the best weights, of step ${d.step}, cannot be read: the last are kept, of step ${d.kept}`,
    notes: (d) => [d.why],
    help: () => "evaluate them; if you need the best weights, restore the file from a copy and load it, or train again",
    explain:
      "`keep: best` loads the weights of the best validation from their checkpoint when training ends. The checksum shows " +
      "that the file was changed or removed after it was written. The last weights are still in the engine and are kept " +
      "instead; the run's log records this, and loading the run gives these weights.",
  },
  "validation-unmeasured": {
    severity: "warning",
    message: (d) =>
      `\`${d.metric}\` has no value for the validation at step ${d.step}, which is ignored for the best weights`,
    help: () =>
      "if this continues, use another metric (`keep: best(loss)`), or validation rows for which it has a value (more than one label, different scores)",
    explain:
      "Some metrics have no value for some rows: a correlation if all predictions or all scores are equal, an area under " +
      "the curve if one label is missing. Such a validation neither makes a checkpoint the best nor counts as progress.",
  },
  "kept-unmeasured": {
    severity: "warning",
    message: (d) => {
      const all = d.none === d.of;
      const which = all
        ? `\`${d.metric}\` has no value for ${d.of === 1 ? "the validation" : `all ${d.of} validations`}`
        : `\`${d.metric}\` has no value for ${d.none} of ${d.of} validations${d.none === 1 ? "" : ""}`;
      if (!d.keeps) return `${which}; with \`keep: last\` the last weights are kept: step ${d.kept}`;
      return all
        ? `${which}: the best weights are unknown, so the last are kept, those of step ${d.kept}`
        : `${which}: the weights of step ${d.kept} are the best of the others`;
    },
    help: () =>
      "train again with another metric (`keep: best(loss)`), or with validation rows for which it has a value",
    explain:
      "One metric on the validation split decides which weights are best. If it never has a value there is no best: the last weights " +
      "are kept, and early stopping never stops.",
  },
  "loss-not-finite": {
    severity: "error",
    message: (d) =>
      d.norm === undefined
        ? `the loss became ${d.loss} at step ${d.step} (learning rate ${d.rate.toPrecision(3)})`
        : `the gradient became ${d.norm} at step ${d.step} (learning rate ${d.rate.toPrecision(3)}), with a task loss of ${d.loss}`,
    help: (d) =>
      d.rate === 0
        ? "check the starting weights and the scores in the data: the learning rate is still 0, so no update caused it"
        : d.norm === undefined
          ? "lower `learning_rate`, keep `clip: 1.0`, or lengthen the warm-up"
          : "lower the weights and temperatures of the additional losses (`learns`), or `learning_rate`",
    explain:
      "Training cannot recover from a loss that is not finite, because every weight is lost at that step. The last checkpoint before it is kept. The loss shown is the task's own; additional losses of a student show in the norm of the gradient, which must be finite too.",
  },
  "split-missing": {
    severity: "error",
    message: (d) => `${d.data} has no split ${d.split}`,
    help: (d) => `use one of its splits: ${listNames(d.has)}`,
    explain: "The statement uses a split that the data's `split:` does not create.",
  },
  "no-labels": {
    severity: "error",
    message: (d) => `${d.data} has no label column, so nothing can be scored`,
    help: () => "add `label:` to the data's `columns:`, or use `predict`",
    explain: "Scores compare predictions with labels; the data has none.",
  },
  "no-weight": {
    severity: "error",
    message: (d) => `every training row of ${d.data} has the weight 0`,
    help: () => "give at least one row a weight above 0, or remove the role `weight` from `columns`",
    explain: "A row with the weight 0 has no effect. If all rows have it, nothing is learned.",
  },
  "no-rows": {
    severity: "error",
    message: (d) => `the split ${d.data}.${d.split} has no rows`,
    help: () => "check the source, the cleaning and the shares of the split",
    explain: "A split without rows cannot be trained on or evaluated.",
  },
  "no-space": {
    severity: "error",
    message: (d) => `the disk is full: cannot write ${d.path}`,
    help: (d) =>
      d.after === "saving" || d.after === "deploying"
        ? `free some space, or choose a place on another disk, and ${d.after === "saving" ? "save" : "deploy"} again`
        : d.after === "training"
          ? "free some space; the training is done and its checkpoints are complete: `load:` opens the run"
          : "free some space, or move runs with `--runs DIR`, and run the statement again with `resume: true`",
    explain: "Earlier files are complete: files are written under a temporary name and then renamed.",
  },
  "calibration-broken": {
    severity: "error",
    message: (d) => `cannot read the fitted temperature and thresholds from ${d.file}: ${d.why}`,
    help: () => "train again, or delete the file: the model then predicts without it",
    explain:
      "A run trained with `calibrate` stores its temperature and thresholds in `calibration.json` and uses them for every prediction. The checksum in the file ensures that a changed file does not silently change predictions.",
  },
  "run-folder": {
    severity: "error",
    message: (d) =>
      d.gone
        ? `the run folder ${d.folder} was moved or deleted: ${d.why}`
        : `cannot write the run folder ${d.folder}: ${d.why}`,
    help: (d) =>
      d.gone
        ? "move it back, or train again"
        : "check your permissions there, or choose another folder with `--runs DIR`",
    explain:
      "Every run has a folder with its plan, events and checkpoints. Everything made from the model later is read from there too.",
  },
  "run-busy": {
    severity: "error",
    message: (d) =>
      `${d.run} is being ${{ train: "trained", delete: "deleted", sweep: "swept", update: "updated from", forget: "searched for rows to forget" }[d.does]} by ${writerOf(d)}, since ${d.since.slice(0, 16).replace("T", " ")} UTC`,
    help: (d) =>
      d.does === "delete"
        ? "run the statement again without `resume: true` to train from the start"
        : `wait until it ends, or interrupt it there${d.does === "train" ? "; without `resume: true` a new run starts (`as another_name` keeps them apart)" : ""}`,
    notes: (d) => [
      d.where === "elsewhere"
        ? `if that machine is gone, the run is free ten minutes after its last sign of life, or once ${d.file} is removed`
        : `its lock is ${d.file}`,
    ],
    explain:
      "A run has one writer at a time, so that its log and checkpoints belong to one training. The lock is a file in its folder that names the process. The lock of an ended process is taken over at once; that of another machine, on a shared disk, after ten minutes without a sign of life.",
  },
  "run-lost": {
    severity: "error",
    message: (d) => `this process lost the lock of ${d.run} and stopped writing there`,
    help: () =>
      "write `resume: true` to continue from the last checkpoint, unless another process already does; earlier files are complete",
    explain:
      "A writer checks its lock before it writes. The lock was gone: the machine slept for more than ten minutes while another one took the run over, or the file was removed by hand.",
  },
  "run-not-deleted": {
    severity: "error",
    message: (d) => `the run ${d.run} was not deleted: ${d.why}`,
    explain:
      "Deleting a run removes its own folder and nothing else: no link, no folder outside the runs, nothing that is still training.",
  },
  "run-not-noted": {
    severity: "error",
    message: (d) => `tags and note of ${d.run} were not saved: ${d.why}`,
    explain:
      "Tags and a note are stored in `notes.json` in the run folder. They are limited so that the table of runs stays fast: 20 tags of 40 characters, and 10,000 characters of note.",
  },
  interrupted: {
    severity: "error",
    message: (d) => `${d.what} was interrupted; ${d.kept}`,
    explain:
      "An interrupt ends the statement within a second. The engine finishes the current step and writes its checkpoint.",
  },
  "questions-expected": {
    severity: "error",
    message: (d) => `${d.model} answers questions about a context, but item ${d.at} does not have both`,
    help: (d) => `write \`await ${d.model}.predict([{ question: "…", context: "…" }])\``,
    explain:
      "A `question_answering` model finds answers in the context that is given with each question. It does not answer from memory.",
  },
  "pairs-expected": {
    severity: "error",
    message: (d) => (d.pairs ? `${d.model} needs pairs of texts` : `${d.model} needs single texts, not pairs`),
    help: (d) =>
      d.pairs
        ? `give two texts per item: \`${d.model}.predict([["first", "second"]])\`, or data with the role \`text_pair\``
        : "give a list of texts",
    explain:
      "A model trained on data with the role `text_pair` reads two texts at once; a model trained without it reads one.",
  },
  "texts-expected": {
    severity: "error",
    message: (d) => `predict needs a text or a list of texts, not ${d.got}`,
    help: () => 'write `await router.predict(["first text", "second text"])`',
    explain: "The texts to predict are strings.",
  },
  "no-mask": {
    severity: "error",
    message: (d) => `${d.task} trains on all tokens of its rows, so there is no mask to show`,
    help: () =>
      "use `.mask` with tasks that train on tokens: chat, text_generation, translation, fill_mask, token_classification",
    explain:
      "A mask shows which tokens of a row are trained. A task that labels a text reads all of it and learns the label.",
  },
  "no-learning-curve": {
    severity: "error",
    message: (d) => `cannot compute ${d.model}.learning_curve: ${d.why}`,
    help: () => "use rows with the role `label` (at least two labels) or `score`, and a base that reads texts",
    explain:
      "A fast classifier on the base's embeddings is trained on more and more rows, and a power law fitted to its scores predicts the gain from more rows. It needs one label or number per row, some tens of rows, and a base that computes embeddings.",
  },
  "no-label-issues": {
    severity: "error",
    message: (d) => `cannot compute ${d.model}.label_issues: ${d.why}`,
    help: () => "use rows with the role `label`, at least two labels, and a base that reads texts",
    explain:
      "Each row's label is checked against all other rows by a fast classifier on the base's embeddings and by others on words and letters. That needs one label per row, at least two labels with several rows each, and a base that computes embeddings.",
  },
  "bad-option": {
    severity: "error",
    message: (d) => `${d.name} cannot be ${d.got}`,
    help: (d) => `use ${d.wanted}`,
    explain: "A TypeScript cell gave a model's method an option that is unknown or out of range.",
  },
  "empty-prompt": {
    severity: "error",
    message: () => "the text is empty, so there is no token to continue from",
    help: () => "write at least one word",
    explain: "A model that writes text predicts the next token from the previous ones. An empty text has none.",
  },
  "no-room-to-generate": {
    severity: "error",
    message: (d) =>
      `a text of ${d.tokens} tokens and ${d.max_tokens} new ones do not fit into the model's ${d.positions} positions`,
    help: (d) =>
      d.tokens < d.positions ? `write \`max_tokens: ${d.positions - d.tokens}\` or less` : "shorten the text",
    explain:
      "A model has a fixed number of positions. It was not trained on later positions, and texts are never truncated silently.",
  },
  "no-generation": {
    severity: "error",
    message: (d) => `${d.model} cannot write text here: ${d.why}`,
    help: () => "use another engine (`engine { engine: tensorflow }`)",
    explain: "Writing text needs programs with a key-value cache, which the current engine cannot run.",
  },
};
