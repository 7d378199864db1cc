/**
 * What a command does, to its end and no further. A process whose work waits for something that doesn't hold it (a timer or a channel that was
 * let go) would end early and in silence, as if all had gone well: that is told, and its exit status is 1.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { failCommand } from "./fail.js";

export async function runToEnd<T>(work: Promise<T>): Promise<T> {
  const early = (): void => failCommand(new CodedError("ended-early", {}));
  process.once("beforeExit", early);
  try {
    return await work;
  } finally {
    process.off("beforeExit", early);
  }
}

/** Ms after a command's last word. */
const LATE = 500;
/** Ends a command that has done all it does, also where a process of it still computes what nobody waits for. */
export function exitSoon(): void {
  setTimeout(() => process.exit(), LATE).unref();
}
