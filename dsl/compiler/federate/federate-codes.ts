/** Codes of federated models. */
import type { CodeTable } from "../../language/diagnostics/codes.js";
import { tuneText } from "../plan/text.js";

export interface FederateCodeData {
  /** `joined`: number of clients that join on their own, if the statement also names several data or has `clients`. */
  "clients-twice":
    | { readonly data: readonly string[]; readonly clients: string }
    | { readonly joined: number; readonly data?: readonly string[]; readonly clients?: string };
  "federate-no-clients": { readonly data: string; readonly runner?: string };
  "runner-federates": { readonly runner: string; readonly verb: string };
  "federate-workers": { readonly runner: string };
  "stragglers-drawn": { readonly runner: string };
  "parts-elsewhere": { readonly runner: string; readonly clients: string };
  "counted-elsewhere": { readonly what: string; readonly why: "counts" | "standard" | "promise" };
  "labels-unwritten": { readonly data: string; readonly labels: readonly string[] };
  "federate-scratch": { readonly model: string };
  "federate-streamed": { readonly data: string };
  "federate-of-folds": { readonly data: string };
  "clients-beyond-rows": {
    readonly data: string;
    readonly rows: number;
    readonly clients: number;
    readonly least: number;
  };
  "personal-elsewhere": { readonly runner: string };
  "personal-all": { readonly technique: string };
  "personal-nothing": { readonly task: string };
  "federate-exact": { readonly technique: string };
  "participants-lacking": {
    readonly participants: number;
    readonly clients: number;
    readonly needs: number;
    readonly why: string;
  };
  "secure-lost": { readonly participants: number; readonly lost: number; readonly most: number };
  "secure-compression": { readonly word: string };
  "secure-sees-each": { readonly word: string; readonly key: "aggregate" | "compression" };
}

const small =
  'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }';

