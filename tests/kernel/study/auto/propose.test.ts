/**
 * Proposals of `sweep auto` for given data: lengths, batches, epochs, techniques and bases, and the case without time
 * for any.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { ProgramProposal, ProposedSetting } from "#kernel/study/auto/auto.js";
import { programText, winnerProgram, trialSettings } from "#kernel/study/auto/program.js";
import type { BaseCandidate, AutoSearchFacts } from "#kernel/study/auto/candidates.js";
import { proposeProgram } from "#kernel/study/auto/propose.js";
import { batchSizeFor, epochsFor, maxLengthFor, RULES_VERSION } from "#kernel/study/auto/rules.js";
import { TECHNIQUES, type TechniqueOption } from "#kernel/study/auto/techniques.js";
import { brokenRelationAt, satisfiesRelations } from "#kernel/study/relations.js";
import { modelSettingKeys } from "#kernel/study/trial-text.js";
import { parametersOf, pointOfValues } from "#kernel/study/parameters.js";
import { compiled } from "../../../dsl/world.js";

const RATES = [2e-3, 1e-4, 0.03];
/** `seconds`: duration of an epoch with LoRA, with all weights, and with the head alone trained by steps. */
function base(name: string, worth: number | null, ...seconds: readonly number[]): BaseCandidate {
  return withWays(name, worth, seconds, (way) => !way.exact);
}
/** The same with a head that is solved directly. */
function exact(name: string, worth: number | null, ...seconds: readonly number[]): BaseCandidate {
  return withWays(name, worth, seconds, (way) => way.exact === true || !way.headOnly);
}
function withWays(
  name: string,
  worth: number | null,
  seconds: readonly number[],
  has: (way: TechniqueOption) => boolean,
): BaseCandidate {
  const ways = TECHNIQUES.filter(has).map((way, i) => ({
    ...way,
    rate: RATES[i]!,
    secondsAnEpoch: seconds[i] ?? Infinity,
  }));
  const lengths = { median: 12, p95: 40, p99: 60, longest: 200 };
  return { base: name, worth, lengths, positions: 512, ways };
}
const wanted: AutoSearchFacts = {
  rows: 800,
  validating: 200,
  task: "text_classification",
  seconds: 600,
  trials: null,
  fixed: {},
  keep: "accuracy",
  requested: [
    { key: "budget", value: "600s" },
    { key: "maximize", value: "accuracy" },
  ],
};
const made = (candidates: readonly BaseCandidate[], more: Partial<AutoSearchFacts> = {}): ProgramProposal => {
  const { proposal } = proposeProgram(candidates, { ...wanted, ...more });
  assert.ok(proposal);
  return proposal;
};
const valueOf = (settings: readonly ProposedSetting[], key: string): string | undefined =>
  settings.find((one) => one.key === key)?.value;
/** Returns the proposal as a compiled sweep. */
function compiledOf(proposal: ProgramProposal) {
  const run = compiled(
    `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 20%) }\n${programText(proposal, names)}`,
  );
  const action = run.actions?.find((one) => one.verb === "sweep");
  assert.ok(action);
  return action;
}
const names = { data: "d", model: "found_model", recipe: "found_recipe", as: "found" };

