/**
 * What a server can read from updates. A word that is not in a client's rows leaves its embedding row unchanged, so an
 * open update reveals the words (Melis et al. 2019, arXiv 1805.04049). The head's weight and bias reveal the features
 * of a row exactly (Phong et al. 2018). With secure aggregation, a single update is noise to the server, and the sum
 * reveals only what all clients have together.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { MaskingServer } from "#kernel/features/federate/secure/server.js";
import { LocalClient } from "#kernel/features/federate/simulated/local-client.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "../../../session/notebook-of-one.js";
import { writeSmallBert } from "../../../session/small-bert.js";

/** Words that occur at one client only, plus one that all have. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  north: ["asthma", "inhaler", "cough", "film"],
  south: ["debt", "loan", "bailiff", "film"],
  east: ["divorce", "lawyer", "custody", "film"],
};
const SPECIAL = ["[CLS]", "[SEP]"];
const EMBEDDING = /word_embeddings\.weight$/;

type Numbers = Float32Array | Float64Array | Uint32Array;
interface Layout {
  readonly from: number;
  readonly rows: number;
  readonly width: number;
}

describe("updates visible to the server", function () {
  this.timeout(180_000);
  let book: NotebookOfOne;
  /** Positions of parameters in the transferred vector, and each client's update. */
  let shapes: ReadonlyMap<string, readonly number[]> = new Map();
  const open = new Map<string, Float32Array>();
  const masked = new Map<number, Uint32Array>();
  const servers: MaskingServer[] = [];

  const layoutOf = (named: RegExp): Layout => {
    let from = 0;
    for (const [name, shape] of shapes) {
      const [rows = 1, width = 1] = shape;
      if (named.test(name)) return { from, rows, width };
      from += shape.reduce((a, b) => a * b, 1);
    }
    return assert.fail(`nothing is called ${String(named)}`);
  };
  /** Returns the indices of embedding rows that are not all zero in the update. */
  const moved = (update: Numbers, { from, rows, width }: Layout): number[] =>
    Array.from({ length: rows }, (_, row) => row).filter((row) =>
      update.subarray(from + row * width, from + (row + 1) * width).some((value: number) => value !== 0),
    );
  const wordsIn = async (update: Numbers): Promise<string[]> => {
    const { plan } = mustExist((book.values.get("seen") as ModelHandle).weights, "weights");
    const { tokenizer } = await book.session.weights.parts(plan, plainHostContext(book.folder));
    return [...tokenizer.tokens(Int32Array.from(moved(update, layoutOf(EMBEDDING))))].sort();
  };

  before(async () => {
    book = new NotebookOfOne();
    const all = [...new Set(Object.values(WORDS).flat())];
    const others = Array.from({ length: 40 }, (_, i) => `w${String(i)}`);
    writeSmallBert(join(book.folder, "bert"), [...all, ...others]);
    for (const [name, words] of Object.entries(WORDS)) {
      const rows = words.map((word, i) => `${word} ${words[(i + 1) % words.length]!},${i % 2 === 0 ? "yes" : "no"}`);
      writeFileSync(join(book.folder, `${name}.csv`), ["text,label", ...rows].join("\n"));
    }
    const { train } = LocalClient.prototype;
    const { take } = MaskingServer.prototype;
    LocalClient.prototype.train = async function (order, signal) {
      const answer = await train.call(this, order, signal);
      const { shared } = this as unknown as {
        readonly shared: { readonly weights: { readonly shapes: typeof shapes } };
      };
      shapes = shared.weights.shapes;
      open.set(this.name, answer.delta.slice());
      return answer;
    };
    MaskingServer.prototype.take = function (client, said) {
      if (said.is === "input") masked.set(client, said.words.slice());
      if (!servers.includes(this)) servers.push(this);
      take.call(this, client, said);
    };
    const program = (name: string, more = "") =>
      `federate m on north, south, east with once as ${name} { rounds: 1${more} }`;
    try {
      await book.run(`data north { source: csv("north.csv"), columns: { text: text, label: label } }
data south like north { source: csv("south.csv") }
data east like north { source: csv("east.csv") }
model m { base: "bert", task: text_classification, technique: full, max_length: 16 }
recipe once { steps: 1, batch_size: 4, optimizer: sgd(learning_rate: 0.1, momentum: 0), clip: none, dropout: 0, schedule: constant }
${program("seen")}`);
      open.forEach((update, name) => open.set(name, update));
      await book.run(program("hidden", ", secure_aggregation: true"));
    } finally {
      LocalClient.prototype.train = train;
      MaskingServer.prototype.take = take;
    }
  });
  after(() => book.close());

  it("reveal each client's words exactly without masking", async () => {
    assert.deepEqual([...open.keys()].sort(), Object.keys(WORDS).sort());
    for (const [name, update] of open)
      assert.deepEqual(await wordsIn(update), [...SPECIAL, ...mustExist(WORDS[name], name)].sort(), name);
  });

  it("reveal nothing in masked form: every row changes, and byte values are uniform", async () => {
    assert.equal(masked.size, 3);
    const embedding = layoutOf(EMBEDDING);
    for (const words of masked.values()) {
      assert.equal(moved(words, embedding).length, embedding.rows, "each word of the vocabulary");
      const counts = new Float64Array(256);
      for (const word of words) for (let shift = 0; shift < 32; shift += 8) counts[(word >>> shift) & 255]! += 1;
      const wanted = (4 * words.length) / 256;
      const chi = counts.reduce((sum, count) => sum + (count - wanted) ** 2 / wanted, 0);
      // Chi-squared with 255 degrees of freedom: mean 255, standard deviation 22.6.
      assert.ok(chi > 130 && chi < 400, String(chi));
    }
    const [one, other] = [...masked.values()];
    const same = mustExist(one, "one").filter((word, i) => word === mustExist(other, "another")[i]).length;
    assert.ok(same < 5, `${String(same)} words of two clients are the same`);
  });

  it("reveal in their sum the words of all clients, but not whose they are", async () => {
    const sum = mustExist(servers[0], "a server").result;
    const all = [...new Set(Object.values(WORDS).flat())];
    assert.deepEqual(await wordsIn(mustExist(sum, "the sum")), [...SPECIAL, ...all].sort());
    // The sum equals that of the open updates, up to fixed-point rounding.
    const updates = [...open.values()];
    const { from, width } = layoutOf(EMBEDDING);
    // Each client is weighted by its four rows.
    const scale = 4;
    for (let i = from; i < from + 4 * width; i++) {
      const wanted = scale * updates.reduce((all, one) => all + one[i]!, 0);
      assert.ok(Math.abs(sum![i]! - wanted) < 1e-4, `${String(sum![i])}, ${String(wanted)}`);
    }
  });
});
