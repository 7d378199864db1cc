/**
 * What who leads a federation and its clients say to each other (`../contract.ts`), as bytes. Each question has its kind in its
 * head, each answer what was asked for, or the code of what went wrong and no words.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import type { RoundStateVectors } from "#stdlib/aggregators/kind.js";
import { objectWith, jsonObject, dictionaryOf, wholeNumber, type Schema } from "#kernel/fetch/json.js";
import type { ClientIntroduction, RoundAnswer, RoundInstruction, ClientEvaluation, Terms } from "../contract.js";
import {
  bytesIn,
  floatsIn,
  pack,
  unpack,
  unreadableMessageError,
  type UnpackedMessage,
  type Vectors,
} from "./packed.js";
import { isIntroductionProven } from "./delivery-check.js";

/** Weights to look at rows with. */
export type EvaluationInstruction = Pick<RoundInstruction, "round" | "rounds" | "weights">;
export type ClientRequest =
  | { readonly kind: "hello"; readonly terms: Terms }
  | { readonly kind: "train"; readonly order: RoundInstruction }
  | { readonly kind: "evaluate"; readonly order: EvaluationInstruction }
  | { readonly kind: "mask"; readonly message: Uint8Array }
  /** `done`: rounds that are behind it where whoever leads may go on later; absent: it is over. */
  | { readonly kind: "bye"; readonly done?: number };
export type ClientRequestKind = ClientRequest["kind"];

const statesOf = (prefix: string, states: RoundStateVectors): Vectors =>
  Object.fromEntries(Object.entries(states).map(([name, values]) => [`${prefix}${name}`, values]));
function keptIn(prefix: string, vectors: Vectors): RoundStateVectors {
  const found: [string, Float64Array][] = [];
  for (const [name, values] of Object.entries(vectors))
    if (name.startsWith(prefix) && values instanceof Float64Array) found.push([name.slice(prefix.length), values]);
  return Object.fromEntries(found);
}

export function encodeClientRequest(question: ClientRequest): Uint8Array {
  const { kind } = question;
  switch (kind) {
    case "hello":
      return pack({ kind, terms: question.terms }, {});
    case "train":
    case "evaluate": {
      const { round, rounds, weights } = question.order;
      return pack(
        { kind, round, rounds },
        { weights, ...(kind === "train" && statesOf("sent/", question.order.sent)) },
      );
    }
    case "mask":
      return pack({ kind }, { message: question.message });
    case "bye":
      return pack({ kind, ...(question.done !== undefined && { done: question.done }) }, {});
  }
}

const KINDS = ["hello", "train", "evaluate", "mask", "bye"] as const satisfies readonly ClientRequestKind[];
const someKind = objectWith({ kind: v.picklist(KINDS) });
const helloHead = objectWith({
  terms: objectWith({ plan: jsonObject, rounds: wholeNumber(1), clients: wholeNumber(1), done: wholeNumber() }),
});
const byeHead = objectWith({ done: v.exactOptional(wholeNumber()) });
const orderHead = objectWith({ round: wholeNumber(), rounds: wholeNumber(1) });

/** `flower-said` where it is none. */
export function decodeLeaderRequest(bytes: Uint8Array): ClientRequest {
  const { kind } = unpack(bytes, someKind).head;
  switch (kind) {
    case "hello": {
      const { plan, rounds, clients, done } = unpack(bytes, helloHead).head.terms;
      return { kind, terms: { plan, rounds, clients, done } };
    }
    case "train":
    case "evaluate": {
      const { head, vectors } = unpack(bytes, orderHead);
      const order = { round: head.round, rounds: head.rounds, weights: floatsIn(vectors, "weights") };
      return kind === "train" ? { kind, order: { ...order, sent: keptIn("sent/", vectors) } } : { kind, order };
    }
    case "mask":
      return { kind, message: bytesIn(unpack(bytes, someKind).vectors, "message") };
    case "bye": {
      const { done } = unpack(bytes, byeHead).head;
      return { kind, ...(done !== undefined && { done }) };
    }
  }
}

/** `proof`: its node's signature (`proof.ts`). */
export const encodeIntroduction = ({ name, rows, validates, key }: ClientIntroduction, proof: Uint8Array): Uint8Array =>
  pack({ name, rows, validates }, { key, proof });
/** Of updates that are summed secretly nothing is sent but that they are there. */
export function encodeRoundAnswer(answer: RoundAnswer): Uint8Array {
  const { rows, steps, tokens, loss, seconds, epsilon, packed, delta, given } = answer;
  const head = { rows, steps, tokens, loss, seconds, ...(epsilon !== undefined && { epsilon }) };
  return pack(head, { ...(packed ? { packed } : { delta }), ...statesOf("given/", given) });
}
export const encodeScores = ({ rows, metrics }: ClientEvaluation): Uint8Array => pack({ rows, metrics }, {});
export const encodeMessage = (message: Uint8Array): Uint8Array => pack({}, { message });
export const encodeFailure = (code: string, path?: string): Uint8Array =>
  pack({ code, ...(path !== undefined && { path }) }, {});

