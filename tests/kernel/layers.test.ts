import assert from "node:assert/strict";
import { importsOf } from "#tests/imports.js";

/** Each room imports only itself and rooms that stand before it. */
const rooms: readonly string[] = [
  "core", // a browser runs it too
  "fetch",
  "tensors",
  "bases",
  "engine",
  "datasets",
  "artifacts",
  "encoding",
  "history",
  "training",
  "inference",
  "session",
  "jupyter",
  "checking",
  "import",
  "cli",
];
/** What a handle and a session are is told to those that work for them, as types alone. */
const told: ReadonlySet<string> = new Set(["kernel/session/model-handle.ts", "kernel/session/tune-session.ts"]);

const roomOf = (file: string): string => file.split("/")[1] ?? "";

describe("the rooms of the kernel", () => {
  it("import one way", () => {
    const against = [...importsOf("kernel")].flatMap(([file, imported]) =>
      imported
        .filter((other) => other.startsWith("kernel/") && !mayImport(file, other))
        .map((other) => `${file} → ${other}`),
    );
    assert.deepEqual(against, []);
  });
});

function mayImport(file: string, other: string): boolean {
  // Where kernelspecs of 0.1 look for the kernel.
  if (file === "kernel/wire/main.ts" || told.has(other)) return true;
  return rooms.includes(roomOf(other)) && rooms.indexOf(roomOf(other)) <= rooms.indexOf(roomOf(file));
}
