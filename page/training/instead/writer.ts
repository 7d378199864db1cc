/** What stands in a browser for kernel/runs/writer.ts: nobody else could write what is in this page's memory. */
import type * as node from "#kernel/runs/writer.js";

export const currentProcess: typeof node.currentProcess = () => ({ id: 0, machine: "browser", since: null });
