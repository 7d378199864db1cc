/** Error codes of opening a finished run. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { nearestWord } from "#dsl/language/diagnostics/nearest-word.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface LoadCodeData {
  "run-not-found": {
    readonly path: string;
    readonly runs: string;
    readonly has: readonly string[];
    /** Number of all names, some of which are in `names`. */
    readonly count: number;
    /** Names of the trainings, without duplicates. */
    readonly names: readonly string[];
    readonly near: string | null;
  };
  "several-runs": { readonly name: string; readonly ids: readonly string[]; readonly count: number };
  "not-a-run": { readonly path: string; readonly holds: "model" | "adapter" | "other" };
  "run-unreadable": {
    readonly run: string;
    readonly why: string;
    /** Set if the run is damaged: its folder and the number of readable checkpoints. */
    readonly folder?: string;
    readonly weights?: number;
  };
  "run-without-weights": {
    readonly run: string;
    /** Step of the best checkpoint, if the run kept it. */
    readonly step?: number;
    /** Number of checkpoints written according to the log. */
    readonly written?: number;
  };
  "run-without-base": {
    readonly run: string;
    readonly base: string;
    /** Its name, if `compress` created it. */ readonly made?: string;
  };
  "folder-of-another": {
    readonly folder: string;
    /** Null if the owner is unknown. */ readonly other: string | null;
    readonly own: string;
  };
  "head-not-kept": { readonly base: string; readonly own: readonly string[]; readonly labels: readonly string[] };
  "scores-not-kept": { readonly why: string };
  "scored-learnt-rows": {
    readonly model: string;
    readonly on: string;
    readonly seen: number;
    readonly of: number;
    readonly about: boolean;
    readonly run: string | null;
  };
  "nothing-to-attach": {
    readonly name: string;
    readonly runs: string;
    readonly has: readonly string[];
  };
  "still-training": {
    readonly run: string;
    /** Name and step of its training. */
    readonly name: string;
    readonly step: number;
    readonly steps: number | null;
    readonly process: number;
  };
}
/** Returns the Tune statement that attaches the run. */
function attachText(name: string): string {
  return /^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name)
    ? `\`attach ${name}\``
    : "`attach` with its folder in quotes";
}
/** Lists at most five names. */
function few(labels: readonly string[]): string {
  const more = labels.length > 5 ? ` and ${labels.length - 5} more` : "";
  return `${labels
    .slice(0, 5)
    .map((label) => (label.length > 40 ? `${label.slice(0, 40)}…` : label))
    .join(", ")}${more}`;
}
function meantText(name: string, has: readonly string[]): string {
  const near = nearestWord(name, has);
  return near === undefined ? "" : `did you mean \`${near}\`? `;
}
const holds = { model: "a model folder", adapter: "an adapter", other: "no run" } as const;

