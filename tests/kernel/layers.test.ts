import assert from "node:assert/strict";
import { circlesIn, importsOf } from "#tests/imports.js";

/** Layers in order: each imports only itself and earlier ones. */
const rooms: readonly string[] = [
  "events",
  "host",
  "edge",
  "fetch",
  "tensors",
  "trust",
  "continual",
  "assist",
  "bases",
  "data",
  "engines",
  "study",
  "display",
  "runs",
  "inference",
  "trackers",
  "training",
  "deployments",
  "remote",
  "models",
  "session",
  "evaluation",
  "training-runs",
  "sweep-runs",
  "features",
  "apps",
];
const roomOf = (file: string): string => file.split("/")[1] ?? "";

describe("kernel layers", () => {
  it("have no import cycle, including type imports", () => {
    assert.deepEqual(circlesIn(importsOf("kernel")), []);
  });
  it("import only in the allowed direction", () => {
    const against = [...importsOf("kernel")].flatMap(([file, imported]) =>
      imported
        .filter((other) => other.startsWith("kernel/") && !mayImport(file, other))
        .map((other) => `${file} → ${other}`),
    );
    assert.deepEqual(
      against,
      [],
      "each room of the kernel imports only rooms that stand before it (kernel/CONTEXT.md)",
    );
  });
});

const TABLES = ["kernel/codes.ts", "kernel/portable-codes.ts"];

function mayImport(file: string, other: string): boolean {
  // The package's code tables may import from every layer and be imported by every one: each layer defines codes, and
  // the main modules register all.
  if (TABLES.includes(file) || TABLES.includes(other)) return true;
  return rooms.includes(roomOf(other)) && rooms.indexOf(roomOf(other)) <= rooms.indexOf(roomOf(file));
}
