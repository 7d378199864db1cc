/**
 * `federate`: rounds of clients with their own rows reach the result of one training on all rows, resume after an
 * interruption, and yield a model.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "#kernel/events/events.js";
import type { DisplayOutput } from "#kernel/display/html.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import { NotebookOfOne } from "../../../session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "../../../session/small-training.js";

const text = (shown: readonly DisplayOutput[]): string =>
  shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
const plain =
  "optimizer: sgd(learning_rate: 0.1, momentum: 0), schedule: constant, shuffle: none, clip: none, dropout: 0, keep: last";
type Round = Extract<RunEvent, { kind: "round" }>;

describe("federate statement", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
  const weights = (name: string): Map<string, Float32Array> => {
    const { file } = model(name).weights!.checkpoint;
    const names = Object.keys(readHeader(file).tensors).filter((one) => !/^(adamw|sgd|scaffold|fedprox)/.test(one));
    return new Map(names.map((one) => [one, new Float32Array(readTensor(file, one).bytes.slice().buffer)]));
  };
  const apart = (a: string, b: string): number => {
    const other = weights(b);
    return Math.max(
      ...[...weights(a)].map(([name, one]) => Math.max(...one.map((x, i) => Math.abs(x - other.get(name)![i]!)))),
    );
  };
  const eventsOf = (name: string): readonly RunEvent[] => RunFolder.open(model(name).folder!).events();
  const rounds = (name: string): readonly Round[] => eventsOf(name).filter((e): e is Round => e.kind === "round");

  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    const [head = "", ...rows] = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    const write = (name: string, some: readonly string[]): void =>
      writeFileSync(join(book.folder, `${name}.csv`), [head, ...some].join("\n"));
    write("north", rows.slice(0, 16));
    write("south", rows.slice(16, 32));
    write("both", rows.slice(0, 32));
    writeFileSync(
      join(book.folder, "shops.csv"),
      [
        `${head},shop`,
        ...rows.map((row, i) => `${row},${["east", "west", "hill"][i % 7 === 0 ? 2 : i % 2] ?? ""}`),
      ].join("\n"),
    );
    await book.run(`${definitions}
data north { source: csv("north.csv"), columns: { text: text, label: label } }
data south like north { source: csv("south.csv") }
data both like north { source: csv("both.csv") }
data shops like d { source: csv("shops.csv") }`);
  });
  after(() => book.close());

  it("matches central training step by step for clients with equal batches", async () => {
    await book.run(`train m on both as whole { steps: 1, batch_size: 32, ${plain} }
federate m on north, south as apart { rounds: 1, steps: 1, batch_size: 16, ${plain} }`);
    assert.ok(apart("whole", "apart") <= 1e-6, String(apart("whole", "apart")));
    await book.run(`train m on both as whole { steps: 3, batch_size: 32, ${plain} }
federate m on north, south as apart { rounds: 3, steps: 1, batch_size: 16, ${plain} }`);
    assert.ok(apart("whole", "apart") <= 1e-6, String(apart("whole", "apart")));
    await book.run(`train m on both as first { steps: 1, batch_size: 32, ${plain} }`);
    assert.ok(apart("whole", "first") > 1e-4);
  });

  it("reports a client's loss as the mean over its rows, with uneven batches too", async () => {
    const still = plain.replace("0.1", "1e-12");
    await book.run(`federate m on north, south as uneven { rounds: 1, batch_size: 15, ${still} }
federate m on north, south as even { rounds: 1, batch_size: 16, ${still} }`);
    const losses = (name: string) => rounds(name)[0]!.clients.map(({ loss }) => loss);
    for (const [i, loss] of losses("uneven").entries()) assert.ok(Math.abs(loss - losses("even")[i]!) < 1e-6);
  });

  it("shows the clients, what they send, and the score of each", async () => {
    const shown = text(
      await book.run(`federate m on shops as chain {
  clients: by_column(shop), rounds: 3, participation: 2, batch_size: 8, optimizer: adamw(learning_rate: 1e-3)
}`),
    );
    assert.match(shown, /Plan of chain: federate m on shops/);
    assert.match(shown, /clients +by_column\(column: shop\) +\(2 of them in each round\)/);
    assert.match(shown, /rounds +3 +\(in each: 1 epoch of a client's rows, batches of 8; 48 rows in all\)/);
    assert.match(shown, /Labels of the clients of chain: on average \d+ % different/);
    assert.match(shown, /Divergence of clients\nround 1: norm/);
    assert.match(shown, /accuracy in round 3: [\d.]+ on all rows, clients [\d.]+ to/);
    assert.match(shown, /Rounds of chain\nround +clients +loss +accuracy +least/);
    assert.match(shown, /accuracy of each client of chain\nclient +rows +labels +rounds/);
    const told = rounds("chain");
    assert.equal(told.length, 3);
    for (const { clients, sent, received } of told) {
      assert.equal(clients.length, 2);
      assert.ok(clients.every(({ name }) => ["east", "west", "hill"].includes(name)));
      assert.ok(sent === received && sent > 0 && sent % 8 === 0);
    }
    assert.ok(new Set(told.flatMap(({ clients }) => clients.map(({ name }) => name))).size > 2);
    const scored = eventsOf("chain").filter((e) => e.kind === "evaluated");
    assert.deepEqual(Object.keys(scored.at(-1)?.clients ?? {}).toSorted(), ["east", "hill", "west"]);
    assert.match(text(await book.run("evaluate chain on shops.validation")), /accuracy/);
    assert.deepEqual([...model("chain").labels].toSorted(), ["no", "yes"]);
  });

  it("yields a model like any other: it can be reopened, trained, updated and deployed", async () => {
    const folder = model("chain").folder!;
    const beside = new NotebookOfOne(book);
    try {
      await beside.run(`${definitions}
data shops like d { source: csv("shops.csv") }
model again { load: ${JSON.stringify(folder)} }`);
      assert.match(text(await beside.run("evaluate again on shops.validation")), /accuracy/);
    } finally {
      await beside.close();
    }
    const few = "epochs: 1, batch_size: 16";
    await book.run(`update chain on both as later { ${few}, strategy: naive }`);
    await book.run(`model next { base: chain, task: text_classification }
train next on both { ${few}, forgetting: false }
deploy chain to huggingface("out/chain")`);
    assert.deepEqual(model("later").labels, model("chain").labels);
    assert.ok(
      readFileSync(join(book.folder, "out/chain/config.json"), "utf8").includes("BertForSequenceClassification"),
    );
  });

  it("supports clients with a single label, combined with others", async () => {
    const rows = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    const yes = rows.filter((row, i) => i === 0 || row.endsWith(",yes"));
    writeFileSync(join(book.folder, "yes.csv"), yes.join("\n"));
    await book.run(`data onelabel { source: csv("yes.csv"), columns: { text: text, label: label } }
federate m on onelabel, north as mostly { rounds: 1, batch_size: 8 }`);
    assert.ok(book.warnings.some(({ code }) => code === "one-label-alone"));
    assert.deepEqual(model("mostly").labels, ["yes", "no"]);
    assert.deepEqual(
      rounds("mostly")[0]!.clients.map(({ rows: own }) => own),
      [32, 16],
    );
    await assert.rejects(book.run("train m on onelabel as alone { steps: 1 }"), /only one label/);
  });

  it("evaluates all validation rows, including those of clients without training rows", async () => {
    const [head = "", ...rows] = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    const part = (i: number): string => (i % 4 === 3 ? "validation" : "train");
    const shop = (i: number): string => (i % 16 === 15 ? "late" : i % 2 === 0 ? "east" : "west");
    writeFileSync(
      join(book.folder, "parts.csv"),
      [`${head},part,shop`, ...rows.map((row, i) => `${row},${part(i)},${shop(i)}`)].join("\n"),
    );
    const shown = text(
      await book.run(`data parts { source: csv("parts.csv"), columns: { text: text, label: label }, split: by_column(part) }
federate m on parts as few { clients: even(3), rounds: 1, participation: 20, batch_size: 8 }
federate m on parts as late { clients: by_column(shop), rounds: 2, batch_size: 8, keep: last, personal: head }`),
    );
    assert.match(shown, /even\(clients: 3\) +\(all of them in each round\)/);
    assert.match(shown, /warning\[clients-left-out\]: 1 of 3 clients .*\b4 validation rows/);
    const scored = eventsOf("late").flatMap((e) => (e.kind === "evaluated" ? [e] : []));
    assert.deepEqual(Object.keys(scored.at(-1)!.clients ?? {}).toSorted(), ["west"]);
    const rowsOf = model("late").weights!.data.splits["validation"]!.rows;
    assert.equal(rowsOf, 16);
  });

  it("gives the same result with secure aggregation, with lost clients too", async () => {
    const program = (name: string, more: string): string => `federate m on shops as ${name} {
  clients: even(5), rounds: 2, stragglers: 20%, batch_size: 8, aggregate: scaffold${more}
  optimizer: sgd(learning_rate: 0.05), keep: last
}`;
    await book.run(program("open", ""));
    await book.run(program("masked", ", secure_aggregation: true"));
    assert.ok(apart("open", "masked") <= 1e-6, String(apart("open", "masked")));
    for (const [i, { clients, lost, received }] of rounds("masked").entries()) {
      assert.ok(clients.every(({ norm, cosine }) => norm === undefined && cosine === undefined));
      assert.equal(lost.length, 1);
      assert.ok(received > rounds("open")[i]!.received);
    }
  });

  it("applies client-level or row-level privacy, and reports the spent ε", async () => {
    const steps = (name: string) => eventsOf(name).flatMap((e) => (e.kind === "step" ? [e] : []));
    const of = (name: string, more: string): string => `federate m on shops as ${name} {
  clients: even(6), batch_size: 4, optimizer: sgd(learning_rate: 0.05), keep: last, ${more}
}`;
    const hidden = text(
      await book.run(of("hidden", "rounds: 4, participation: 50%, privacy: differential(8, unit: client, clip: 0.5)")),
    );
    assert.match(
      hidden,
      /privacy +ε 8 at δ 1e-5 for each client +\(noise multiplier [\d.]+ · clip 0\.5 · each client is in a round with chance 50 %/,
    );
    const spent = steps("hidden").map(({ epsilon }) => epsilon ?? 0);
    assert.ok(spent.every((epsilon, i) => epsilon > (spent[i - 1] ?? 0)));
    assert.ok(spent.at(-1)! <= 8 && spent.at(-1)! > 7.9, String(spent.at(-1)));
    for (const { clients } of rounds("hidden")) for (const { norm } of clients) assert.ok(norm! <= 0.5 + 1e-6);
    // Participation and noise do not depend on the seed.
    await book.run(of("again", "rounds: 4, participation: 50%, privacy: differential(8, unit: client, clip: 0.5)"));
    assert.ok(apart("hidden", "again") > 0);
    const rows = text(
      await book.run(
        of("rows", "rounds: 2, participation: 3, privacy: differential(8, unit: row), secure_aggregation: true"),
      ),
    );
    assert.match(rows, /ε 8 at δ 1e-5 for each row/);
    // The steps per round match the client's rows, and the noise is planned for that number of steps.
    await book.run(of("open", "rounds: 2, participation: 3"));
    const tokens = (name: string): number => steps(name).reduce((sum, one) => sum + one.tokens, 0);
    const times = tokens("rows") / tokens("open");
    assert.ok(
      times > 0.6 && times < 1.5,
      `${String(tokens("rows"))} tokens, and ${String(tokens("open"))} without privacy`,
    );
    // A client that answered in only one round spent less than the guarantee for all.
    const last = steps("rows").at(-1)!.epsilon!;
    assert.ok(last > 1 && last <= 8, String(last));
  });

  it("resumes as if never interrupted, including state of server and clients", async () => {
    const program = (name: string, more = "") => `federate m on shops as ${name} {
  clients: dirichlet(3, alpha: 0.5), rounds: 4, participation: 2, aggregate: scaffold, batch_size: 8${more}
  optimizer: sgd(learning_rate: 0.05), compression: top_k(20%), keep: last
}`;
    await book.run(program("gone"));
    const stop = new AbortController();
    const session = book.session;
    const append = RunFolder.prototype.append;
    RunFolder.prototype.append = function (event) {
      append.call(this, event);
      if (event.kind === "round" && event.step === 2) setTimeout(() => stop.abort(), 5);
    };
    try {
      await assert.rejects(
        book.run(program("cut"), { signal: stop.signal }),
        /interrupted; it continues from round \d+ or/,
      );
    } finally {
      RunFolder.prototype.append = append;
    }
    assert.ok(session);
    await book.run(program("cut", ", resume: true"));
    assert.equal(apart("gone", "cut"), 0);
    const kept = readHeader(join(model("cut").folder!, "federation", "step-000004.safetensors")).tensors;
    // The part omitted from compressed updates is saved for the next round.
    assert.ok(
      Object.keys(kept).some((path) => /^client\/\d+\/left$/.test(path)),
      Object.keys(kept).join(", "),
    );
    assert.deepEqual(
      rounds("cut").map(({ clients }) => clients.map(({ name, norm }) => [name, norm])),
      rounds("gone").map(({ clients }) => clients.map(({ name, norm }) => [name, norm])),
    );
  });
});
