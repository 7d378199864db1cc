/** Codes of canaries, and of evaluations that need them. */
import type { CodeTable } from "../../language/diagnostics/codes.js";

export interface CanaryCodeData {
  "canaries-impossible": {
    readonly why: "task" | "streamed" | "update" | "federated";
    /** Name of the task or the data. */
    readonly of: string;
  };
  "copies-of-nothing": Readonly<Record<never, never>>;
  "no-canaries": { readonly model: string };
}
const small =
  'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\n';

const WHY: Readonly<
  Record<CanaryCodeData["canaries-impossible"]["why"], readonly [why: (subject: string) => string, instead: string]>
> = {
  task: [
    (subject) => `of \`${subject}\` nobody can make a row that must be known by heart`,
    "take `canaries` out; `attacks: [membership]` asks of the rows themselves",
  ],
  streamed: [(subject) => `the rows of ${subject} are read as they come (\`stream: true\`)`, "take `stream: true` out"],
  update: [() => "an `update` learns the rows of its data alone", "put them into a `train`"],
  federated: [() => "its rows are with clients", "train on one client's rows to see what they tell"],
};

export const canaryCodes: CodeTable<CanaryCodeData> = {
  "canaries-impossible": {
    severity: "error",
    message: (d) => `no canaries can be put among these rows: ${WHY[d.why][0](d.of)}`,
    help: (d) => WHY[d.why][1],
    explain:
      "A canary is a row like the others that nothing but itself tells anything of: a text of random words with a random label, or a text of random digits. It needs a task with one label for a text or one that writes texts, and rows that are at hand when the training begins.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, score: l } }\nmodel m { base: "b", task: regression }\ntrain m on d { canaries: 10 }',
  },
  "copies-of-nothing": {
    severity: "error",
    message: () => "`canary_copies` says how often canaries stand among the rows, and there are none",
    help: () => "write `canaries: 10` beside it, or take it out",
    explain:
      "`canaries` says how many made rows are put among those that train, `canary_copies` how often each of them.",
    example: `${small}train m on d { canary_copies: 4 }`,
  },
  "no-canaries": {
    severity: "error",
    message: (d) => `${d.model} was trained without canaries`,
    help: () => "train it with `canaries: 10`, then evaluate it",
    explain:
      "The attack asks whether rows that were made for it, and put among those that trained, are known better than others of their kind. Without any there is nothing to look for.",
    example: `${small}train m on d { epochs: 1 }\nevaluate m on d.test { attacks: [canaries] }`,
  },
};
