/** Codes of trainings with differential privacy. */
import type { CodeTable } from "../../language/diagnostics/codes.js";

export interface PrivacyCodeData {
  "private-order": { readonly shuffle: string };
  "private-packing": Readonly<Record<never, never>>;
  "private-copies": { readonly data: string; readonly rows: number };
  "private-neighbours": { readonly cleaner: string };
  "private-counts": { readonly what: string };
  "private-many": { readonly what: string; readonly times: number };
  "private-streamed": { readonly data: string };
  "private-runner": { readonly runner: string };
  "private-selection": { readonly what: string; readonly does: string; readonly rows: number };
  "private-tokenizer": { readonly tokenizer: string };
  "private-rows": { readonly word: string; readonly why: "batchwise" | "exact" };
  "private-of-whom": Readonly<Record<never, never>>;
  "private-clients": { readonly word: string; readonly why: "each" | "keeps" };
  "private-chance": { readonly participants: number };
  "private-personal": Readonly<Record<never, never>>;
  "private-lost": { readonly why: "drawn" | "elsewhere" };
  "private-update": Readonly<Record<never, never>>;
  "private-client": Readonly<Record<never, never>>;
  "two-clips": { readonly clip: string; readonly privacy: number };
}
const small =
  'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, validation: 20%) }\nmodel m { base: "b", task: text_classification }\n';
const train = (keys: string): string => `${small}train m on d { privacy: differential(8)${keys} }`;

