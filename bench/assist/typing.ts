/**
 * Simulates typing in a notebook of fifty cells, through the assistant that JupyterLab and editors call. It requests a
 * check and a completion after each edit.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAssistant } from "#kernel/apps/jupyter/cells/open-assistant.js";
import { CELLS, edited, notebookCells } from "./notebook.js";

export interface Typing {
  /** Milliseconds of each edit's check, and of the completion after it. */
  readonly check: readonly number[];
  readonly complete: readonly number[];
  /** Milliseconds of re-checking all cells below the edited one, as an editor does after an edit. */
  readonly below: readonly number[];
  /** MiB of heap in use after each tenth of the edits; only where the garbage collector can be called. */
  readonly heap: readonly number[];
}

/** `at`: index of the edited cell. */
export async function type(edits: number, at: number, below: boolean): Promise<Typing> {
  const folder = mkdtempSync(join(tmpdir(), "tunebook-bench-"));
  writeFileSync(join(folder, "tickets.csv"), "body,team\nhello,a\nworld,b\n");
  const cells = notebookCells();
  const source = (text: string, i: number) => ({ id: `cell-${i}`, title: `cell ${i}`, text });
  const collect = (globalThis as { gc?: () => void }).gc;
  const out = { check: [] as number[], complete: [] as number[], below: [] as number[], heap: [] as number[] };
  try {
    const assistant = await openAssistant(folder);
    for (let round = 0; round < edits; round++) {
      const text = edited(cells[at]!, round);
      assistant.learn({ sources: cells.slice(0, at).map(source) });
      let start = performance.now();
      await assistant.check(text);
      out.check.push(performance.now() - start);
      start = performance.now();
      await assistant.complete(text, text.lastIndexOf("\n") < 0 ? text.length : text.lastIndexOf("\n"));
      out.complete.push(performance.now() - start);
      if (below) {
        start = performance.now();
        for (let i = at + 1; i < CELLS; i++) {
          assistant.learn({ sources: [...cells.slice(0, at), text, ...cells.slice(at + 1, i)].map(source) });
          await assistant.check(cells[i]!);
        }
        out.below.push(performance.now() - start);
      }
      if (collect && (round + 1) % Math.ceil(edits / 10) === 0) {
        collect();
        out.heap.push(process.memoryUsage().heapUsed / 2 ** 20);
      }
    }
    return out;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
