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
    (subject) => `no canary can be made for \`${subject}\``,
    "take `canaries` out; `attacks: [membership]` asks of the rows themselves",
  ],
  streamed: [(subject) => `the rows of ${subject} are read as they come (\`stream: true\`)`, "take `stream: true` out"],
  update: [() => "an `update` learns the rows of its data alone", "put them into a `train`"],
  federated: [() => "its rows are with clients", "train on one client's rows to see what they tell"],
};

export const canaryCodes: CodeTable<CanaryCodeData> = {
  "canaries-impossible": {
    severity: "error",
    message: (d) => `cannot insert canaries: ${WHY[d.why][0](d.of)}`,
    help: (d) => WHY[d.why][1],
    explain:
      "A canary is a row like the others, but nothing else in the data predicts it: random words with a random label, or random digits. It needs a task with one label per text or a task that generates text. The rows must be available when the training begins.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, score: l } }\nmodel m { base: "b", task: regression }\ntrain m on d { canaries: 10 }',
  },
  "copies-of-nothing": {
    severity: "error",
    message: () => "`canary_copies` sets how often each canary is inserted, but there are no canaries",
    help: () => "add `canaries: 10`, or remove `canary_copies`",
    explain:
      "`canaries` sets how many synthetic rows are inserted into the training rows. `canary_copies` sets how often each is inserted.",
    example: `${small}train m on d { canary_copies: 4 }`,
  },
  "no-canaries": {
    severity: "error",
    message: (d) => `${d.model} was trained without canaries`,
    help: () => "train it with `canaries: 10`, then evaluate it",
    explain:
      "The attack tests whether the model knows canaries in its training rows better than similar rows that it never saw. Without canaries there is nothing to test.",
    example: `${small}train m on d { epochs: 1 }\nevaluate m on d.test { attacks: [canaries] }`,
  },
};
