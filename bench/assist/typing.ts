/**
 * Simulates typing in a notebook of fifty cells, through the assistant that JupyterLab and editors call. It requests a
 * check and a completion after each edit.
 */
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAssistant } from "#kernel/apps/jupyter/cells/open-assistant.js";
import { CELLS, edited, notebookCells } from "./notebook.js";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";

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

/**
 * Measures the language server during typing: resident memory after each tenth of the edits, with a check and a
 * completion per edit.
 */
const cli = fileURLToPath(new URL("../../kernel/apps/cli/main.js", import.meta.url));

export async function serverMemory(edits: number): Promise<readonly number[]> {
  const server = spawn(process.execPath, [cli, "language-server"], { stdio: ["pipe", "pipe", "inherit"] });
  const client = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  client.listen();
  await client.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
  await client.sendNotification("initialized", {});
  const uri = "file:///nowhere/notebook.tune";
  const cells = notebookCells();
  const text = (round: number): string => cells.map((cell, i) => (i === 22 ? edited(cell, round) : cell)).join("\n");
  await client.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "tune", version: 0, text: text(0) },
  });
  const resident: number[] = [];
  for (let round = 1; round <= edits; round++) {
    await client.sendNotification("textDocument/didChange", {
      textDocument: { uri, version: round },
      contentChanges: [{ text: text(round) }],
    });
    // Each request needs the newest text, so every edit is compiled.
    await client.sendRequest("textDocument/completion", {
      textDocument: { uri },
      position: { line: 20, character: 2 },
    });
    if (round % Math.ceil(edits / 10) === 0) resident.push(residentOf(server.pid ?? 0));
  }
  await client.sendRequest("shutdown");
  await client.sendNotification("exit");
  client.dispose();
  return resident;
}

/** Resident memory in MiB; NaN where the system does not report it. */
function residentOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return NaN;
  }
}
