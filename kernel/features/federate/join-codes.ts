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
    message: (d) => `whoever leads says ${d.theirs} for \`${d.path}\`, and this program says ${d.ours}`,
    help: (d) => `agree on one \`${d.path}\` and write it in both programs`,
    explain:
      "A client of a federation runs its own program. What whoever leads it has in its own is held against that, and all that decides what is learnt and sent has to be the same: base, task, technique, recipe, labels and their order, what becomes of updates, privacy. Nothing was trained and nothing was sent but this code and the path.",
  },
  "join-rounds": {
    severity: "error",
    message: (d) => `whoever leads asks for ${rounds(d.asked)}, and this program says ${String(d.most)} at most`,
    help: (d) => `write \`rounds: ${String(d.asked)}\` if that many are wanted`,
    explain: "Each round tells more about rows. How many there may be at most is what the client's own program says.",
  },
  "join-clients": {
    severity: "error",
    message: (d) => `whoever leads has ${String(d.asked)} clients, and this program says ${String(d.least)} at least`,
    help: (d) => `write \`clients: ${String(d.asked)}\` if so few are enough to hide among`,
    explain:
      "An update hides among those of others: the fewer there are, the more the mean tells about each. How few there may be is what the client's own program says.",
  },
  "join-spent": {
    severity: "error",
    message: (d) =>
      `${rounds(d.done)} are done, whoever leads asks for ${String(d.asked)} more, and this client gives ${String(d.most)} in its life`,
    help: () => "start the client again to take part once more, or let it give more: `--rounds N`",
    explain:
      "A client counts the rounds of its whole life, so that nobody gets more of them by asking twice. Rounds that are asked for again because whoever leads was interrupted count apart, up to the same number.",
  },
  "join-epsilon": {
    severity: "error",
    message: (d) =>
      `one more round would spend ε ${d.spent.toPrecision(3)} of these rows, and this program promises ${String(d.most)} at most`,
    help: (d) =>
      `the account of all rounds on these rows is ${d.account}; a greater \`epsilon\`, in both programs, allows more`,
    explain:
      "With `unit: row` each client counts what its own rows have spent, over all federations and restarts: a round is charged before it is trained, whether its answer arrives or not. What is spent never comes back.",
  },
  "looks-spent": {
    severity: "error",
    message: (d) => `scores on this client's rows were asked for more than ${String(d.most)} times`,
    help: () => "start the client again to take part once more, or let it give more: `--rounds N`",
    explain:
      "Scores tell of rows, too. A client gives them after each round, and after each that is asked for again because whoever leads was interrupted: over its whole life twice as often as there are rounds in it, and twice more for those before the first.",
  },
  "order-early": {
    severity: "error",
    message: (d) => `an order (${d.kind}) came from a run whose terms this client hasn't agreed on`,
    help: () => "nothing is to be done; whoever leads has to say its terms first",
    explain: "A client agrees on terms with one run at a time, the one that asked last, and takes orders of no other.",
  },
  "order-again": {
    severity: "error",
    message: (d) => `an order (${d.kind}) of round ${String(d.round)} came after round ${String(d.after)}`,
    help: () => "nothing is to be done; rounds go forward, each once",
    explain:
      "A round is trained once: whoever asks again, or for an earlier one, would learn more about rows than was agreed on.",
  },
  "order-unfit": {
    severity: "error",
    message: (d) => `an order is not one of this federation: ${d.why}`,
    help: () => "nothing is to be done; check that all sides have the same version of Tunebook",
    explain:
      "The client knows from its own program how many numbers an order has and what else it brings. Anything else is refused before the engine sees it.",
  },
  "sum-again": {
    severity: "error",
    message: (d) => `a second secret sum of what round ${String(d.round)} trained was asked for`,
    help: () => "nothing is to be done; each vector is in one sum at most, and again among the same clients alone",
    explain:
      "Two sums of the same vectors with one client more or less tell that client's vector. So a client gives its vector to one sum. Where the same weights come again, since whoever leads was interrupted or a sum failed, they are summed among the very same clients or not at all.",
  },
  "sum-unfit": {
    severity: "error",
    message: (d) => `a secret sum is refused: ${d.why}`,
    help: () => "nothing is to be done; whoever leads has to sum what was agreed on",
    explain:
      "Before a client masks its vector it looks whether it is named itself, whether there are as many others as its program says, and whether the sum is of the vector that it holds.",
  },
};
