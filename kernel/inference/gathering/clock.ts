/** Time as a gatherer sees it, in ms. */
export interface BatcherClock {
  now(): number;
  /** Calls back once; what comes back takes the call back. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: BatcherClock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
