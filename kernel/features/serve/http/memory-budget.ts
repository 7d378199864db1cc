/** What requests under way and their answers may hold of the memory, all together. */
import { totalmem } from "node:os";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ServingLimits } from "../contract.js";
import type { HttpCall } from "./call.js";

/** Share of the machine's memory (or of what this process may have), bytes at least, and bodies of the greatest length that find room in any case. */
const MOST = { share: 1 / 8, bytes: 256 * 2 ** 20, bodies: 8 } as const;
/** Bytes of an answer, by what it has: as it is computed and as it is written down. */
export const ANSWER_BYTES = {
  /** A number of a vector: in four bytes, and in letters. */
  number: 4 + 24,
  /** A label with its share, or a word with its tag. */
  label: 200,
  /** A token that is written, and one that might have been in its place. */
  token: 64,
  /** A token that is told, with its text and its place. */
  told: 160,
} as const;

/** Tokens that a text, or tokens, come to at most before they are read: none stands for less than a byte, but those of the model's own. */
export function maxTokensOf(one: string | Int32Array, most: number): number {
  return Math.min(most, (typeof one === "string" ? Buffer.byteLength(one) : one.length) + OWN);
}
/** Those as [CLS] and [SEP]. */
const OWN = 4;
export const maxTokensIn = (texts: readonly string[], { maxLength }: { readonly maxLength: number }): number =>
  texts.reduce((sum, text) => sum + maxTokensOf(text, maxLength), 0);

export function defaultMemoryBytes(longest: number): number {
  // 0, or more than there is: no bound is set.
  const bound = process.constrainedMemory();
  const machine = bound > 0 ? Math.min(bound, totalmem()) : totalmem();
  return Math.max(Math.floor(machine * MOST.share), MOST.bytes, MOST.bodies * longest);
}

export class MemoryBudget {
  private usedBytes = 0;
  /** Calls that were released: what is done for them afterwards holds nothing. */
  private readonly over = new WeakSet<HttpCall>();
  private readonly most: number;

  constructor({ body, memory }: Pick<ServingLimits, "body" | "memory">) {
    this.most = memory ?? defaultMemoryBytes(body);
  }
  get bytes(): number {
    return this.usedBytes;
  }

  /** Until the call is released. A call that is alone finds room in any case. Coded error `bodies-full`. */
  take(call: HttpCall, bytes: number): void {
    if (this.over.has(call)) return;
    if (bytes > 0 && this.usedBytes > call.bytes && this.usedBytes + bytes > this.most)
      throw new CodedError("bodies-full", { most: this.most });
    this.usedBytes += bytes;
    call.bytes += bytes;
  }
  /** Its body, before it is read. Coded error `bodies-full`. */
  hold(call: HttpCall, bytes: number): void {
    this.take(call, bytes);
    call.body = bytes;
  }
  /** Its answer is written down and has that length: what else it was thought to take is free. */
  answers(call: HttpCall, length: number): void {
    if (this.over.has(call)) return;
    const bytes = call.body + length;
    this.usedBytes += bytes - call.bytes;
    call.bytes = bytes;
  }
  release(call: HttpCall): void {
    this.over.add(call);
    this.usedBytes -= call.bytes;
    call.bytes = 0;
  }
}
