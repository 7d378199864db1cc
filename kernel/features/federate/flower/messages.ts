/**
 * Messages between the coordinator of a federation and its clients (`../contract.ts`), as bytes. The head of each
 * request has its kind; each response has the requested content, or an error code without text.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import type { RoundStateVectors } from "#stdlib/aggregators/kind.js";
import { objectWith, jsonObject, dictionaryOf, wholeNumber, type Schema } from "#kernel/fetch/json.js";
import type {
  ClientIntroduction,
  RoundAnswer,
  RoundInstruction,
  ClientEvaluation,
  OfferedFederationTerms,
} from "../contract.js";
import {
  requireBytes,
  requireFloats,
  packHeadAndVectors,
  unpackHeadAndVectors,
  unreadableMessageError,
  type UnpackedMessage,
  type NamedVectors,
} from "./packed.js";
import { isIntroductionProven } from "./delivery-check.js";

export type EvaluationInstruction = Pick<RoundInstruction, "round" | "rounds" | "weights">;
export type ClientRequest =
  | { readonly kind: "hello"; readonly terms: OfferedFederationTerms }
  | { readonly kind: "train"; readonly order: RoundInstruction }
  | { readonly kind: "evaluate"; readonly order: EvaluationInstruction }
  | { readonly kind: "mask"; readonly message: Uint8Array }
  /** `done`: completed rounds if the coordinator may resume later; absent if the federation is over. */
  | { readonly kind: "bye"; readonly done?: number };
export type ClientRequestKind = ClientRequest["kind"];

const statesOf = (prefix: string, states: RoundStateVectors): NamedVectors =>
  Object.fromEntries(Object.entries(states).map(([name, values]) => [`${prefix}${name}`, values]));
function keptIn(prefix: string, vectors: NamedVectors): RoundStateVectors {
  const found: [string, Float64Array][] = [];
  for (const [name, values] of Object.entries(vectors))
    if (name.startsWith(prefix) && values instanceof Float64Array) found.push([name.slice(prefix.length), values]);
  return Object.fromEntries(found);
}

export function encodeClientRequest(question: ClientRequest): Uint8Array {
  const { kind } = question;
  switch (kind) {
    case "hello":
      return packHeadAndVectors({ kind, terms: question.terms }, {});
    case "train":
    case "evaluate": {
      const { round, rounds, weights } = question.order;
      return packHeadAndVectors(
        { kind, round, rounds },
        { weights, ...(kind === "train" && statesOf("sent/", question.order.sent)) },
      );
    }
    case "mask":
      return packHeadAndVectors({ kind }, { message: question.message });
    case "bye":
      return packHeadAndVectors({ kind, ...(question.done !== undefined && { done: question.done }) }, {});
  }
}

const KINDS = ["hello", "train", "evaluate", "mask", "bye"] as const satisfies readonly ClientRequestKind[];
const someKind = objectWith({ kind: v.picklist(KINDS) });
const helloHead = objectWith({
  terms: objectWith({ plan: jsonObject, rounds: wholeNumber(1), clients: wholeNumber(1), done: wholeNumber() }),
});
const byeHead = objectWith({ done: v.exactOptional(wholeNumber()) });
const orderHead = objectWith({ round: wholeNumber(), rounds: wholeNumber(1) });

/** Throws `flower-said` for an invalid message. */
export function decodeLeaderRequest(bytes: Uint8Array): ClientRequest {
  const { kind } = unpackHeadAndVectors(bytes, someKind).head;
  switch (kind) {
    case "hello": {
      const { plan, rounds, clients, done } = unpackHeadAndVectors(bytes, helloHead).head.terms;
      return { kind, terms: { plan, rounds, clients, done } };
    }
    case "train":
    case "evaluate": {
      const { head, vectors } = unpackHeadAndVectors(bytes, orderHead);
      const order = { round: head.round, rounds: head.rounds, weights: requireFloats(vectors, "weights") };
      return kind === "train" ? { kind, order: { ...order, sent: keptIn("sent/", vectors) } } : { kind, order };
    }
    case "mask":
      return { kind, message: requireBytes(unpackHeadAndVectors(bytes, someKind).vectors, "message") };
    case "bye": {
      const { done } = unpackHeadAndVectors(bytes, byeHead).head;
      return { kind, ...(done !== undefined && { done }) };
    }
  }
}

/** `proof`: its node's signature (`delivery-check.ts`). */
export const encodeIntroduction = ({ name, rows, validates, key }: ClientIntroduction, proof: Uint8Array): Uint8Array =>
  packHeadAndVectors({ name, rows, validates }, { key, proof });
/** For secure sums, sends only that the update exists. */
export function encodeRoundAnswer(answer: RoundAnswer): Uint8Array {
  const { rows, steps, tokens, loss, seconds, epsilon, packed, delta, given } = answer;
  const head = { rows, steps, tokens, loss, seconds, ...(epsilon !== undefined && { epsilon }) };
  return packHeadAndVectors(head, { ...(packed ? { packed } : { delta }), ...statesOf("given/", given) });
}
export const encodeScores = ({ rows, metrics }: ClientEvaluation): Uint8Array =>
  packHeadAndVectors({ rows, metrics }, {});
