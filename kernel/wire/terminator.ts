/** Ends whatever JavaScript the main thread is running, from another thread; the state of the program stays. */
import { Session } from "node:inspector";

export class Terminator {
  private session: Session | undefined;
  private under: Promise<void> | undefined;

  /** Resolves when the main thread has been stopped; while one is under way a second call is the same. */
  terminate(): Promise<void> {
    this.under ??= this.post().finally(() => {
      this.under = undefined;
    });
    return this.under;
  }

  private post(): Promise<void> {
    if (!this.session) {
      this.session = new Session();
      this.session.connectToMainThread();
    }
    const { session } = this;
    return new Promise((resolve) => session.post("Runtime.terminateExecution", () => resolve()));
  }
}
