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
      const parted = `\`clients: ${d.clients ?? ""}\` would divide`;
      if (!("joined" in d)) return `${named} are the data of one client each, and ${parted} them again`;
      const join = `${String(d.joined)} clients join with their own data`;
      return d.clients === undefined
        ? `${join}, and each of ${named} would be another client`
        : `${join}, and ${parted} the local rows among further clients`;
    },
    help: (d) =>
      "joined" in d
        ? d.clients === undefined
          ? "name one data set after `on` for validation and test; or remove `clients` from the runner, to start each client here"
          : "remove one of the two"
        : `remove \`clients\`, or name one data set: \`on ${d.data[0] ?? "tickets"}\``,
    explain:
      "Clients are defined in one place. They are several data sets after `on`, one each, or parts of one data set by `clients`, or remote clients that join a runner with their own data.",
    example: `${small}\nfederate m on d, e as f { clients: even(4) }`,
  },
  "federate-no-clients": {
    severity: "error",
    message: (d) => `\`${d.data}\` is the data of one client, but a federation needs at least two`,
    help: (d) =>
      d.runner === undefined
        ? "divide its rows among clients, `clients: dirichlet(10, alpha: 0.3)`, or name the data of each: `on north, south`"
        : `write how many join, \`${d.runner}(…, clients: 4)\`, or name the data of each: \`on north, south\``,
    explain:
      "With one client there is nothing to aggregate: use `train`. `clients` divides one data set, evenly (`even(10)`), with skewed labels (`dirichlet(10, alpha: 0.3)`), or by a column (`by_column(customer)`).",
    example: `${small}\nfederate m on d as f { rounds: 3 }`,
  },
  "federate-scratch": {
    severity: "error",
    message: (d) => `\`${d.model}\` is trained from scratch, so its tokenizer would need the rows of all clients`,
    help: () => 'start from a base model: `base: "MiniLM-L6"`',
    explain:
      "In a federation, rows stay with their clients. A tokenizer trained on them reveals their words, and somebody would have to read all rows.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv"), columns: { text: t, label: l } }\nmodel m { architecture: bert(layers: 2, hidden: 64, heads: 2), tokenizer: wordpiece(vocabulary: 1_000), task: text_classification }\nfederate m on d, e as f',
  },
  "federate-streamed": {
    severity: "error",
    message: (d) => `the rows of ${d.data} are streamed, but the rows of clients must be in memory`,
    help: () => "remove `stream`, and add `sample: 100000` if there are too many rows",
    explain: "Rows are divided among clients and drawn in every round, which needs data in memory.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\ndata e { source: csv("b.csv", stream: true), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\nfederate m on d, e as f',
  },
  "federate-of-folds": {
    severity: "error",
    message: (d) => `\`${d.data}\` is split into folds, but a federation is a single training`,
    help: () => "give the data one split: `split: random(train: 80%, validation: 10%, test: 10%)`",
    explain: "Folds are several trainings, and it is not defined in which of them a client would take part.",
    example: `${small}\ndata g { source: csv("b.csv"), columns: { text: t, label: l }, split: folds(5) }\nfederate m on d, g as f`,
  },
  "federate-exact": {
    severity: "error",
    message: (d) =>
      `\`${d.technique}\` computes its head from all rows at once, but in a federation they are never together`,
    help: () => "use `head_only`, which trains the head in steps, or `lora`",
    explain:
      "A federation aggregates weights that clients changed in steps. A head computed from all rows at once has no steps.",
    example: `${small.replace("task: text_classification", "task: text_classification, technique: head_only(fit: exact)")}\nfederate m on d, e as f`,
  },
  "clients-beyond-rows": {
    severity: "error",
    facts: true,
    message: (d) =>
      `${d.data} has ${String(d.rows)} training rows, but ${String(d.clients)} clients with at least ${d.least === 1 ? "one" : String(d.least)} each need ${String(d.clients * d.least)}`,
    help: (d) =>
      d.rows >= 2 * d.least
        ? `use at most ${String(Math.floor(d.rows / d.least))} clients${d.least > 1 ? ", or fewer rows of each" : ""}`
        : "use data with more rows",
    explain:
      "Each client needs rows to train on. Training rows are distributed first, and validation rows in the same proportions.",
  },
  "personal-elsewhere": {
    severity: "error",
    message: (d) => `clients of \`${d.runner}\` cannot keep a part of the model yet`,
    help: () => "remove `personal`, or remove `runner` to simulate the federation in this process",
    explain:
      "A personal head must still exist in the client's next round, possibly in a new process. Remote clients store their data, but no part of the model.",
    example: `${small}\nfederate m on d, e as f { personal: head, runner: flower("http://127.0.0.1:8000") }`,
  },
  "personal-all": {
    severity: "error",
    message: (d) => `\`${d.technique}\` trains only the head, so with \`personal: head\` clients would share nothing`,
    help: () => "train more of the model, for example with `technique: lora`; or remove `personal`",
    explain:
      "With `personal: head`, clients train a shared body and a head each. If the technique does not change the body, each client would train alone.",
    example: `${small.replace("task: text_classification", "task: text_classification, technique: head_only")}\nfederate m on d, e as f { personal: head }`,
  },
  "personal-nothing": {
    severity: "error",
    message: (d) => `\`${d.task}\` has no separate head, so \`personal: head\` would leave nothing with a client`,
    help: () => "remove `personal`",
    explain:
      "The body itself generates and compares texts. A client can keep the head of a classification, a regression or of token labels.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t } }\ndata e { source: csv("b.csv"), columns: { text: t } }\nmodel m { base: "SmolLM2-135M-Instruct", task: text_generation }\nfederate m on d, e as f { personal: head }',
  },
  "participants-lacking": {
    severity: "error",
    message: (d) =>
      `a round has ${String(d.participants)} of ${String(d.clients)} clients, but ${d.why} needs ${String(d.needs)}`,
    help: (d) =>
      d.clients < d.needs
        ? "use more clients, or remove that setting"
        : `let more clients take part in a round: \`participation: ${String(d.needs)}\``,
    explain:
      "With two clients under secure aggregation, each can compute the other's update from the sum. A median, a trimmed mean and Krum need enough updates to find outliers.",
    example: `${small}\nfederate m on d, e as f { secure_aggregation: true }`,
  },
  "secure-lost": {
    severity: "error",
    message: (d) =>
      `${String(d.lost)} of ${String(d.participants)} clients of a round would be lost, but secure aggregation tolerates ${d.most === 0 ? "none" : `at most ${String(d.most)}`}`,
    help: () => "lose fewer clients, or let more take part in a round",
    explain:
      "The masks of lost clients are removed with shares that the others have. More than two thirds of a round's clients must remain for that. With fewer, a server could give two groups different lists of participants.",
    example: `${small}\nfederate m on d as f { clients: even(6), stragglers: 40%, secure_aggregation: true }`,
  },
  "secure-sees-each": {
    severity: "error",
    message: (d) =>
      d.key === "aggregate"
        ? `\`${d.word}\` needs each client's update, but secure aggregation reveals only their sum`
        : `\`${d.word}\` sends different values for each client, but masks cancel out only if all clients send the same ones`,
    help: (d) =>
      d.key === "aggregate"
        ? "use `fedavg`, `fedprox`, `scaffold` or `fedadam`, which need only a mean; or remove `secure_aggregation`"
        : "remove one of the two",
    explain:
      "Secure aggregation adds masks to every value of an update, which cancel out in the sum over clients. Methods that need single updates, or send different parts of them, cannot use that sum.",
    example: `${small}\nfederate m on d, e as f { secure_aggregation: true, aggregate: median }`,
  },
  "secure-compression": {
    severity: "error",
    message: (d) =>
      `\`${d.word}\` stores values in fewer bits, but masked values keep their size, so nothing would be saved`,
    help: () => "remove one of the two",
    explain:
      "Under secure aggregation, each value is an integer of four or eight bytes plus a mask of the same length. Rounding to fewer bits loses precision and saves nothing.",
    example: `${small}\ndata g like d { source: csv("g.csv") }\nfederate m on d, e, g as f { secure_aggregation: true, compression: int8 }`,
  },
  "runner-federates": {
    severity: "error",
    message: (d) => `\`${d.runner}\` runs only federations, but \`${d.verb}\` is not one`,
    help: () =>
      "write `federate router on tickets as far` with that runner; to share a training or a sweep among processes, use `processes(2)` or `ray(…)`",
    explain:
      "In a federation, each client trains on its own rows and the server combines the weights. Workers of a training or a sweep use the same rows, and need other messages than a SuperLink carries.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { runner: flower("http://127.0.0.1:8000") }',
  },
  "federate-workers": {
    severity: "error",
    message: (d) => `\`${d.runner}\` starts workers that share rows, but clients of a federation have their own rows`,
    help: () =>
      'remove `runner` to train the clients in this process, one after the other; or let them join: `flower("https://superlink:8000", clients: 4)`',
    explain:
      "A federation without a runner is simulated in the notebook's process. Clients on other machines join a SuperLink of Flower.",
    example: `${small}\nfederate m on d, e as f { runner: processes(2) }`,
  },
  "stragglers-drawn": {
    severity: "error",
    message: (d) => `\`stragglers\` simulates lost clients, but clients of \`${d.runner}\` are real`,
    help: (d) => `remove \`stragglers\`; to limit the wait for a client, write \`${d.runner}(…, round: 10min)\``,
    explain:
      "`stragglers` draws clients of a simulation that do not answer, to show the effect of their loss. Remote clients answer or fail on their own, and a round continues with those that answered.",
    example: `${small}\nfederate m on d, e as f { stragglers: 20%, runner: flower("http://127.0.0.1:8000") }`,
  },
  "parts-elsewhere": {
    severity: "error",
    message: (d) =>
      `\`clients: ${d.clients}\` divides rows of this process, but clients of \`${d.runner}\` have their own data`,
    help: () => "remove one of the two: without `runner`, the parts are trained in this process",
    explain:
      "`clients` divides one data set, to simulate distributed data. With a runner, each client reads its own data set: one of those after `on`, started here, or its own if it joins.",
    example: `${small}\nfederate m on d as f { clients: even(4), runner: flower("http://127.0.0.1:8000") }`,
  },
  "counted-elsewhere": {
    severity: "error",
    message: (d) =>
      d.why === "standard"
        ? `the head of \`${d.what}\` needs the mean and spread of all training rows, but the rows of remote clients stay there`
        : d.why === "promise"
          ? `ε of \`${d.what}\` depends on the rows of each client, and those of remote clients are not known here`
          : `\`${d.what}\` is counted over all training rows, but the rows of remote clients stay there`,
    help: (d) =>
      d.why === "standard"
        ? "remove `runner`, or turn the numbers into classes"
        : d.why === "promise"
          ? "write the privacy guarantee instead of the noise: `differential(8, unit: row)`"
          : "write the numbers: `class_weight: { billing: 2, other: 0.5 }`, or remove them",
    explain:
      "All clients must compute the same, and nothing is collected from their rows: neither counts of labels nor means.",
    example: `${small.replace("task: text_classification", "task: text_classification(class_weight: balanced)")}\nfederate m on d, e as f { runner: flower("http://127.0.0.1:8000") }`,
  },
  "labels-unwritten": {
    severity: "error",
    facts: true,
    message: (d) => `the labels would be read from the rows of \`${d.data}\`, but the rows of clients stay with them`,
    help: (d) => `list them in the data: \`labels: ${tuneText(d.labels)}\`; each client's program needs the same list`,
    explain:
      "The head of a classifier has a place for each label, in an order that all clients share. Labels are never collected from clients, because they reveal something about rows. So the program must list them.",
  },
};
