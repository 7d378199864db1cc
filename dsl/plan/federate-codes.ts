/** Codes of models that learn from data that are apart. */
import { registerCodes } from "../diagnostics/codes.js";

declare module "../diagnostics/codes.js" {
  interface CodeData {
    "clients-twice": { readonly data: readonly string[]; readonly clients: string };
    "federate-no-clients": { readonly data: string };
    "federate-scratch": { readonly model: string };
    "federate-streamed": { readonly data: string };
    "federate-of-folds": { readonly data: string };
    "federate-exact": { readonly technique: string };
    "participants-lacking": {
      readonly participants: number;
      readonly clients: number;
      readonly needs: number;
      readonly why: string;
    };
    "secure-lost": { readonly participants: number; readonly lost: number; readonly most: number };
    "secure-sees-each": { readonly word: string; readonly key: "aggregate" | "compression" };
  }
}

const small =
  'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }';

registerCodes({
  "clients-twice": {
    severity: "error",
    message: (d) =>
      `${d.data.map((name) => `\`${name}\``).join(", ")} are each a client's data, and \`clients: ${d.clients}\` would part them again`,
    help: (d) => `leave \`clients\` out, or name one data set: \`on ${d.data[0] ?? "tickets"}\``,
    explain:
      "Clients come from one place: several data sets after `on`, each of which is one client's, or one data set whose rows `clients` gives out.",
    example: `${small}\nfederate m on d, e as f { clients: even(4) }`,
  },
  "federate-no-clients": {
    severity: "error",
    message: (d) => `\`${d.data}\` is one client's data, and a federation has at least two`,
    help: () =>
      "give its rows to clients, `clients: dirichlet(10, alpha: 0.3)`, or name the data of each: `on north, south`",
    explain:
      "With one client there is nothing to put together: that is what `train` does. `clients` makes several of one data set, alike (`even(10)`), unlike (`dirichlet(10, alpha: 0.3)`), or by a column (`by_column(customer)`).",
    example: `${small}\nfederate m on d as f { rounds: 3 }`,
  },
  "federate-scratch": {
    severity: "error",
    message: (d) => `\`${d.model}\` is made from scratch: its tokenizer would be trained on the rows of all clients`,
    help: () => 'begin from a base: `base: "MiniLM-L6"`',
    explain:
      "In a federation rows stay where they are. A tokenizer that is trained on them says which words they have, and somebody would have to see them all.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel m { architecture: bert(layers: 2, hidden: 64, heads: 2), tokenizer: wordpiece(vocabulary: 1_000), task: text_classification }\nfederate m on d, e as f',
  },
  "federate-streamed": {
    severity: "error",
    message: (d) => `rows of ${d.data} are streamed from disk, and clients' rows are held in memory`,
    help: () => "leave `stream` out, with `sample: 100000` where there are too many rows",
    explain:
      "Rows are given to clients, and drawn from each in every round: that is done with data that are held in memory.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv", stream: true), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\nfederate m on d, e as f',
  },
  "federate-of-folds": {
    severity: "error",
    message: (d) => `\`${d.data}\` comes in folds, and a federation is one training`,
    help: () => "give the data one split: `split: random(train: 80%, validation: 10%, test: 10%)`",
    explain: "Data in folds are several trainings: which of them a client would train in isn't said.",
    example: `${small}\ndata g { source: csv("b.csv"), columns: { text: t, label: l }, split: folds(5) }\nfederate m on d, g as f`,
  },
  "federate-exact": {
    severity: "error",
    message: (d) =>
      `\`${d.technique}\` finds its head at once from all rows, and a federation has them nowhere together`,
    help: () => "take `head_only`, which learns the head step by step, or `lora`",
    explain:
      "What is put together are weights that clients changed by steps. A head that is found from all rows at once has none.",
    example: `${small.replace("task: text_classification", "task: text_classification, technique: head_only(fit: exact)")}\nfederate m on d, e as f`,
  },
  "participants-lacking": {
    severity: "error",
    message: (d) =>
      `a round has ${String(d.participants)} of ${String(d.clients)} clients, and ${d.why} takes ${String(d.needs)}`,
    help: (d) =>
      d.clients < d.needs
        ? "have more clients, or leave it out"
        : `let more of them train in a round: \`participation: ${String(d.needs)}\``,
    explain:
      "With two clients under secure aggregation each knows the other's update: it is the sum less its own. A median, a trimmed mean and Krum need enough updates to tell which lie apart.",
    example: `${small}\nfederate m on d, e as f { secure_aggregation: true }`,
  },
  "secure-lost": {
    severity: "error",
    message: (d) =>
      `${String(d.lost)} of ${String(d.participants)} clients of a round would be lost, and secure aggregation does without ${d.most === 0 ? "none" : `${String(d.most)} at most`}`,
    help: () => "lose fewer, or let more clients take part in a round",
    explain:
      "What masks of clients that are gone is undone by shares that the others hold, and more than two thirds of a round's clients must be left to put them together: with fewer, a server could tell two groups of them two lists of who is there.",
    example: `${small}\nfederate m on d as f { clients: even(6), stragglers: 40%, secure_aggregation: true }`,
  },
  "secure-sees-each": {
    severity: "error",
    message: (d) =>
      d.key === "aggregate"
        ? `\`${d.word}\` looks at each client's update by itself, and secure aggregation shows their sum alone`
        : `\`${d.word}\` leaves out other numbers for each client, and masks cancel out only where all clients send the same ones`,
    help: (d) =>
      d.key === "aggregate"
        ? "take `fedavg`, `fedprox`, `scaffold` or `fedadam`, which need a mean; or leave `secure_aggregation` out"
        : "leave one of the two out",
    explain:
      "Secure aggregation adds masks to every number of an update that cancel out in the sum over clients. What needs single updates, or sends different places of them, can't be done with that sum.",
    example: `${small}\nfederate m on d, e as f { secure_aggregation: true, aggregate: median }`,
  },
});
