/** What an order comes to in a few bytes: vectors of a secret sum answer one order, and its clients hold each other to that. */
import { bytesOfArray } from "../../tensors/numbers.js";
import type { RoundInstruction } from "./contract.js";
import { cryptoPrimitives } from "./secure/primitives.js";

/** Of all that a client is sent: 32 bytes. */
export function instructionHash({ round, rounds, weights, sent }: RoundInstruction): Uint8Array {
  const names = Object.keys(sent).sort();
  const head = Buffer.from(JSON.stringify(["tunebook order 1", round, rounds, weights.length, names]));
  return cryptoPrimitives.hash(
    head,
    bytesOfArray(weights),
    ...names.map((name) => bytesOfArray(sent[name] ?? new Float64Array(0))),
  );
}

/** Of its weights alone, by which those are known again in another round. */
export function weightsHash({ weights }: Pick<RoundInstruction, "weights">): Uint8Array {
  return cryptoPrimitives.hash(Buffer.from("tunebook weights 1"), bytesOfArray(weights));
}
