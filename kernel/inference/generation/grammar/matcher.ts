/**
 * Token mask of one text constrained by a grammar. The grammar's thread computes it while the model processes the token
 * before.
 */
import type { Worker } from "node:worker_threads";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { TokenBytes } from "../token-bytes.js";
import { grammarCellCount, FAILED_STATE, FIRST_MASK_CELL, STATE_CELL_INDEX, type GrammarCommand } from "./protocol.js";
import type { StringLengthTracker } from "./string-lengths.js";
import { incompleteCharacterBytes } from "./utf8.js";

/** Maximum wait for a mask, in ms; it usually takes hundredths of a millisecond. */
const PATIENCE = 3_000;
/** Polling interval in ms. */
const BETWEEN = 1;
/** Maximum wait, in ms, of a caller that did not await `ready`; it blocks the event loop. */
const AT_ONCE = 100;

export class GrammarMatcher {
  private readonly cells: Int32Array;
  private readonly count: number;
  /** Bytes of an incomplete character that the next tokens complete. */
  private begun: readonly number[] = [];
  private accepted = 0;
  /** State number up to which a caller has already waited. */
  private waited = 0;
  private over = false;
  private failed = false;

  constructor(
    private readonly worker: Worker,
    private readonly text: number,
    private readonly bytes: TokenBytes,
    private readonly lengths: StringLengthTracker | null,
    private readonly release: (failed: boolean) => void,
  ) {
    this.count = bytes.count;
    const cells = new SharedArrayBuffer(4 * grammarCellCount(this.count + 1));
    this.cells = new Int32Array(cells);
    this.tell({ is: "begin", text, cells });
  }

  /**
   * Sets the logits of forbidden tokens to −∞; the tokens `ends` are allowed where the text may end. Waits for the
   * mask.
   */
  allow(scores: Float32Array, ends: ReadonlySet<number>): "on" | "ends" {
    this.wait();
    const { cells, count, mayEnd } = this;
    const last = Array.from(ends, (end) => scores[end] ?? 0);
    let some = false;
    for (let from = 0; from < scores.length; from += 32) {
      const word = from < count ? cells[FIRST_MASK_CELL + (from >> 5)]! : 0;
      if (word === 0) scores.fill(-Infinity, from, from + 32);
      else if (word === -1 && from + 32 <= count && this.begun.length === 0 && !this.lengths) some = true;
      else
        for (let token = from; token < from + 32 && token < scores.length; token++)
          if (token < count && ((word >>> (token & 31)) & 1) === 1 && !ends.has(token) && this.fits(token)) some = true;
          else scores[token] = -Infinity;
    }
    let index = 0;
    for (const end of ends) scores[end] = mayEnd ? last[index++]! : -Infinity;
    if (some) return "on";
    if (this.mayEnd) return "ends";
    throw new CodedError("schema-unusable", { why: "no token of the model's vocabulary can follow" });
  }
  accept(token: number): void {
    this.accepted++;
    this.lengths?.push(this.bytes.bytesOf(token));
    this.begun = incompleteCharacterBytes([...this.begun, ...this.bytes.bytesOf(token)]) ?? [];
    this.tell({ is: "accept", text: this.text, token });
  }
  dispose(): void {
    if (this.over) return;
    this.over = true;
    this.tell({ is: "end", text: this.text });
    this.release(this.failed);
  }

  /** Checks what the grammar does not cover: that bytes form valid characters, and string lengths. */
  private fits(token: number): boolean {
    const tokenBytes = this.bytes.bytesOf(token);
    if (this.begun.length > 0 && incompleteCharacterBytes([...this.begun, ...tokenBytes]) === null) return false;
    return this.lengths === null || this.lengths.allows(tokenBytes);
  }
  private get mayEnd(): boolean {
    return ((this.cells[FIRST_MASK_CELL + (this.count >> 5)]! >>> (this.count & 31)) & 1) === 1;
  }
  /** Settles when the mask is known or the wait timed out; null if it is known already. */
  ready(): Promise<void> | null {
    return this.known(0) ? null : this.untilKnown();
  }
  private async untilKnown(): Promise<void> {
    const until = performance.now() + PATIENCE;
    while (!this.known(0) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, BETWEEN));
    this.waited = this.accepted + 1;
  }
  private wait(): void {
    const late = !this.known(this.waited > this.accepted ? 0 : AT_ONCE);
    this.failed = late || Atomics.load(this.cells, STATE_CELL_INDEX) === FAILED_STATE;
    if (late) throw new CodedError("schema-not-ready", { why: "computing the next tokens takes too long" });
    if (this.failed) throw new CodedError("schema-unusable", { why: "its reader ended" });
  }
  /**
   * Whether the mask is known, or the matcher has failed or ended. Blocks the event loop for at most `patience` ms.
   */
  private known(patience: number): boolean {
    const wanted = this.accepted + 1;
    const until = performance.now() + patience;
    for (;;) {
      const state = Atomics.load(this.cells, STATE_CELL_INDEX);
      if (this.over || state === wanted || state === FAILED_STATE) return true;
      const left = until - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.cells, STATE_CELL_INDEX, state, left);
    }
  }
  private tell(command: GrammarCommand): void {
    this.worker.postMessage(command);
  }
}
