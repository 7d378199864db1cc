/**
 * Measures the language server during typing: resident memory after each tenth of the edits, with a check and a
 * completion per edit.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createProtocolConnection, StreamMessageReader, StreamMessageWriter } from "vscode-languageserver/node";
import { edited, notebookCells } from "./notebook.js";

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
