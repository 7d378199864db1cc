/** Ends whatever JavaScript the main thread is running, from another thread; the state of the program stays. */
import { Session } from "node:inspector";

export class ExecutionTerminator {
  private under: Promise<void> | undefined;

  /** Resolves when the main thread has been stopped; while one is under way a second call is the same. */
  terminate(): Promise<void> {
    this.under ??= post().finally(() => {
      this.under = undefined;
    });
    return this.under;
  }
}

/** A session that stays connected would hold up the end of the process. */
async function post(): Promise<void> {
  const session = new Session();
  session.connectToMainThread();
  await new Promise<void>((resolve) => session.post("Runtime.terminateExecution", () => resolve()));
  session.disconnect();
}
