/**
 * The terms that remote clients compare with their own program: equal for equal settings, with each difference named by
 * its path.
 */
import assert from "node:assert/strict";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { federationTermDifferences, federationTermsOf } from "#dsl/compiler/plan/terms.js";
import { compiled, dataFacts, base } from "../../world.js";

interface Written {
  readonly source?: string;
  readonly data?: string;
  readonly labels?: string;
  readonly model?: string;
  readonly keys?: string;
  readonly name?: string;
}
const COLUMNS = "columns: { text: text, label: label }";
/** Plans a federation of two clients. */
function planOf(
  { source = "a.csv", data = "", labels = "no, yes", model = "", keys = "", name = "f" }: Written,
  more = {},
): Plan {
  const text = `data d { source: csv("${source}"), labels: [${labels}]${data === "" ? `, ${COLUMNS}` : data} }
data e like d { source: csv("b.csv") }
model m { base: "minilm"${model === "" ? ", task: text_classification, technique: lora" : model} }
federate m on d, e as ${name} { ${keys} }`;
  const { actions, diagnostics } = compiled(text, more);
  const action = actions?.findLast(({ verb }) => verb === "federate");
  assert.ok(action?.verb === "federate", JSON.stringify(diagnostics));
  return action.plan;
}
const over = (plan: Plan): unknown => JSON.parse(JSON.stringify(federationTermsOf(plan)));
const paths = (one: Plan, other: Plan): readonly string[] =>
  federationTermDifferences(over(one), over(other)).map(({ path }) => path);

describe("federation terms", () => {
  const usual = planOf({});

  it("survive serialization and ignore row sources, names and round counts", () => {
    assert.deepEqual(over(usual), federationTermsOf(usual));
    const others: readonly Written[] = [
      { source: "elsewhere/north.csv", name: "g" },
      { data: `, ${COLUMNS}, clean: [unicode], split: random(train: 50%, test: 50%)` },
      { data: ", columns: { text: body, label: team, id: customer }" },
      { keys: "rounds: 3, participation: 50%, stragglers: 10%" },
      { keys: "keep: last, log: every(steps: 2), checkpoint: every(steps: 1), recompute: blocks" },
      { keys: "optimizer: adamw, aggregate: fedavg, secure_aggregation: false, compression: []" },
    ];
    for (const other of others) assert.deepEqual(paths(usual, planOf(other)), [], JSON.stringify(other));
    const elsewhere = { base: { ...base, folder: "/other/machine" }, data: () => dataFacts({ hash: "other-rows" }) };
    assert.deepEqual(paths(usual, planOf({}, elsewhere)), []);
    for (const word of ["folder", "name", "a.csv", "data-hash", "rounds"])
      assert.ok(!JSON.stringify(over(usual)).includes(`"${word}"`), word);
  });

  it("name the path of each setting that changes a client's computation", () => {
    const changes: readonly (readonly [path: string, written: Written])[] = [
      ["training.epochs", { keys: "epochs: 2" }],
      ["training.steps", { keys: "steps: 4" }],
      ["training.batch_size", { keys: "batch_size: 8" }],
      ["training.accumulate", { keys: "accumulate: 2" }],
      ["training.seed", { keys: "seed: 3" }],
      ["training.clip", { keys: "clip: 0.5" }],
      ["training.dropout", { keys: "dropout: 0.2" }],
      ["training.shuffle", { keys: "shuffle: none" }],
      ["training.precision", { keys: "precision: bf16" }],
      ["training.schedule", { keys: "schedule: constant" }],
      ["training.optimizer.learning_rate", { keys: "optimizer: adamw(learning_rate: 1e-5)" }],
      ["training.optimizer", { keys: "optimizer: sgd" }],
      ["training.privacy", { keys: "privacy: differential(8, unit: client)" }],
      ["federated.aggregate", { keys: "aggregate: fedprox(mu: 0.1)" }],
      ["federated.compression", { keys: "compression: [int8]" }],
      ["model.technique.rank", { model: ", task: text_classification, technique: lora(rank: 4)" }],
      ["model.technique", { model: ", task: text_classification, technique: ia3" }],
      ["model.max_length", { model: ", task: text_classification, technique: lora, max_length: 32" }],
      ["model.freeze", { model: ", task: text_classification, technique: full, freeze: [embeddings]" }],
      ["model.task.focal", { model: ", task: text_classification(focal: 2), technique: lora" }],
      ["data.labels", { labels: "yes, no" }],
      ["data.roles", { data: ", columns: { text: text, text_pair: body, label: label }" }],
    ];
    for (const [path, written] of changes) {
      const found = paths(usual, planOf(written));
      assert.ok(found.includes(path), `${path}: ${found.join(", ")}`);
    }
    assert.deepEqual(paths(usual, planOf({}, { base: { ...base, hash: "other-base" } })), ["model.base"]);
    const two = [planOf({ keys: "aggregate: fedprox(mu: 0.1)" }), planOf({ keys: "aggregate: fedprox(mu: 0.2)" })];
    assert.deepEqual(federationTermDifferences(federationTermsOf(two[0]!), federationTermsOf(two[1]!)), [
      { path: "federated.aggregate.mu", ours: "0.1", theirs: "0.2" },
    ]);
  });

  it("compare privacy guarantees as written, whatever noise results", () => {
    const keys = (promise: string): Written => ({ keys: `privacy: differential(${promise}, unit: client)` });
    const eight = planOf(keys("8"));
    assert.deepEqual(paths(eight, planOf({ keys: `${keys("8").keys ?? ""}, rounds: 40` })), []);
    assert.deepEqual(paths(eight, planOf(keys("4"))), ["training.privacy.promise.epsilon"]);
    assert.deepEqual(paths(eight, planOf(keys("8, clip: 0.5"))), ["training.privacy.promise.clip"]);
    assert.deepEqual(paths(eight, planOf(keys("8, delta: 1e-6"))), ["training.privacy.promise.delta"]);
  });

  it("include participation only if the privacy guarantee depends on it", () => {
    const of = (participation: number, unit: string): Written => ({
      keys: `participation: ${String(participation)}%, privacy: differential(noise: 1.1, unit: ${unit})`,
    });
    const [rare, often] = [planOf(of(10, "client")), planOf(of(100, "client"))];
    assert.deepEqual(paths(rare, often), ["federated.participation.share"]);
    assert.deepEqual(paths(planOf({ keys: "participation: 10%" }), planOf({ keys: "participation: 50%" })), []);
  });

  it("show both values of a difference", () => {
    const [told] = federationTermDifferences(
      federationTermsOf(usual),
      federationTermsOf(planOf({ keys: "optimizer: sgd(learning_rate: 0.1)" })),
    );
    assert.equal(told?.path, "training.optimizer");
    assert.ok(told.ours.startsWith("adamw(") && told.theirs.startsWith("sgd("), JSON.stringify(told));
    assert.deepEqual(federationTermDifferences({ a: 1 }, {}), [{ path: "a", ours: "1", theirs: "nothing" }]);
    assert.deepEqual(federationTermDifferences({ a: [1, 2] }, { a: [2, 1] }), [
      { path: "a", ours: "[1, 2]", theirs: "[2, 1]" },
    ]);
  });
});
