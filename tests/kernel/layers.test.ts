import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { circlesIn, importsOf, root } from "#tests/imports.js";

/** Each room imports only itself and rooms that stand before it. */
const rooms: readonly string[] = [
  "core", // a browser runs it too
  "fetch",
  "trust",
  "tensors",
  "bases",
  "engine",
  "datasets",
  "artifacts",
  "encoding",
  "history",
  "trackers",
  "training",
  "ranks",
  "inference",
  "scoring",
  "deploying",
  "shipping",
  "cluster",
  "federation",
  "record",
  "control",
  "session",
  "features",
  "detached",
  "search",
  "worker",
  "jupyter",
  "checking",
  "import",
  "cli",
];
const roomOf = (file: string): string => file.split("/")[1] ?? "";

describe("the rooms of the kernel", () => {
  it("have no circle, values and types alike", () => {
    assert.deepEqual(circlesIn(importsOf("kernel")), []);
  });
  it("are held to what a browser runs as deep as `core` goes", () => {
    // A pattern of the linter is of one depth, since what leads out of the room depends on it.
    const { overrides } = JSON.parse(readFileSync(join(root, ".oxlintrc.json"), "utf8")) as {
      readonly overrides: readonly { readonly files: readonly string[] }[];
    };
    const patterns = new Set(overrides.flatMap(({ files }) => files));
    const depths = [...importsOf("kernel/core").keys()].map((file) => file.replace(/[^/]+(?=\/|\.ts$)/g, "*"));
    const asPattern = (depth: string): string => depth.replace(/^\*\/\*/, "kernel/core");
    assert.deepEqual(
      [...new Set(depths.map(asPattern))].filter((pattern) => !patterns.has(pattern)),
      [],
    );
  });
  it("import one way", () => {
    const against = [...importsOf("kernel")].flatMap(([file, imported]) =>
      imported
        .filter((other) => other.startsWith("kernel/") && !mayImport(file, other))
        .map((other) => `${file} → ${other}`),
    );
    assert.deepEqual(
      against,
      [],
      "each room of the kernel imports only rooms that stand before it (ARCHITECTURE.md, Rooms of `kernel`)",
    );
  });
});

/** The session dispatches the action of a verb to the feature that runs it. */
const DISPATCH = "kernel/features/verbs.ts";
const TABLE = "kernel/codes.ts";

function mayImport(file: string, other: string): boolean {
  if (file === DISPATCH && /^kernel\/features\/[^/]+\/run\.ts$/.test(other)) return true;
  // The package's table of codes stands above the rooms: each of them brings codes, and the main modules register all.
  if (file === TABLE || other === TABLE) return true;
  return rooms.includes(roomOf(other)) && rooms.indexOf(roomOf(other)) <= rooms.indexOf(roomOf(file));
}
