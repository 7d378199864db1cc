/** Browser replacement for kernel/runs/writer.ts: no other process can write into this page's memory. */
import type * as node from "#kernel/runs/writer.js";

export const currentProcess: typeof node.currentProcess = () => ({ id: 0, machine: "browser", since: null });
