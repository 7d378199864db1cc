/**
 * Evaluations end to end: several models with intervals and paired differences, a constant baseline, warnings about
 * uninformative scores, and scores saved with their run.
 */
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resampleMetrics, scoreDifference, type MeasuredMetric } from "#kernel/inference/measuring/comparison.js";
import { modelTypeText, type ModelHandle } from "#kernel/models/model-handle.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { readRunScores } from "#kernel/runs/history/run-scores.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import type { PredictedRows, TaskImplementation } from "#stdlib/tasks/kind.js";
import { registry } from "#stdlib/registry.js";
import { loadTokenizer } from "#kernel/bases/tokenizer.js";
import { wordLevelPredictions } from "#kernel/inference/token-predictions.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";

const FILLER = ["the", "a", "room", "was", "and", "we", "it", "then", "so", "very"];
const WORDS: Readonly<Record<string, string>> = { billing: "card", shipping: "parcel", technical: "crash" };
const kinds = Object.keys(WORDS);
const pick = <T>(list: readonly T[], i: number): T => list[i % list.length]!;
/** Makes each text unique. */
const filler = (i: number): string =>
  [i, Math.floor(i / 10), Math.floor(i / 100)].map((n) => pick(FILLER, n)).join(" ");

describe("comparison of models in evaluate", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  const model = (name: string) => book.values.get(name) as ModelHandle;
  const text = (made: Awaited<ReturnType<NotebookOfOne["run"]>>) =>
    made.map(({ bundle }) => String(bundle["text/plain"])).join("\n\n");
  // Returns the table row, not the summary line above it.
  const line = (of: string, name: string) =>
    of.split("\n").find((one) => one.startsWith(`${name} `) && !one.includes(" · ")) ??
    assert.fail(`no ${name} in ${of}`);

  before(async () => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "base"), [...FILLER, ...Object.values(WORDS)]);
    // Half of the rows are labelled billing. Every fifteenth row is labelled wrongly, so that no model is right on all.
    const label = (i: number) => pick(["billing", "shipping", "billing", "technical"], i);
    const rows = Array.from({ length: 240 }, (_, i) => {
      const said = i % 15 === 6 ? pick(kinds, kinds.indexOf(label(i)) + 1) : label(i);
      return `${filler(i)} ${WORDS[said]!},${label(i)},${i % 3 === 0 ? "test" : "train"}`;
    });
    writeFileSync(join(book.folder, "tickets.csv"), ["body,team,part", ...rows].join("\n"));
    await book.run(`
data tickets { source: csv("tickets.csv"), columns: { text: body, label: team }, split: by_column(part) }
recipe plain { epochs: 8, batch_size: 16, optimizer: adamw(learning_rate: 4e-3), dropout: 0, seed: 1 }
model router { base: "base", task: text_classification }
train router on tickets with plain
train router on tickets with plain as twin
train router on tickets with plain as idle { epochs: 1, optimizer: adamw(learning_rate: 1e-9) }`);
    await book.run('model twin { load: "router" }');
  });
  after(() => book.close());

  it("one model: shows each score with an interval, next to the majority baseline of the training rows", async () => {
    const shown = text(
      await book.run(
        "evaluate router on tickets.test { metrics: [accuracy, f1(macro), matthews_correlation, roc_auc, loss] }",
      ),
    );
    const { metrics, intervals } = book.session.evaluations.at(-1)!;
    const [first = "", ...table] = shown.split("\n");
    const [accuracy, f1] = [metrics["accuracy"], metrics["f1(macro)"]].map((value) => value?.toFixed(4));
    assert.match(first, new RegExp(`^accuracy ${accuracy} · always “billing” 0\\.\\d{4} · f1\\(macro\\) ${f1} · `));
    assert.match(first, / · 80 rows of tickets\.test$/);
    assert.match(table.join("\n"), /^\nEvaluation on tickets\.test\nmetric +router +always “billing”\n/);
    // \`npm start\` reads this line.
    assert.equal(/^accuracy\s+(\d\.\d+)/m.exec(shown)![1], metrics["accuracy"]!.toFixed(4));
    for (const [name, value] of Object.entries(metrics)) {
      const { low, high } = intervals![name]!;
      assert.ok(low < value && value < high && high - low < 1.5, `${name}: ${low} ${value} ${high}`);
      assert.match(
        line(shown, name),
        new RegExp(`${value.toFixed(4)} \\(${low.toFixed(3).replace("-", "−")} … ${high.toFixed(3)}\\)`),
      );
    }
    assert.match(line(shown, "matthews_correlation"), / 0\.0000$/);
    assert.match(
      shown,
      /80 rows · intervals of 95 %: Wilson \(accuracy\); bootstrap of 1,000 draws; MOVER \(f1\(macro\), matthews_correlation, roc_auc\(macro\)\)\n/,
    );
    assert.match(shown, /always “billing”: the best constant prediction, by the training rows/);
    assert.match(shown, /Labels\nlabel +precision +recall +f1 +true rows +predicted\n─+\nbilling /);
    assert.doesNotMatch(shown, /warning/);
  });

  it("draws curves in addition to scores, and shows the least certain rows", async () => {
    const made = await book.run("evaluate router, idle on tickets.test { uncertain: 2, worst: 0 }");
    const shown = text(made);
    const areas = new RegExp(
      String.raw`^Curves on tickets\.test\n(router|idle): AUC \d\.\d{3}, AP \d\.\d{3}, ECE \d\.\d{3}\n`,
      "m",
    );
    assert.match(shown, areas);
    assert.match(shown, /^Most uncertain examples: router\n[^\n]+\n─+\n([^\n]*%[^\n]*\n){1}[^\n]*%/m);
    assert.ok(made.every(({ bundle }) => JSON.stringify(bundle).length < 120_000));
    assert.doesNotMatch(text(await book.run("evaluate router on tickets.test { uncertain: 0 }")), /uncertain/);
  });

  it("shows which words support a prediction, without truncated ones", async () => {
    const asked = ["we was so card then", "the crash, it was a parcel"];
    const quoted = asked.map((one) => JSON.stringify(one)).join(", ");
    const told = await book.run(`predict router on ${quoted} { why: left_out }`);
    const shown = text(told);
    assert.match(shown, /^router: words that supported the prediction$/m);
    assert.match(shown, /^we was so card then\n“billing”[^\n]*\nfor it: [^\n]*card \+\d/m);
    // The decrease of the log-odds without the word.
    const predicted = await model("router").predict(["we was so card then", "we was so  then"]);
    const [whole, less] = predicted.map((one) => {
      const p = (one["probabilities"] as Readonly<Record<string, number>>)["billing"]!;
      return Math.log(p / (1 - p));
    });
    const page = String(told.at(-1)?.bundle["text/html"]);
    const said = Number(/\(\+([\d.]+)\)" style="[^"]*">card</.exec(page)?.[1]);
    assert.ok(Math.abs(said - (whole! - less!)) < 0.01, `${String(said)} for ${String(whole! - less!)}`);
    // The model reads at most 64 tokens.
    const long = `card ${"we ".repeat(80)}parcel`;
    const made = await book.run(`predict router on ${JSON.stringify(long)} { why: gradient }`);
    const html = String(made.at(-1)?.bundle["text/html"]);
    assert.match(html, /<span style="opacity:\.72">parcel<\/span>/);
    assert.match(html, /<span title="[+−][\d.]+ % \([+−][^"]+\)" style="[^"]*">card<\/span>/);
  });

  it("combines token values into values for each word of two texts", async () => {
    const tokenizer = await loadTokenizer(join(book.folder, "base"));
    const texts = ["the card, we", "a room 日本 parcel"] as const;
    const ids = (await tokenizer.encodePairs([texts[0]], [texts[1]], 64))[0]!.ids;
    const values = Float32Array.from(ids, (_, at) => at + 1);
    const { parts, special } = await wordLevelPredictions(texts, ids, values, tokenizer);
    assert.equal(parts.map((part) => part.text).join(""), texts.join(" | "));
    const said = new Map(parts.map((part) => [part.text, part.value]));
    // [CLS] the card , we [SEP] a room 日本 parcel [SEP]
    assert.deepEqual(
      ["the", "card", ",", "we", "a", "room", "日本", "parcel", " "].map((word) => said.get(word)),
      [2, 3, 4, 5, 7, 8, 9, 10, null],
    );
    assert.equal(special, 1 + 6 + 11);
  });

  it("two models: shows a column each, and the paired difference with its verdict", async () => {
    const shown = text(
      await book.run("evaluate idle, router, twin on tickets.test { metrics: [accuracy, f1(macro), loss] }"),
    );
    assert.equal(shown.split("Evaluation on").length, 2, "one table");
    assert.match(
      shown,
      /^accuracy: idle \d\.\d{4} · router \d\.\d{4} · twin \d\.\d{4} · always “billing” 0\.\d{4} · 80 rows of /,
    );
    assert.match(shown, /^metric +idle +router +router − idle +twin +twin − idle +always “billing”$/m);
    assert.match(line(shown, "accuracy"), /\d \(.*\) better .* better /);
    assert.match(
      line(shown, "loss"),
      /\d \(\d\.\d+ … \d\.\d+\) +[+−]\d\.\d+ \(.* … .*\) (better|worse|no difference shown)/,
    );
    const again = text(
      await book.run("evaluate router, twin on tickets.test { metrics: [accuracy, f1(macro), loss] }"),
    );
    for (const name of ["accuracy", "f1(macro)", "loss"])
      assert.match(line(again, name), / 0\.0000 (?:\(.*\) )?no difference shown/);
    assert.match(again, /Labels: router\n[^]*Confusion matrix: router\n/);
    const back = text(await book.run("evaluate router, idle on tickets.test { metrics: [accuracy, loss] }"));
    assert.match(line(back, "accuracy"), /worse/);
  });

  it("shows one column for a constant baseline that all models share", async () => {
    await model("router").save("routed");
    rmSync(join(book.folder, "routed", "learnt.json")); // as somebody else's model
    await book.run('model as_saved { base: "routed", task: text_classification }');
    const shown = text(await book.run("evaluate router, as_saved on tickets.test { metrics: [accuracy, f1(macro)] }"));
    assert.match(shown, /^metric +router +as_saved +as_saved − router +always “billing”$/m);
    assert.match(
      shown,
      /^always “billing”: the best constant prediction, by the training rows \(router\) and by these rows \(as_saved\)$/m,
    );
    // The baseline's label frequencies come from different rows for each model, so each gets its own line.
    const few = ["the card,billing", "a card,billing", "so card,billing", "a crash,technical", "a parcel,shipping"];
    writeFileSync(join(book.folder, "few.csv"), ["body,team", ...few].join("\n"));
    const unlike = text(
      await book.run(`data few { source: csv("few.csv"), columns: { text: body, label: team } }
evaluate router, as_saved on few { metrics: [accuracy, loss] }`),
    );
    for (const name of ["router", "as_saved"])
      assert.match(unlike, new RegExp(`^ +always “billing” \\(${name}\\) +0\\.6000`, "m"));
    assert.match(unlike, /^always “billing” \(as_saved\): .* by these rows$/m);
  });
  it("warns of a constant model, and of one that is no better than a constant baseline", async () => {
    const shown = text(await book.run("evaluate idle on tickets.test { metrics: [accuracy, loss] }"));
    const { metrics } = book.session.evaluations.at(-1)!;
    assert.match(
      shown,
      /warning: idle (predicts “\w+” for \d[\d.]* % of the rows; it is correct for \d[\d.]* % of the rows|is (worse|not shown to be better) than a constant prediction \(always “billing”\))/,
      shown,
    );
    assert.ok(metrics["accuracy"]! < 0.6);
  });

  it("shows the same when a cell runs twice", async () => {
    const cell = "evaluate router, idle on tickets.test { metrics: [accuracy, f1(macro)] }";
    const [once, again] = [text(await book.run(cell)), text(await book.run(cell))];
    assert.equal(once, again);
  });

  it("saves scores with the run: data, split, rows and intervals, also for TypeScript", async () => {
    const before = model("router").scores.length;
    await book.run(
      "evaluate router on tickets.test { metrics: [accuracy] }\nevaluate router on tickets.train { metrics: [accuracy, loss] }",
    );
    const { scores, folder } = model("router");
    assert.equal(scores.length, before + 2);
    assert.deepEqual(scores, readRunScores(RunFolder.open(folder!)));
    const [test, train] = scores.slice(-2);
    assert.deepEqual(
      [test!.data, test!.split, test!.rows, train!.split, train!.rows],
      ["tickets", "test", 80, "train", 160],
    );
    const { value, low, high, better } = test!.metrics["accuracy"]!;
    assert.ok(low! < value && value < high! && better === "greater");
    assert.equal(train!.metrics["loss"]!.better, "less");
    assert.equal(test!.dataHash, train!.dataHash);
    assert.equal(test!.step, model("router").weights!.checkpoint.position.step);
    assert.match(readFileSync(join(folder!, "scores.jsonl"), "utf8"), /^\{"at":/);
    assert.match(modelTypeText(model("router").plan), /readonly scores: readonly \{ readonly at: string/);
    assert.equal(model("idle").scores.at(-1)?.split, "test");
  });

  it("explains a metric that is not a number, in the table and with the run", async () => {
    writeFileSync(
      join(book.folder, "bills.csv"),
      ["body,team,part", "the card,billing,test", "a card,billing,test", "a crash,technical,train"].join("\n"),
    );
    const shown = text(
      await book.run(`data bills { source: csv("bills.csv"), columns: { text: body, label: team }, split: by_column(part) }
evaluate router on bills.test { metrics: [roc_auc, accuracy] }`),
    );
    assert.match(line(shown, "roc_auc(macro)"), /NaN/);
    assert.match(shown, /^roc_auc\(macro\) is no number: every row is “billing”$/m);
    const kept = readRunScores(RunFolder.open(model("router").weights!.folder)).at(-1)!.metrics;
    assert.ok(Number.isNaN(kept["roc_auc(macro)"]!.value));
    assert.equal(kept["roc_auc(macro)"]!.why, "every row is “billing”");
    assert.equal(kept["accuracy"]!.why, undefined);
  });
  it("scores each language separately if it has enough rows", async () => {
    const tails: Readonly<Record<string, string>> = {
      en: "and then we went to the other side of the street because nobody was waiting there",
      de: "und dann gingen wir auf die andere Seite der Straße, weil dort niemand wartete",
      fr: "et puis nous sommes allés de l'autre côté de la rue parce que personne n'attendait",
    };
    const rows = (language: string, count: number) =>
      Array.from({ length: count }, (_, i) => {
        const kind = pick(kinds, i);
        // German rows are labelled wrongly.
        return `"${WORDS[kind]!} ${tails[language]!} ${String(i)}",${language === "de" ? pick(kinds, i + 1) : kind}`;
      });
    const write = (name: string, lines: readonly string[]) =>
      writeFileSync(join(book.folder, name), ["body,team", ...lines].join("\n"));
    write("several.csv", [...rows("en", 30), ...rows("de", 24), ...rows("fr", 3), "the card,billing"]);
    write("one.csv", [...rows("en", 30), ...rows("de", 19)]);
    const several = text(
      await book.run(`data several { source: csv("several.csv"), columns: { text: body, label: team } }
evaluate router on several { metrics: [accuracy, loss] }`),
    );
    const [, table = ""] = several.split("By language: several\n");
    assert.match(
      table,
      /^language +rows +metric +value +95 %\n─+\nEnglish +30 +accuracy +\d\.\d{4} +.* … .*\n +loss +\d\.\d{4} +.* … .*\n/,
      several,
    );
    assert.match(table, /^German +24 +accuracy +0\.\d{4} +0\.\d+ … 0\.\d+$/m);
    assert.match(table, /^other +3 +too few rows$/m);
    assert.match(table, /^1 row is too short to detect its language$/m);
    // Languages were not requested, so no difference between them is shown.
    assert.doesNotMatch(table, /difference of/);
    const of = (name: string) => Number(new RegExp(`^${name} +\\d+ +accuracy +(\\S+)`, "m").exec(table)![1]);
    const { metrics } = book.session.evaluations.at(-1)!;
    assert.ok(of("German") < metrics["accuracy"]! && metrics["accuracy"]! < of("English"), table);
    const both = text(await book.run("evaluate idle, router on several { metrics: [accuracy] }"));
    assert.match(both, /^language +rows +metric +model +value +95 %$/m);
    const one = text(
      await book.run(`data one { source: csv("one.csv"), columns: { text: body, label: team } }
evaluate router on one { metrics: [accuracy] }`),
    );
    assert.doesNotMatch(one, /By language/);
  });
  it("computes an interval for a user-defined metric", async () => {
    book.session.vocabulary.define("metric", {
      name: "mistakes",
      doc: "Share of rows that are wrong.",
      greaterIsBetter: false,
      compute: (_call: unknown, { truth, predicted }: { truth: Int32Array; predicted: Int32Array }) =>
        truth.filter((t, i) => t !== predicted[i]).length / truth.length,
    });
    const shown = text(await book.run("evaluate idle, router on tickets.test { metrics: [mistakes] }"));
    assert.match(line(shown, "mistakes"), /\(\d\.\d+ … \d\.\d+\) +−\d\.\d+ \(.*\) better/);
  });
});

