/** Codes of a verb's own subject (`sweep auto`), which replaces a defined name. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { listNamesAsCode } from "../../language/diagnostics/lists.js";

export interface AutoSweepCodeData {
  "name-of-verb": { readonly name: string; readonly verb: string };
  /** `does`: what it does instead, after "it". */
  "not-of-own": { readonly key: string; readonly verb: string; readonly own: string; readonly does: string };
  "of-own-alone": { readonly key: string; readonly verb: string; readonly own: string };
  "budget-hardly": { readonly seconds: number };
  "no-task-for-roles": { readonly data: string; readonly roles: readonly string[]; readonly example?: string };
  "several-tasks-for-roles": { readonly data: string; readonly tasks: readonly string[] };
}

const DATA =
  'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\n';

export const autoSweepCodes: CodeTable<AutoSweepCodeData> = {
  "name-of-verb": {
    severity: "error",
    message: (d) => `\`${d.name}\` cannot be a name: \`${d.verb} ${d.name}\` already has a meaning`,
    help: () => "choose another name",
    explain: "`sweep auto` searches for a model by itself. A definition with that name would be ambiguous.",
    example: 'model auto { base: "b", task: text_classification }',
  },
  "not-of-own": {
    severity: "error",
    message: (d) => `\`${d.verb} ${d.own}\` has no key \`${d.key}\`: it ${d.does}`,
    help: (d) => `remove it, or sweep a model: \`${d.verb} router on … { ${d.key}: … }\``,
    explain:
      "`sweep auto` writes a sweep from the data and the machine and shows it before it runs. You cannot set what it decides; a sweep of a model that you define accepts all keys.",
    example: `${DATA}sweep auto on d as found { search: tpe }`,
  },
  "of-own-alone": {
    severity: "error",
    message: (d) => `\`${d.key}\` belongs to \`${d.verb} ${d.own}\``,
    help: (d) => `remove it, since the model of the sweep defines it; or write \`${d.verb} ${d.own}\``,
    explain: "`sweep auto` has no model definition, so its block sets the task.",
    example: `${DATA}model m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, task: regression, maximize: accuracy }`,
  },
  "budget-hardly": {
    severity: "warning",
    message: (d) =>
      `the budget of ${String(d.seconds)} ${d.seconds === 1 ? "second" : "seconds"} ends before the first training can start`,
    help: () => "set two minutes or more, as in `budget: 2min`",
    explain:
      "Before training, `sweep auto` counts tokens, scores the baselines and measures the speed of each base. That takes at least ten seconds for any budget; only the rest is for trials.",
    example: `${DATA}sweep auto on d as found { budget: 3s }`,
  },
  "no-task-for-roles": {
    severity: "error",
    message: (d) =>
      `${d.data} has no column to predict: ${d.roles.length === 1 ? "its only role is" : "its roles are"} ${listNamesAsCode(d.roles)}`,
    help: (d) =>
      `name the column to predict in \`columns\`, as in \`label: COLUMN\` (classes) or \`score: COLUMN\` (numbers)${d.example === undefined ? "" : `; or write a task that needs no labels: \`task: ${d.example}\``}`,
    explain:
      "`sweep auto` derives the task from the roles: `label` means classification, `score` regression, `tokens` with `tags` tagging. If no role is a target, you must write the task.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t }, split: random(train: 80%, validation: 20%) }\nsweep auto on d as found { budget: 10min }',
  },
  "several-tasks-for-roles": {
    severity: "error",
    message: (d) => `the roles of ${d.data} fit several tasks: ${listNamesAsCode(d.tasks)}`,
    help: (d) => `choose one: \`task: ${d.tasks[0] ?? ""}\``,
    explain:
      "`sweep auto` derives the task from the roles of the data. These fit several tasks, which have different metrics, so it does not guess.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, text_pair: b, label: l }, split: random(train: 80%, validation: 20%) }\nsweep auto on d as found { budget: 10min }',
  },
};
