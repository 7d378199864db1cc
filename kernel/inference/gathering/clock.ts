/** Time as a gatherer sees it, in ms. */
export interface GatherClock {
  now(): number;
  /** Calls back once; what comes back takes the call back. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: GatherClock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
