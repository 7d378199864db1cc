import assert from "node:assert/strict";
import { circlesIn, importsOf } from "#tests/imports.js";

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
  "trackers",
  "ranks",
  "training",
  "inference",
  "scoring",
  "deploying",
  "shipping",
  "cluster",
  "federation",
  "record",
  "control",
  "serving",
  "session",
  "detached",
  "desk",
  "search",
  "worker",
  "jupyter",
  "checking",
  "import",
  "cli",
];
/** What a handle and a session are is told to those that work for them, as types alone. */
const told: ReadonlySet<string> = new Set(["kernel/session/models/model-handle.ts", "kernel/session/tune-session.ts"]);

const roomOf = (file: string): string => file.split("/")[1] ?? "";

/** Circles that stand, by one file of each, how many files there are in it, and why: no other may come, and none may grow. */
const borne: Readonly<Record<string, readonly [files: number, why: string]>> = {
  "kernel/session/tune-session.ts": [8, "verbs work on the session that runs them, of which they know types alone"],
  "kernel/session/models/model-handle.ts": [5, "a handle saves itself, and what is saved describes the handle"],
  "kernel/cli/commands/run.ts": [3, "the command's options are read by what it runs"],
};

describe("the rooms of the kernel", () => {
  it("have no circle but those that are listed, and those as they are", () => {
    const circles = circlesIn(importsOf("kernel")).map((circle) => {
      const name = circle.find((file) => file in borne);
      // Each verb is in the circle of the session that it works on, and `sweep auto` is several files: one more is no other circle.
      const files = circle.filter((file) => !/^kernel\/session\/(?:verbs|auto)\//.test(file));
      return [name ?? circle.join(" "), files.length] as const;
    });
    const listed = Object.entries(borne).map(([name, [files]]) => [name, files] as const);
    assert.deepEqual(Object.fromEntries(circles), Object.fromEntries(listed));
  });
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
