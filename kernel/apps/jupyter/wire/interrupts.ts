/**
 * Interrupts, in steps. First the main thread gets a request: the interpreter aborts the cell. If it does not answer a
 * ping, it is in a loop: loops of cells check the `stop` flag, and other code is terminated; then the request is
 * repeated. This continues until the cell has settled (a cell may catch the abort and loop on). With no cell running
 * and a main thread that answers, nothing happens.
 */
import { randomInt } from "node:crypto";
import type { MessageFromMainThread, MessageToMain } from "../ports/run-port.js";
import type { ExecutionTerminator } from "./terminator.js";

const answerMs = 150;
const againMs = 60;
const stepMs = 5;

export class Interrupts {
  private readonly pings = new Map<number, () => void>();
  private under: Promise<void> | undefined;
  private stopFlag: Int32Array = new Int32Array(1);

  constructor(
    private readonly tell: (message: MessageToMain) => void,
    private readonly terminator: Pick<ExecutionTerminator, "terminate">,
    private readonly running: () => number | undefined,
  ) {}

  /** True during an interrupt: until it ends, no other cell may begin. */
  get active(): boolean {
    return this.under !== undefined;
  }

  pong(message: Extract<MessageFromMainThread, { kind: "pong" }>): void {
    this.pings.get(message.id)?.();
  }

  /** Sets the flag that cells' loops check. */
  watch(flag: Int32Array): void {
    this.stopFlag = flag;
  }

  /** Resolves when the running cell has settled; without one, as soon as the main thread answers. */
  interrupt(): Promise<void> {
    this.under ??= this.stop().finally(() => {
      this.under = undefined;
    });
    return this.under;
  }

  private async stop(): Promise<void> {
    const run = this.running();
    this.tell({ kind: "interrupt", run, ended: false });
    do {
      if (await this.answers()) await this.settled(run);
      else await this.force(run);
    } while (run !== undefined && this.running() === run);
    // a termination may still be pending: it must not hit the next cell
    while (!(await this.answers())) await this.force(undefined);
  }

  /** Waits briefly, at most until the run has settled. */
  private async settled(run: number | undefined): Promise<void> {
    for (let waited = 0; waited < againMs && run !== undefined && this.running() === run; waited += stepMs)
      await delay(stepMs);
  }

  private async force(run: number | undefined): Promise<void> {
    Atomics.store(this.stopFlag, 0, 1);
    const stopped = await this.answers();
    if (!stopped) await Promise.race([this.terminator.terminate(), delay(answerMs)]);
    // the earlier message may have been lost with the terminated frame; this also resets the flag
    this.tell({ kind: "interrupt", run, ended: !stopped });
  }

  private answers(): Promise<boolean> {
    const id = randomInt(2 ** 47);
    return new Promise((resolve) => {
      const answer = (yes: boolean): void => {
        clearTimeout(late);
        this.pings.delete(id);
        resolve(yes);
      };
      const late = setTimeout(() => answer(false), answerMs);
      this.pings.set(id, () => answer(true));
      this.tell({ kind: "ping", id });
    });
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
