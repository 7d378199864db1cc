/**
 * Another machine for workers that a runner of this process starts: mounts of their own, in which the notebook's folder is
 * empty, and a cache of their own that has what the real one has. Made of Linux' namespaces; nobody need be root for it.
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

  /** `hides`: folders that are empty there; `lacks`: what of the cache isn't there. */
  constructor({ hides = [], lacks = [] }: { readonly hides?: readonly string[]; readonly lacks?: readonly string[] }) {
    const cache = join(this.folder, "cache");
    mkdirSync(cache);
    for (const name of readdirSync(cachePath()))
      if (!OWN.includes(name) && !lacks.includes(name)) symlinkSync(cachePath(name), join(cache, name));
    const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
    const mounts = hides.map((path) => `mount -t tmpfs tmpfs ${quoted(path)} && `).join("");
    // Whatever is started otherwise (an engine of the notebook) stays on this machine.
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

  /** Workers that are started meanwhile are there. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    process.execPath = this.program;
    try {
      return await act();
    } finally {
      process.execPath = this.node;
    }
  }

  /** Folders that workers have there. */
  workers(): readonly string[] {
    const folder = join(this.folder, "cache", "workers");
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