export const encodeMaskingReply = (message: Uint8Array): Uint8Array => packHeadAndVectors({}, { message });
export const encodeFailure = (code: string, path?: string): Uint8Array =>
  packHeadAndVectors({ code, ...(path !== undefined && { path }) }, {});

/** Format of paths in programs. */
export const PROGRAM_PATH_PATTERN = /^[a-z][a-z0-9_.]{0,120}$/;
/** A response has the content, or an error code and the path that differs, without text. */
const perhapsFailed = objectWith({
  code: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,60}$/))),
  path: v.optional(v.pipe(v.string(), v.regex(PROGRAM_PATH_PATTERN))),
});
/** JSON has numbers, such as 1e999, that parse as infinite. */
const number = v.pipe(v.number(), v.finite());
const figures = objectWith({
  rows: wholeNumber(),
  steps: wholeNumber(),
  tokens: wholeNumber(),
  loss: number,
  seconds: v.pipe(number, v.minValue(0)),
  epsilon: v.optional(v.pipe(number, v.minValue(0))),
});
/** Maximum rows of a client: secure sums have no digits for more. */
const MOST_ROWS = 2 ** 30;
/** Displayable names: without control characters that a terminal would interpret. */
const NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;
const introduced = objectWith({
  name: v.pipe(v.string(), v.regex(NAME)),
  rows: v.pipe(wholeNumber(1), v.maxValue(MOST_ROWS)),
  validates: v.boolean(),
});
/** Maximum metrics of a client. */
const METRICS = 50;
const scores = objectWith({
  rows: wholeNumber(),
  metrics: v.pipe(
    dictionaryOf(number),
    v.check((all) => Object.keys(all).length <= METRICS && Object.keys(all).every((name) => NAME.test(name))),
  ),
});

function answered<T>(client: string, bytes: Uint8Array, schema: Schema<T>): UnpackedMessage<T> {
  const { code, path = null } = unpackHeadAndVectors(bytes, perhapsFailed).head;
  if (code?.startsWith("join-") === true) throw new CodedError("join-refused", { client, refusal: code, path });
  if (code !== undefined) throw new CodedError("flower-client", { client, why: code });
  return unpackHeadAndVectors(bytes, schema);
}

/** Bytes of an Ed25519 key. */
const KEY = 32;

/** Errors: `join-refused`, `flower-client`, `flower-said`. */
export function decodeIntroduction(client: string, bytes: Uint8Array, run: bigint): ClientIntroduction {
  const { head, vectors } = answered(client, bytes, introduced);
  const key = requireBytes(vectors, "key");
  if (key.length !== KEY) throw unreadableMessageError("its key is not valid");
  const introducedClient = { name: head.name, rows: head.rows, validates: head.validates, key };
  if (!isIntroductionProven(run, introducedClient, requireBytes(vectors, "proof")))
    throw unreadableMessageError("its key is not its own");
  return introducedClient;
}

export interface ExpectedAnswer {
  /** Names of the vectors sent with an update. */
  readonly given: readonly string[];
  /** Decompresses updates; absent if they are not compressed. */
  readonly opened?: (bytes: Uint8Array, length: number) => Float32Array;
  /** Updates are not sent, because they are summed securely. */
  readonly summed: boolean;
}

/** Rejects values that are not finite and vectors of another length. Errors as above. */
export function decodeRoundAnswer(
  { name: client, rows }: Pick<ClientIntroduction, "name" | "rows">,
  bytes: Uint8Array,
  length: number,
  { given: names, opened, summed }: ExpectedAnswer,
): RoundAnswer {
  const { head, vectors } = answered(client, bytes, figures);
  const delta = opened && !summed ? opened(requireBytes(vectors, "packed"), length) : requireFloats(vectors, "delta");
  const given = keptIn("given/", vectors);
  const long = summed ? 0 : length;
  if (delta.length !== long) throw unreadableMessageError("its update is not as long as the weights");
  if (head.rows !== rows) throw unreadableMessageError("it was trained on other rows than declared");
  if (Object.keys(given).length !== names.length || names.some((one) => given[one]?.length !== long))
    throw unreadableMessageError("the data sent with its update differ from the agreed ones");
  if (![delta, ...Object.values(given)].every(areAllFinite))
    throw unreadableMessageError("its update contains values that are not numbers");
  const { steps, tokens, loss, seconds, epsilon } = head;
  return {
    rows,
    steps,
    tokens,
    loss,
    seconds,
    delta,
    given,
    bytes: bytes.length,
    ...(epsilon !== undefined && { epsilon }),
  };
}
/** A client's scores never weigh more than its updates. */
export function decodeScores(
  { name, rows: most }: Pick<ClientIntroduction, "name" | "rows">,
  bytes: Uint8Array,
): ClientEvaluation {
  const { rows, metrics } = answered(name, bytes, scores).head;
  return { rows: Math.min(rows, most), metrics };
}
export function decodeMaskingReply(client: string, bytes: Uint8Array): Uint8Array {
  return requireBytes(answered(client, bytes, jsonObject).vectors, "message");
}

export function areAllFinite(values: Float32Array | Float64Array): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false;
  return true;
}
