/** Yields to the event loop once, so that long computations can be interrupted. */
export { setImmediate as nextEventLoopTurn } from "node:timers/promises";
