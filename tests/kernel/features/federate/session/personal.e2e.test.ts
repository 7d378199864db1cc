/**
 * `personal: head`: the body is trained jointly, each head on its client's rows; compared with separate trainings per
 * client.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RunEvent } from "#kernel/events/events.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { readClientHead } from "#kernel/runs/client-heads.js";
import { LocalClient } from "#kernel/features/federate/simulated/local-client.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "../../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../../session/small-training.js";

type Weights = ReadonlyMap<string, Float32Array>;
const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
const plain =
  "optimizer: sgd(learning_rate: 0.1, momentum: 0), schedule: constant, shuffle: none, clip: none, dropout: 0, keep: last";
const HEAD = /^classifier\./;

describe("personal heads of federated clients", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const weights = (name: string): Weights => {
    const { file } = model(name).weights!.checkpoint;
    const names = Object.keys(readHeader(file).tensors).filter((one) => !/^(adamw|sgd|scaffold|fedprox)/.test(one));
    return new Map(names.map((one) => [one, new Float32Array(readTensor(file, one).bytes.slice().buffer)]));
  };
  const headOf = (name: string, client: string): Weights =>
    new Map(
      [...readClientHead(model(name).folder!, client)].map(([path, { bytes }]) => [
        path,
        new Float32Array(bytes.slice().buffer),
      ]),
    );
  const apart = (one: Weights, other: Weights): number =>
    Math.max(...[...one].map(([name, own]) => Math.max(...own.map((x, i) => Math.abs(x - other.get(name)![i]!)))));
  const part = (of: Weights, head: boolean): Weights => new Map([...of].filter(([name]) => HEAD.test(name) === head));
  /** Mean weighted by rows: 12 of north, 20 of south. */
  const mean = (one: Weights, other: Weights): Weights =>
    new Map([...one].map(([name, own]) => [name, own.map((x, i) => (12 * x + 20 * other.get(name)![i]!) / 32)]));
  const events = (name: string): readonly RunEvent[] => RunFolder.open(model(name).folder!).events();

  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    const [head = "", ...rows] = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    const write = (name: string, some: readonly string[]): void =>
      writeFileSync(join(book.folder, `${name}.csv`), [head, ...some].join("\n"));
    write("north", rows.slice(0, 12));
    write("south", rows.slice(12, 32));
    // Inverts the label: the clients label the same texts oppositely.
    const turned = (row: string): string =>
      row.replace(/,(yes|no)$/, (_, said: string) => (said === "yes" ? ",no" : ",yes"));
    write("hill", rows);
    write("vale", rows.map(turned));
    await book.run(`${definitions}
data north { source: csv("north.csv"), columns: { text: text, label: label } }
data south like north { source: csv("south.csv") }
data hill like d { source: csv("hill.csv") }
data vale like d { source: csv("vale.csv") }`);
  });
  after(() => book.close());

  it("match separate training of each client on the averaged body, round by round", async () => {
    const rounds = (name: string, n: number, more = ""): string =>
      `federate m on north, south as ${name} { rounds: ${String(n)}, steps: 1, batch_size: 32, personal: head${more}, ${plain} }`;
    const alone = (name: string, from: string, on: string): string =>
      `train ${from} on ${on} as ${name} { steps: 1, batch_size: 32, ${plain} }`;
    const shown = text(
      await book.run(`${rounds("one", 1)}\n${alone("n1", "m", "north")}\n${alone("s1", "m", "south")}`),
    );
    assert.match(shown, /stays +66 values +\(the head: each client trains its own and never sends it\)/);
    const [n1, s1] = [weights("n1"), weights("s1")];
    assert.ok(apart(part(weights("one"), false), part(mean(n1, s1), false)) <= 1e-6);
    assert.ok(apart(headOf("one", "north"), part(n1, true)) <= 1e-6);
    assert.ok(apart(headOf("one", "south"), part(s1, true)) <= 1e-6);
    assert.ok(apart(headOf("one", "north"), headOf("one", "south")) > 1e-3);
    // The model's own head is the mean of the clients' heads.
    assert.ok(apart(part(weights("one"), true), mean(headOf("one", "north"), headOf("one", "south"))) <= 1e-6);
    // In the second round each client continues with its own head over the shared body.
    await model("one").client("north").save("at-north");
    await model("one").client("south").save("at-south");
    await book.run(`model mn { base: "./at-north", task: text_classification, technique: full, max_length: 16 }
model ms like mn { base: "./at-south" }
${rounds("two", 2)}
${alone("n2", "mn", "north")}
${alone("s2", "ms", "south")}`);
    const [n2, s2] = [weights("n2"), weights("s2")];
    assert.ok(apart(part(weights("two"), false), part(mean(n2, s2), false)) <= 1e-6);
    assert.ok(apart(headOf("two", "north"), part(n2, true)) <= 1e-6);
    assert.ok(apart(headOf("two", "south"), part(s2, true)) <= 1e-6);
    // Only the body is transferred, even if the algorithm sends more. `fedprox` does not pull heads towards a common
    // one.
    const sent = (name: string): number => events(name).flatMap((e) => (e.kind === "round" ? [e.sent] : []))[0]!;
    const body = [...part(weights("one"), false).values()].reduce((sum, one) => sum + one.length, 0);
    assert.equal(sent("one"), 2 * 4 * body);
    await book.run(rounds("prox", 2, ", aggregate: fedprox(mu: 1)"));
    assert.ok(apart(headOf("prox", "north"), headOf("two", "north")) <= 1e-6);
  });

  it("fit clients that assign different labels to the same texts", async () => {
    const of = (name: string, more: string): string => `federate m on hill, vale as ${name} {
  rounds: 6, epochs: 2, batch_size: 8, optimizer: adamw(learning_rate: 3e-3), keep: last${more}
}`;
    const shown = text(await book.run(of("own", ", personal: head")));
    assert.match(shown, /round +clients +loss +accuracy +least +median +greatest +with own heads/);
    await book.run(of("common", ""));
    const last = (name: string) =>
      events(name)
        .flatMap((e) => (e.kind === "evaluated" ? [e] : []))
        .at(-1)!;
    assert.ok(last("own").metrics["accuracy"]! >= 0.9, JSON.stringify(last("own").metrics));
    assert.ok(last("common").metrics["accuracy"]! <= 0.6, JSON.stringify(last("common").metrics));
    for (const client of ["hill", "vale"]) {
      assert.ok(last("own").personal![client]!["accuracy"]! >= 0.9);
      assert.equal(typeof last("own").clients![client]!["accuracy"], "number");
    }
    assert.equal(last("common").personal, undefined);
    // Evaluated on a client's data, the model reports both the mean of all heads and that client's head.
    const told = text(await book.run("evaluate own on vale.validation"));
    assert.match(told, /own \(head of vale\)/);
    assert.match(told, /own has the mean of its clients' heads/);
    const said = async (client: string): Promise<readonly string[]> =>
      (await model("own").client(client).predict(["a good film", "a bad film"])).map((one) =>
        String((one as unknown as { label: string }).label),
      );
    assert.deepEqual(
      [await said("hill"), await said("vale")],
      [
        ["yes", "no"],
        ["no", "yes"],
      ],
    );
    await assert.rejects(
      async () => model("own").client("east").predict(["a"]),
      (error: unknown) => error instanceof CodedError && error.code === "bad-option",
    );
    await assert.rejects(
      async () => model("common").client("hill").predict(["a"]),
      (error: unknown) => error instanceof CodedError && error.code === "bad-option",
    );
  });

  it("resume as if never interrupted, also from the middle of a round", async () => {
    const program = (name: string, more = "") => `federate m on d as ${name} {
  clients: even(3), rounds: 4, participation: 2, aggregate: scaffold, batch_size: 8, personal: head${more}
  optimizer: sgd(learning_rate: 0.05), compression: top_k(20%), keep: last, checkpoint: every(epochs: 3), validate: none
}`;
    await book.run(program("gone"));
    const stop = new AbortController();
    const { train } = LocalClient.prototype;
    let answered = 0;
    LocalClient.prototype.train = async function (order, signal) {
      const answer = await train.call(this, order, signal);
      // The fifth answer is from the first of two clients in the third round.
      if (++answered === 5) stop.abort();
      return answer;
    };
    try {
      await assert.rejects(book.run(program("cut"), { signal: stop.signal }), /interrupted|abort/i);
    } finally {
      LocalClient.prototype.train = train;
    }
    await book.run(program("cut", ", resume: true"));
    assert.equal(apart(weights("gone"), weights("cut")), 0);
    for (const client of ["1", "2", "3"]) assert.equal(apart(headOf("gone", client), headOf("cut", client)), 0);
  });
});
