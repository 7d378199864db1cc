/**
 * `federate` over a SuperLink gives the same result as a simulation of the same clients. Called by the test that starts
 * a SuperLink.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DisplayOutput } from "#kernel/display/html.js";
import type { RunEvent } from "#kernel/events/events.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "#tests/kernel/session/small-training.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
type Round = Extract<RunEvent, { kind: "round" }>;
const NAMES = ["east", "north", "south", "west"] as const;
/** Row offsets at which the clients' data start. A quarter of each client's rows are validation rows. */
const STARTS = [0, 8, 20, 36, 56];

export class Book {
  readonly notebook = new NotebookOfOne();

  constructor() {
    const { folder } = this.notebook;
    writeSmallTraining(folder);
    const [head = "", ...rows] = readFileSync(join(folder, "rows.csv"), "utf8").split("\n");
    for (const [i, name] of NAMES.entries())
      writeFileSync(join(folder, `${name}.csv`), [head, ...rows.slice(STARTS[i], STARTS[i + 1])].join("\n"));
  }

  /** Tune definitions of each client's data, each with validation rows. */
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

const ENGINE = "engine { engine: tensorflow }";

/** Processes of `tunebook join flower`. */
class Joined {
  private readonly children: ChildProcess[] = [];
  said = "";

  start(folder: string, args: readonly string[]): void {
    const child = spawn(process.execPath, [cli, "join", "flower", ...args], { cwd: folder });
    for (const pipe of [child.stdout, child.stderr])
      pipe.on("data", (data: Buffer) => void (this.said += data.toString()));
    this.children.push(child);
  }
  async end(): Promise<void> {
    await Promise.all(
      this.children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const over = once(child, "close");
        child.kill("SIGKILL");
        await over;
      }),
    );
  }
}
const cli = fileURLToPath(new URL("../../../../../kernel/apps/cli/main.js", import.meta.url));

