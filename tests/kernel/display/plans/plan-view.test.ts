/**
 * The plan view of the panel: the training at the cursor, each setting with its position, and facts that are not known
 * yet. Writing out a default must not change the plan.
 */
import assert from "node:assert/strict";
import { compile } from "#dsl/compiler/program/compile.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import type { Source } from "#dsl/language/diagnostics/span.js";
import { Facts, type Need } from "#dsl/language/types/facts.js";
import { programText } from "#dsl/compiler/plan/text.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import {
  focusedStatement,
  readTrainings,
  type Cursor,
  type NotebookTrainings,
} from "#dsl/assist/notebook-trainings.js";
import { planView } from "#kernel/display/plans/plan-view.js";
import { type PlanView, type SettingView } from "#kernel/display/plans/plan-contract.js";
import { registry } from "#stdlib/registry.js";
import { built } from "../../../dsl/programs.js";
import { compiled, marked } from "../../../dsl/world.js";

const { quickstart = "", variations = "", search = "" } = built;
const sourcesOf = (texts: readonly string[]): readonly Source[] =>
  texts.map((text, i) => ({ id: `cell-${i + 1}`, title: `cell ${i + 1}`, text }));

function read(cells: readonly Source[], facts: Facts): NotebookTrainings {
  return readTrainings(cells, { registry, earlier: [], facts, outside: emptyEnvironment });
}
function view(cells: readonly Source[], facts: Facts, cursor: Cursor | null = null): PlanView {
  const reading = read(cells, facts);
  return planView(reading, focusedStatement(reading, cursor));
}
/** Collects all facts that compiling the cells one after another yields. */
function factsOf(texts: readonly string[]): Facts {
  return texts.reduce((all, _, i) => {
    const { facts } = compiled(texts.slice(0, i + 1));
    return facts.entries().reduce((sum, [key, fact]) => sum.with(JSON.parse(key) as Need, fact as never), all);
  }, Facts.none);
}
/** Returns the plan view of the cells; `|` marks the cursor. */
function at(texts: readonly string[], facts = factsOf(texts.map((t) => t.replace("|", "")))): PlanView {
  const cells = sourcesOf(texts.map((text) => text.replace("|", "")));
  const i = texts.findIndex((text) => text.includes("|"));
  return view(cells, facts, i < 0 ? null : { source: `cell-${i + 1}`, offset: texts[i]!.indexOf("|") });
}
const settings = (shown: PlanView): Readonly<Record<string, SettingView>> =>
  Object.fromEntries(shown.cards.flatMap((card) => card.settings.map((one) => [`${card.is} ${one.name}`, one])));
const fact = (shown: PlanView, name: string) => shown.cards.flatMap((c) => c.facts).find((f) => f.name === name);
/** Returns the plans that the cells produce when they run, by name. */
function plansOf(texts: readonly string[]): Readonly<Record<string, Plan>> {
  const plans: Record<string, Plan> = {};
  texts.forEach((_, i) => {
    const { actions, diagnostics } = compiled(texts.slice(0, i + 1));
    assert.deepEqual(
      diagnostics.filter((d) => d.severity === "error").map((d) => d.code),
      [],
      texts[i],
    );
    for (const action of actions ?? []) if (action.verb === "train") plans[action.name] = action.plan;
  });
  return plans;
}

