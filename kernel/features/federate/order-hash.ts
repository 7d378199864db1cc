/**
 * Hash of a round's instruction: the vectors of a secure sum belong to one instruction, and its clients verify that.
 */
import { bytesOfArray } from "../../tensors/numbers.js";
import type { RoundInstruction } from "./contract.js";
import { cryptoPrimitives } from "./secure/primitives.js";

/** Hash of everything that a client receives: 32 bytes. */
export function instructionHash({ round, rounds, weights, sent }: RoundInstruction): Uint8Array {
  const names = Object.keys(sent).sort();
  const head = Buffer.from(JSON.stringify(["tunebook order 1", round, rounds, weights.length, names]));
  return cryptoPrimitives.hash(
    head,
    bytesOfArray(weights),
    ...names.map((name) => bytesOfArray(sent[name] ?? new Float64Array(0))),
  );
}

/** Hash of the weights only, to recognize them in another round. */
export function weightsHash({ weights }: Pick<RoundInstruction, "weights">): Uint8Array {
  return cryptoPrimitives.hash(Buffer.from("tunebook weights 1"), bytesOfArray(weights));
}
