/**
 * `tunebook score`: matches scikit-learn, sacrebleu and seqeval on files of predictions, and reports what it cannot do.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { called } from "./called.js";

type Numbers = Readonly<
  Record<
    string,
    {
      readonly value: number | null;
      readonly low: number | null;
      readonly high: number | null;
      readonly notes?: readonly string[];
    }
  >
>;
interface Scored {
  readonly rows: number;
  readonly metrics: Numbers;
  readonly by?: {
    readonly column: string;
    readonly slices: readonly { readonly value: string; readonly rows: number; readonly metrics: Numbers | null }[];
  };
}
const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../../../tests/golden/oracle/${name}.json`, import.meta.url), "utf8")) as T;

describe("tunebook score", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => void (folder = mkdtempSync(join(tmpdir(), "tunebook-cli-score-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, rows: readonly unknown[]): void =>
    writeFileSync(join(folder, name), rows.map((row) => JSON.stringify(row)).join("\n"));
  const score = async (...args: string[]): Promise<Scored> => {
    const { stdout, stderr, status } = await called(folder, "score", ...args, "--json");
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Scored;
  };

  it("matches scikit-learn for labels and probabilities", async () => {
    const { cases } = golden<{
      readonly cases: readonly (Readonly<Record<string, number | null>> & {
        readonly labels: number;
        readonly true: readonly number[];
        readonly likeliest: readonly number[];
        readonly probabilities: readonly number[];
      })[];
    }>("metrics");
    let compared = 0;
    for (const c of cases.filter(({ true: truth }) => truth.length >= 60)) {
      const rows = c.true.map((truth, i) => ({
        truth: `l${truth}`,
        probabilities: Object.fromEntries(
          Array.from({ length: c.labels }, (_, l) => [`l${l}`, c.probabilities[i * c.labels + l]]),
        ),
      }));
      write("labels.jsonl", rows);
      const averages =
        c.labels === 2 ? ["average_precision", "roc_auc"] : ["average_precision(macro)", "roc_auc(macro)"];
      const { metrics } = await score(
        "labels.jsonl",
        "--metrics",
        ["log_loss", "brier_score", "calibration_error", ...averages].join(", "),
      );
      for (const [name, { value, low, high }] of Object.entries(metrics)) {
        const want = c[name] ?? c[name.replace("(macro)", "")];
        if (want === undefined || want === null) continue;
        assert.ok(value !== null && Math.abs(value - want) < 1e-9, `${name}: ${String(value)}, not ${want}`);
        assert.ok(low !== null && high !== null && low <= high, `${name} has no interval`);
        compared++;
      }
    }
    assert.ok(compared >= 30, `${compared} compared`);
  });
  it("matches sacrebleu and rouge-score for texts", async () => {
    const [first] = golden<readonly (Readonly<Record<string, number>> & { written: string[]; targets: string[] })[]>(
      "scores",
    ).filter(({ written }) => written.length > 10);
    write(
      "texts.jsonl",
      first!.written.map((predicted, i) => ({ reference: first!.targets[i], predicted })),
    );
    const { metrics, rows } = await score("texts.jsonl", "--metrics", "bleu, chrf(2), ter, rouge(rougeLsum)");
    assert.equal(rows, first!.written.length);
    for (const [name, want] of [
      ["bleu", "bleu"],
      ["chrf(2)", "chrf(2)"],
      ["ter", "ter"],
      ["rouge(rougeLsum)", "rougeLsum"],
    ] as const)
      assert.ok(Math.abs(Number(metrics[name]?.value) - Number(first![want])) < 1e-9, name);
  });
  it("scores identical labels, and gives null for undefined metrics", async () => {
    write(
      "one-label.jsonl",
      Array.from({ length: 5 }, () => ({ truth: "a", predicted: "a" })),
    );
    const { metrics } = await score("one-label.jsonl", "--metrics", "accuracy, cohen_kappa, f1(macro)");
    assert.deepEqual(
      Object.entries(metrics).map(([name, { value }]) => [name, value]),
      [
        ["accuracy", 1],
        ["cohen_kappa", null],
        ["f1(macro)", 1],
      ],
    );
  });

  it("names similar metric calls differently", async () => {
    write("likely.jsonl", [
      { truth: "a", probabilities: { a: 0.9, b: 0.1 } },
      { truth: "b", probabilities: { a: 0.6, b: 0.4 } },
      { truth: "b", probabilities: { a: 0.2, b: 0.8 } },
    ]);
    const { metrics } = await score(
      "likely.jsonl",
      "--metrics",
      "calibration_error(bins: 2), calibration_error(bins: 200)",
    );
    assert.deepEqual(Object.keys(metrics), ["calibration_error(bins: 2)", "calibration_error(bins: 200)"]);
    const [few, many] = Object.values(metrics);
    assert.notEqual(few?.value, many?.value);
  });
  it("reads probabilities of a table as JSON, and numbers if a metric needs them", async () => {
    writeFileSync(join(folder, "p.csv"), 'truth,probabilities\na,"{""a"":0.9,""b"":0.1}"\nb,"{""a"":0.6,""b"":0.4}"\n');
    const { metrics } = await score("p.csv", "--metrics", "log_loss, accuracy");
    assert.ok(Math.abs(Number(metrics["log_loss"]?.value) + Math.log(0.9 * 0.4) / 2) < 1e-12);
    assert.equal(metrics["accuracy"]?.value, 0.5);
    writeFileSync(join(folder, "n.csv"), "truth,predicted\n1,1\n2,3\n3,3\n");
    assert.equal((await score("n.csv", "--metrics", "r2")).metrics["r2"]?.value, 0.5);
    assert.deepEqual(Object.keys((await score("n.csv")).metrics), ["accuracy", "f1(macro)"]);
    const { status, stderr } = await called(folder, "score", "p.csv", "--metrics", "r2");
    assert.equal(status, 1);
    assert.match(stderr, /metrics-apart/);
  });
  it("reads lists in table cells as in JSON Lines", async () => {
    const rows = [
      [["refund", "bug"], ["bug"]],
      [[], ["bug"]],
      [["other"], ["other"]],
    ];
    writeFileSync(
      join(folder, "l.jsonl"),
      rows.map(([truth, predicted]) => JSON.stringify({ truth, predicted })).join("\n"),
    );
    const cell = (of: unknown): string => `"${JSON.stringify(of).replaceAll('"', '""')}"`;
    writeFileSync(join(folder, "l.csv"), `truth,predicted\n${rows.map((row) => row.map(cell).join(",")).join("\n")}\n`);
    const { metrics } = await score("l.csv");
    assert.deepEqual(metrics, (await score("l.jsonl")).metrics);
    assert.equal(metrics["accuracy"]?.value, 1 / 3);
    // A label in brackets is a single label, not a list.
    writeFileSync(join(folder, "b.csv"), "truth,predicted\n[a],[a]\nb,[a]\n");
    assert.equal((await score("b.csv", "--metrics", "accuracy")).metrics["accuracy"]?.value, 0.5);
  });
  it("says how a file was read, and that integers may be labels", async () => {
    write(
      "whole.jsonl",
      [0, 1, 2, 1].map((truth) => ({ truth, predicted: 1 })),
    );
    const told = await called(folder, "score", "whole.jsonl");
    assert.match(told.stdout, /\nits answers were read as numbers; if they are labels, write `--metrics "accuracy/);
    const asked = await called(folder, "score", "whole.jsonl", "--metrics", "r2");
    assert.doesNotMatch(asked.stdout, /labels, ask/);
    writeFileSync(join(folder, "reals.csv"), "truth,predicted\n0.5,0.25\n1.5,2\n");
    assert.match(
      (await called(folder, "score", "reals.csv")).stdout,
      /read as labels; if they are numbers, .*"mean_abs/,
    );
    writeFileSync(join(folder, "empty.csv"), "truth,predicted\na,\n,b\nc,c\n");
    assert.match(
      (await called(folder, "score", "empty.csv")).stdout,
      /\n2 rows without an answer: .* separate label\n/,
    );
    writeFileSync(join(folder, "latin.csv"), Buffer.from("truth,predicted\ncaf\xe9,caf\xe9\n", "latin1"));
    const latin = await called(folder, "score", "latin.csv");
    assert.match(latin.stdout, /^1 row\n[^]*\nlatin\.csv: read as windows-1252\n/);
    writeFileSync(
      join(folder, "all.json"),
      '\n [{ "truth": "a", "predicted": "a" }, { "truth": "b", "predicted": "a" }]',
    );
    assert.equal((await score("all.json", "--metrics", "accuracy")).metrics["accuracy"]?.value, 0.5);
  });
  it("rejects more label sets than can be scored", async () => {
    const rows = Array.from({ length: 10_001 }, (_, i) => ({ truth: [`l${i}`], predicted: [`l${i}`] }));
    write("wide.jsonl", rows);
    const { status, stderr } = await called(folder, "score", "wide.jsonl", "--metrics", "f1(micro)");
    assert.equal(status, 1);
    assert.match(stderr, /too-many-labels[^]*10,001 rows of 10,001 possible labels/);
  });
  it("detects numbers, sets, tags, answers and rankings from a row", async () => {
    write("numbers.jsonl", [
      { truth: 1, predicted: 2 },
      { truth: 3, predicted: 3 },
      { truth: 5, predicted: 9 },
    ]);
    assert.equal((await score("numbers.jsonl")).metrics["mean_absolute_error"]?.value, 5 / 3);
    assert.equal((await score("numbers.jsonl", "--metrics", "accuracy")).metrics["accuracy"]?.value, 1 / 3);
    write("sets.jsonl", [
      { truth: ["a", "b"], predicted: ["a"] },
      { truth: [], predicted: [] },
    ]);
    assert.deepEqual(Object.keys((await score("sets.jsonl")).metrics), ["f1(micro)", "f1(macro)", "accuracy"]);
    write("tags.jsonl", [
      { truth: ["O", "B-X", "I-X"], predicted: ["O", "B-X", "O"] },
      { truth: ["B-Y"], predicted: ["B-Y"] },
    ]);
    assert.equal((await score("tags.jsonl")).metrics["entity_f1"]?.value, 0.5);
    write("answers.jsonl", [
      { truth: ["The Seine", "Seine"], predicted: "seine" },
      { truth: [], predicted: "Rhine" },
    ]);
    assert.equal((await score("answers.jsonl")).metrics["exact_match"]?.value, 0.5);
    write("rankings.jsonl", [
      { truth: ["a"], predicted: ["b", "a"] },
      { truth: ["q"], predicted: ["b"] },
    ]);
    const { mrr } = (await score("rankings.jsonl", "--metrics", "mrr, recall_at(1)")).metrics;
    assert.ok(Math.abs(Number(mrr?.value) - 0.25) < 1e-12);
  });
  it("compares JSON fields, and validates against a schema file", async () => {
    write("order.json", [{ type: "object", properties: { total: { type: "number" } }, required: ["total"] }]);
    write("fields.jsonl", [
      { truth: { id: 1, total: 2.5 }, predicted: '{"id": 1, "total": 2.5}' },
      { truth: '{"id": 2, "total": 3}', predicted: '{"id": 2, "total": "3"}' },
      { truth: { id: 3 }, predicted: "id: 3" },
    ]);
    const { metrics } = await score("fields.jsonl", "--metrics", 'json_validity("order.json"), field_f1');
    assert.equal(metrics["json_validity(order.json)"]?.value, 1 / 3);
    assert.equal(metrics["field_f1"]?.value, (2 * 3) / (4 + 5));
    assert.deepEqual(metrics["field_f1"]?.notes, ["by field: total 0.50, id 0.80"]);
    const missing = await called(folder, "score", "fields.jsonl", "--metrics", 'json_validity("none.json")');
    assert.match(missing.stderr, /error\[missing-file\]: there is no file none\.json/);
  });
  it("splits rows by a column, and marks slices with too few rows", async () => {
    const rows = Array.from({ length: 90 }, (_, i) => ({
      ...{ gold: i % 3 ? "yes" : "no", said: i % 4 ? "yes" : "no", shop: i < 60 ? "a" : i < 85 ? "b" : "c" },
    }));
    writeFileSync(
      join(folder, "t.csv"),
      ["gold;said;shop", ...rows.map((r) => `${r.gold};${r.said};${r.shop}`)].join("\n"),
    );
    const { by, metrics } = await score(
      "t.csv",
      "--truth",
      "gold",
      "--predicted",
      "said",
      "--by",
      "shop",
      "--metrics",
      "accuracy, f1",
    );
    const right = (of: typeof rows): number => of.filter(({ gold, said }) => gold === said).length / of.length;
    assert.equal(metrics["accuracy"]?.value, right(rows));
    assert.deepEqual(
      by?.slices.map((slice) => [slice.value, slice.rows, slice.metrics?.["accuracy"]?.value]),
      [
        ["a", 60, right(rows.slice(0, 60))],
        ["b", 25, right(rows.slice(60, 85))],
        ["c", 5, undefined],
      ],
    );
    const { stdout } = await called(folder, "score", "t.csv", "--truth", "gold", "--predicted", "said", "--by", "shop");
    assert.match(
      stdout,
      /^90 rows\naccuracy {3}0\.\d{3} \(0\.\d{3} – 0\.\d{3}\)\nf1\(macro\) .*\nt\.csv: ";" between fields\n95 % intervals: Wilson \(accuracy\); MOVER \(f1\(macro\)\)\n\nLabels\nlabel +precision +recall +f1 +true rows +predicted\n─+\nyes +0\.\d{4} \([^]*?\n\nshop +rows +accuracy +f1\(macro\)\n─+\na +60 +0\.[^]*\nc +5 +too few rows\n$/,
    );
  });
  it("splits rows by several columns and by length bins, with any column name", async () => {
    const rows = Array.from({ length: 80 }, (_, i) => ({
      ...{ truth: i % 2 ? "a" : "b", predicted: i % 3 ? "a" : "b", text: "w ".repeat(1 + (i % 40)) },
      ...{ "my team": i < 40 ? "<i>" : "\u001b[31m", age: i },
    }));
    write("parts.jsonl", rows);
    const { by } = (await score("parts.jsonl", "--by", 'age, "my team", length(bins: 2)')) as unknown as {
      readonly by: readonly NonNullable<Scored["by"]>[];
    };
    assert.deepEqual(
      by.map(({ column, slices }) => [column, ...slices.map(({ value, rows }) => `${value}: ${rows}`)]),
      [
        ["age", "0 – 19: 20", "20 – 39: 20", "40 – 59: 20", "60 – 79: 20"],
        ["my team", "\u001b[31m: 40", "<i>: 40"],
        ["length in words", "1 – 20: 40", "21 – 40: 40"],
      ],
    );
    const { stdout, status } = await called(folder, "score", "parts.jsonl", "--by", "my team");
    assert.equal(status, 0);
    assert.match(stdout, /^\\u\{1b\}\[31m +40 /mu);
    for (const [asked, told] of [
      ["team", "no-answers"],
      ["lenght(bins: 4)", "unknown-word"],
      ["length(bins: 1)", "out-of-range"],
      ["[age]", "wrong-type"],
    ] as const) {
      const { stderr, status } = await called(folder, "score", "parts.jsonl", "--by", asked);
      assert.ok(status !== 0 && stderr.includes(told), `${asked}: ${stderr}`);
    }
  });
  it("reports codes for invalid input", async () => {
    write("plain.jsonl", [
      { truth: "a", predicted: "b" },
      { truth: "c", predicted: "a" },
    ]);
    write("hole.jsonl", [
      { truth: "a", predicted: "b" },
      { truth: "a", predicted: null },
    ]);
    write("odd.jsonl", [{ truth: "a", probabilities: { a: 0.9, b: 0.3 } }]);
    write("part.jsonl", [
      { truth: "a", predicted: "a", probabilities: { a: 1 } },
      { truth: "a", predicted: "a" },
    ]);
    write("short.jsonl", [{ truth: ["O", "O"], predicted: ["O"] }]);
    write("other.jsonl", [{ question: "a", answer: "b" }]);
    for (const [code, ...args] of [
      ["missing-file", "none.jsonl"],
      ["no-answers", "other.jsonl"],
      ["no-answers", "plain.jsonl", "--truth", "gold"],
      ["no-answers", "plain.jsonl", "--by", "shop"],
      ["broken-answer", "hole.jsonl"],
      ["broken-answer", "odd.jsonl"],
      ["broken-answer", "part.jsonl"],
      ["broken-answer", "short.jsonl", "--metrics", "entity_f1"],
      ["no-probabilities", "plain.jsonl", "--metrics", "log_loss"],
      ["no-probabilities", "plain.jsonl", "--metrics", "roc_auc"],
      ["metrics-apart", "plain.jsonl", "--metrics", "accuracy, bleu"],
      ["metrics-apart", "plain.jsonl", "--metrics", "entity_f1"],
      ["average-needed", "plain.jsonl", "--metrics", "f1"],
      ["unknown-positive", "plain.jsonl", "--metrics", "f1(of: maybe)"],
      ["unknown-word", "plain.jsonl", "--metrics", "acurracy"],
      ["unclosed-bracket", "plain.jsonl", "--metrics", "f1(macro"],
      ["bad-usage", "plain.jsonl", "--metrics", ""],
    ] as const) {
      const { status, stderr, stdout } = await called(folder, "score", ...args);
      assert.equal(status, 1, args.join(" "));
      assert.ok(stderr.startsWith(`error[${code}]`), `${args.join(" ")}: ${stderr}`);
      assert.equal(stdout, "");
    }
  });
});
