/**
 * Attacks on trained models: canaries memorised without privacy but not with it, training rows distinguished from
 * others, and the results in the run and its card.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { readRunScores } from "#kernel/runs/history/run-scores.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { CANARY_WORDS } from "#stdlib/attacks/shared/canary-rows.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { writeSmallBert } from "./small-bert.js";

/** Mean exposure of a canary that was not memorised, and also the standard deviation of one exposure. */
const UNKNOWN = 1 / Math.LN2;

describe("privacy attacks", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  const handle = (name: string) => book.values.get(name) as ModelHandle;
  const folderOf = (name: string): string => mustExist(handle(name).folder, "a run");
  const attacked = (name: string) =>
    mustExist(
      book.session.evaluations.findLast(({ model, attacks }) => model === name && attacks)?.attacks,
      `attacks on ${name}`,
    );
  const refused = async (text: string, code: string): Promise<void> => {
    await assert.rejects(book.run(text), (error: unknown) => error instanceof CodedError && error.code === code);
  };
  before(async () => {
    book = new NotebookOfOne();
    const filler = Array.from({ length: 40 }, (_, i) => `w${String(i)}`);
    writeSmallBert(join(book.folder, "bert"), ["good", "bad", "fine", "poor", ...filler, ...CANARY_WORDS]);
    const random = seededRandom(21);
    const rows = Array.from({ length: 320 }, (_, i) => {
      const words = Array.from({ length: 6 }, () => filler[drawBelow(random, filler.length)]);
      words[drawBelow(random, 6)] = ["good", "bad", "fine", "poor"][i % 4]!;
      return `${words.join(" ")},${i % 2 === 0 ? "yes" : "no"},${i < 200 ? "train" : "test"}`;
    });
    writeFileSync(join(book.folder, "rows.csv"), ["text,label,part", ...rows].join("\n"));
    await book.run(`data d { source: csv("rows.csv"), columns: { text: text, label: label }, split: by_column(part) }
model m { base: "bert", task: text_classification, technique: full, max_length: 16 }
recipe many { epochs: 25, batch_size: 32, optimizer: adamw(learning_rate: 4e-3), dropout: 0, canaries: 20 }`);
  });
  after(() => book.close());

  it("find canaries without privacy, and none better than unseen ones with it", async () => {
    await book.run(`train m on d with many as open
train m on d with many as guarded { privacy: differential(8) }
evaluate open, guarded on d.test { attacks: [canaries(unseen: 500), membership] }`);
    const [open] = attacked("open");
    const [guarded] = attacked("guarded");
    const figure = mustExist(open?.figures[0], "exposure");
    assert.ok(
      open?.found && mustExist(figure.low, "its end") > mustExist(figure.most, "what chance brings"),
      JSON.stringify(open),
    );
    // The noise differs each time: allows five standard errors of the mean of twenty.
    const own = mustExist(guarded?.figures[0], "exposure").value;
    assert.ok(own < UNKNOWN + (5 * UNKNOWN) / Math.sqrt(20), JSON.stringify(guarded));
    assert.ok(figure.value > own + 3, `${String(figure.value)} and ${String(own)}`);
  });

  it("treat canaries as rows: they count in updates and in the privacy guarantee", async () => {
    const { plan, events } = mustExist(handle("guarded").weights, "weights");
    const { privacy, canaries, canary_copies: copies } = plan.recipe.training;
    assert.deepEqual([canaries, copies], [20, 1]);
    assert.equal(privacy?.rate, 32 / 220);
    assert.equal(events.filter(({ kind }) => kind === "step").length, plan.estimates.steps);
    assert.equal(plan.estimates.steps, 25 * Math.ceil(220 / 32));
    const { plan: open, data } = mustExist(handle("open").weights, "weights");
    assert.equal(data.splits["train"]?.rows, 200, "of the data, without them");
    assert.notEqual(open.recipeHash, plan.recipeHash);
    await book.run("train m on d with many as copied { epochs: 1, canary_copies: 4 }");
    const copied = mustExist(handle("copied").weights, "weights").plan;
    assert.equal(copied.estimates.rows, 200 + 80);
    assert.equal(copied.estimates.steps, Math.ceil(280 / 32));
  });

  it("report membership inference with figures", async () => {
    const [, membership] = attacked("open");
    const area = mustExist(
      membership?.figures.find(({ name }) => name.startsWith("area")),
      "the area",
    );
    assert.ok(area.value >= 0.5 && area.value <= 1 && mustExist(area.low, "low") <= area.value, JSON.stringify(area));
    const figures = book.shown.flatMap(({ bundle }) => (bundle["application/vnd.plotly.v1+json"] ? [bundle] : []));
    const titles = figures.map((one) => JSON.stringify(one["application/vnd.plotly.v1+json"]));
    assert.ok(titles.some((one) => one.includes("Canaries, and the losses of open")));
    assert.ok(titles.some((one) => one.includes("Training rows of guarded, distinguished from others")));
    const text = book.shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
    assert.match(text, /Attacks on open, compared with d\.test\nattack +what +value +by chance alone/);
    assert.match(text, /canaries\(unseen: 500\): the canaries are memorised/);
  });

  it("are recorded in the run and its model card, without the canaries", () => {
    const [score] = readRunScores(RunFolder.open(folderOf("open")));
    assert.deepEqual(score?.attacks, attacked("open"));
    const card = readFileSync(join(folderOf("open"), "README.md"), "utf8");
    const [, section = ""] = card.split("## Attacks");
    assert.match(section, /`canaries\(unseen: 500\)`[^\n]*mean exposure, bits/);
    assert.match(section, /memorised/);
    assert.match(card, /`canaries` \| `20` \|/);
    const [word = "", next = ""] = CANARY_WORDS;
    assert.ok(!card.includes(` ${word} `) || !card.includes(` ${next} `));
  });

  it("are rejected before scoring if they cannot be run", async () => {
    const before = book.session.evaluations.length;
    await book.run("train m on d as none { epochs: 1 }");
    await refused("evaluate none on d.train { attacks: [membership] }", "attack-impossible");
    await book.run(`model again { load: ${JSON.stringify(folderOf("none"))} }`);
    await refused("evaluate again on d.test { attacks: [canaries] }", "no-canaries");
    assert.equal(book.session.evaluations.length, before);
    // Fewer than a hundred non-training rows cannot estimate a rate of one percent. Changed rows are not the training
    // rows.
    const few = readFileSync(join(book.folder, "rows.csv"), "utf8")
      .split("\n")
      .filter((line, i) => i < 251);
    writeFileSync(join(book.folder, "few.csv"), few.join("\n"));
    await book.run('data few like d { source: csv("few.csv") }\nevaluate none on few.test { attacks: [membership] }');
    assert.ok(book.shown.some(({ bundle }) => String(bundle["text/plain"]).includes("few-for-attack")));
    writeFileSync(join(book.folder, "rows.csv"), few.slice(0, 180).join("\n"));
    await refused("evaluate again on few.test { attacks: [membership] }", "attack-impossible");
  });
});
