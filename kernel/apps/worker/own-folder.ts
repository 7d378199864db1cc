/** The folder of a worker alone, in the cache: named for its process, so that what a killed one left is found and taken away. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive, thisProcess } from "../../runs/writer.js";

const named = /^([0-9a-f]{12})-(\d+)-(0|[0-9a-f]{8}-\d+)$/;

/** Made anew; those of processes of this machine that have ended go. */
export function ownFolder(root: string): string {
  const { machine, id, since } = thisProcess();
  const own = join(root, `${machine}-${String(id)}-${since ?? "0"}`);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(root)) {
    const [, of, pid, began] = named.exec(name) ?? [];
    if (of === undefined) continue;
    if (isAlive({ machine: of, id: Number(pid), since: began === "0" ? null : (began ?? null) }) === false)
      rmSync(join(root, name), { recursive: true, force: true });
  }
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return own;
}
