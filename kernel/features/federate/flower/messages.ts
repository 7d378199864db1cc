/**
 * What who leads a federation and its clients say to each other (`../contract.ts`), as bytes. Each question has its kind in its
 * head, each answer what was asked for, or the code of what went wrong and no words.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import * as v from "valibot";
import type { Kept } from "#stdlib/aggregators/kind.js";
import { fields, object, table, whole, type Schema } from "#kernel/fetch/json.js";
import type { Introduced, RoundAnswer, RoundOrder, Scores, Terms } from "../contract.js";
import { bytesIn, floatsIn, pack, unpack, unreadable, type Said, type Vectors } from "./packed.js";
import { proven } from "./delivery-check.js";

/** Weights to look at rows with. */
export type Look = Pick<RoundOrder, "round" | "rounds" | "weights">;
export type Question =
  | { readonly kind: "hello"; readonly terms: Terms }
  | { readonly kind: "train"; readonly order: RoundOrder }
  | { readonly kind: "evaluate"; readonly order: Look }
  | { readonly kind: "mask"; readonly message: Uint8Array }
  /** `done`: rounds that are behind it where whoever leads may go on later; absent: it is over. */
  | { readonly kind: "bye"; readonly done?: number };
export type Kind = Question["kind"];

const kept = (prefix: string, of: Kept): Vectors =>
  Object.fromEntries(Object.entries(of).map(([name, values]) => [`${prefix}${name}`, values]));
function keptIn(prefix: string, vectors: Vectors): Kept {
  const found: [string, Float64Array][] = [];
  for (const [name, values] of Object.entries(vectors))
    if (name.startsWith(prefix) && values instanceof Float64Array) found.push([name.slice(prefix.length), values]);
  return Object.fromEntries(found);
}

export function encodeQuestion(question: Question): Uint8Array {
  const { kind } = question;
  switch (kind) {
    case "hello":
      return pack({ kind, terms: question.terms }, {});
    case "train":
    case "evaluate": {
      const { round, rounds, weights } = question.order;
      return pack({ kind, round, rounds }, { weights, ...(kind === "train" && kept("sent/", question.order.sent)) });
    }
    case "mask":
      return pack({ kind }, { message: question.message });
    case "bye":
      return pack({ kind, ...(question.done !== undefined && { done: question.done }) }, {});
  }
}

const KINDS = ["hello", "train", "evaluate", "mask", "bye"] as const satisfies readonly Kind[];
const someKind = fields({ kind: v.picklist(KINDS) });
const helloHead = fields({ terms: fields({ plan: object, rounds: whole(1), clients: whole(1), done: whole() }) });
const byeHead = fields({ done: v.exactOptional(whole()) });
const orderHead = fields({ round: whole(), rounds: whole(1) });

/** `flower-said` where it is none. */
export function decodeQuestion(bytes: Uint8Array): Question {
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
export const encodeIntroduced = ({ name, rows, validates, key }: Introduced, proof: Uint8Array): Uint8Array =>
  pack({ name, rows, validates }, { key, proof });
/** Of updates that are summed secretly nothing is sent but that they are there. */
export function encodeAnswer(answer: RoundAnswer): Uint8Array {
  const { rows, steps, tokens, loss, seconds, epsilon, packed, delta, given } = answer;
  const head = { rows, steps, tokens, loss, seconds, ...(epsilon !== undefined && { epsilon }) };
  return pack(head, { ...(packed ? { packed } : { delta }), ...kept("given/", given) });
}
export const encodeScores = ({ rows, metrics }: Scores): Uint8Array => pack({ rows, metrics }, {});
export const encodeMessage = (message: Uint8Array): Uint8Array => pack({}, { message });
export const encodeFailure = (code: string, path?: string): Uint8Array =>
  pack({ code, ...(path !== undefined && { path }) }, {});

/** As paths in programs are. */
export const PATH = /^[a-z][a-z0-9_.]{0,120}$/;
/** What comes back says what it is, or the code of what went wrong, the path of what differs, and no words. */
const perhapsFailed = fields({
  code: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,60}$/))),
  path: v.optional(v.pipe(v.string(), v.regex(PATH))),
});
/** JSON has numbers, as 1e999, that are infinite here. */
const number = v.pipe(v.number(), v.finite());
const figures = fields({
  rows: whole(),
  steps: whole(),
  tokens: whole(),
  loss: number,
  seconds: v.pipe(number, v.minValue(0)),
  epsilon: v.optional(v.pipe(number, v.minValue(0))),
});
/** Rows of a client at most: secret sums have no digits for more. */
const MOST_ROWS = 2 ** 30;
/** What is shown: without signs that a terminal obeys. */
const NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;
const introduced = fields({
  name: v.pipe(v.string(), v.regex(NAME)),
  rows: v.pipe(whole(1), v.maxValue(MOST_ROWS)),
  validates: v.boolean(),
});
/** Metrics of a client at most. */
const METRICS = 50;
const scores = fields({
  rows: whole(),
  metrics: v.pipe(
    table(number),
    v.check((all) => Object.keys(all).length <= METRICS && Object.keys(all).every((name) => NAME.test(name))),
  ),
});

