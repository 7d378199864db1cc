/**
 * Proof that a client has the key that it introduces itself with: its node signs the introduction for the run that
 * requested it.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ClientIntroduction } from "../contract.js";
import { cryptoPrimitives } from "../secure/primitives.js";

/** The signed bytes, bound to the run and the client, so that they cannot be replayed. */
export function introductionToSign(
  run: bigint,
  { name, rows, key }: Pick<ClientIntroduction, "name" | "rows" | "key">,
): Uint8Array {
  const id = String(BigInt.asUintN(64, run));
  return Buffer.from(JSON.stringify(["tunebook client 1", id, name, rows, Buffer.from(key).toString("base64")]));
}

export function isIntroductionProven(run: bigint, introduced: ClientIntroduction, proof: Uint8Array): boolean {
  return cryptoPrimitives.verify(introduced.key, introductionToSign(run, introduced), proof);
}

type Named = Pick<ClientIntroduction, "name" | "key">;
/** Errors: `clients-one-key`. A secure sum identifies clients by key. */
export function demandUniqueKey({ name, key }: Named, others: readonly Named[]): void {
  const first = others.find((one) => Buffer.from(one.key).equals(key));
  if (first) throw new CodedError("clients-one-key", { client: name, first: first.name });
}
