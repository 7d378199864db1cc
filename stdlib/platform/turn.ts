/** Lets the event loop turn once, so that long work can be interrupted. */
export { setImmediate as breathe } from "node:timers/promises";