export const privacyCodes: CodeTable<PrivacyCodeData> = {
  "private-order": {
    severity: "error",
    message: (d) => `with \`privacy\`, rows are sampled at random, so \`shuffle: ${d.shuffle}\` cannot apply`,
    help: () => "remove `shuffle`",
    explain:
      "The privacy guarantee requires that each update samples every row independently with the same probability (Poisson sampling). It depends on nobody knowing which rows were in an update. Rows in data order, or grouped by length, are predictable. Batch sizes then vary; `batch_size` is their mean.",
    example: train(", shuffle: by_length"),
  },
  "private-packing": {
    severity: "error",
    message: () => "packed rows contain several texts, but the privacy guarantee covers single texts",
    help: () => "write `packing: false`, or remove `packing`",
    explain:
      "The gradient of each row is clipped to the norm `clip`. If a row contains several texts, they are clipped together, and their gradients cannot be separated.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t } }\nmodel m { base: "SmolLM2-135M-Instruct", task: text_generation }\ntrain m on d { packing: true, privacy: differential(8) }',
  },
  "private-copies": {
    severity: "error",
    facts: true,
    found: "data",
    message: (d) =>
      `${String(d.rows)} training rows of ${d.data} are copies of others, and a repeated row reveals more`,
    help: () => "remove the cleaner that repeats rows",
    explain:
      "The privacy guarantee covers adding or removing one row. A row repeated to balance labels is in updates as often as it was repeated, but the noise hides only one copy. Which rows are repeated also depends on all others.",
  },
  "private-neighbours": {
    severity: "warning",
    message: (d) =>
      `with \`${d.cleaner}\` one added row may drop several others, but the privacy guarantee covers one row`,
    help: () =>
      "drop near duplicates once, write the remaining rows to a file and train on that; or use `allow` if the dropped rows are not secret",
    explain:
      "The privacy guarantee compares trainings that differ in one row. If a cleaner drops similar rows, adding or removing one row changes several others, which multiplies ε (Debenedetti et al. 2023, “Privacy Side Channels in Machine Learning Systems”). Equal texts are safe: one of them always remains.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, clean: drop_duplicates(similarity: 85%), split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { privacy: differential(8) }',
  },
  "private-counts": {
    severity: "error",
    message: (d) => `the weights of \`${d.what}\` are counted from all rows, without noise`,
    help: () => "write the weights as numbers, `class_weight: { billing: 2, other: 0.5 }`, or remove them",
    explain:
      "The weight of each label depends on how many rows have it, so one row affects the gradients of all others. Numbers that you write are independent of the rows. If you computed them from these rows, they reveal something about them.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification(class_weight: balanced) }\ntrain m on d { privacy: differential(8) }',
  },
  "private-many": {
    severity: "error",
    message: (d) =>
      `\`${d.what}\` trains ${String(d.times)} models on the same rows, but the ε you set covers a single training`,
    help: (d) => `remove \`${d.what}\`; to train several models on purpose, train each under its own name`,
    explain:
      "Every training spends privacy budget of the same rows, and the amounts add up. Five trainings with ε 8 each do not have ε 8 together. If each is a separate statement, each has its own ε, and the next plan shows the total.",
    example: train(", repeats: 3"),
  },
  "private-streamed": {
    severity: "error",
    message: (d) => `the rows of ${d.data} are streamed (\`stream: true\`) and cannot be sampled at random`,
    help: () => "remove `stream: true`",
    explain:
      "Each update samples every row independently, so all rows must be available. For streamed data only a window is available, and the guarantee would cover only its rows.",
    example:
      'data d { source: csv("a.csv", stream: true), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { steps: 100, privacy: differential(8) }',
  },
  "private-runner": {
    severity: "error",
    message: (d) => `updates with privacy run in one process, not in the workers of \`${d.runner}\``,
    help: () => "remove `runner`",
    explain:
      "Workers divide an update into equal numbers of rows. With privacy, the number of rows is not known beforehand. The noise must be added once, by one process with a secret random generator.",
    example: train(", runner: processes(2)"),
  },
  "private-selection": {
    severity: "error",
    allowable: true,
    facts: true,
    message: (d) =>
      `${d.what} ${d.does} ${String(d.rows)} validation rows, but the privacy guarantee covers only the training rows`,
    help: (d) =>
      d.what === "`calibrate`"
        ? 'remove `calibrate`; or, if those rows are not secret, write `allow: { private-selection: "…" }`'
        : 'write `keep: last` without early stopping; or, if those rows are not secret, `allow: { private-selection: "…" }`',
    explain:
      "Noise limits what the weights reveal about the training rows. The choice of weights, the end of training and a fitted temperature depend on the validation rows without noise, and no ε covers that. Users of Opacus mostly accept this, and often may. If these rows are public or made for validation, allow it with a reason. By default the last weights are kept. Choosing settings by validation scores is the same leak.",
    example: train(", keep: best"),
  },
  "private-tokenizer": {
    severity: "error",
    message: (d) =>
      `the tokenizer \`${d.tokenizer}\` is trained on the rows, and its tokens may be words of single rows`,
    help: () => "start from a base model, which includes its tokenizer",
    explain:
      "A model from scratch trains its tokenizer on the training rows, without noise. A rare name in a few of them becomes a token and is readable in tokenizer.json.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { architecture: bert(layers: 2, hidden: 64, heads: 2), tokenizer: wordpiece(vocabulary: 1_000), task: text_classification }\ntrain m on d { privacy: differential(8) }',
  },
  "private-rows": {
    severity: "error",
    message: (d) =>
      `\`${d.word}\` has no gradient per row: ${d.why === "exact" ? "its head is computed from all rows at once" : "its loss compares each text with all others of the batch"}`,
    help: (d) =>
      d.why === "exact"
        ? `write only \`technique: ${d.word}\`, which is trained in steps`
        : "choose a loss for single pairs (`sentence_similarity(loss: cosine)`), or remove `privacy`",
    explain:
      "Each row's gradient is clipped to the norm `clip` before the sum. A loss that compares the texts of a batch, and a head computed from all rows at once, have no gradient per row.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification, technique: head_only(fit: exact) }\ntrain m on d { privacy: differential(8) }',
  },
  "private-of-whom": {
    severity: "error",
    message: () => "`privacy` of a federation does not set the unit: each row, or each client with all its rows",
    help: () => "write `unit: client` if each client is a person, `unit: row` if a client has rows of many people",
    explain:
      "`unit: client` hides who takes part: updates are clipped and noise is added to their sum. `unit: row` makes the steps of each client private: it hides each row, also from the server. The choice depends on whose rows they are, which only you know.",
    example: `${small}federate m on d as shared { clients: even(4), privacy: differential(8) }`,
  },
  "private-clients": {
    severity: "error",
    message: (d) =>
      d.why === "each"
        ? `\`${d.word}\` uses each client's update separately, but \`unit: client\` provides only a sum with noise`
        : `clients of \`${d.word}\` send and keep more than their updates, and no noise covers that`,
    help: () => "use `fedavg`, `fedprox`, `fedadam`, `fedyogi` or `fedadagrad`; or write `unit: row`",
    explain:
      "Each client's update in a round is clipped to a maximum norm, and the sum over clients gets the noise. A result computed from single updates, or other data sent with them, would reveal what that noise hides.",
    example: `${small}federate m on d as shared { clients: even(10), aggregate: median, privacy: differential(8, unit: client) }`,
  },
  "private-personal": {
    severity: "error",
    message: () => "personal heads of clients are trained without noise, and the resulting model contains their mean",
    help: () => "write `unit: row`, which adds noise to each client's own steps; or remove `personal`",
    explain:
      "`unit: client` adds noise to the sum of what clients send. A head that is never sent has no noise. Whoever sees it, or the mean of all heads, learns about its client's rows.",
    example: `${small}federate m on d as shared { clients: even(10), personal: head, privacy: differential(8, unit: client) }`,
  },
  "private-chance": {
    severity: "error",
    message: (d) =>
      `the privacy guarantee depends on the number of clients, which is unknown until the rows are read (${String(d.participants)} take part)`,
    help: () => "write a share: `participation: 20%`",
    explain:
      "The smaller the share of clients in a round, the less the round reveals about each. If a column names the clients, their number is only known when the rows are read.",
    example: `${small}federate m on d as shared { clients: by_column(t), participation: 5, privacy: differential(8, unit: client) }`,
  },
  "private-lost": {
    severity: "error",
    message: (d) =>
      `with \`unit: client\` and \`secure_aggregation\` ${d.why === "drawn" ? "lost clients cannot be simulated" : "remote clients are not supported yet"}`,
    help: (d) => `remove \`${d.why === "drawn" ? "stragglers" : "runner"}\` or \`secure_aggregation\``,
    explain:
      "A secure sum cannot be read if too many clients are lost. One client more or less could then decide whether a round counts, which the noise does not hide. Remote clients are really lost, and simulated stragglers send nothing to a sum.",
    example: `${small}federate m on d as shared { clients: even(10), stragglers: 20%, secure_aggregation: true, privacy: differential(8, unit: client) }`,
  },
  "private-update": {
    severity: "error",
    message: () => "`update` does not support `privacy`: its strategies use earlier rows without noise",
    help: () =>
      "train further instead: `model next like NAME { base: NAME }`, then `train next on … { privacy: differential(8) }`",
    explain:
      "Strategies against forgetting keep rows, their predictions, or the importance of weights. No noise limits these. Training from the weights of another model (`base: NAME`) learns the new rows with privacy. The earlier rows have the guarantee of the earlier training.",
    example: `${small}data e { source: csv("b.csv"), columns: { text: t, label: l } }\ntrain m on d { epochs: 1 }\nupdate m on e as n { privacy: differential(8) }`,
  },
  "private-client": {
    severity: "error",
    message: () => "`unit: client` needs clients, but this training has only rows",
    help: () => "write `unit: row`, or remove `unit`",
    explain:
      "`unit: client` is for `federate`: the update of a client with all its rows is clipped and noise is added. In `train` each row is its own unit.",
    example: `${small}train m on d { privacy: differential(8, unit: client) }`,
  },
  "two-clips": {
    severity: "error",
    message: (d) =>
      `the recipe has \`clip: ${d.clip}\` and \`privacy\` has its own clip, ${String(d.privacy)}: each row is clipped, the sum is not`,
    help: (d) =>
      d.clip === "none"
        ? "remove `clip`: the sum is not clipped without it either"
        : `write only \`privacy: differential(…, clip: ${d.clip})\``,
    explain:
      "With privacy, each row's gradient is clipped to the norm `clip`, and noise in proportion to it is added to the sum. Clipping the noisy sum again would keep the guarantee. But no other tool does so, and scores would not be comparable.",
    example: train(", clip: 0.5"),
  },
};
