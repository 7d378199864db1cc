/** Error codes of secure sums. None contains a value, label or text of a client. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** Phases of a masking round, in order. */
export type MaskingPhase = "keys" | "shares" | "input" | "agreement" | "unmasking";

const clients = (n: number): string => `${String(n)} client${n === 1 ? "" : "s"}`;
const WAITED: Readonly<Record<MaskingPhase, string>> = {
  keys: "sent keys",
  shares: "shared their secrets",
  input: "sent a masked vector",
  agreement: "signed who is summed",
  unmasking: "sent shares for unmasking",
};

export interface SecureCodeData {
  "too-few-clients": { readonly clients: number; readonly least: number };
  "secure-threshold": { readonly threshold: number; readonly least: number; readonly clients: number };
  "secure-range": { readonly range: number; readonly place: number };
  "secure-fixed": { readonly range: number; readonly clients: number; readonly bits: number };
  "secure-survivors": { readonly part: MaskingPhase; readonly left: number; readonly threshold: number };
  "secure-order": { readonly got: string; readonly wants: string };
  "secure-message": { readonly why: string };
  "secure-signature": { readonly client: number; readonly of: "keys" | "agreement" };
  "secure-keys": { readonly why: string };
  "secure-sealed": { readonly client: number };
  "secure-list": { readonly why: string };
  "secure-shares": { readonly client: number };
}
export const secureCodes: CodeTable<SecureCodeData> = {
  "too-few-clients": {
    severity: "error",
    message: (d) =>
      `secure aggregation of ${clients(d.clients)}: ${d.clients === 2 ? "the sum of two tells each what the other sent" : "there is nothing to hide a client among"}`,
    help: (d) => `use at least ${String(d.least)} clients, or leave secure aggregation out`,
    explain:
      "Secure aggregation tells the sum of all updates and no update by itself. Whoever knows one of two addends knows the other from the sum, and the sum of one is that one, so at least three clients take part.",
  },
  "secure-threshold": {
    severity: "error",
    message: (d) =>
      `a threshold of ${String(d.threshold)} of ${String(d.clients)} clients is not between ${String(d.least)} and ${String(d.clients)}`,
    help: (d) => `use ${String(d.least)}, which is more than two thirds, or more`,
    explain:
      "As many clients as the threshold says can together undo the masks of one. It has to be more than two thirds of those that take part: then no two groups of clients can be told different lists of who is there, as long as less than a third of them work against the others.",
  },
  "secure-range": {
    severity: "error",
    message: (d) =>
      `the vector is no number from −${String(d.range)} to ${String(d.range)} at place ${String(d.place)}`,
    help: () => "declare a wider range, or clip updates to it before they are summed",
    explain:
      "Masked vectors are whole numbers that wrap around, so the range of each value is declared before and scales them so that no sum of all clients can wrap. A value outside it, an infinity or a NaN would make a wrong sum that nobody can see; nothing is sent instead.",
  },
  "secure-fixed": {
    severity: "error",
    message: (d) =>
      `values up to ${String(d.range)} of ${clients(d.clients)} can't be summed as whole numbers of ${String(d.bits)} bits`,
    help: () => "declare a range above zero that is a finite number; for very many clients use 64 bits",
    explain:
      "Each value becomes a whole number by a scale that follows from the declared range and from how many clients take part, so that their sum can't wrap around.",
  },
  "secure-survivors": {
    severity: "error",
    message: (d) => `${String(d.left)} clients ${WAITED[d.part]}, and ${String(d.threshold)} are needed`,
    help: () => "repeat the round with the clients that are there, or wait longer for them",
    explain:
      "Clients may drop out at any time, as long as at least the threshold stays to the end. With fewer the masks can't be undone: nothing of the round can be read, neither the sum nor any update.",
  },
  "secure-order": {
    severity: "error",
    message: (d) => `"${d.got}" came where "${d.wants}" was due`,
    help: () => "begin a new round; each message is taken once, in its order",
    explain:
      "The messages of a round have an order, and each is answered once. A server that sends one again, above all a second list of whom to unmask, could learn both secrets of a client; so that client ends its part in the round.",
  },
  "secure-message": {
    severity: "error",
    message: (d) => `a message can't be read: ${d.why}`,
    help: () => "check that all parties have the same version of Tunebook",
    explain: "A message of a round was cut off, belongs to another round, or isn't one.",
  },
  "secure-signature": {
    severity: "error",
    message: (d) =>
      `the signature under the ${d.of === "keys" ? "keys" : "list"} of client ${String(d.client)} is not that of its node`,
    help: () => "check the list of nodes that may take part; a server that puts in keys of its own is refused by this",
    explain:
      "Keys, and the list of who is summed, are signed by the key of the client's node, and all parties know beforehand which nodes these are. Anything else was changed on the way.",
  },
  "secure-keys": {
    severity: "error",
    message: (d) => `the keys of the round are refused: ${d.why}`,
    help: () => "begin a new round",
    explain:
      "Each client compares the keys of all others before it uses them: no two are the same, its own is there as it sent it, and as many as the threshold says took part.",
  },
  "secure-sealed": {
    severity: "error",
    message: (d) => `what client ${String(d.client)} sealed can't be opened`,
    help: () => "begin a new round; it was changed on the way",
    explain: "Shares go from client to client, sealed so that the server can't read, change or exchange them.",
  },
  "secure-list": {
    severity: "error",
    message: (d) => `the list of clients to unmask is refused: ${d.why}`,
    help: () => "begin a new round",
    explain:
      "A client gives, of each other one, a share of one secret alone: the seed of its own mask where its vector is in the sum, its masking key where it dropped out. Both together would unmask its vector by itself, so a list is signed by the clients before, taken once, and never names one on both sides.",
  },
  "secure-shares": {
    severity: "error",
    message: (d) => `the shares of client ${String(d.client)} don't give its secret`,
    help: () => "begin a new round; a client sent a wrong share",
    explain:
      "What comes out of the shares is compared with what the client made known of it: its public key, or the hash of its seed. A wrong one would give a wrong sum.",
  },
};