export const loadCodes: CodeTable<LoadCodeData> = {
  "run-not-found": {
    severity: "error",
    facts: true,
    message: (d) => `there is no run ${d.path}`,
    help: (d) => {
      if (d.near !== null) return `write \`load: ${JSON.stringify(d.near)}\``;
      return d.has.length > 0
        ? `use a run in ${d.runs}: ${listNames(d.has, { total: d.count })}`
        : `write the folder of a run: \`load: "path/of/run"\`; ${d.runs} has no runs`;
    },
    explain:
      "`load` opens a run by its folder (relative to the notebook), by its id in the folder of runs, or by the name of the training if only one run has it. Runs in the panel lists them, and its Load writes the line.",
  },
  "several-runs": {
    severity: "error",
    facts: true,
    message: (d) => `${d.count} runs have the name ${d.name}`,
    help: (d) =>
      `write one of them: ${listNames(
        d.ids.map((id) => `\`${JSON.stringify(id)}\``),
        { total: d.count },
      )} (newest first)`,
    explain:
      "Each training under a name creates a run, so a name may refer to many. Write the run that you want, so that the cell gives the same model tomorrow.",
  },
  "not-a-run": {
    severity: "error",
    facts: true,
    message: (d) => `${d.path} is ${holds[d.holds]}${d.holds === "other" ? "" : ", not a run"}`,
    help: (d) => {
      if (d.holds === "model")
        return `write \`base: ${JSON.stringify(d.path)}\` with the task of its head: it can be used at once`;
      if (d.holds === "adapter") return `write \`technique: lora(from: ${JSON.stringify(d.path)})\` with its base`;
      return "choose a folder with plan.json, lock.json and checkpoints; the runs of this notebook are in `runs`";
    },
    explain:
      "`load` opens a run, which training creates in the folder of runs. A saved or merged folder is a base; a technique can start from an adapter.",
  },
  "run-unreadable": {
    severity: "error",
    facts: true,
    message: (d) => `the run ${d.run} ${d.folder === undefined ? "cannot be opened" : "is damaged"}: ${d.why}`,
    help: (d) =>
      d.folder === undefined
        ? "restore the folder from a copy, or train again"
        : `restore ${d.why.match(/\S+\.json/)?.[0] ?? "the missing file"} from a copy of ${d.folder}, or train again`,
    notes: (d) =>
      d.folder === undefined || d.weights === undefined
        ? []
        : [
            d.weights === 0
              ? "none of its checkpoints can be read either"
              : `${d.weights === 1 ? "one checkpoint is" : `${d.weights} checkpoints are`} intact: any reader of safetensors opens the weights in ${d.folder}/checkpoints`,
          ],
    explain:
      "A run's `plan.json` records what was trained and `lock.json` with which data and base. Without both its weights have no meaning. A run of a newer version may use words that this one does not know.",
  },
  "run-without-weights": {
    severity: "error",
    facts: true,
    message: (d) =>
      d.step === undefined
        ? `the run ${d.run} has no checkpoint${d.written ? `: ${d.written === 1 ? "the only one" : `all ${d.written}`} that it wrote ${d.written === 1 ? "is" : "are"} gone` : ""}`
        : `the run ${d.run} has lost the checkpoint of its best weights, step ${d.step}`,
    help: (d) =>
      d.step === undefined && !d.written
        ? "train again, or load another run: it ended before its first checkpoint"
        : `restore ${d.step === undefined ? "its folder `checkpoints`" : "the file"} from a copy, train again, or load another run`,
    explain:
      "A run's weights are in its checkpoints. A run that was interrupted before its first checkpoint has none, and deleted checkpoints cannot be recovered.",
  },
  "run-without-base": {
    severity: "error",
    facts: true,
    message: (d) =>
      d.made === undefined
        ? `the run ${d.run} was trained on ${d.base}, whose files are gone`
        : `the run ${d.run} was made from ${d.base}, and its folder \`base\` is gone`,
    help: (d) =>
      d.made !== undefined
        ? `compress ${d.base} again as ${d.made}, or restore the folder`
        : "resume a model from scratch: it stores its tokenizer and config when training ends; a run that started from another training needs that run's folder next to it",
    explain:
      "A run stores what it trained; for a model from scratch that is the complete model in its folder `model`. Without its base's files nothing can be computed.",
  },
  "scores-not-kept": {
    severity: "warning",
    message: (d) => `the scores are not stored with the run: ${d.why}`,
    help: () => "copy the run folder to a place where you can write, and load it from there",
    explain:
      "Every evaluation of a trained model adds a line to `scores.jsonl` in the run folder, which the table of runs shows and ranks. A run in a read-only folder is evaluated, but its scores are not stored.",
  },
  "folder-of-another": {
    severity: "error",
    message: (d) =>
      `${d.folder} contains ${d.other === null ? "a model of unknown origin" : `the model \`${d.other}\``}, which \`${d.own}\` would overwrite`,
    help: () => "choose another folder, or overwrite it: add `{ replace: true }` after the folder",
    explain:
      "A model can be saved repeatedly to a folder where the same training, by name, was saved before. Otherwise the weights of another model or a base would be lost, and programs that use the folder would silently get this model.",
  },
  "head-not-kept": {
    severity: "warning",
    message: (d) =>
      `the head of ${d.base} has the labels ${few(d.own)}, but the data have ${few(d.labels)}: its last layer is replaced by a new one`,
    help: () =>
      "do nothing if the labels differ; if they mean the same, use the same names (in the data, or in id2label of the base's config.json)",
    explain:
      "A base that was trained for the same task has a head whose outputs have names. Labels are matched by name, in any order. If names differ, an old output would be used for a label that it was not trained for, so the layer starts from new weights.",
  },
  "scored-learnt-rows": {
    severity: "warning",
    message: (d) =>
      `${d.about ? "about " : ""}${d.seen.toLocaleString("en-US")} of the ${d.of.toLocaleString("en-US")} scored rows of ${d.on} ${d.seen === 1 ? "was" : "were"} in the training data of \`${d.model}\`${d.run === null ? "" : ` (run ${d.run})`}`,
    help: () =>
      "split the data before training, and evaluate on a split that it was not trained on; these scores measure memory",
    explain:
      "A run stores a short hash of each training row (`learnt.json`), also in saved models, so that a model knows its training rows, including those of earlier trainings. Rows are compared as by `drop_duplicates`. For more than 100,000 different rows a sample is stored, and the number is an estimate.",
  },
  "nothing-to-attach": {
    severity: "error",
    facts: true,
    message: (d) => `there is no training or sweep ${d.name} in ${d.runs}, running or finished`,
    help: (d) =>
      d.has.length > 0
        ? `${meantText(d.name, d.has)}there ${d.has.length === 1 ? "is" : "are"}: ${listNames(d.has, { most: 5 })}; \`tunebook runs --running\` lists trainings in other folders`
        : "list trainings in other folders with `tunebook runs --running`; write the run folder in quotes",
    explain:
      "`attach` finds a training or a sweep by its name (`as NAME`) in the runs of this notebook, or by its run folder.",
  },
  "still-training": {
    severity: "error",
    facts: true,
    message: (d) =>
      `the run ${d.run} is still training: step ${d.step}${d.steps === null ? "" : ` of ${d.steps}`}, in process ${d.process}`,
    help: (d) =>
      `wait until it ends: ${attachText(d.name)} shows its progress and then loads the model; or interrupt it there and load its weights`,
    explain: "`load` opens the final weights of a training. While another process trains, they change.",
  },
};
