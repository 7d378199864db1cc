import { rmSync, writeFileSync } from "node:fs";

/**
 * Writes a file whatever was there. One that is cut to nothing and written again waits for the disk on some file systems (ext4
 * writes out what replaces a file): 5 ms each time, of which tests that damage a file thousands of times have many.
 */
export function writeAnew(file: string, content: string | Uint8Array): void {
  rmSync(file, { force: true });
  writeFileSync(file, content);
}
