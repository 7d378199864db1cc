/** What bodies of requests under way may hold of the memory, all together. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Call } from "./call.js";
import "../codes.js";

/** Bytes, and bodies of the greatest length that find room in any case. */
const MOST = { bytes: 256 * 2 ** 20, bodies: 8 } as const;

export class Bodies {
  private held = 0;
  private readonly most: number;

  /** `longest`: of one. */
  constructor(private readonly longest: number) {
    this.most = Math.max(MOST.bytes, MOST.bodies * longest);
  }

  /** Until the call is released. `length`: as its headers say it; null: they don't. Coded error `bodies-full`. */
  hold(call: Call, length: number | null): void {
    const bytes = Math.min(length ?? this.longest, this.longest);
    if (bytes > 0 && this.held + bytes > this.most) throw new CodedError("bodies-full", { most: this.most });
    this.held += bytes;
    call.bytes = bytes;
  }
  release(call: Call): void {
    this.held -= call.bytes;
    call.bytes = 0;
  }
}