describe("plan panel", () => {
  const cells = quickstart.split(/\n(?=model|recipe|train|evaluate)/);

  it("follows the cursor to a training, or to the training that uses the definition under it", () => {
    const two = [...cells, "model other like router { max_length: 64 }\ntrain other on tickets { epochs: 1 }"];
    const move = (n: number, from: string, to: string): PlanView =>
      at(two.map((text, i) => (i === n ? text.replace(from, to) : text)));
    assert.equal(move(0, "source", "so|urce").title, "train router on tickets with quick");
    assert.equal(move(2, "epochs", "|epochs").title, "train router on tickets with quick");
    assert.equal(move(5, "max", "|max").title, "train other on tickets");
    assert.equal(move(4, "evaluate", "|evaluate").title, "train router on tickets with quick");
    assert.equal(at(two).title, "train other on tickets");
    assert.deepEqual(
      at(two).trainings.map((t) => [t.title, t.shown]),
      [
        ["train router on tickets with quick", false],
        ["train other on tickets", true],
      ],
    );
  });
  it("shows a definition that no training uses yet on its own", () => {
    const shown = at([...cells, "model lonely like router { technique: head_only|"]);
    assert.equal(shown.title, "model lonely like router", "a bracket that is still open does no harm");
    const whole = at([...cells, "model lonely like router { technique: head_only| }"]);
    assert.deepEqual(
      whole.cards.map((c) => `${c.is} ${c.title}`),
      ["model lonely", "technique head_only"],
    );
  });
  it("shows the origin and source location of each setting", () => {
    const shown = settings(at(cells));
    const rank = shown["technique technique.rank"]!;
    assert.deepEqual([rank.value, rank.from, cells[1]!.slice(rank.at!.start, rank.at!.end)], ["8", "written", "8"]);
    const rate = shown["recipe optimizer.learning_rate"]!;
    assert.equal(cells[2]!.slice(rate.at!.start, rate.at!.end), "1e-3");
    const batch = shown["recipe batch_size"]!;
    assert.deepEqual([batch.value, batch.from, batch.at], ["32", "default", undefined]);
    assert.match(batch.why ?? "", /\w/);
    assert.equal(shown["recipe epochs"]?.from, "written");
    assert.equal(shown["recipe steps"], undefined, "epochs decide");
    const given = settings(at(["parameters { n: 4 }", ...cells.map((c) => c.replace("rank: 8", "rank: $n"))]));
    assert.deepEqual(
      [given["technique technique.rank"]!.value, given["technique technique.rank"]!.from],
      ["4", "parameter"],
    );
  });
  it("shows known facts: rows, steps, warm-up, trained share, required and available memory", () => {
    const shown = at(
      cells.map((c) => c.replace("epochs: 3", "epochs: 3, accumulate: 2, schedule: linear(warmup: 20%)")),
    );
    assert.deepEqual(
      ["train", "steps", "warm-up", "effective batch", "trained"].map((name) => fact(shown, name)?.value),
      ["800 rows", "39", "8 steps", "64", "0.33 %"],
    );
    assert.match(shown.memory?.text ?? "", /^about .* of 15 GiB$/);
    assert.ok(shown.memory!.needs < shown.memory!.has);
    assert.deepEqual(shown.unknown, []);
    assert.match(shown.recipeHash ?? "", /^[0-9a-f]{64}$/);
  });
  it("lists unknown facts, and still shows all settings and the steps that can be derived", () => {
    const whole = factsOf(cells);
    const nothing = at(cells, Facts.none);
    assert.ok(nothing.canMeasure);
    assert.match(nothing.unknown.join("; "), /rows of tickets[^;]*; the base all-MiniLM-L6-v2/);
    assert.equal(settings(nothing)["recipe batch_size"]?.value, "32");
    assert.equal(fact(nothing, "steps"), undefined);
    // As if the data cell had run: row counts are known, token lengths are not.
    const counted = whole.entries().reduce((facts, [key, answer]) => {
      const need = JSON.parse(key) as Need;
      return need.about === "data" && need.base !== null ? facts : facts.with(need, answer as never);
    }, Facts.none);
    const part = at(cells, counted);
    assert.equal(fact(part, "steps")?.value, "75");
    assert.match(part.unknown.join("; "), /how long the texts are/);
    assert.equal(part.memory, undefined);
  });
  it("supports sweeps and evaluations", () => {
    const shown = at([search]);
    assert.equal(fact(shown, "trials")?.value, "at most 4");
    const scored = at(cells).cards.find((c) => c.is === "evaluate")!;
    assert.equal(scored.title, "on tickets.test");
    assert.deepEqual(scored.settings.map((s) => [s.name, s.value, s.from])[0], [
      "metrics",
      "[accuracy, f1(average: macro)]",
      "written",
    ]);
  });
  it("requests data and base of the focused training only", () => {
    const two = [...cells, 'data rest { source: csv("b.csv"), columns: { text: t, label: l } }\ntrain router on rest'];
    const context = { registry, earlier: [], facts: Facts.none, outside: emptyEnvironment };
    const sources = sourcesOf(two);
    const focus = focusedStatement(readTrainings(sources, context), { source: "cell-4", offset: 0 })!;
    const { needs } = readTrainings(sources, context, focus).program;
    const about = [...needs.values()].map((need) => (need.about === "data" ? `data ${need.data.name}` : need.about));
    assert.ok(about.includes("table") && about.includes("base"), about.join());
    assert.ok(!about.includes("data rest"));
  });
  it("reports every error of the notebook with its location", () => {
    const broken = cells.map((c) => c.replace("rank: 8", "rank: 0").replace("epochs: 3", "epoch: 3"));
    const found = read(sourcesOf(broken), compiled(cells).facts).diagnostics;
    assert.deepEqual(
      found.map((d) => [d.code, d.span.source]),
      [
        ["out-of-range", "cell-2"],
        ["unknown-key", "cell-3"],
      ],
    );
  });

  for (const [name, text] of Object.entries({ quickstart, variations }))
    it(`inserts any setting of ${name} into the source without changing a recipe`, () => {
      const before = plansOf([text]);
      const { facts } = compiled([text]);
      const cell = sourcesOf([text]);
      const reading = read(cell, facts);
      let written = 0;
      for (const training of reading.trainings)
        for (const card of planView(reading, training).cards)
          for (const setting of card.settings) {
            if (!setting.write) continue;
            const { edit } = setting.write;
            const after = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
            const plans = plansOf([after]);
            const { name: run } = training;
            const said = `${run}: ${card.is} ${setting.name}: ${edit.text}`;
            // If several trainings share a name, running all cells leaves the plan of the last one.
            if (reading.trainings.findLast((one) => one.name === run) === training)
              assert.equal(plans[run]?.recipeHash, before[run]?.recipeHash, said);
            const again = view(sourcesOf([after]), compiled([after]).facts, { source: "cell-1", offset: 0 });
            assert.ok(again.cards.length > 0);
            written += 1;
          }
      assert.ok(written > 25, String(written));
    });
  it("inserts settings next to existing code: lines, brackets, empty blocks, no block", () => {
    const out = (text: string, name: string): string => {
      const shown = settings(at([`${cells.slice(0, 2).join("\n")}`, text]))[name];
      const { edit } = shown!.write!;
      return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
    };
    const train = "train router on tickets";
    assert.equal(out(train, "recipe batch_size"), `${train} { batch_size: 32 }`);
    assert.equal(out(`${train} {}`, "recipe batch_size"), `${train} { batch_size: 32 }`);
    assert.equal(out(`${train} { epochs: 3 }`, "recipe batch_size"), `${train} { epochs: 3, batch_size: 32 }`);
    assert.equal(
      out(`${train} {\n  epochs: 3 // enough\n}`, "recipe batch_size"),
      `${train} {\n  epochs: 3 // enough\n  batch_size: 32\n}`,
    );
    assert.match(out(`${train} { schedule: linear }`, "recipe schedule.warmup"), /schedule: linear\(warmup: \d+%\) \}/);
    assert.match(
      out(`${train} { optimizer: adamw(learning_rate: 1e-4) }`, "recipe optimizer.weight_decay"),
      /adamw\(learning_rate: 1e-4, weight_decay: [\d.]+\)/,
    );
  });
  for (const [name, text] of Object.entries({ quickstart, variations }))
    it(`prints plans of ${name} as programs with the same recipe hash`, () => {
      for (const plan of Object.values(plansOf([text])))
        for (const defaults of [false, true]) {
          const program = programText(plan, registry, { defaults });
          const run = plansOf([program])[plan.effects.run];
          assert.equal(run?.recipeHash, plan.recipeHash, program);
        }
    });
  it("reports each diagnostic once, whether reading or focusing a training", () => {
    const { text } = marked('model m { base: "b", task: text_classification }\ntrain m on nothing');
    const [own] = [read(sourcesOf([text]), Facts.none).diagnostics.map((d) => d.code)];
    const whole = compile(sourcesOf([text]), registry, Facts.none, "assist", emptyEnvironment).diagnostics;
    assert.deepEqual(
      own,
      whole.map((d) => d.code),
    );
  });
});
