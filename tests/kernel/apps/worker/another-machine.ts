/**
 * A simulated second machine for workers that a runner of this process starts: separate mounts, in which the notebook's
 * folder is empty, and a separate cache that starts with the content of the real one. Uses Linux namespaces and needs
 * no root rights.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cachePath } from "#kernel/fetch/cache.js";

const OWN: readonly string[] = ["blobs", "workers"];

export class AnotherMachine {
  private readonly folder = mkdtempSync(join(tmpdir(), "tunebook-machine-"));
  private readonly node = process.execPath;

  /** `hides`: folders that are empty on that machine; `lacks`: parts of the cache that are missing there. */
  constructor({ hides = [], lacks = [] }: { readonly hides?: readonly string[]; readonly lacks?: readonly string[] }) {
    const cache = join(this.folder, "cache");
    mkdirSync(cache);
    for (const name of readdirSync(cachePath()))
      if (!OWN.includes(name) && !lacks.includes(name)) symlinkSync(cachePath(name), join(cache, name));
    const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
    const mounts = hides.map((path) => `mount -t tmpfs tmpfs ${quoted(path)} && `).join("");
    // Processes other than workers (such as the notebook's engine) run on this machine.
    const script = `#!/bin/sh
case " $* " in *" worker --coordinator "*) ;; *) exec ${quoted(this.node)} "$@" ;; esac
export TUNEBOOK_CACHE=${quoted(cache)}
exec unshare --map-root-user --mount sh -c ${quoted(`${mounts}exec "$0" "$@"`)} ${quoted(this.node)} "$@"
`;
    writeFileSync(this.program, script);
    chmodSync(this.program, 0o755);
  }

  private get program(): string {
    return join(this.folder, "node");
  }

  /** Workers started while `act` runs are on the other machine. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    process.execPath = this.program;
    try {
      return await act();
    } finally {
      process.execPath = this.node;
    }
  }

  /** Returns the worker folders on the other machine. */
  workers(): readonly string[] {
    const folder = join(this.folder, "cache", "workers");
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
