/** The clock of a batcher, in ms. */
export interface BatcherClock {
  now(): number;
  /** Calls back once; the returned function cancels it. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: BatcherClock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