function answered<T>(client: string, bytes: Uint8Array, schema: Schema<T>): Said<T> {
  const { code, path = null } = unpack(bytes, perhapsFailed).head;
  if (code?.startsWith("join-") === true) throw new CodedError("join-refused", { client, refusal: code, path });
  if (code !== undefined) throw new CodedError("flower-client", { client, why: code });
  return unpack(bytes, schema);
}

/** Ed25519's. */
const KEY = 32;

/** Errors: `join-refused`, `flower-client`, `flower-said`. */
export function decodeIntroduced(client: string, bytes: Uint8Array, run: bigint): Introduced {
  const { head, vectors } = answered(client, bytes, introduced);
  const key = bytesIn(vectors, "key");
  if (key.length !== KEY) throw unreadable("its key is none");
  const said = { name: head.name, rows: head.rows, validates: head.validates, key };
  if (!proven(run, said, bytesIn(vectors, "proof"))) throw unreadable("its key is not its own");
  return said;
}

/** What answers are like. */
export interface Expected {
  /** Names of what comes beside an update. */
  readonly given: readonly string[];
  /** Updates come made smaller; absent: as they are. */
  readonly opened?: (bytes: Uint8Array, length: number) => Float32Array;
  /** Updates don't come: they are summed secretly. */
  readonly summed: boolean;
}

/** Nothing that is no number, or of another length, goes on. Errors as above. */
export function decodeAnswer(
  { name: client, rows }: Pick<Introduced, "name" | "rows">,
  bytes: Uint8Array,
  length: number,
  { given: names, opened, summed }: Expected,
): RoundAnswer {
  const { head, vectors } = answered(client, bytes, figures);
  const delta = opened && !summed ? opened(bytesIn(vectors, "packed"), length) : floatsIn(vectors, "delta");
  const given = keptIn("given/", vectors);
  const long = summed ? 0 : length;
  if (delta.length !== long) throw unreadable("its update is not as long as the weights");
  if (head.rows !== rows) throw unreadable("it learnt from other rows than it said it has");
  if (Object.keys(given).length !== names.length || names.some((one) => given[one]?.length !== long))
    throw unreadable("it gives something else beside its update");
  if (![delta, ...Object.values(given)].every(allNumbers)) throw unreadable("its update has what is no number");
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
export function decodeScores({ name, rows: most }: Pick<Introduced, "name" | "rows">, bytes: Uint8Array): Scores {
  const { rows, metrics } = answered(name, bytes, scores).head;
  return { rows: Math.min(rows, most), metrics };
}
export function decodeMessage(client: string, bytes: Uint8Array): Uint8Array {
  return bytesIn(answered(client, bytes, object).vectors, "message");
}

/** Whether none is NaN or infinite. */
export function allNumbers(values: Float32Array | Float64Array): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false;
  return true;
}
