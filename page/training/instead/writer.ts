/** What stands in a browser for kernel/artifacts/writer.ts: nobody else could write what is in this page's memory. */
import type * as node from "#kernel/artifacts/writer.js";

export const thisProcess: typeof node.thisProcess = () => ({ id: 0, machine: "browser", since: null });