/** Returns the ids of this process's joined-client children, the first started first. */
function clientsOfThis(): readonly number[] {
  const children = readFileSync(`/proc/self/task/${String(process.pid)}/children`, "utf8")
    .trim()
    .split(" ")
    .map(Number);
  return children.filter((pid) => readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").includes("joined-client.js"));
}

export function itLeads(superlink: () => string): void {
  describe("federation run by `federate`", function () {
    this.timeout(600_000);
    let book: Book;
    const joined = new Joined();
    const all = NAMES.join(", ");
    const settings = "batch_size: 4, optimizer: adamw(learning_rate: 1e-3), keep: last";
    before(async () => {
      book = new Book();
      // Fixes the engine: otherwise the fastest is measured, and another choice could change the last digits of sums.
      await book.run(`${ENGINE}\n${book.definitions}`);
    });
    after(async () => {
      await joined.end();
      await book.notebook.close();
    });
    afterEach(function () {
      if (this.currentTest?.state === "failed") console.error(joined.said.slice(-3000));
    });

    it("starts a process for each data set, and matches the simulation, scores included", async () => {
      await book.run(`federate m on ${all} as here { ${settings}, rounds: 2 }`);
      const shown = text(
        await book.run(
          `federate m on ${all} as far { ${settings}, rounds: 2, runner: flower("${superlink()}", wait: 20min) }`,
        ),
      );
      assert.ok(book.apart("here", "far") <= 1e-6, String(book.apart("here", "far")));
      assert.match(shown, /4 clients joined: east with 6 rows, north with/);
      const scores = (name: string) =>
        book
          .events(name)
          .filter(({ kind }) => kind === "evaluated")
          .map((e) => e.kind === "evaluated" && e.clients);
      assert.deepEqual(scores("far"), scores("here"));
      // Weights travel both ways with four bytes per number, plus message headers.
      const floats = [...book.weights("far").values()].reduce((sum, one) => sum + one.byteLength, 0);
      for (const { sent, received } of book.rounds("far"))
        for (const bytes of [sent, received])
          assert.ok(bytes >= 4 * floats && bytes < 4 * floats + 40_000, String(bytes));
      assert.deepEqual(clientsOfThis(), []);
    });

    it("aggregates securely over clients that join by themselves, and matches the simulation", async () => {
      const { folder } = book.notebook;
      const statement = (data: string): string =>
        `federate m on ${data} as guests { ${settings}, rounds: 2, secure_aggregation: true, runner: flower("${superlink()}", clients: 4, wait: 20min) }`;
      for (const name of NAMES) {
        const data = `data ${name} { source: csv("${name}.csv"), columns: { text: text, label: label }, labels: [no, yes], split: random(train: 75%, validation: 25%) }`;
        const model = definitions.split("\n")[1] ?? "";
        writeFileSync(join(folder, `${name}.tune`), `${ENGINE}\n${data}\n${model}\n${statement(name)}\n`);
        joined.start(folder, ["--data", `${name}.tune`, "--once"]);
      }
      const shown = text(
        await book.run(
          `data mine { source: csv("rows.csv"), columns: { text: text, label: label }, labels: [no, yes] }\n${statement("mine")}`,
        ),
      );
      await book.run(`federate m on ${all} as summed { ${settings}, rounds: 2, secure_aggregation: true }`);
      assert.ok(book.apart("summed", "guests") <= 1e-6, String(book.apart("summed", "guests")));
      assert.match(shown, /the rows of mine validate +\(and train nothing\)/);
      const [first] = book.rounds("guests");
      assert.deepEqual(
        first?.clients.map(({ name, norm }) => [name, norm]),
        NAMES.map((name) => [name, undefined]),
      );
      // The server has no validation rows, so the clients' own scores count, weighted by their rows.
      const [evaluated] = book.events("guests").filter((e) => e.kind === "evaluated");
      assert.ok(evaluated?.kind === "evaluated");
      assert.deepEqual(Object.keys(evaluated.clients ?? {}), [...NAMES]);
      // The weights are sent to each client once more.
      const weights = [...book.weights("guests").values()].reduce((sum, one) => sum + one.byteLength, 0);
      assert.ok((evaluated.sent ?? 0) >= 4 * weights && (evaluated.received ?? 0) > 0, JSON.stringify(evaluated));
      const each = NAMES.map((name) => evaluated.clients?.[name]?.["accuracy"] ?? NaN);
      const rows = [2, 3, 4, 5];
      const mean = each.reduce((sum, one, i) => sum + (one * (rows[i] ?? 0)) / 14, 0);
      assert.ok(Math.abs((evaluated.metrics["accuracy"] ?? NaN) - mean) < 1e-9, JSON.stringify(evaluated));
    });

    it("continues without a client killed in the middle of a round, as if it had not been requested", async () => {
      const slow = readFileSync(join(book.notebook.folder, "west.csv"), "utf8").split("\n");
      writeFileSync(
        join(book.notebook.folder, "slow.csv"),
        [
          slow[0],
          ...Array.from({ length: 400 }, (_, i) => slow.slice(1).map((row) => `again${String(i)} ${row}`)).flat(),
        ].join("\n"),
      );
      await book.run(`data slow { source: csv("slow.csv"), columns: { text: text, label: label } }
federate m on east, north, south as three { ${settings}, rounds: 2 }`);
      const from = book.notebook.shown.length;
      const running = book.run(
        `federate m on east, north, south, slow as lost { ${settings}, rounds: 2, runner: flower("${superlink()}", wait: 20min) }`,
      );
      while (!text(book.notebook.shown.slice(from)).includes("round 1: 1 of 4 clients answered"))
        await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 20))]);
      const killed = clientsOfThis().at(-1);
      assert.ok(killed !== undefined);
      process.kill(killed, "SIGKILL");
      const shown = text(await running);
      assert.deepEqual(
        book.rounds("lost").map(({ lost }) => lost),
        [["slow"], ["slow"]],
      );
      assert.match(book.rounds("lost")[0]?.why ?? "", /^flower-client: client slow gave no answer/);
      assert.ok(book.apart("three", "lost") <= 1e-6, String(book.apart("three", "lost")));
      assert.match(shown, /lost: slow in rounds 1, 2/);
    });

    it("stops all its processes on an interrupt, and resumes at the interrupted round", async () => {
      await book.run(`federate m on east, north as whole { ${settings}, rounds: 3 }`);
      const far = (more: string): string =>
        `federate m on east, north as halved { ${settings}, rounds: 3, runner: flower("${superlink()}", wait: 20min)${more} }`;
      const stop = new AbortController();
      const running = book.run(far(""), stop.signal);
      running.catch(() => undefined);
      while (!text(book.notebook.shown).includes("Rounds of halved, 1 of 3"))
        await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 20))]);
      stop.abort();
      await assert.rejects(running, /interrupted/);
      assert.deepEqual(clientsOfThis(), []);
      await book.run(far(", resume: true"));
      assert.ok(book.apart("whole", "halved") <= 1e-6, String(book.apart("whole", "halved")));
      const started = book.events("halved").findLast((e) => e.kind === "started");
      assert.equal(started?.kind === "started" && started.resumedFrom, 1);
      assert.deepEqual(
        book.rounds("halved").map(({ step }) => step),
        [1, 2, 3],
      );
    });
  });
}
