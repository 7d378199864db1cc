/**
 * Runs a command to its end. Work that waits for something that does not keep the process alive (an unreferenced timer
 * or channel) would let the process exit early without an error. That is reported, with exit status 1.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { failCommand } from "./fail.js";

export async function awaitCommandCompletion<T>(work: Promise<T>): Promise<T> {
  const early = (): void => failCommand(new CodedError("ended-early", {}));
  process.once("beforeExit", early);
  try {
    return await work;
  } finally {
    process.off("beforeExit", early);
  }
}

/** Ms after a command's last output. */
const LATE = 500;
/** Exits once a command is done, even if it still runs work that nothing waits for. */
export function exitAfterGracePeriod(): void {
  setTimeout(() => process.exit(), LATE).unref();
}
