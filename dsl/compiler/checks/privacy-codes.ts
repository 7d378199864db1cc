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
    message: (d) => `with \`privacy\` rows come by chance, and not by \`shuffle: ${d.shuffle}\``,
    help: () => "take `shuffle` out",
    explain:
      "The promise is reckoned for updates into which every row is drawn by itself, with the same chance each time (Poisson sampling): that nobody knows which rows were in an update is a good part of it. Rows that come in the order of the data, or beside others of like length, are known beforehand. Batches have different sizes then; `batch_size` is their mean.",
    example: train(", shuffle: by_length"),
  },
  "private-packing": {
    severity: "error",
    message: () => "packed rows hold several texts, and the promise is about single ones",
    help: () => "write `packing: false`, or take `packing` out",
    explain:
      "What one row says is cut to the length `clip`. Where several texts stand in one row, they are cut together, and what each says can't be told apart.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t } }\nmodel m { base: "SmolLM2-135M-Instruct", task: text_generation }\ntrain m on d { packing: true, privacy: differential(8) }',
  },
  "private-copies": {
    severity: "error",
    facts: true,
    found: "data",
    message: (d) =>
      `${String(d.rows)} of the rows of ${d.data} that train repeat others, and a row that is there twice says twice as much`,
    help: () => "take out the cleaner that repeats rows",
    explain:
      "The promise is about one row more or less. Where a row was repeated to even out labels, it is in updates as often as it was repeated, and the noise hides one of its times only. Which rows are repeated also follows of all the others.",
  },
  "private-neighbours": {
    severity: "warning",
    message: (d) => `with \`${d.cleaner}\` one row more may drop several others, and the promise is about one`,
    help: () =>
      "drop near duplicates once, write what is left to a file and train on that; or say with `allow` that what a row drops is no secret",
    explain:
      "The promise compares trainings whose rows differ in one. Where a cleaner drops rows for being like others, a row that comes or goes takes several with it, and what they say is told by as many times ε (Debenedetti et al. 2023, “Privacy Side Channels in Machine Learning Systems”). Equal texts are no matter: of those one stays in any case.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, clean: drop_duplicates(similarity: 85%), split: random(train: 80%, test: 20%) }\nmodel m { base: "b", task: text_classification }\ntrain m on d { privacy: differential(8) }',
  },
  "private-counts": {
    severity: "error",
    message: (d) => `the weights of \`${d.what}\` are counted over all rows, without noise`,
    help: () => "write the weights as numbers, `class_weight: { billing: 2, other: 0.5 }`, or take them out",
    explain:
      "How much each label counts follows of how many rows have it, so a row weighs on what all others say. Numbers that you write down are the same whatever the rows are. If you took them from these rows, they tell something of them.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification(class_weight: balanced) }\ntrain m on d { privacy: differential(8) }',
  },
  "private-many": {
    severity: "error",
    message: (d) => `\`${d.what}\` trains ${String(d.times)} models on the same rows, and the promise is about one`,
    help: (d) => `take \`${d.what}\` out; to try several seeds on purpose, train each under a name of its own`,
    explain:
      "Every training spends of the same rows' privacy, and what is spent adds up. A promise of ε 8 that five trainings each keep is none of ε 8. Where each is a statement of its own, its ε is its own, and the plan of the next tells what all together come to.",
    example: train(", repeats: 3"),
  },
  "private-streamed": {
    severity: "error",
    message: (d) => `the rows of ${d.data} are read as they come (\`stream: true\`), and can't be drawn by chance`,
    help: () => "take `stream: true` out",
    explain:
      "For each update every row is drawn by itself. That needs all of them at hand; of streamed data a window is, and the promise would be one about its rows.",
    example:
      'data d { source: csv("a.csv", stream: true), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification }\ntrain m on d { steps: 100, privacy: differential(8) }',
  },
  "private-runner": {
    severity: "error",
    message: (d) => `updates with privacy are made by one process, and not by the workers of \`${d.runner}\``,
    help: () => "take `runner` out",
    explain:
      "Workers share an update by its rows, as many each. With privacy nobody knows beforehand how many rows an update has, and the noise must be added once, by one that nobody else knows the generator of.",
    example: train(", runner: processes(2)"),
  },
  "private-selection": {
    severity: "error",
    allowable: true,
    facts: true,
    message: (d) =>
      `${d.what} ${d.does} ${String(d.rows)} rows of validation, and the promise is about the rows that train alone`,
    help: (d) =>
      d.what === "`calibrate`"
        ? 'take `calibrate` out; or where those rows are no secret: `allow: { private-selection: "…" }`'
        : 'write `keep: last`, and no early stopping; or where those rows are no secret: `allow: { private-selection: "…" }`',
    explain:
      "What the weights tell of the rows that train is bounded by noise. Which of several weights are kept, when training stops, or a temperature that is fitted at its end follow of the rows of validation, without noise, and no ε covers that. Users of Opacus mostly let it be, and often may: where these rows are public, or made for it, allow it and say so. Unwritten the last weights are kept. Scores of validation that you look at in order to choose settings are the same leak, by hand.",
    example: train(", keep: best"),
  },
  "private-tokenizer": {
    severity: "error",
    message: (d) =>
      `the tokenizer \`${d.tokenizer}\` is trained on the rows, and its pieces may be words of single ones`,
    help: () => "begin from a base, which brings its tokenizer",
    explain:
      "A model from scratch trains its tokenizer on the training rows, without noise: a rare name that is in a few of them becomes a token, and can be read in tokenizer.json.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { architecture: bert(layers: 2, hidden: 64, heads: 2), tokenizer: wordpiece(vocabulary: 1_000), task: text_classification }\ntrain m on d { privacy: differential(8) }',
  },
  "private-rows": {
    severity: "error",
    message: (d) =>
      `of \`${d.word}\` nobody can tell what a single row says: ${d.why === "exact" ? "its head is found at once from all rows" : "it holds texts beside all others of their batch"}`,
    help: (d) =>
      d.why === "exact"
        ? `write \`technique: ${d.word}\` alone, which is trained by steps`
        : "choose a loss of single pairs (`sentence_similarity(loss: cosine)`), or take `privacy` out",
    explain:
      "Each row's gradient is cut to the length `clip` before it is summed with others. A loss that holds texts beside those of their batch, and a head that is found at once from all rows, have no gradient of one row.",
    example:
      'data d { source: csv("a.csv"), columns: { text: t, label: l } }\nmodel m { base: "b", task: text_classification, technique: head_only(fit: exact) }\ntrain m on d { privacy: differential(8) }',
  },
  "private-of-whom": {
    severity: "error",
    message: () => "`privacy` of a federation doesn't say of whom: of each row, or of each client with all its rows",
    help: () => "write `unit: client` where a client is a person, `unit: row` where it has the rows of many",
    explain:
      "With `unit: client` it stays hidden who takes part: updates are cut and noise is added to their sum. With `unit: row` each client makes its own steps private: what any one row said stays hidden, also from the server. Which of the two is meant depends on whose the rows are, and nobody but you knows.",
    example: `${small}federate m on d as shared { clients: even(4), privacy: differential(8) }`,
  },
  "private-clients": {
    severity: "error",
    message: (d) =>
      d.why === "each"
        ? `\`${d.word}\` looks at each client's update by itself, and with \`unit: client\` there is a noised sum alone`
        : `clients of \`${d.word}\` send and keep more than their updates, which no noise covers`,
    help: () => "take `fedavg`, `fedprox`, `fedadam`, `fedyogi` or `fedadagrad`; or `unit: row`",
    explain:
      "What a client says in a round is cut to a greatest norm, and the sum over clients gets the noise. What is made of single updates, or sent beside them, would tell of a client what that noise hides.",
    example: `${small}federate m on d as shared { clients: even(10), aggregate: median, privacy: differential(8, unit: client) }`,
  },
  "private-personal": {
    severity: "error",
    message: () =>
      "heads that stay with clients are trained without noise, and the model that comes out has their mean",
    help: () => "write `unit: row`, under which each client's own steps are noised; or take `personal` out",
    explain:
      "With `unit: client` the noise lies on the sum of what clients send. A head that is never sent has none, and whoever sees it, or the mean of all, sees what its client's rows say.",
    example: `${small}federate m on d as shared { clients: even(10), personal: head, privacy: differential(8, unit: client) }`,
  },
  "private-chance": {
    severity: "error",
    message: (d) =>
      `of how many clients ${String(d.participants)} take part isn't known before the rows are read, and the promise depends on it`,
    help: () => "write a share: `participation: 20%`",
    explain:
      "The fewer of all clients a round asks, the less it tells of any one of them. Where a column says who the clients are, their number is known only when the rows are read.",
    example: `${small}federate m on d as shared { clients: by_column(t), participation: 5, privacy: differential(8, unit: client) }`,
  },
  "private-lost": {
    severity: "error",
    message: (d) =>
      `with \`unit: client\` and \`secure_aggregation\` ${d.why === "drawn" ? "no clients can be drawn to be lost" : "clients can't be elsewhere yet"}`,
    help: (d) => `take \`${d.why === "drawn" ? "stragglers" : "runner"}\` out, or \`secure_aggregation\``,
    explain:
      "A secret sum of which too many are lost can't be read, and so one client more or less would decide whether a whole round counts: far more than the noise of one client's update hides. Clients elsewhere are really lost, and those that weren't drawn send nothing to a sum.",
    example: `${small}federate m on d as shared { clients: even(10), stragglers: 20%, secure_aggregation: true, privacy: differential(8, unit: client) }`,
  },
  "private-update": {
    severity: "error",
    message: () => "`update` doesn't take `privacy`: strategies look at rows of before without noise",
    help: () =>
      "train on instead: `model next like NAME { base: NAME }`, then `train next on … { privacy: differential(8) }`",
    explain:
      "Strategies against forgetting keep rows, what was said of them, or how much weights depend on them. None of that is bounded by noise. A training that begins from the weights of another (`base: NAME`) learns the new rows with privacy; what it tells of the earlier ones is what the earlier training promised.",
    example: `${small}data e { source: csv("b.csv"), columns: { text: t, label: l } }\ntrain m on d { epochs: 1 }\nupdate m on e as n { privacy: differential(8) }`,
  },
  "private-client": {
    severity: "error",
    message: () => "this training has rows and no clients, whose privacy `unit: client` would keep",
    help: () => "write `unit: row`, or take it out",
    explain:
      "`unit: client` is for `federate`: what a whole client says is cut and noised, with all its rows. In `train` each row is by itself.",
    example: `${small}train m on d { privacy: differential(8, unit: client) }`,
  },
  "two-clips": {
    severity: "error",
    message: (d) =>
      `\`clip: ${d.clip}\` of the recipe stands beside the clip of \`privacy\`, ${String(d.privacy)}: each row is cut, and the sum isn't cut again`,
    help: (d) =>
      d.clip === "none"
        ? "take `clip` out: without it the sum isn't cut either"
        : `write it once: \`privacy: differential(…, clip: ${d.clip})\``,
    explain:
      "With privacy what each row says is cut to the length `clip` by itself, and noise is added to the sum in proportion to it. Cutting the noisy sum again would keep the promise, but no other tool does it, and scores would not be theirs.",
    example: train(", clip: 0.5"),
  },
};
