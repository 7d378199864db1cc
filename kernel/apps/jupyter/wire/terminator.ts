/**
 * Terminates the JavaScript that the main thread is running, from another thread; the program's state is preserved.
 */
import { Session } from "node:inspector";

export class ExecutionTerminator {
  private under: Promise<void> | undefined;

  /** Resolves when the main thread has been stopped; concurrent calls share one termination. */
  terminate(): Promise<void> {
    this.under ??= post().finally(() => {
      this.under = undefined;
    });
    return this.under;
  }
}

/** A session that stays connected would delay the end of the process. */
async function post(): Promise<void> {
  const session = new Session();
  session.connectToMainThread();
  await new Promise<void>((resolve) => session.post("Runtime.terminateExecution", () => resolve()));
  session.disconnect();
}