/** As paths in programs are. */
export const PROGRAM_PATH_PATTERN = /^[a-z][a-z0-9_.]{0,120}$/;
/** What comes back says what it is, or the code of what went wrong, the path of what differs, and no words. */
const perhapsFailed = objectWith({
  code: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,60}$/))),
  path: v.optional(v.pipe(v.string(), v.regex(PROGRAM_PATH_PATTERN))),
});
/** JSON has numbers, as 1e999, that are infinite here. */
const number = v.pipe(v.number(), v.finite());
const figures = objectWith({
  rows: wholeNumber(),
  steps: wholeNumber(),
  tokens: wholeNumber(),
  loss: number,
  seconds: v.pipe(number, v.minValue(0)),
  epsilon: v.optional(v.pipe(number, v.minValue(0))),
});
/** Rows of a client at most: secret sums have no digits for more. */
const MOST_ROWS = 2 ** 30;
/** What is shown: without signs that a terminal obeys. */
const NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;
const introduced = objectWith({
  name: v.pipe(v.string(), v.regex(NAME)),
  rows: v.pipe(wholeNumber(1), v.maxValue(MOST_ROWS)),
  validates: v.boolean(),
});
/** Metrics of a client at most. */
const METRICS = 50;
const scores = objectWith({
  rows: wholeNumber(),
  metrics: v.pipe(
    dictionaryOf(number),
    v.check((all) => Object.keys(all).length <= METRICS && Object.keys(all).every((name) => NAME.test(name))),
  ),
});

function answered<T>(client: string, bytes: Uint8Array, schema: Schema<T>): UnpackedMessage<T> {
  const { code, path = null } = unpack(bytes, perhapsFailed).head;
  if (code?.startsWith("join-") === true) throw new CodedError("join-refused", { client, refusal: code, path });
  if (code !== undefined) throw new CodedError("flower-client", { client, why: code });
  return unpack(bytes, schema);
}

/** Ed25519's. */
const KEY = 32;

/** Errors: `join-refused`, `flower-client`, `flower-said`. */
export function decodeIntroduction(client: string, bytes: Uint8Array, run: bigint): ClientIntroduction {
  const { head, vectors } = answered(client, bytes, introduced);
  const key = bytesIn(vectors, "key");
  if (key.length !== KEY) throw unreadableMessageError("its key is none");
  const introducedClient = { name: head.name, rows: head.rows, validates: head.validates, key };
  if (!isIntroductionProven(run, introducedClient, bytesIn(vectors, "proof")))
    throw unreadableMessageError("its key is not its own");
  return introducedClient;
}

/** What answers are like. */
export interface ExpectedAnswer {
  /** Names of what comes beside an update. */
  readonly given: readonly string[];
  /** Updates come made smaller; absent: as they are. */
  readonly opened?: (bytes: Uint8Array, length: number) => Float32Array;
  /** Updates don't come: they are summed secretly. */
  readonly summed: boolean;
}

/** Nothing that is no number, or of another length, goes on. Errors as above. */
export function decodeRoundAnswer(
  { name: client, rows }: Pick<ClientIntroduction, "name" | "rows">,
  bytes: Uint8Array,
  length: number,
  { given: names, opened, summed }: ExpectedAnswer,
): RoundAnswer {
  const { head, vectors } = answered(client, bytes, figures);
  const delta = opened && !summed ? opened(bytesIn(vectors, "packed"), length) : floatsIn(vectors, "delta");
  const given = keptIn("given/", vectors);
  const long = summed ? 0 : length;
  if (delta.length !== long) throw unreadableMessageError("its update is not as long as the weights");
  if (head.rows !== rows) throw unreadableMessageError("it learnt from other rows than it said it has");
  if (Object.keys(given).length !== names.length || names.some((one) => given[one]?.length !== long))
    throw unreadableMessageError("it gives something else beside its update");
  if (![delta, ...Object.values(given)].every(areAllFinite))
    throw unreadableMessageError("its update has what is no number");
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
/** Nobody's scores weigh more than its updates do. */
export function decodeScores(
  { name, rows: most }: Pick<ClientIntroduction, "name" | "rows">,
  bytes: Uint8Array,
): ClientEvaluation {
  const { rows, metrics } = answered(name, bytes, scores).head;
  return { rows: Math.min(rows, most), metrics };
}
export function decodeMessage(client: string, bytes: Uint8Array): Uint8Array {
  return bytesIn(answered(client, bytes, jsonObject).vectors, "message");
}

/** Whether none is NaN or infinite. */
export function areAllFinite(values: Float32Array | Float64Array): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false;
  return true;
}