export const federateCodes: CodeTable<FederateCodeData> = {
  "clients-twice": {
    severity: "error",
    message: (d) => {
      const named = d.data?.map((name) => `\`${name}\``).join(", ") ?? "";
      const parted = `\`clients: ${d.clients ?? ""}\` would part`;
      if (!("joined" in d)) return `${named} are each a client's data, and ${parted} them again`;
      const join = `${String(d.joined)} clients join with data of their own`;
      return d.clients === undefined
        ? `${join}, and ${named} would each be another's`
        : `${join}, and ${parted} the rows here among others`;
    },
    help: (d) =>
      "joined" in d
        ? d.clients === undefined
          ? "name one data set after `on`: it validates and tests; or leave `clients` out of the runner, so that each is started here"
          : "leave one of the two out"
        : `leave \`clients\` out, or name one data set: \`on ${d.data[0] ?? "tickets"}\``,
    explain:
      "Clients come from one place: several data sets after `on`, each of which is one client's, one data set whose rows `clients` gives out, or clients elsewhere that join a runner with data of their own.",
    example: `${small}\nfederate m on d, e as f { clients: even(4) }`,
  },
  "federate-no-clients": {
    severity: "error",
    message: (d) => `\`${d.data}\` is one client's data, and a federation has at least two`,
    help: (d) =>
      d.runner === undefined
        ? "give its rows to clients, `clients: dirichlet(10, alpha: 0.3)`, or name the data of each: `on north, south`"
        : `say how many join, \`${d.runner}(…, clients: 4)\`, or name the data of each: \`on north, south\``,
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
  "clients-beyond-rows": {
    severity: "error",
    facts: true,
    message: (d) =>
      `${String(d.rows)} rows of ${d.data} train, and ${String(d.clients)} clients with ${d.least === 1 ? "one" : String(d.least)} each at least take ${String(d.clients * d.least)}`,
    help: (d) =>
      d.rows >= 2 * d.least
        ? `ask for ${String(Math.floor(d.rows / d.least))} clients at most${d.least > 1 ? ", or for fewer rows of each" : ""}`
        : "take data with more rows",
    explain:
      "Each client has rows to learn from. Rows that train are given out first; those of validation go to the clients as those that train do.",
  },
  "personal-elsewhere": {
    severity: "error",
    message: (d) => `clients of \`${d.runner}\` keep nothing of the model for themselves yet`,
    help: () => "take `personal` out; without `runner` it is done in this process",
    explain:
      "A head that stays with a client has to be there in its next round, in a process that may have been started anew meanwhile. Clients elsewhere hold their data and nothing of the model.",
    example: `${small}\nfederate m on d, e as f { personal: head, runner: flower("http://127.0.0.1:8000") }`,
  },
  "personal-all": {
    severity: "error",
    message: (d) =>
      `with \`${d.technique}\` the head is all that trains, and with \`personal: head\` nothing would travel`,
    help: () => "let more of the model train: `technique: lora`; or leave `personal` out",
    explain:
      "With `personal: head` clients train the body together and a head each. A technique under which the body stays as it is leaves nothing that they could have in common: each would train alone.",
    example: `${small.replace("task: text_classification", "task: text_classification, technique: head_only")}\nfederate m on d, e as f { personal: head }`,
  },
  "personal-nothing": {
    severity: "error",
    message: (d) =>
      `\`${d.task}\` puts no head of its own on the base, and \`personal: head\` would leave nothing with a client`,
    help: () => "leave `personal` out",
    explain:
      "Texts are written and compared by the body itself. What can stay with a client is a head that answers: that of a classification, a regression, of tokens' labels.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t } }\ndata e { source: csv("b.csv"), columns: { text: t } }\nmodel m { base: "SmolLM2-135M-Instruct", task: text_generation }\nfederate m on d, e as f { personal: head }',
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
  "secure-compression": {
    severity: "error",
    message: (d) => `\`${d.word}\` makes numbers shorter, and masked ones are as long as ever: no byte would be saved`,
    help: () => "leave one of the two out",
    explain:
      "Under secure aggregation each number travels as a whole one of four or eight bytes, to which masks of that length are added. What rounds numbers to fewer bits takes from their precision, and the masked ones are no shorter.",
    example: `${small}\ndata g like d { source: csv("g.csv") }\nfederate m on d, e, g as f { secure_aggregation: true, compression: int8 }`,
  },
  "runner-federates": {
    severity: "error",
    message: (d) => `\`${d.runner}\` carries federations alone, and \`${d.verb}\` is none`,
    help: () =>
      "write `federate router on tickets as far` with that runner; for processes that share the work of one training or of a sweep take `processes(2)` or `ray(…)`",
    explain:
      "In a federation each client trains on rows of its own, and what becomes of its weights is put together. Workers of a training or of a sweep have the same rows, and need other messages than a SuperLink carries.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { runner: flower("http://127.0.0.1:8000") }',
  },
  "federate-workers": {
    severity: "error",
    message: (d) =>
      `\`${d.runner}\` starts workers that share rows, and clients of a federation have rows of their own`,
    help: () =>
      'take `runner` out: clients are then trained in this process, one after the other; or let them join: `flower("https://superlink:8000", clients: 4)`',
    explain:
      "A federation without a runner is simulated where the notebook is. Clients on other machines join a SuperLink of Flower.",
    example: `${small}\nfederate m on d, e as f { runner: processes(2) }`,
  },
  "stragglers-drawn": {
    severity: "error",
    message: (d) => `clients of \`${d.runner}\` are lost by themselves, and none is drawn to be`,
    help: (d) => `take \`stragglers\` out; how long a client is waited for says \`${d.runner}(…, round: 10min)\``,
    explain:
      "`stragglers` draws clients of a simulation that don't answer, to see what their loss does. Clients elsewhere answer or don't, and a round goes on with those that did.",
    example: `${small}\nfederate m on d, e as f { stragglers: 20%, runner: flower("http://127.0.0.1:8000") }`,
  },
  "parts-elsewhere": {
    severity: "error",
    message: (d) =>
      `\`clients: ${d.clients}\` gives out rows of this process, and clients of \`${d.runner}\` have data of their own`,
    help: () => "take one of the two out: without `runner` the parts are trained in this process",
    explain:
      "`clients` parts one data set to see what data that are apart do to a training. Over a runner each client reads a data set of its own: those after `on` that are started here, or those that others join with.",
    example: `${small}\nfederate m on d as f { clients: even(4), runner: flower("http://127.0.0.1:8000") }`,
  },
  "counted-elsewhere": {
    severity: "error",
    message: (d) =>
      d.why === "standard"
        ? `the head of \`${d.what}\` learns numbers by the mean and the spread of all rows that train, and rows of clients elsewhere stay there`
        : d.why === "promise"
          ? `ε of \`${d.what}\` follows of the rows of each client, and those of clients elsewhere nobody here knows`
          : `\`${d.what}\` is counted over all rows that train, and rows of clients elsewhere stay there`,
    help: (d) =>
      d.why === "standard"
        ? "take `runner` out, or make classes of the numbers"
        : d.why === "promise"
          ? "write the promise instead of the noise: `differential(8, unit: row)`"
          : "write the numbers: `class_weight: { billing: 2, other: 0.5 }`, or take them out",
    explain:
      "What clients compute must be the same for all of them, and nothing is collected from their rows: neither how many have a label, nor their mean.",
    example: `${small.replace("task: text_classification", "task: text_classification(class_weight: balanced)")}\nfederate m on d, e as f { runner: flower("http://127.0.0.1:8000") }`,
  },
  "labels-unwritten": {
    severity: "error",
    facts: true,
    message: (d) => `which labels there are is found in the rows of \`${d.data}\`, and those of clients stay with them`,
    help: (d) => `write them in the data: \`labels: ${tuneText(d.labels)}\`; each client's program has the same`,
    explain:
      "The head of a classifier has a place for each label, in an order that all clients share. Labels of clients are never collected, as they tell about rows: those that there are stand in the program.",
  },
};
