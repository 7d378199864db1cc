/**
 * Cells in loops that only `Runtime.terminateExecution` can stop. Prints the notebook's state after each as a line of
 * JSON.
 */
import { interruptedFromOutside } from "./from-outside.js";
import { Notebook } from "./notebook.js";

const book = await Notebook.open();
await book.run("const wait = (ms: number) => new Promise<void>(r => setTimeout(r, ms)); let i = 0;");
for (const code of [
  "i = 1; begin(); eval('for (;;) {}');",
  "i = 1; await wait(5); begin(); eval('for (;;) {}');",
  "i = 1; setTimeout(() => { begin(); eval('for (;;) {}'); }, 5); await wait(1e6);",
  "i = 1; queueMicrotask(() => { begin(); eval('for (;;) {}'); }); await wait(1e6);",
])
  process.stdout.write(`${JSON.stringify(await interruptedFromOutside(book, "terminate", code))}\n`);
await book.close();
process.exit(0);
