/** `federate` over a SuperLink: what its statement comes to is what a simulation of the same clients comes to. Called by the test that has one. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Shown } from "#kernel/core/display/shown.js";
import type { RunEvent } from "#kernel/core/session/events.js";
import { RunFolder } from "#kernel/artifacts/run-folder.js";
import type { ModelHandle } from "#kernel/session/models/model-handle.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "#tests/kernel/session/small-training.js";

const text = (shown: readonly Shown[]): string => shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
type Round = Extract<RunEvent, { kind: "round" }>;
const NAMES = ["east", "north", "south", "west"] as const;

export class Book {
  readonly notebook = new NotebookOfOne();

  constructor() {
    const { folder } = this.notebook;
    writeSmallTraining(folder);
    const [head = "", ...rows] = readFileSync(join(folder, "rows.csv"), "utf8").split("\n");
    for (const [i, name] of NAMES.entries())
      writeFileSync(join(folder, `${name}.csv`), [head, ...rows.slice(14 * i, 14 * i + 8 + 2 * i)].join("\n"));
  }

  /** The data of each client, each with rows to validate on. */
  get definitions(): string {
    const data = NAMES.map(
      (name) =>
        `data ${name} { source: csv("${name}.csv"), columns: { text: text, label: label }, split: random(train: 75%, validation: 25%) }`,
    );
    return `${definitions}${data.join("\n")}`;
  }
  run(cell: string, signal?: AbortSignal): ReturnType<NotebookOfOne["run"]> {
    return this.notebook.run(cell, signal ? { signal } : {});
  }
  model(name: string): ModelHandle {
    return this.notebook.values.get(name) as ModelHandle;
  }
  weights(name: string): ReadonlyMap<string, Float32Array> {
    const { file } = this.model(name).weights!.checkpoint;
    const names = Object.keys(readHeader(file).tensors).filter((one) => !one.includes("/"));
    return new Map(names.map((one) => [one, new Float32Array(readTensor(file, one).bytes.slice().buffer)]));
  }
  apart(a: string, b: string): number {
    const other = this.weights(b);
    return Math.max(
      ...[...this.weights(a)].map(([name, one]) => Math.max(...one.map((x, i) => Math.abs(x - other.get(name)![i]!)))),
    );
  }
  events(name: string): readonly RunEvent[] {
    return RunFolder.open(this.model(name).folder!).events();
  }
  rounds(name: string): readonly Round[] {
    return this.events(name).filter((e): e is Round => e.kind === "round");
  }
}

export function itLeads(superlink: () => string): void {
  describe("led by `federate`", () => {
    let book: Book;
    const all = NAMES.join(", ");
    const settings = "rounds: 2, batch_size: 4, optimizer: adamw(learning_rate: 1e-3), keep: last";
    before(async () => {
      book = new Book();
      await book.run(book.definitions);
    });
    after(() => book.notebook.close());

    it("starts a process for each data set that it names, and comes to their simulation", async () => {
      await book.run(`federate m on ${all} as here { ${settings} }`);
      const shown = text(
        await book.run(`federate m on ${all} as far { ${settings}, runner: flower("${superlink()}") }`),
      );
      assert.ok(book.apart("here", "far") <= 1e-6, String(book.apart("here", "far")));
      assert.ok(book.apart("here", "far") < 1);
      assert.match(shown, /4 clients joined: east with 6 rows, north with/);
    });
  });
}
