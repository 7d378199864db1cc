/**
 * Output posted by the main thread and not yet sent by the wire, counted in shared memory.
 *
 * The main thread waits (`Atomics.wait`, which an interrupt still ends) while more than the limit is in transit: a cell
 * that prints endlessly fills no memory, and nothing is dropped.
 */
const outstanding = 0;

export class Backpressure {
  private readonly counter: Int32Array;

  constructor(
    readonly memory: SharedArrayBuffer = new SharedArrayBuffer(4),
    private readonly limit = 1 << 20,
  ) {
    this.counter = new Int32Array(memory);
  }

  /** Main thread: reserves `weight` units of output, waiting for the wire if none are free. */
  take(weight: number): void {
    for (;;) {
      const now = Atomics.load(this.counter, outstanding);
      if (now < this.limit) break;
      Atomics.wait(this.counter, outstanding, now, 50);
    }
    Atomics.add(this.counter, outstanding, weight);
  }

  /** Wire: releases the units once the output is on its socket. */
  give(weight: number): void {
    Atomics.sub(this.counter, outstanding, weight);
    Atomics.notify(this.counter, outstanding);
  }
}
