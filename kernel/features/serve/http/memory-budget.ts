/** Memory budget of all requests in progress and their responses together. */
import { totalmem } from "node:os";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ServingLimits } from "../contract.js";
import type { HttpCall } from "./call.js";

/**
 * Share of the machine's memory (or of this process's limit), minimum bytes, and maximum-size bodies that always fit.
 */
const MOST = { share: 1 / 8, bytes: 256 * 2 ** 20, bodies: 8 } as const;
/** Estimated bytes of a response by content: in memory plus serialized. */
export const ESTIMATED_RESPONSE_BYTES = {
  /** A number of a vector: four bytes, plus its text. */
  number: 4 + 24,
  /** A label with its probability, or a word with its tag. */
  label: 200,
  /** A generated token, or an alternative to one. */
  token: 64,
  /** A reported token, with its text and position. */
  told: 160,
} as const;

/**
 * Maximum tokens of a text, or of token ids, before tokenization: each token covers at least a byte, except special
 * tokens.
 */
export function maxTokensOf(one: string | Int32Array, most: number): number {
  return Math.min(most, (typeof one === "string" ? Buffer.byteLength(one) : one.length) + OWN);
}
/** Special tokens such as [CLS] and [SEP]. */
const OWN = 4;
export const maxTokensIn = (texts: readonly string[], { maxLength }: { readonly maxLength: number }): number =>
  texts.reduce((sum, text) => sum + maxTokensOf(text, maxLength), 0);

export function defaultMemoryBytes(longest: number): number {
  // 0, or a value above the machine's memory, means that no limit is set.
  const bound = process.constrainedMemory();
  const machine = bound > 0 ? Math.min(bound, totalmem()) : totalmem();
  return Math.max(Math.floor(machine * MOST.share), MOST.bytes, MOST.bodies * longest);
}

export class MemoryBudget {
  private usedBytes = 0;
  /** Released calls: work that finishes later reserves nothing for them. */
  private readonly over = new WeakSet<HttpCall>();
  private readonly most: number;

  constructor({ body, memory }: Pick<ServingLimits, "body" | "memory">) {
    this.most = memory ?? defaultMemoryBytes(body);
  }
  get bytes(): number {
    return this.usedBytes;
  }

  /**
   * Reserves bytes until the call is released. A call without others in progress always succeeds. Coded error
   * `bodies-full`.
   */
  take(call: HttpCall, bytes: number): void {
    if (this.over.has(call)) return;
    if (bytes > 0 && this.usedBytes > call.bytes && this.usedBytes + bytes > this.most)
      throw new CodedError("bodies-full", { most: this.most });
    this.usedBytes += bytes;
    call.bytes += bytes;
  }
  /** Reserves its body before it is read. Coded error `bodies-full`. */
  hold(call: HttpCall, bytes: number): void {
    this.take(call, bytes);
    call.body = bytes;
  }
  /** Replaces the estimate by the length of the serialized response and frees the rest. */
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
