/** Error codes of secure sums. None contains a value, label or text of a client. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

/** Phases of a masking round, in order. */
export type MaskingPhase = "keys" | "shares" | "input" | "agreement" | "unmasking";

const clients = (n: number): string => `${String(n)} client${n === 1 ? "" : "s"}`;
const WAITED: Readonly<Record<MaskingPhase, string>> = {
  keys: "sent keys",
  shares: "shared their secrets",
  input: "sent a masked vector",
  agreement: "signed the list of clients",
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
      `secure aggregation of ${clients(d.clients)} protects no client: ${d.clients === 2 ? "from the sum of two, each knows what the other sent" : "the sum is the client's own update"}`,
    help: (d) => `use at least ${String(d.least)} clients, or remove secure aggregation`,
    explain:
      "Secure aggregation reveals the sum of all updates and no single update. With two clients each can subtract its own, and a sum of one is that update, so at least three are needed.",
  },
  "secure-threshold": {
    severity: "error",
    message: (d) =>
      `the threshold ${String(d.threshold)} of ${String(d.clients)} clients is not between ${String(d.least)} and ${String(d.clients)}`,
    help: (d) => `use at least ${String(d.least)}, which is more than two thirds`,
    explain:
      "As many clients as the threshold can together remove the masks of one. It must be more than two thirds of the clients: then no two groups can be given different lists of who takes part, as long as less than a third of them are dishonest.",
  },
  "secure-range": {
    severity: "error",
    message: (d) =>
      `value ${String(d.place)} of the vector is not a number from −${String(d.range)} to ${String(d.range)}`,
    help: () => "declare a wider range, or clip updates to it before they are summed",
    explain:
      "Masked vectors are integers that wrap around. The declared range scales each value so that the sum of all clients cannot wrap. A value outside the range, an infinity or a NaN would silently give a wrong sum, so nothing is sent.",
  },
  "secure-fixed": {
    severity: "error",
    message: (d) =>
      `values up to ${String(d.range)} of ${clients(d.clients)} cannot be summed as integers of ${String(d.bits)} bits`,
    help: () => "declare a finite range above zero; for very many clients use 64 bits",
    explain:
      "Each value is scaled to an integer by the declared range and the number of clients, so that the sum cannot wrap around.",
  },
  "secure-survivors": {
    severity: "error",
    message: (d) => `${String(d.left)} clients ${WAITED[d.part]}, but ${String(d.threshold)} are needed`,
    help: () => "repeat the round with the available clients, or wait longer for them",
    explain:
      "Clients may drop out at any time, as long as at least the threshold stays to the end. With fewer, masks cannot be removed: neither the sum nor any update can be read.",
  },
  "secure-order": {
    severity: "error",
    message: (d) => `"${d.got}" was received instead of "${d.wants}"`,
    help: () => "start a new round; each message is accepted once, in order",
    explain:
      "The messages of a round have a fixed order, and each is answered once. A server that repeats one, above all the list of whom to unmask, could learn both secrets of a client, so the client then leaves the round.",
  },
  "secure-message": {
    severity: "error",
    message: (d) => `cannot read a message: ${d.why}`,
    help: () => "check that all parties have the same version of Tunebook",
    explain: "A message of a round was truncated, belongs to another round, or is invalid.",
  },
  "secure-signature": {
    severity: "error",
    message: (d) =>
      `the signature of the ${d.of === "keys" ? "keys" : "list"} of client ${String(d.client)} is not that of its node`,
    help: () => "check the list of nodes that may take part; this error also stops a server that inserts its own keys",
    explain:
      "Keys, and the list of clients in the sum, are signed by the key of the client's node, and all parties know these nodes beforehand. A wrong signature means that the content was changed on the way.",
  },
  "secure-keys": {
    severity: "error",
    message: (d) => `the keys of the round are rejected: ${d.why}`,
    help: () => "start a new round",
    explain:
      "Each client checks the keys of all others before use: no two are equal, its own is unchanged, and there are at least as many as the threshold.",
  },
  "secure-sealed": {
    severity: "error",
    message: (d) => `the encrypted shares of client ${String(d.client)} cannot be decrypted`,
    help: () => "start a new round; they were changed on the way",
    explain: "Shares are encrypted from client to client, so that the server cannot read, change or exchange them.",
  },
  "secure-list": {
    severity: "error",
    message: (d) => `the list of clients to unmask is rejected: ${d.why}`,
    help: () => "start a new round",
    explain:
      "Of each other client, a client reveals a share of only one secret: the seed of its own mask if its vector is in the sum, or its masking key if it dropped out. Both together would unmask its vector. So the list is signed by the clients, accepted once, and never has one client on both sides.",
  },
  "secure-shares": {
    severity: "error",
    message: (d) => `the shares of client ${String(d.client)} do not give its secret`,
    help: () => "start a new round; a client sent a wrong share",
    explain:
      "The result of combining shares is compared with the client's public key or the hash of its seed. A wrong share would give a wrong sum.",
  },
};
