/** Codes of a verb's own subject (`sweep auto`), which replaces a defined name. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { listNamesAsCode } from "../../language/diagnostics/lists.js";

export interface AutoCodeData {
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

export const autoCodes: CodeTable<AutoCodeData> = {
  "name-of-verb": {
    severity: "error",
    message: (d) => `\`${d.name}\` can't be a name: \`${d.verb} ${d.name}\` means something already`,
    help: () => "choose another name",
    explain:
      "`sweep auto` searches for a model by itself. A definition of that name could not be told from it, so nothing may be called so.",
    example: 'model auto { base: "b", task: text_classification }',
  },
  "not-of-own": {
    severity: "error",
    message: (d) => `\`${d.verb} ${d.own}\` takes no \`${d.key}\`: it ${d.does}`,
    help: (d) => `leave it out, or name a model: \`${d.verb} router on … { ${d.key}: … }\``,
    explain:
      "`sweep auto` writes a sweep itself, from the data and the machine, and shows it before it runs. What it decides can't be written beside it; a sweep of a model that is defined takes every key.",
    example: `${DATA}sweep auto on d as found { search: tpe }`,
  },
  "of-own-alone": {
    severity: "error",
    message: (d) => `\`${d.key}\` belongs to \`${d.verb} ${d.own}\``,
    help: (d) => `leave it out: the model that is swept says its own; or write \`${d.verb} ${d.own}\``,
    explain: "`sweep auto` has no model that would say what it shall do, so its block says it.",
    example: `${DATA}model m { base: "b", task: text_classification }\nsweep m on d as s { vary: { batch_size: choice(16, 32) }, task: regression, maximize: accuracy }`,
  },
  "budget-hardly": {
    severity: "warning",
    message: (d) =>
      `${String(d.seconds)} ${d.seconds === 1 ? "second is" : "seconds are"} hardly enough to look at the data: no training will fit`,
    help: () => "give it two minutes or more, as in `budget: 2min`",
    explain:
      "Before anything is trained `sweep auto` counts the rows in tokens, scores the baselines and reads rows with each base. That is done whatever the budget is, and takes ten seconds and more; what is left of the budget is for trials.",
    example: `${DATA}sweep auto on d as found { budget: 3s }`,
  },
  "no-task-for-roles": {
    severity: "error",
    message: (d) =>
      `${d.data} has no answers that can be counted: ${d.roles.length === 1 ? "its only role is" : "its roles are"} ${listNamesAsCode(d.roles)}`,
    help: (d) =>
      `name the column that holds them in \`columns\`, as in \`label: COLUMN\` (classes) or \`score: COLUMN\` (numbers)${d.example === undefined ? "" : `; or write a task that learns from these alone: \`task: ${d.example}\``}`,
    explain:
      "`sweep auto` goes by what the data are for: texts with a role `label` are told apart by it, those with `score` get numbers, `tokens` with `tags` are tagged. Where no role holds an answer, the task must be written.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t }, split: random(train: 80%, validation: 20%) }\nsweep auto on d as found { budget: 10min }',
  },
  "several-tasks-for-roles": {
    severity: "error",
    message: (d) => `${d.data} could be for ${listNamesAsCode(d.tasks)}`,
    help: (d) => `write which: \`task: ${d.tasks[0] ?? ""}\``,
    explain:
      "`sweep auto` goes by the roles of the data. These fit several tasks, which are scored by different metrics; nothing is guessed.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, text_pair: b, label: l }, split: random(train: 80%, validation: 20%) }\nsweep auto on d as found { budget: 10min }',
  },
};
