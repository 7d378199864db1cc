import { rmSync, writeFileSync } from "node:fs";

/**
 * Writes a file whatever was there. Truncating and rewriting a file waits for the disk on some file systems (ext4
 * writes out what replaces a file): 5 ms each time. Tests that damage a file thousands of times would pay that often.
 */
export function writeAnew(file: string, content: string | Uint8Array): void {
  rmSync(file, { force: true });
  writeFileSync(file, content);
}
