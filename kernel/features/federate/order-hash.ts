/** What an order comes to in a few bytes: vectors of a secret sum answer one order, and its clients hold each other to that. */
import { bytesOf } from "../../tensors/numbers.js";
import type { RoundOrder } from "./contract.js";
import { primitives } from "./secure/primitives.js";

/** Of all that a client is sent: 32 bytes. */
export function orderHash({ round, rounds, weights, sent }: RoundOrder): Uint8Array {
  const names = Object.keys(sent).sort();
  const head = Buffer.from(JSON.stringify(["tunebook order 1", round, rounds, weights.length, names]));
  return primitives.hash(head, bytesOf(weights), ...names.map((name) => bytesOf(sent[name] ?? new Float64Array(0))));
}

/** Of its weights alone, by which those are known again in another round. */
export function weightsHash({ weights }: Pick<RoundOrder, "weights">): Uint8Array {
  return primitives.hash(Buffer.from("tunebook weights 1"), bytesOf(weights));
}
