/** Plans and warnings of a federation take all of its data into account, not only the first data set. */
import assert from "node:assert/strict";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { DataFacts, SplitFacts } from "#dsl/language/types/facts.js";
import { planCardView } from "#kernel/display/plans/plan-card.js";
import { compiled, dataFacts } from "../../world.js";

function facts(rows: number, validation: number, labels = ["no", "yes"], more: Partial<DataFacts> = {}): DataFacts {
  const split = (n: number): SplitFacts => ({
    rows: n,
    labels: labels.map((label) => ({ label, count: n / labels.length })),
    lengths: { step: 8, counts: [n, 0], total: n * 6, longest: 7 },
  });
  const splits = {
    train: split(rows),
    ...(validation > 0 && { validation: split(validation) }),
    test: split(validation || 10),
  };
  return dataFacts({ splits, labels, ...more });
}
const name = (rows: number) => ({
  personal: [{ column: "body", entity: "name", rows, sure: 0, examples: [] }] as unknown as NonNullable<
    DataFacts["personal"]
  >,
});

function judged(text: string, datas: Readonly<Record<string, DataFacts>>) {
  return compiled(text, { data: (need) => datas[need.data.name]! });
}
const data = (called: string, allow = ""): string =>
  `data ${called} { source: csv("${called}.csv"), columns: { text: body, label: team }, split: random(train: 80%, validation: 10%, test: 10%)${allow} }\n`;
const model = `model m { base: "minilm", task: text_classification, technique: head_only }\n`;

function planOf(datas: Readonly<Record<string, DataFacts>>, settings = "rounds: 5"): Plan {
  const names = Object.keys(datas);
  const allow = ', allow: { personal-data: "made up" }';
  const text = `${names.map((one) => data(one, datas[one]?.personal ? allow : "")).join("")}${model}federate m on ${names.join(", ")} as f { ${settings} }`;
  const { actions, diagnostics } = judged(text, datas);
  const action = actions?.findLast(({ verb }) => verb === "federate");
  assert.ok(action?.verb === "federate", JSON.stringify(diagnostics));
  return action.plan;
}
const textOf = (plan: Plan): string => String(planCardView(plan).bundle["text/plain"]);

describe("federation plan over several data sets", () => {
  it("validates on the rows of all data sets, even if the first has none", () => {
    const both = planOf({ north: facts(200, 36), south: facts(100, 82) });
    assert.deepEqual([both.estimates.validating?.times, both.estimates.validating?.rows], [5, 118]);
    assert.match(textOf(both), /validation +5 times +\(of 118 rows/);
    const one = planOf({ north: facts(200, 36), south: facts(100, 0) });
    const share = both.estimates.validating!.flops / one.estimates.validating!.flops;
    assert.ok(Math.abs(share - 118 / 36) < 1e-3, String(share));
    const second = planOf({ north: facts(200, 0), south: facts(100, 36) }).estimates.validating;
    assert.equal(second?.rows, 36);
    const apart = second.flops / one.estimates.validating!.flops;
    assert.ok(apart > 0.5 && apart < 2, String(apart));
    assert.equal(planOf({ north: facts(200, 0), south: facts(100, 0) }).estimates.validating, undefined);
  });

  it("sizes the head for the labels of all data sets", () => {
    const alike = planOf({ north: facts(200, 20), south: facts(100, 20) }).estimates;
    const more = planOf({ north: facts(200, 20), south: facts(100, 20, ["no", "yes", "maybe", "never"]) });
    // The head has 384 weights and one bias for each of two labels.
    assert.equal(more.estimates.trainable - alike.trainable, 2 * 385);
    assert.equal(more.estimates.parameters - alike.parameters, 2 * 385);
    assert.match(textOf(more), /travels +6 KiB to a client and back/);
  });

  it("lists personal data and allowances of each data set", () => {
    const plan = planOf({ north: facts(200, 20, undefined, name(7)), south: facts(100, 20, undefined, name(3)) });
    assert.match(textOf(plan), /personal data +name in 7 rows of north\.body, name in 3 rows of south\.body/);
    assert.deepEqual(plan.effects.allowed?.map(({ code, of }) => [code, of]).toSorted(), [
      ["personal-data", "data north"],
      ["personal-data", "data south"],
    ]);
    const alone = planOf({ north: facts(200, 20), south: facts(100, 20, undefined, name(3)) });
    assert.match(textOf(alone), /personal data +name in 3 rows of south\.body/);
  });

  it("applies `allow` only to its own data set", () => {
    const datas = { north: facts(200, 20, undefined, name(7)), south: facts(100, 20, undefined, name(3)) };
    const { codes } = judged(
      `${data("north", ', allow: { personal-data: "made up" }')}${data("south")}${model}federate m on north, south as f`,
      datas,
    );
    assert.deepEqual(codes, ["personal-data"]);
  });

  it("warns of each small test split at its place", () => {
    const datas = { north: facts(800, 400), south: facts(100, 30), harbour: facts(60, 8) };
    const text = `${Object.keys(datas)
      .map((one) => data(one))
      .join("")}${model}federate m on north, south, harbour as f
evaluate f on north.test, south.test, harbour.test`;
    const { diagnostics } = judged(text, datas);
    const small = diagnostics.filter(({ code }) => code === "small-test");
    assert.deepEqual(
      small.map(({ span }) => text.slice(span.start, span.end)),
      ["south.test", "harbour.test"],
    );
    assert.deepEqual(
      small.map((one) => (one.data as { rows: number }).rows),
      [30, 8],
    );
  });
});

describe("clients and traffic in a federation plan", () => {
  const datas = { north: facts(200, 20), south: facts(100, 20), west: facts(100, 20) };
  it("include SCAFFOLD's control variates, which double the traffic and are not compressed", () => {
    assert.match(textOf(planOf(datas)), /travels +3 KiB to a client and back +\(what trains, in each round\)/);
    const scaffold = textOf(planOf(datas, "aggregate: scaffold, compression: int8"));
    assert.match(scaffold, /travels +6 KiB to a client and back/);
    assert.match(
      scaffold,
      /3 KiB of scaffold beside it, in each round; back by int8, the additional state uncompressed/,
    );
  });
  it("count the clients lost to stragglers", () => {
    const clients = (settings: string): string =>
      /clients +.*\((.*)\)/.exec(textOf(planOf(datas, settings)))?.[1] ?? "";
    assert.equal(clients("stragglers: 20%"), "all of them in each round, 1 of 3 lost before it answers");
    assert.equal(clients("stragglers: 50%"), "all of them in each round, 2 of 3 lost before they answer");
    const one = { north: facts(400, 20) };
    const parted = (settings: string): string => textOf(planOf(one, `stragglers: 20%, ${settings}`));
    assert.match(parted("clients: even(20), participation: 50%"), /50 % of them in each round, 2 of 10 lost/);
    assert.match(parted("clients: by_column(customer)"), /20 % of these fail before they answer/);
    const hidden = parted("clients: even(20), participation: 50%, privacy: differential(8, unit: client)");
    assert.match(hidden, /each of these fails with a probability of 20 %/);
  });
  it("note that masked numbers take four or eight bytes", () => {
    assert.match(textOf(planOf(datas, "secure_aggregation: true")), /masked numbers come back in four or eight bytes/);
    assert.doesNotMatch(textOf(planOf(datas)), /masked/);
  });
});
