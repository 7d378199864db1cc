/** Error codes of a remote client for requests that differ from its program. It sends only the code and a path. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface FederationJoinCodeData {
  "join-differs": { readonly path: string; readonly ours: string; readonly theirs: string };
  "join-rounds": { readonly asked: number; readonly most: number };
  "join-clients": { readonly asked: number; readonly least: number };
  "join-spent": { readonly done: number; readonly asked: number; readonly most: number };
  "join-epsilon": { readonly spent: number; readonly most: number; readonly account: string };
  "looks-spent": { readonly most: number };
  "order-early": { readonly kind: string };
  "order-again": { readonly kind: string; readonly round: number; readonly after: number };
  "order-unfit": { readonly why: string };
  "sum-again": { readonly round: number };
  "sum-unfit": { readonly why: string };
}
const rounds = (n: number): string => `${String(n)} round${n === 1 ? "" : "s"}`;

export const federationJoinCodes: CodeTable<FederationJoinCodeData> = {
  "join-differs": {
    severity: "error",
    message: (d) => `the server has ${d.theirs} for \`${d.path}\`, but this program has ${d.ours}`,
    help: (d) => `agree on one \`${d.path}\` and write it in both programs`,
    explain:
      "A client of a federation runs its own program, and the server's program is compared with it. Everything that affects what is trained and sent must be equal: base, task, technique, recipe, labels and their order, handling of updates, privacy. Nothing was trained, and only this code and the setting's name were sent.",
  },
  "join-rounds": {
    severity: "error",
    message: (d) => `the server requests ${rounds(d.asked)}, but this program allows at most ${String(d.most)}`,
    help: (d) => `write \`rounds: ${String(d.asked)}\` to allow that many`,
    explain: "Each round reveals more about rows. The client's own program sets the limit.",
  },
  "join-clients": {
    severity: "error",
    message: (d) => `the server has ${String(d.asked)} clients, but this program requires at least ${String(d.least)}`,
    help: (d) => `write \`clients: ${String(d.asked)}\` if so few protect your rows enough`,
    explain:
      "An update is hidden among those of other clients: with fewer clients, the mean reveals more about each. The client's own program sets the minimum.",
  },
  "join-spent": {
    severity: "error",
    message: (d) =>
      `${rounds(d.done)} are done, and the server requests ${String(d.asked)} more, but this client allows ${String(d.most)} in total`,
    help: () => "start the client again to take part again, or allow more rounds: `--rounds N`",
    explain:
      "A client counts all rounds since it started, so that asking twice does not give more rounds. Rounds repeated after an interruption of the server count separately, up to the same number.",
  },
  "join-epsilon": {
    severity: "error",
    message: (d) =>
      `one more round would spend ε ${d.spent.toPrecision(3)} of these rows, but this program allows at most ${String(d.most)}`,
    help: (d) =>
      `set a greater \`epsilon\` in both programs to allow more; the account of all rounds on these rows is ${d.account}`,
    explain:
      "With `unit: row` each client counts the ε spent on its own rows, over all federations and restarts. A round is charged before it is trained, whether or not its answer arrives. Spent ε never comes back.",
  },
  "looks-spent": {
    severity: "error",
    message: (d) => `scores on this client's rows were requested more than ${String(d.most)} times`,
    help: () => "start the client again to take part again, or allow more rounds: `--rounds N`",
    explain:
      "Scores reveal something about rows, too. A client sends them after each round and each repeated round. In total it allows twice as many as rounds, and two more before the first round.",
  },
  "order-early": {
    severity: "error",
    message: (d) => `an order (${d.kind}) came from a run whose terms this client has not accepted`,
    help: () => "do nothing; the server has to send its terms first",
    explain: "A client accepts the terms of one run at a time, the latest, and follows no orders of other runs.",
  },
  "order-again": {
    severity: "error",
    message: (d) => `an order (${d.kind}) for round ${String(d.round)} came after round ${String(d.after)}`,
    help: () => "do nothing; rounds only go forward, each once",
    explain: "A round is trained once. Repeating it, or an earlier one, would reveal more about rows than was agreed.",
  },
  "order-unfit": {
    severity: "error",
    message: (d) => `an order does not fit this federation: ${d.why}`,
    help: () => "check that all sides have the same version of Tunebook",
    explain:
      "The client knows from its own program the number of values and the content of each order. Anything else is rejected before it reaches the engine.",
  },
  "sum-again": {
    severity: "error",
    message: (d) => `a second secure sum of the result of round ${String(d.round)} was requested`,
    help: () => "do nothing; a vector is only summed again with the same clients",
    explain:
      "Two sums that differ by one client reveal that client's vector. So a client gives its vector to one sum. If the same weights are summed again after an interruption or a failed sum, it must be with exactly the same clients.",
  },
  "sum-unfit": {
    severity: "error",
    message: (d) => `a secure sum is rejected: ${d.why}`,
    help: () => "do nothing; the server has to sum what was agreed",
    explain:
      "Before a client masks its vector, it checks that it is in the list itself, that the number of clients is that of its program, and that the sum is about the vector that it has.",
  },
};