describe("program of `sweep auto`", () => {
  it("compiles and lists a point for each initial trial", () => {
    const two = [base("b", 0.7, 4, 6, 2), base("a", 0.8, 4, 6, 2)];
    for (const proposal of [
      made(two),
      made([base("a", null, 4, 6, 2)], { fixed: { optimizer: "sgd", steps: "20" } }),
    ]) {
      const text = programText(proposal, names);
      const run = compiled(
        `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 20%) }\n${text}`,
      );
      assert.deepEqual(run.codes, [], text);
      const sweep = run.actions?.find((one) => one.verb === "sweep")?.sweep;
      assert.ok(sweep);
      for (const first of proposal.first) {
        const found = pointOfValues(parametersOf(sweep.vary), new Map(Object.entries(first)));
        assert.ok("point" in found, "why" in found ? found.why : "");
      }
    }
  });
  it("starts with full training, LoRA and the head alone on the base with the best probe", () => {
    const { first, vary, model } = made([base("b", 0.7, 4, 6, 2), base("a", 0.8, 4, 6, 2)]);
    assert.deepEqual(
      first.map((point) => [point["base"], point["technique"], point["optimizer.learning_rate"]]),
      [
        ['"a"', "full", "0.0001"],
        ['"a"', "lora", "0.002"],
        ['"a"', "head_only", "0.03"],
        ['"b"', "full", "0.0001"],
        ['"a"', "full", "0.0002"],
        ['"a"', "lora", "0.001"],
        ['"a"', "full", "0.00005"],
        ['"a"', "lora", "0.003"],
      ],
    );
    assert.equal(valueOf(vary, "base"), 'choice("a", "b")');
    assert.equal(valueOf(model, "base"), '"a"');
    assert.equal(valueOf(vary, "optimizer.learning_rate"), "log(0.000025..0.12)");
  });
  it("tries an exact head once per base, at a rate shared with other techniques", () => {
    const proposal = made([exact("b", 0.7, 4, 6, 2), exact("a", 0.8, 4, 6, 2)]);
    assert.deepEqual(
      proposal.first.slice(0, 5).map((point) => [point["base"], point["technique"], point["optimizer.learning_rate"]]),
      [
        ['"a"', "full", "0.0001"],
        ['"a"', "lora", "0.002"],
        ['"a"', "head_only(fit: exact)", "0.002"],
        ['"b"', "full", "0.0001"],
        ['"b"', "head_only(fit: exact)", "0.002"],
      ],
    );
    assert.equal(valueOf(proposal.vary, "optimizer.learning_rate"), "log(0.000025..0.008)");
    const { sweep } = compiledOf(proposal);
    const parameters = parametersOf(sweep.vary);
    for (const first of proposal.first) {
      const found = pointOfValues(parameters, new Map(Object.entries(first)));
      assert.ok("point" in found && brokenRelationAt(sweep, found.point) === null, JSON.stringify([first, found]));
    }
    // No other rate is tried for it, because the head would be the same.
    const at = proposal.first[2]!;
    const other = pointOfValues(parameters, new Map(Object.entries({ ...at, "optimizer.learning_rate": "0.001" })));
    assert.match("point" in other ? String(brokenRelationAt(sweep, other.point)) : "", /when: head_only/);
    // If nothing else fits, the proposal has no learning rate at all.
    const alone = made([exact("a", 0.8, 4000, 9000, 20)]);
    assert.deepEqual(alone.first, [{ technique: "head_only(fit: exact)" }]);
    assert.equal(compiledOf(alone).sweep.vary["optimizer.learning_rate"], undefined);
  });
  it("starts with LoRA if there are few updates", () => {
    const { first } = made([base("a", 0.8, 4, 6, 2)], { fixed: { epochs: "2" } });
    assert.deepEqual(
      first.slice(0, 3).map((point) => point["technique"]),
      ["lora", "full", "head_only"],
    );
  });
  it("limits each technique to rates near its recommended one", () => {
    const proposal = made([base("a", 0.8, 4, 6, 2)]);
    const { sweep } = compiledOf(proposal);
    const space = { kind: "technique", of: ["lora", "full", "head_only"] };
    const keeps = (technique: string, rate: number): boolean =>
      satisfiesRelations(sweep, { technique: space.of.indexOf(technique), "optimizer.learning_rate": rate });
    for (const [at, technique] of space.of.entries()) {
      const rate = RATES[at]!;
      assert.deepEqual(
        [rate / 5, rate / 3.9, rate, 3.9 * rate, 5 * rate].map((one) => keeps(technique, one)),
        [technique === "full", true, true, true, technique === "head_only"],
        technique,
      );
    }
    assert.equal(
      brokenRelationAt(sweep, { technique: 1, "optimizer.learning_rate": 0.07 }),
      "at_most(optimizer.learning_rate, 0.0004, when: full)",
    );
    // A single technique needs no relation: the range is its own.
    const alone = made([base("a", 0.8, 400, 900, 20)]);
    assert.equal(valueOf(alone.sweep, "where"), undefined);
    assert.equal(valueOf(alone.vary, "optimizer.learning_rate"), "log(0.0075..0.12)");
  });
  it("describes what each available technique trains", () => {
    const why = (candidate: BaseCandidate) => made([candidate]).vary.find(({ key }) => key === "technique")?.why;
    assert.equal(
      why(base("a", 0.8, 4, 6, 2)),
      "trained weights: small matrices added to the layers, all weights or the head alone",
    );
    assert.equal(
      why(base("a", 0.8, 4, 4000, 2)),
      "trained weights: small matrices added to the layers or the head alone",
    );
    assert.equal(why(base("a", 0.8, 400, 900, 20)), "trained weights: the head alone");
  });
  it("leaves out what takes too long, with the time", () => {
    const { proposal, left } = proposeProgram(
      [base("a", 0.8, 10, 20, 5), base("large", 0.9, 4000, 9000, 2000)],
      wanted,
    );
    assert.equal(valueOf(proposal!.model, "base"), '"a"');
    assert.deepEqual(left, [
      { what: "large", why: "one epoch would take 33 min 20 s of the remaining 10 min 00 s for all trials" },
    ]);
    const slow = proposeProgram([base("a", 0.9, 10, 20, 5), base("slow", 0.8, 90, 95, 80)], wanted);
    assert.deepEqual(slow.left, [{ what: "slow", why: "one trial would take the time of several" }]);
    // Training the head alone is fast enough.
    const head = proposeProgram([base("large", 0.9, 400, 900, 20)], wanted);
    assert.equal(valueOf(head.proposal!.vary, "technique"), "choice(head_only)");
    assert.deepEqual(head.left, [
      { what: "large, lora", why: "two epochs would take 13 min 20 s, and a trial may take 3 min 20 s" },
      { what: "large, full", why: "two epochs would take 30 min 00 s, and a trial may take 3 min 20 s" },
    ]);
  });
  it("leaves out techniques that cannot train a base, with the reason", () => {
    const refused = [{ what: "a, full", why: "its weights are quantised" }];
    const able = { ...base("a", 0.8, 10, 20, 5), refused };
    assert.deepEqual(proposeProgram([able], wanted).left, refused);
    assert.equal(proposeProgram([able], { ...wanted, seconds: 2 }).left.length, 1);
  });
  it("is absent if no epoch fits the budget", () => {
    assert.equal(proposeProgram([base("a", 0.8, 10, 20, 5)], { ...wanted, seconds: 2 }).proposal, null);
    assert.equal(proposeProgram([base("a", 0.8, 10, 20, 5)], { ...wanted, seconds: -3 }).proposal, null);
    assert.equal(proposeProgram([base("a", 0.8)], wanted).proposal, null);
  });
  it("reduces epochs and trials if time is short", () => {
    const epochs = (seconds: number, trials: number | null = null): string | undefined =>
      valueOf(made([base("a", 0.8, 10, 11, 5)], { seconds, trials }).recipe, "epochs");
    assert.equal(epochs(600), "6"); // 50 updates each, 300 in all
    assert.equal(epochs(180), "3"); // a fifth of the time
    assert.equal(epochs(90), "2"); // a third
    assert.equal(epochs(180, 2), "6");
  });
  it("tries only recommended settings if there are few validation rows", () => {
    const two = [base("a", 0.8, 4, 6, 2), base("b", 0.7, 4, 6, 2)];
    const few = made(two, { validating: 16 });
    assert.deepEqual(
      few.first.map((point) => [point["base"], point["technique"], point["optimizer.learning_rate"]]),
      [
        ['"a"', "full", "0.0001"],
        ['"a"', "lora", "0.002"],
        ['"a"', "head_only", "0.03"],
        ['"b"', "full", "0.0001"],
      ],
    );
    const { value, why } = few.sweep.find(({ key }) => key === "trials")!;
    assert.deepEqual([value, /with 16 validation rows/.test(why!)], ["4", true]);
    assert.equal(valueOf(few.sweep, "pruner"), undefined);
    assert.equal(compiledOf(few).sweep.trials, 4);
    // An explicit number of trials overrides the default.
    assert.equal(made(two, { validating: 16, trials: 12 }).first.length, 8);
    assert.equal(valueOf(made(two, { validating: 50 }).sweep, "trials"), undefined);
  });
  it("keeps the recipe's settings and repeats none", () => {
    const proposal = made([base("a", 0.8, 10, 11, 5)], { fixed: { epochs: "2", batch_size: "4", keep: "last" } });
    assert.deepEqual(
      proposal.recipe.map(({ key, value }) => `${key}: ${value}`),
      ["epochs: 2", "batch_size: 4", "keep: last"],
    );
    assert.equal(valueOf(proposal.sweep, "pruner"), undefined);
    const watched = made([base("a", 0.8, 10, 11, 5)], { fixed: { early_stopping: "patience(2, metric: loss)" } });
    assert.equal(valueOf(watched.recipe, "keep"), undefined);
  });
  it("has a rules version that changes with its output", () => {
    const all = [
      made([base("a", 0.8, 4, 6, 2), base("b", 0.7, 4, 6, 2)]),
      made([base("a", 0.8, 400, 900, 20)], { rows: 20_000 }),
      made([base("a", null, 4, 6, 2)], { rows: 90, validating: 16 }),
      made([exact("a", 0.8, 4, 6, 2), exact("b", 0.7, 4, 6, 2)]),
    ];
    const digest = createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 12);
    // A different digest means different proposed programs: raise RULES_VERSION with it, so that stored ones are
    // rewritten.
    assert.deepEqual([RULES_VERSION, digest], [3, "b0f4ecb54fea"]);
  });
  it("writes the winner as a separate program", () => {
    const proposal = made([base("a", 0.8, 4, 6, 2), base("b", 0.7, 4, 6, 2)]);
    const whole = trialSettings(
      proposal,
      { base: '"b"', technique: "lora(rank: 8)", "optimizer.learning_rate": "0.002" },
      modelSettingKeys(),
    );
    assert.deepEqual(Object.keys(whole.model), ["base", "task", "max_length", "technique"]);
    assert.equal(whole.model["base"], '"b"');
    const run = compiled(
      `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 20%) }\n${winnerProgram(whole, names)}`,
    );
    assert.deepEqual(run.codes, []);
    const plan = run.actions?.find((one) => one.verb === "train")?.plan.recipe;
    assert.equal(plan?.model.base, "b");
    assert.equal(plan?.training.optimizer.arguments["learning_rate"], 0.002);
  });
});

describe("rules for single settings", () => {
  it("choose batch size, length and epochs", () => {
    assert.deepEqual(
      [100, 800, 20_000].map((rows) => batchSizeFor(rows).size),
      [8, 16, 32],
    );
    assert.deepEqual(
      [621, 5000].map((rows) => batchSizeFor(rows).why),
      ["as usual for hundreds of rows", "as usual for thousands of rows"],
    );
    const of = (p95: number, p99: number) => maxLengthFor({ median: 5, p95, p99, longest: 2 * p99 }, 512);
    assert.deepEqual([of(40, 60)?.most, of(40, 200)?.most, of(4, 6)?.most, of(600, 700)?.most], [64, 40, 32, 512]);
    assert.match(of(600, 700)!.why, /^the base reads no more; /);
    assert.equal(maxLengthFor(null, 512), null);
    assert.equal(epochsFor(48, 8, 0.1, 60).epochs, 20);
    assert.equal(epochsFor(100_000, 32, 10, 600).epochs, 3);
    assert.equal(epochsFor(100_000, 32, 400, 600).epochs, 1);
  });
});