describe("score differences", () => {
  const measure = (
    scores: readonly number[],
    o: Partial<MeasuredMetric> & { readonly same?: number } = {},
  ): MeasuredMetric => {
    const score = (drawn: Uint32Array) => drawn.reduce((sum, row) => sum + scores[row]!, 0) / drawn.length;
    const units = scores.length;
    const call = { kind: "metric", word: "mean", arguments: {} };
    return {
      ...{
        name: "mean",
        call,
        value: score(Uint32Array.from(scores, (_, i) => i)),
        better: "greater",
        share: false,
      },
      resampling: { unit: "row", units, single: true, score, ...(o.same !== undefined && { same: o.same }) },
      ...o,
    };
  };
  const between = async (a: MeasuredMetric, b: MeasuredMetric) => {
    const drawn = await resampleMetrics([a, b]);
    return scoreDifference(drawn.get(a)!, drawn.get(b)!);
  };
  const first = Array.from({ length: 60 }, (_, i) => (i * 7) % 11);

  it("are paired: variation common to both models cancels out", async () => {
    const { interval, verdict } = await between(measure(first), measure(first.map((x, i) => x + 0.1 + (i % 2) / 100)));
    assert.equal(verdict, "better");
    assert.ok(interval!.low > 0.1 && interval!.high < 0.11);
  });
  it("invert the verdict if less is better", async () => {
    const o = { better: "less" } as const;
    assert.equal(
      (
        await between(
          measure(first, o),
          measure(
            first.map((x, i) => x + 1 + (i % 2) / 100),
            o,
          ),
        )
      ).verdict,
      "worse",
    );
    assert.equal((await between(measure(first, o), measure(first, o))).verdict, "no difference shown");
  });
  it("have no interval for different rows", async () => {
    const other = await between(measure(first), measure(first.slice(1)));
    assert.deepEqual([other.interval, other.verdict], [null, null]);
    assert.equal((await between(measure(first, { same: 1 }), measure(first, { same: 2 }))).verdict, null);
  });
  it("have Wilson intervals for flawless proportions, but no bootstrap interval", async () => {
    const right = new Array<number>(20).fill(1);
    const [plain, share] = [measure(right), measure(right, { share: true })];
    const drawn = await resampleMetrics([plain, share]);
    assert.equal(drawn.get(plain)!.score.interval, null);
    assert.ok(Math.abs(drawn.get(share)!.score.interval!.low - 0.8389) < 1e-4);
  });
});

