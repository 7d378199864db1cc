/** Counts how often files are read to their end, with a wrapper of Node's `open`. */
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { basename } from "node:path";

export class WholeReads {
  private readonly counts = new Map<string, number>();
  private readonly own = fs.open;

  constructor() {
    fs.open = async (path, ...how) => {
      const handle = await this.own(path, ...how);
      const { size } = await handle.stat();
      const read = handle.read.bind(handle);
      let got = 0;
      const counted = async (...of: Parameters<typeof read>) => {
        const result = await read(...of);
        if (got < size && got + result.bytesRead >= size) this.count(basename(String(path)));
        got += result.bytesRead;
        return result;
      };
      return Object.assign(handle, { read: counted });
    };
    syncBuiltinESMExports();
  }
  private count(name: string): void {
    this.counts.set(name, this.of(name) + 1);
  }
  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }
  stop(): void {
    fs.open = this.own;
    syncBuiltinESMExports();
  }
}
