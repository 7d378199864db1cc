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
        ? `${d.runs} has: ${listNames(d.has, { total: d.count })}`
        : `${d.runs} has no runs; name the folder of a run: \`load: "path/of/run"\``;
    },
    explain:
      "`load` opens a run by its folder (relative to the notebook), by its id in the folder of runs, or by the name of the training where one run alone has it. The panel's Runs lists them; its Load writes the line.",
  },
  "several-runs": {
    severity: "error",
    facts: true,
    message: (d) => `${d.count} runs are named ${d.name}`,
    help: (d) =>
      `write one of them: ${listNames(
        d.ids.map((id) => `\`${JSON.stringify(id)}\``),
        { total: d.count },
      )} (newest first)`,
    explain:
      "A training's name may stand for many runs: each training that ran under it. Which one is meant must be written, so that the cell gives the same model tomorrow.",
  },
  "not-a-run": {
    severity: "error",
    facts: true,
    message: (d) => `${d.path} is ${holds[d.holds]}${d.holds === "other" ? "" : ", not a run"}`,
    help: (d) => {
      if (d.holds === "model")
        return `write \`base: ${JSON.stringify(d.path)}\` with the task of its head: it is usable at once`;
      if (d.holds === "adapter") return `write \`technique: lora(from: ${JSON.stringify(d.path)})\` over its base`;
      return "a run is a folder with plan.json, lock.json and checkpoints; the folder `runs` holds those of this notebook";
    },
    explain:
      "`load` opens what a training here left in its folder of runs. A folder that was saved or merged is a base; an adapter is what a technique begins from.",
  },
  "run-unreadable": {
    severity: "error",
    facts: true,
    message: (d) => `the run ${d.run} ${d.folder === undefined ? "can't be opened" : "is damaged"}: ${d.why}`,
    help: (d) =>
      d.folder === undefined
        ? "restore the folder from a copy, or train again"
        : `bring ${d.why.match(/\S+\.json/)?.[0] ?? "what is missing"} back from a copy of ${d.folder}, or train again`,
    notes: (d) =>
      d.folder === undefined || d.weights === undefined
        ? []
        : [
            d.weights === 0
              ? "no checkpoint of it can be read either"
              : `${d.weights === 1 ? "a checkpoint is" : `${d.weights} checkpoints are`} there: any reader of safetensors opens the weights in ${d.folder}/checkpoints`,
          ],
    explain:
      "A run's `plan.json` says what was trained and `lock.json` with what; without both its weights mean nothing. A run of a newer version may use words that this one doesn't know.",
  },
  "run-without-weights": {
    severity: "error",
    facts: true,
    message: (d) =>
      d.step === undefined
        ? `the run ${d.run} has no checkpoint${d.written ? ` any more: ${d.written === 1 ? "the one" : `all ${d.written}`} that it wrote ${d.written === 1 ? "is" : "are"} gone` : ""}`
        : `the run ${d.run} has lost the checkpoint of its best weights, step ${d.step}`,
    help: (d) =>
      d.step === undefined && !d.written
        ? "it ended before the first one was written; train again, or load another run"
        : `restore ${d.step === undefined ? "its folder `checkpoints`" : "the file"} from a copy, train again, or load another run`,
    explain:
      "Weights are in a run's checkpoints. A run that was cut off before its first checkpoint has none, and one whose checkpoints were deleted has lost what it learnt.",
  },
  "run-without-base": {
    severity: "error",
    facts: true,
    message: (d) =>
      d.made === undefined
        ? `the run ${d.run} was trained on ${d.base}, whose files are gone`
        : `the run ${d.run} was made of ${d.base}, and its folder \`base\` is gone`,
    help: (d) =>
      d.made !== undefined
        ? `compress ${d.base} again as ${d.made}, or put the folder back`
        : "a model from scratch keeps its tokenizer and config when its training ends: resume it; one that began from another training needs that run's folder beside it",
    explain:
      "A run keeps what it trained and, of a model from scratch, the whole model in its folder `model`. Without the files of its base nothing can be computed.",
  },
  "scores-not-kept": {
    severity: "warning",
    message: (d) => `the scores are not kept with the run: ${d.why}`,
    help: () => "copy the run's folder to a place where you may write, and load it from there",
    explain:
      "Every evaluation of a trained model adds a line to `scores.jsonl` in the run's folder, by which the table of runs shows and ranks. A run that lies where nothing may be written, somebody else's, is scored all the same.",
  },
  "folder-of-another": {
    severity: "error",
    message: (d) =>
      `${d.folder} holds ${d.other === null ? "a model that no training here wrote" : `the model \`${d.other}\``}; \`${d.own}\` would be written over it`,
    help: () => "name another folder, or write over it: `{ replace: true }` after the folder",
    explain:
      "A model may be saved to its own folder again and again: a folder is its own where the same training, by name, was saved there. Another model's weights would be lost, a base's too, and programs that name the folder would go on with this model's in silence.",
  },
  "head-not-kept": {
    severity: "warning",
    message: (d) =>
      `the head of ${d.base} tells ${few(d.own)} apart, the data ${few(d.labels)}: its last layer is left out, and a new one begins`,
    help: () =>
      "nothing, if the labels are others; if they mean the same, name them alike (in the data, or in id2label of the base's config.json)",
    explain:
      "A base that was trained for the same task brings a head whose outputs have names. Labels are matched by these names, in whichever order they stand. Where the names differ, a row of the old head would be taken for a label that it never meant, so the layer starts afresh.",
  },
  "scored-learnt-rows": {
    severity: "warning",
    message: (d) =>
      `${d.about ? "about " : ""}${d.seen.toLocaleString("en-US")} of the ${d.of.toLocaleString("en-US")} rows of ${d.on} that were scored ${d.seen === 1 ? "was" : "were"} in the training data of \`${d.model}\`${d.run === null ? "" : ` (run ${d.run})`}`,
    help: () =>
      "these scores show how well it remembers rows; split the data before training, and evaluate on the split that it never saw",
    explain:
      "A run keeps a short hash of each row that trained (`learnt.json`), and what is saved of it does too, so that a model which is opened again knows what it has seen, also before it was trained further. Two rows are the same by the rule of `drop_duplicates`. Of trainings on more than 100,000 different rows a sample is kept, and the number is an estimate.",
  },
  "nothing-to-attach": {
    severity: "error",
    facts: true,
    message: (d) => `no training or sweep called ${d.name} runs or ran in ${d.runs}`,
    help: (d) =>
      d.has.length > 0
        ? `${meantText(d.name, d.has)}there ${d.has.length === 1 ? "is" : "are"}: ${listNames(d.has, { most: 5 })}; what trains in other folders is told by \`tunebook runs --running\``
        : "what trains in other folders is told by `tunebook runs --running`; name the folder of its run in quotes",
    explain:
      "`attach` finds a training or a sweep by the name that it was started under (`as NAME`), in this notebook's folder of runs, or by the folder of its run.",
  },
  "still-training": {
    severity: "error",
    facts: true,
    message: (d) =>
      `the run ${d.run} is still training: step ${d.step}${d.steps === null ? "" : ` of ${d.steps}`}, in process ${d.process}`,
    help: (d) =>
      `wait until it ends: ${attachText(d.name)} shows how it goes and gives the model then; or interrupt it there: what it has learned by then can be loaded`,
    explain:
      "A model is loaded with the weights that its training ended with. While another process trains it they change.",
  },
};