describe("score intervals of every metric", () => {
  const ROWS = 500;
  const LABELS = Array.from({ length: 20 }, (_, l) => `label ${l}`);
  const noise = (i: number) => ((Math.imul(i + 1, 0x9e3779b1) >>> 0) % 1000) / 1000;
  const call = (kind: string, word: string, given = {}) => ({ kind, word, arguments: given });

  async function drawnOf(
    task: string,
    role: string,
    values: readonly unknown[],
    said: readonly Float32Array[],
    metrics: readonly (readonly [string, object])[],
  ) {
    const implementation = (await registry.find("task", task)!.load!()) as TaskImplementation;
    const asked = {
      count: ROWS,
      labels: LABELS,
      call: call("task", task),
      ids: () => new Int32Array(0),
      tokenizer: {},
    } as unknown as PredictedRows;
    const taught = implementation.supervision.teach!({
      ...asked,
      values: (of: string) => (of === role ? values : undefined),
      numbers: [],
      model: "m",
      data: "d",
    } as never);
    const scored = implementation.answers!.score!(said, taught!, asked);
    for (const [word, given] of metrics) {
      const metric = (await registry.find("metric", word)!.load!()) as MetricImplementation;
      const own = call("metric", word, given);
      const measure: MeasuredMetric = {
        name: word,
        call: own,
        value: scored.measure(metric, own),
        better: "greater",
        share: false,
        resampling: scored.resampling(metric, own),
      };
      const drawn = (await resampleMetrics([measure])).get(measure)!;
      assert.ok(drawn.score.interval, word);
    }
  }

  it("are correct for 20 labels", async () => {
    const truth = Array.from({ length: ROWS }, (_, i) => (i * 13) % 20);
    const said = truth.map((right, i) =>
      Float32Array.from(LABELS, (_, l) => noise(i * 20 + l) + (l === right && i % 4 !== 0 ? 0.7 : 0)),
    );
    const metrics = [
      ["accuracy", {}],
      ["f1", { average: "macro" }],
      ["matthews_correlation", {}],
      ["loss", {}],
      ["roc_auc", { average: "macro" }],
    ] as const;
    await drawnOf(
      "text_classification",
      "label",
      truth.map((l) => LABELS[l]),
      said,
      metrics,
    );
  });
  it("are correct for numbers", async () => {
    const truth = Array.from({ length: ROWS }, (_, i) => noise(i) * 5);
    const said = truth.map((right, i) => Float32Array.of(right + noise(i + ROWS)));
    const metrics = ["mean_absolute_error", "root_mean_squared_error", "r2", "pearson", "spearman"].map(
      (word) => [word, {}] as const,
    );
    await drawnOf("regression", "score", truth, said, metrics);
  });
});
