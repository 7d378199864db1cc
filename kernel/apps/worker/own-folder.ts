/**
 * A worker's private folder in the cache, named after its process, so that folders of killed workers are found and
 * deleted.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isProcessAlive, currentProcess } from "../../runs/writer.js";

const named = /^([0-9a-f]{12})-(\d+)-(0|[0-9a-f]{8}-\d+)$/;

/** Makes the folder; deletes those of this machine's processes that have ended. */
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
