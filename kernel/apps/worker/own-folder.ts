/** The folder of a worker alone, in the cache: named for its process, so that what a killed one left is found and taken away. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isProcessAlive, currentProcess } from "../../runs/writer.js";

const named = /^([0-9a-f]{12})-(\d+)-(0|[0-9a-f]{8}-\d+)$/;

/** Made anew; those of processes of this machine that have ended go. */
export function makeWorkerFolder(root: string): string {
  const { machine, id, since } = currentProcess();
  const processFolder = join(root, `${machine}-${String(id)}-${since ?? "0"}`);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(root)) {
    const [, machineName, pid, began] = named.exec(name) ?? [];
    if (machineName === undefined) continue;
    if (
      isProcessAlive({ machine: machineName, id: Number(pid), since: began === "0" ? null : (began ?? null) }) === false
    )
      rmSync(join(root, name), { recursive: true, force: true });
  }
  mkdirSync(processFolder, { recursive: true, mode: 0o700 });
  return processFolder;
}
