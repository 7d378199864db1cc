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
    message: (d) => `\`${d.strategy}\` says all of how data are learnt, and ${listed(d.others)} stands beside it`,
    help: (d) =>
      `write \`strategy: ${d.strategy}\`, or leave it out; to compare the two, write two statements under names of their own`,
    explain:
      "`naive` does nothing against forgetting and `joint` learns all data anew: what others add would make them something else. Strategies that can stand beside each other are listed: `strategy: [ewc(1000), replay(5%)]`.",
    example: `${small}\nupdate m on e as n { strategy: [naive, replay(5%)] }`,
  },
  "strategy-batchwise": {
    severity: "error",
    message: (d) =>
      `\`${d.strategy}\` goes by what each row says by itself, and the loss of \`${d.task}\` compares rows of a batch`,
    help: (d) =>
      `take \`l2\` or \`si\`, which go by weights, or \`replay\`; or, where pairs have a \`score\`, \`${d.task}(loss: cosine)\`, which compares no rows`,
    explain:
      "The Fisher information is made of gradients of single rows. Where a loss ranks the rows of a batch, or tells them from each other, one row alone has no loss and no gradient: nothing would be held.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, text_pair: t } }\ndata e { source: csv("b.csv"), columns: { text: t, text_pair: t } }\nmodel m { base: "b", task: sentence_similarity }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: ewc }',
  },
  "strategy-crowded": {
    severity: "warning",
    message: (d) =>
      `\`${d.strategy}\` holds data off the directions of earlier ones, and the layer \`${d.layer}\` has ${String(d.inputs)} for ${String(d.ranks)} ranks: none is left`,
    help: () => "give each data set fewer ranks, or take a strategy that learns rows again (`replay`)",
    explain:
      "What a layer reads has as many independent directions as it has numbers. Once the ranks of all data sets are more, the latest must use some that earlier ones use: their answers change, and the penalty can't become small.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification, technique: lora(rank: 150) }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: o_lora(rank: 300) }',
  },
  "strategy-memories": {
    severity: "error",
    message: (d) => `${listed(d.strategies)} each say which rows of earlier data are learnt again`,
    help: () => "leave all but one of them out",
    explain:
      "Rows of earlier data are kept once, and stand beside the new ones in one way: mixed among them with `replay`, in batches of their own with `der`. Strategies that keep no rows stand beside either.",
    example: `${small}\nupdate m on e as n { strategy: [replay(5%), der] }`,
  },
  "strategy-no-label": {
    severity: "warning",
    message: (d) =>
      `rows of \`${d.task}\` have no one label of several: \`${d.asked}\` of \`${d.strategy}\` comes to \`${d.instead}\` here`,
    help: (d) => `write \`${d.instead}\`, or leave it out, which is the same`,
    explain:
      "The Fisher information weighs, or draws, labels by what the model says of them. Of tags, numbers, several labels at once and text that is written on there is no one label to weigh or draw: what is squared is the gradient of the row's own answer, which is small where the model is right.",
    example:
      'data d { source: csv("a.csv"), columns: { tokens: t, tags: l } }\ndata e { source: csv("b.csv"), columns: { tokens: t, tags: l } }\nmodel m { base: "b", task: token_classification }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: ewc(1000, fisher: exact) }',
  },
  "strategy-task": {
    severity: "error",
    message: (d) =>
      `\`${d.strategy}\` holds what a model says of the labels of whole texts, and \`${d.task}\` has none`,
    help: () => "take a strategy that holds weights (`ewc`, `si`, `l2`) or learns rows again (`replay`)",
    explain:
      "What was said of each row is kept and stands beside what is said of it now: one number for each label. Where each token of a text is answered, or a text is written, that would be a number for each token and word; numbers and vectors have no labels.",
    example:
      'data d { source: csv("a.csv"), columns: { tokens: t, tags: l } }\ndata e { source: csv("b.csv"), columns: { tokens: t, tags: l } }\nmodel m { base: "b", task: token_classification }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: lwf }',
  },
  "strategy-technique": {
    severity: "error",
    message: (d) => `\`${d.strategy}\` has no room for the next data in what trains: ${d.why}`,
    help: (d) => d.instead,
    explain:
      "A strategy that gives each data set weights of its own lays them beside those of earlier data, in the few that the technique adds to the base. Where all of the base trains, or what is added can't be parted, there is no place for them.",
    example: `${small}\nupdate m on e as n { strategy: o_lora }`,
  },
  "strategy-twice": {
    severity: "error",
    message: (d) => `\`${d.strategy}\` is listed twice`,
    help: () => "take one of them out",
    explain: "A strategy keeps what it knows of each weight under its own name: there is one of each.",
    example: `${small}\nupdate m on e as n { strategy: [ewc(10), ewc(1000)] }`,
  },
  "update-over-start": {
    severity: "error",
    message: (d) => `the update would take the place of \`${d.start}\`, which it begins with`,
    help: (d) => `give it a name of its own: \`as ${d.start}_on\``,
    explain:
      "An update begins with the weights that a name has, so that the same statement run again gives the same. With that name for itself, and with `NAME_1` and so on for its stages, there would be nothing left to begin with.",
    example: `${small}\nupdate m on e as m { strategy: naive }`,
  },
  "update-of-folds": {
    severity: "error",
    message: (d) => `\`${d.data}\` comes in folds, and a model goes on from one training to the next`,
    help: () => "give the data one split: `split: random(train: 80%, validation: 10%, test: 10%)`",
    explain: "Data in folds are several trainings, none of which is the one to go on from.",
    example: `${small}\ndata f { source: csv("b.csv"), columns: { text: t, label: l }, split: folds(5) }\nupdate m on f as n`,
  },
  "update-streamed": {
    severity: "error",
    message: (d) => `rows of ${d.data} can't be kept to be learnt again: they are streamed from disk`,
    help: () =>
      "take a strategy that keeps no rows (`ewc`, `si`, `l2`, `lwf`), or data that fit into memory (`sample: 100000`)",
    explain:
      "`replay`, `der` and `joint` put rows of earlier data beside the new ones, which is done with data that are held in memory.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv", stream: true), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { epochs: 1 }\nupdate m on e as n { strategy: replay(5%) }',
  },
};

function listed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}
