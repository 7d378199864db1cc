/** Codes of `update`. */
import type { CodeTable } from "../../language/diagnostics/codes.js";

export interface UpdateCodeData {
  "strategy-alone": { readonly strategy: string; readonly others: readonly string[] };
  "strategy-batchwise": { readonly strategy: string; readonly task: string };
  "strategy-crowded": {
    readonly strategy: string;
    readonly layer: string;
    readonly inputs: number;
    readonly ranks: number;
  };
  "strategy-memories": { readonly strategies: readonly string[] };
  "strategy-no-label": {
    readonly strategy: string;
    readonly asked: string;
    readonly instead: string;
    readonly task: string;
  };
  "strategy-task": { readonly strategy: string; readonly task: string };
  "strategy-technique": { readonly strategy: string; readonly why: string; readonly instead: string };
  "strategy-twice": { readonly strategy: string };
  "update-of-folds": { readonly data: string };
  "update-over-start": { readonly start: string };
  "update-streamed": { readonly data: string };
}

const small =
  'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { epochs: 1 }';

export const updateCodes: CodeTable<UpdateCodeData> = {
  "strategy-alone": {
    severity: "error",
    message: (d) => `\`${d.strategy}\` cannot be combined with ${listed(d.others)}`,
    help: (d) =>
      `write only \`strategy: ${d.strategy}\`, or remove it; to compare both, write two statements with different names`,
    explain:
      "`naive` does nothing against forgetting and `joint` trains on all data again, so adding another strategy would contradict them. List strategies that can be combined: `strategy: [ewc(1000), replay(5%)]`.",
    example: `${small}\nupdate m on e as n { strategy: [naive, replay(5%)] }`,
  },
  "strategy-batchwise": {
    severity: "error",
    message: (d) => `\`${d.strategy}\` needs a loss per row, but the loss of \`${d.task}\` compares rows of a batch`,
    help: (d) =>
      `use \`l2\` or \`si\`, which need no loss per row, or \`replay\`; or, if pairs have a \`score\`, \`${d.task}(loss: cosine)\`, which compares no rows`,
    explain:
      "The Fisher information is computed from gradients of single rows. If a loss ranks or separates the rows of a batch, one row alone has no loss and no gradient, so no weight would be protected.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, text_pair: t } }\ndata e { source: csv("b.csv"), columns: { text: t, text_pair: t } }\nmodel m { base: "b", task: sentence_similarity }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: ewc }',
  },
  "strategy-crowded": {
    severity: "warning",
    message: (d) =>
      `\`${d.strategy}\` trains each data set in other directions of the weights than the data before, but layer \`${d.layer}\` has only ${String(d.inputs)} directions, and the ranks of all data sets add up to ${String(d.ranks)}`,
    help: () => "use a smaller rank, or a strategy that trains on earlier rows again (`replay`)",
    explain:
      "A layer whose input is a vector of 384 numbers has 384 independent directions. An adapter of rank 8 uses 8 of them. When the ranks of all data sets add up to more, the last data set shares directions with earlier ones: earlier predictions change, and the penalty cannot become small.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification, technique: lora(rank: 150) }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: o_lora(rank: 300) }',
  },
  "strategy-memories": {
    severity: "error",
    message: (d) => `${listed(d.strategies)} each choose the rows of earlier data to train on again`,
    help: () => "remove all but one of them",
    explain:
      "Rows of earlier data are stored once and used in one way: mixed with new rows by `replay`, or in their own batches by `der`. Strategies that store no rows can be combined with either.",
    example: `${small}\nupdate m on e as n { strategy: [replay(5%), der] }`,
  },
  "strategy-no-label": {
    severity: "warning",
    message: (d) =>
      `rows of \`${d.task}\` do not have exactly one label, so \`${d.asked}\` of \`${d.strategy}\` means \`${d.instead}\` here`,
    help: (d) => `write \`${d.instead}\`, or remove it, which is the same`,
    explain:
      "The Fisher information weighs or samples labels by their predicted probability. Tags, numbers, multiple labels and generated text have no single label to weigh or sample. The gradient of the row's target is squared instead, which is small where the model is right.",
    example:
      'data d { source: csv("a.csv"), columns: { tokens: t, tags: l } }\ndata e { source: csv("b.csv"), columns: { tokens: t, tags: l } }\nmodel m { base: "b", task: token_classification }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: ewc(1000, fisher: exact) }',
  },
  "strategy-task": {
    severity: "error",
    message: (d) => `\`${d.strategy}\` stores predicted labels of whole texts, but \`${d.task}\` has no such labels`,
    help: () => "use a strategy that protects weights (`ewc`, `si`, `l2`) or trains on earlier rows again (`replay`)",
    explain:
      "The predictions for each row are stored and compared with the current ones: one number per label. For tagging or generated text that would be a number per token and word; numbers and vectors have no labels.",
    example:
      'data d { source: csv("a.csv"), columns: { tokens: t, tags: l } }\ndata e { source: csv("b.csv"), columns: { tokens: t, tags: l } }\nmodel m { base: "b", task: token_classification }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: lwf }',
  },
  "strategy-technique": {
    severity: "error",
    message: (d) => `\`${d.strategy}\` cannot add weights for the next data: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "A strategy that gives each data set its own weights adds them to the few that the technique trains. If the whole base is trained, or the added weights cannot be divided, that is impossible.",
    example: `${small}\nupdate m on e as n { strategy: o_lora }`,
  },
  "strategy-twice": {
    severity: "error",
    message: (d) => `\`${d.strategy}\` is listed twice`,
    help: () => "remove one of them",
    explain: "A strategy stores its record of each weight under its own name, so it can occur once.",
    example: `${small}\nupdate m on e as n { strategy: [ewc(10), ewc(1000)] }`,
  },
  "update-over-start": {
    severity: "error",
    message: (d) => `the update would overwrite \`${d.start}\`, its own starting point`,
    help: (d) => `give it a new name: \`as ${d.start}_on\``,
    explain:
      "An update starts with the weights of a name, so the same statement gives the same result again. If the update or one of its stages (`NAME_1` and so on) took that name, the starting weights would be lost.",
    example: `${small}\nupdate m on e as m { strategy: naive }`,
  },
  "update-of-folds": {
    severity: "error",
    message: (d) => `\`${d.data}\` is split into folds, but an update needs one training after another`,
    help: () => "use one split: `split: random(train: 80%, validation: 10%, test: 10%)`",
    explain: "Folds are several trainings, and none of them is the one to continue from.",
    example: `${small}\ndata f { source: csv("b.csv"), columns: { text: t, label: l }, split: folds(5) }\nupdate m on f as n`,
  },
  "update-streamed": {
    severity: "error",
    message: (d) => `rows of ${d.data} cannot be stored for replay: they are streamed from disk`,
    help: () =>
      "use a strategy that stores no rows (`ewc`, `si`, `l2`, `lwf`), or data that fit into memory (`sample: 100000`)",
    explain: "`replay`, `der` and `joint` train on rows of earlier data again. They need data that are held in memory.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv", stream: true), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: replay(5%) }',
  },
};

function listed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}
