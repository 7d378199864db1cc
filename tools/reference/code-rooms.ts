/** Maps folders of the source tree to their codes. Each has one page in the reference. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { allCodes, must } from "#dsl/language/diagnostics/codes.js";

const built = fileURLToPath(new URL("../..", import.meta.url));
const packages = ["dsl", "stdlib", "kernel", "editors"];

/** Maps each folder to its codes (`dsl/compiler` → …), both sorted. All codes must be registered. */
export function codesByRoom(): ReadonlyMap<string, readonly string[]> {
  const files = packages.flatMap((name) =>
    readdirSync(join(built, name), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".js"))
      .map((file) => `${name}/${file.replaceAll("\\", "/")}`),
  );
  const rooms = new Map<string, string[]>();
  const roomOf = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(join(built, file), "utf8");
    if (!/^export const \w+Codes = \{$/m.test(text)) continue;
    const room = roomIn(file);
    for (const [, name = ""] of text.matchAll(/^ {4}"?([a-z][a-z0-9-]*)"?: \{$/gm)) roomOf.set(name, room);
  }
  for (const name of allCodes()) {
    const room = must(roomOf.get(name), `the folder that has ${name}`);
    rooms.set(room, [...(rooms.get(room) ?? []), name]);
  }
  for (const [room, names] of rooms) {
    if (names.length >= FEWEST) continue;
    const [whole = room] = room.split("/");
    if (whole === room) continue;
    rooms.delete(room);
    rooms.set(whole, [...(rooms.get(whole) ?? []), ...names].sort());
  }
  return new Map([...rooms].sort(([a], [b]) => (a < b ? -1 : 1)));
}
/**
 * Returns the folder that a file counts to: two levels deep (`dsl/compiler`), three for features
 * (`kernel/features/serve`).
 */
function roomIn(file: string): string {
  const parts = file.split("/");
  return parts.slice(0, parts[1] === "features" ? 3 : 2).join("/");
}
/** Folders with fewer codes share the page of their package. */
const FEWEST = 6;

export const pageOfRoom = (room: string): string => `codes/${room.replaceAll("/", "-")}.md`;
