/**
 * Our app for the SuperLink as one file in Flower's format: a zip of its files, with a list of hashes and sizes in
 * bits.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { zipOf } from "#kernel/remote/coordinator/ray/packed.js";

const folder = fileURLToPath(new URL("../../../../../tools/flower-app/", import.meta.url));
const FILES = [
  "pyproject.toml",
  "tunebook_relay/__init__.py",
  "tunebook_relay/client.py",
  "tunebook_relay/server.py",
  "tunebook_relay/turns.py",
] as const;

export async function flowerAppBundle(): Promise<{ readonly bytes: Uint8Array; readonly hash: string }> {
  const files = FILES.map((path) => ({ path, content: readFileSync(folder + path) }));
  const lines = files.map(({ path, content }) => `${path},${sha256(content)},${String(8 * content.length)}`);
  const bytes = await zipOf([...files, { path: ".info/CONTENT", content: Buffer.from(lines.join("\n")) }]);
  return { bytes, hash: sha256(bytes) };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
