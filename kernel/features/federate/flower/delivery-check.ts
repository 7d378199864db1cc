/** That a client has the key by which it introduces itself: its node signs what it says, for the run that asked. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Introduced } from "../contract.js";
import { primitives } from "../secure/primitives.js";

/** What is signed: nobody says it again in another run, or of another. */
export function introduction(run: bigint, { name, rows, key }: Pick<Introduced, "name" | "rows" | "key">): Uint8Array {
  const id = String(BigInt.asUintN(64, run));
  return Buffer.from(JSON.stringify(["tunebook client 1", id, name, rows, Buffer.from(key).toString("base64")]));
}

export function proven(run: bigint, introduced: Introduced, proof: Uint8Array): boolean {
  return primitives.verify(introduced.key, introduction(run, introduced), proof);
}

type Named = Pick<Introduced, "name" | "key">;
/** Errors: `clients-one-key`. In a secret sum each is known by its key. */
export function demandOtherKey({ name, key }: Named, others: readonly Named[]): void {
  const first = others.find((one) => Buffer.from(one.key).equals(key));
  if (first) throw new CodedError("clients-one-key", { client: name, first: first.name });
}
