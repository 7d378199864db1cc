/** Baselines and bases compared with a model in `evaluate`, on the same rows and with the same metrics. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { RefusedError } from "#kernel/session/execution-context.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { definitions, writeSmallTraining } from "./small-training.js";

/** From tests/oracles/fair_baselines.py. */
interface FairBaseline {
  readonly train: readonly (readonly [text: string, own: string | readonly string[]])[];
  readonly asked: FairBaseline["train"];
  /**
   * f1(macro) on the test rows: with the setting that GridSearchCV chose, with each one, and with C = 1 and no class
   * weights.
   */
  readonly test: number;
  readonly settings: Readonly<Record<string, number>>;
  readonly unweighted: number;
}

describe("baselines", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(`${definitions}train m on d { epochs: 1 }`);
  });
  after(() => book.close());

  it("are scored on the model's rows, labels and metrics, with a difference from it", async () => {
    const shown = await book.run("evaluate baseline(majority), m on d.validation { metrics: [accuracy, log_loss] }");
    const [model, baseline] = book.session.evaluations.slice(-2);
    assert.deepEqual([model?.model, baseline?.model], ["m", "baseline(majority)"]);
    assert.equal(baseline?.rows, model?.rows);
    assert.deepEqual(baseline?.labels, model?.labels);
    // The baseline always predicts the same label.
    const said = baseline?.confusion.map((of) => of.map((count) => count > 0));
    assert.equal(said?.[0]?.filter(Boolean).length, 1);
    const share = Math.max(...baseline!.confusion.map((of) => of.reduce((a, b) => a + b, 0))) / baseline!.rows;
    assert.ok([share, 1 - share].some((one) => Math.abs(one - baseline!.metrics["accuracy"]!) < 1e-12));
    assert.ok(Math.abs(baseline!.metrics["log_loss"]! - Math.log(2)) < 0.1);
    assert.match(JSON.stringify(shown), /baseline\(majority\) − m/);
  });

  it("replace the constant prediction if they are the same", async () => {
    const words = async (text: string) => (await book.run(text)).map(({ bundle }) => bundle["text/plain"]).join("\n");
    const alone = await words("evaluate m on d.validation { metrics: [accuracy, calibration_error] }");
    assert.match(alone, /always “/);
    // A constant answer is calibrated whatever it is, so this metric has no constant baseline.
    assert.doesNotMatch(alone, /never changes \([^)]*\): calibration_error/);
    const beside = await words("evaluate m, baseline(majority) on d.validation { metrics: [accuracy] }");
    assert.doesNotMatch(beside, /accuracy[^\n]*always “/);
    assert.match(beside, /Confusion matrix: m/);
    assert.doesNotMatch(beside, /(?:Confusion matrix|Worst examples|Labels): baseline/);
  });

  it("learn from training rows, never from scored rows", async () => {
    const shown = await book.run("evaluate m, baseline(tfidf) on d.validation { metrics: [accuracy, log_loss] }");
    const verdict = book.session.evaluations.at(-2)?.verdict ?? "";
    assert.match(verdict, /^(not )?(shown to be )?worth it by accuracy: .*baseline\(tfidf\)/);
    const text = JSON.stringify(shown);
    assert.ok(text.includes(verdict) && /ms per prediction/.test(text) && /training/.test(text));
    const words = book.session.evaluations.at(-1)!;
    // Ranking metrics are measured for the verdict, although they were not requested.
    assert.match(verdict, /; baseline\(tfidf\) is better by (?:roc_auc|average_precision), whatever the threshold$/);
    assert.deepEqual(Object.keys(book.session.evaluations.at(-1)!.metrics), ["accuracy", "log_loss"]);
    // The word that decides the label is in every text, and no other word indicates it.
    assert.equal(words.metrics["accuracy"], 1);
    assert.ok(words.metrics["log_loss"]! > 0.05, "words that stand in no other row were learnt");
  });

  it("are compared by the first metric with a direction; without one there is no verdict", async () => {
    const verdict = async (metrics: string) => {
      const shown = await book.run(`evaluate m, baseline(tfidf) on d.validation { metrics: [${metrics}] }`);
      const words = shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
      return { verdict: book.session.evaluations.at(-2)?.verdict, words };
    };
    const ranked = await verdict("selection_rate(yes), accuracy");
    assert.match(ranked.verdict ?? "", / by accuracy: /);
    const none = await verdict("selection_rate(yes)");
    assert.equal(none.verdict, undefined);
    assert.match(none.words, /selection_rate\(yes\)[^\n]* differs/);
    assert.doesNotMatch(none.words, /\b(?:better|worse|best|never changes)\b/);
  });

  it("match scikit-learn's scores, with settings as good as those of GridSearchCV", async () => {
    const file = new URL("../../../../tests/golden/oracle/fair-baselines.json", import.meta.url);
    const { teams, tags } = JSON.parse(readFileSync(file, "utf8")) as Record<"teams" | "tags", FairBaseline>;
    const lines = ({ train, asked }: FairBaseline): readonly string[] =>
      Object.entries({ train, test: asked }).flatMap(([part, rows]) =>
        rows.map(([text, own]) => `${text},${[own].flat().join("|")},${part}`),
      );
    writeFileSync(join(book.folder, "teams.csv"), ["text,team,part", ...lines(teams)].join("\n"));
    writeFileSync(join(book.folder, "tags.csv"), ["text,tags,part", ...lines(tags)].join("\n"));
    for (const [name, golden, columns, task] of [
      ["teams", teams, "label: team", "text_classification"],
      ["tags", tags, "labels: tags", "multilabel_classification"],
    ] as const) {
      const shown =
        await book.run(`data ${name} { source: csv("${name}.csv"), columns: { text: text, ${columns} }, split: by_column(part), separator: "|" }
model of_${name} { base: "bert", task: ${task}, technique: full, max_length: 8 }
train of_${name} on ${name} { steps: 2, validate: none }
evaluate of_${name}, baseline(tfidf) on ${name}.test { metrics: [f1(macro)] }`);
      const value = book.session.evaluations.at(-1)!.metrics["f1(macro)"]!;
      assert.ok(value > golden.unweighted + 0.2, "an unweighted baseline is a straw man here");
      const words = shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
      const told = /C (\d+)(, balanced labels)?, chosen of 6 settings by f1\(macro\) by 5 folds of train/.exec(words);
      assert.ok(told, words.slice(-1500));
      const theirs = golden.settings[`[${told[1]!}, "${told[2] === undefined ? "none" : "balanced"}"]`]!;
      assert.ok(Math.abs(value - theirs) < 5e-3, `${name}: ${String(value)}, scikit-learn ${String(theirs)}`);
      // Its folds are drawn differently, so it may choose another of nearly equal settings.
      assert.ok(theirs > golden.test - 0.03, `${name}: ${String(theirs)}, its own choice ${String(golden.test)}`);
    }
  });

  it("are tuned on validation and get fitted thresholds if the model has them", async () => {
    // A rare label whose word also occurs with the other label: at a threshold of one half it is rarely predicted.
    const rows = Array.from({ length: 400 }, (_, i) => {
      const rare = i % 10 === 0;
      const part = ["train", "validation", "test", "train"][Math.floor(i / 10) % 4]!;
      return `${rare || i % 5 === 1 ? "good" : "bad"} w${String((i * 7) % 64)} w${String((i * 13) % 64)},${rare ? "yes" : "no"},${part}`;
    });
    writeFileSync(join(book.folder, "rare.csv"), ["text,label,part", ...rows].join("\n"));
    const shown = async (name: string, more: string): Promise<string> =>
      (
        await book.run(`train rare on r as ${name} { steps: 3${more} }
evaluate ${name}, baseline(tfidf) on r.test { metrics: [accuracy] }`)
      )
        .map(({ bundle }) => String(bundle["text/plain"]))
        .join("\n");
    await book.run(`data r { source: csv("rare.csv"), columns: { text: text, label: label }, split: by_column(part), allow: { split-leak: "few words", near-leak: "few words", label-conflict: "few words" } }
model rare { base: "bert", task: text_classification(class_weight: { yes: 1 }), technique: full, max_length: 8 }`);
    const given = (): number => book.session.evaluations.at(-1)!.confusion.reduce((sum, of) => sum + of[1]!, 0);
    assert.match(await shown("plain", ""), /chosen of \d settings by accuracy on validation|not chosen/);
    const before = given();
    const words = await shown("fitted", ", calibrate: threshold(f1)");
    const share = Number(/threshold yes (0\.\d+), fitted to validation by f1/.exec(words)?.[1]);
    assert.ok(share < 0.5, words.slice(-1500));
    assert.ok(given() > before, `${String(given())} are given at ${String(share)}, ${String(before)} at a half`);
  });
  it("are compared with the model that is best on validation, else with the first", async () => {
    // The labels of the scored rows are inverted, so the untrained model scores better on them.
    const rows = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n").slice(1);
    const parted = rows.map((row, i) => {
      const part = i % 5 === 0 ? "test" : i % 5 === 1 ? "validation" : "train";
      return `${part === "test" ? row.replace(/yes$/, "NO").replace(/no$/, "yes").replace("NO", "no") : row},${part}`;
    });
    writeFileSync(join(book.folder, "turned.csv"), ["text,label,part", ...parted].join("\n"));
    await book.run(`data v { source: csv("turned.csv"), columns: { text: text, label: label }, split: by_column(part) }
train m on v as weak { steps: 1, schedule: constant(warmup: 0%), optimizer: adamw(learning_rate: 1e-9) }
train m on v as strong { epochs: 12, optimizer: adamw(learning_rate: 3e-3) }
evaluate weak, strong, baseline(majority) on v.test { metrics: [accuracy] }`);
    const [weak, strong] = book.session.evaluations.slice(-3);
    assert.ok(weak!.metrics["accuracy"]! > strong!.metrics["accuracy"]!);
    assert.equal(weak?.verdict, undefined);
    assert.match(strong?.verdict ?? "", /\(strong: the best of weak, strong by accuracy on validation\)/);
    await book.run("evaluate weak, strong, baseline(majority) on v.validation { metrics: [accuracy] }");
    assert.match(
      book.session.evaluations.at(-3)?.verdict ?? "",
      /\(weak: the first of weak, strong, since there are no validation rows/,
    );
  });

  it("give no credit to a model that the median beats by absolute error", async () => {
    // A tenth of the numbers are large, and no word predicts which: the mean is far from most of them, the median is
    // not.
    const rows = Array.from(
      { length: 240 },
      (_, i) =>
        `w${String((i * 7) % 64)} w${String((i * 11) % 64)},${i % 10 === 0 ? "50" : "0"},${Math.floor(i / 2) % 2 === 0 ? "train" : "test"}`,
    );
    writeFileSync(join(book.folder, "numbers.csv"), ["text,amount,part", ...rows].join("\n"));
    await book.run(`data n { source: csv("numbers.csv"), columns: { text: text, score: amount }, split: by_column(part), allow: { split-leak: "few words" } }
model r { base: "bert", task: regression, technique: full, max_length: 16 }
train r on n { steps: 5 }
evaluate r, baseline(majority) on n.test { metrics: [mean_absolute_error] }`);
    const { verdict, metrics } = book.session.evaluations.at(-2)!;
    const median = 50 * (rows.filter((row) => row.endsWith("50,test")).length / 120);
    assert.ok(metrics["mean_absolute_error"]! > median, `${String(metrics["mean_absolute_error"])}, ${String(median)}`);
    assert.match(verdict!, /^not worth it by mean_absolute_error: .*a constant prediction \(/);
  });

  it("have no verdict on rows that they or the model learned from, and name who did", async () => {
    const shown = await book.run("evaluate m, m.base, baseline(tfidf) on d.train { metrics: [accuracy] }");
    assert.equal(book.session.evaluations.at(-3)!.verdict, undefined);
    const words = shown.map(({ bundle }) => bundle["text/plain"]).join("\n");
    assert.match(words, /\nno verdict, since these were trained on the scored rows: m, m\.base, baseline\(tfidf\)\n/);
    assert.doesNotMatch(words, /worth it by/);
    // Evaluated alone, the model still triggers the warning.
    const alone = await book.run("evaluate m on d.train { metrics: [accuracy] }");
    assert.match(JSON.stringify(alone), /scored-learnt-rows\]: (\d+) of the \1 scored rows of d.train/);
  });

  it("use the frozen base with a linear head if the base has none for the task", async () => {
    const shown = await book.run(
      "evaluate m, m.base, baseline(probe) on d.validation { metrics: [accuracy, log_loss] }",
    );
    const [, base, probe] = book.session.evaluations.slice(-3);
    assert.deepEqual([base?.model, probe?.model], ["m.base", "baseline(probe)"]);
    assert.deepEqual(base?.metrics, probe?.metrics);
    assert.ok(base!.metrics["accuracy"]! > 0.5, String(base!.metrics["accuracy"]));
    const text = shown.map(({ bundle }) => bundle["text/plain"]).join("\n");
    assert.match(text, /logistic regression over \d+ numbers of each row from the frozen/);
  });

  it("report the median latency of single predictions, comparable with a threshold", async () => {
    const shown = await book.run(
      "evaluate m, baseline(tfidf) on d.validation { metrics: [latency, accuracy], require: at_most(latency, 1min) }",
    );
    const [model, words] = book.session.evaluations.slice(-2);
    for (const one of [model, words]) {
      const took = one!.metrics["latency"]!;
      const { low, high } = one!.intervals!["latency"]!;
      assert.ok(took > 0 && took < 10_000 && low <= took && took <= high, `${low} ${took} ${high}`);
    }
    const text = shown.map(({ bundle }) => bundle["text/plain"]).join("\n");
    assert.match(text, /milliseconds of 16 predictions, one at a time/);
    assert.match(text, /^latency: m [\d.]+ ms · baseline\(tfidf\) [\d.]+ ms · /m);
    assert.match(text, /^latency +[\d.]+ ms \([\d.]+ … [\d.]+\) /m);
    assert.match(text, /required of m: latency at most 60000 ms; it is [\d.]+ ms \([\d.]+ … [\d.]+\): cleared/);
    await assert.rejects(
      book.run("evaluate m on d.validation { require: at_most(latency, 0.0001) }"),
      (error) =>
        error instanceof CodedError &&
        error.code === "bar-missed" &&
        /latency.* 0\.0001 ms.* [\d.]+ ms/.test(error.message),
    );
  });

  it("are rejected without a model, if named twice or without training rows", async () => {
    for (const [text, code] of [
      ["evaluate baseline(majority) on d.validation", "contenders-alone"],
      ["evaluate m, baseline(majority), baseline(majority) on d.validation", "named-twice"],
      [
        'data e { source: csv("rows.csv"), columns: { text: text, label: label } }\nevaluate m, baseline(majority) on e',
        "no-rows-to-learn",
      ],
    ] as const)
      await assert.rejects(book.run(text), (error) => {
        const codes =
          error instanceof RefusedError
            ? error.diagnostics.flatMap((one) => (one.severity === "error" ? [one.code] : []))
            : error instanceof CodedError
              ? [error.code]
              : [];
        assert.deepEqual(codes, [code], String(error));
        return true;
      });
  });
});
