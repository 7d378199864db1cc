/**
 * Encoder tasks from a Tune program to answers on the real engine, with data that a small BERT can learn; and their
 * errors.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelTypeText, type ModelHandle } from "#kernel/models/model-handle.js";
import type { TagsPrediction } from "#stdlib/tasks/token_classification.run.js";
import type { LabelsPrediction } from "#stdlib/tasks/multilabel_classification.run.js";
import type { MaskPrediction } from "#stdlib/tasks/fill_mask.run.js";
import type { ScorePrediction } from "#stdlib/tasks/regression.run.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";

const FILLER = ["the", "a", "room", "was", "and", "we", "it", "then", "so", "very"];
const PLACES = ["rome", "oslo", "lima"];
const pick = <T>(list: readonly T[], i: number): T => list[((i % list.length) + list.length) % list.length]!;
const rows = Array.from({ length: 72 }, (_, i) => i);
const part = (i: number): string => (i % 4 === 0 ? "validation" : "train");
/** The filler words make each text unique. */
const filler = (i: number): string =>
  [i, 3 * i + 1, Math.floor(i / 10), 7 * i + 2].map((n) => pick(FILLER, n)).join(" ");

describe("encoder tasks, from program to prediction", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  const file = (name: string, lines: readonly string[]) => writeFileSync(join(book.folder, name), lines.join("\n"));
  const json = (name: string, objects: readonly object[]) =>
    file(
      name,
      objects.map((row) => JSON.stringify(row)),
    );
  const model = (name: string) => book.values.get(name) as ModelHandle;
  const metrics = () => book.session.evaluations.at(-1)!.metrics;
  const shown = (made: readonly unknown[]) => JSON.stringify(made);
  const falls = (name: string, by: number) => {
    const losses = model(name).history.map((s) => s.loss);
    assert.ok(losses.at(-1)! < by * losses[0]!, `${losses[0]} … ${losses.at(-1)}`);
  };
  const refused = async (text: string, ...words: readonly (string | RegExp)[]) =>
    assert.rejects(book.run(text), (error: Error & { diagnostics?: unknown; code?: string; data?: unknown }) => {
      const told = JSON.stringify([error.diagnostics, error.code, error.data, error.message]);
      for (const word of words)
        assert.ok(typeof word === "string" ? told.includes(word) : word.test(told), `${String(word)} in ${told}`);
      return true;
    });

  before(async () => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "base"), [
      ...FILLER,
      ...PLACES,
      "good",
      "bad",
      "dirty",
      "loud",
      "ann",
      "##ika",
      "bob",
      "new",
      "york",
    ]);
    await book.run(
      "recipe plain { epochs: 30, batch_size: 16, optimizer: adamw(learning_rate: 4e-3), dropout: 0, seed: 1 }",
    );
  });
  after(() => book.close());

  it("regression: predicts numbers, limited to the range", async () => {
    const line = (i: number) =>
      `${filler(i)} ${pick(["good", "bad", ""], i)} ${pick(["good", "bad"], Math.floor(i / 3))}`;
    const score = (text: string) => 1.5 * (text.split("good").length - text.split("bad").length);
    file("scores.csv", ["body,stars,part", ...rows.map((i) => `${line(i)},${score(line(i))},${part(i)}`)]);
    await book.run(`
data scores { source: csv("scores.csv"), columns: { text: body, score: stars }, split: by_column(part) }
model grader { base: "base", task: regression(range: -3..3) }
train grader on scores with plain`);
    falls("grader", 0.2);
    assert.deepEqual(Object.keys(model("grader").validations[0]!).sort(), ["loss", "mean_absolute_error", "step"]);
    const made = await book.run("evaluate grader on scores.validation");
    assert.deepEqual(Object.keys(metrics()), [
      "mean_absolute_error",
      "root_mean_squared_error",
      "r2",
      "pearson",
      "spearman",
    ]);
    const { intervals } = book.session.evaluations.at(-1)!;
    for (const [name, value] of Object.entries(metrics())) {
      const interval = intervals![name]!;
      assert.ok(
        interval.low <= value && value <= interval.high && interval.low < interval.high,
        `${name}: ${JSON.stringify(interval)}`,
      );
    }
    assert.match(shown(made), /always -?\d/);
    assert.doesNotMatch(shown(made), /warning/);
    assert.ok(metrics()["pearson"]! > 0.8 && metrics()["mean_absolute_error"]! < 1, JSON.stringify(metrics()));
    assert.match(shown(made), /greatest errors first/);
    const [good, bad] = await model("grader").predict<ScorePrediction>([
      `${filler(1)} good good`,
      `${filler(2)} bad bad`,
    ]);
    assert.ok(good!.score > bad!.score && good!.score <= 3 && bad!.score >= -3);
    assert.match(modelTypeText(model("grader").plan), /predict\(.*readonly score: number/);
    assert.match(shown(await book.run('predict grader on "the room was good"')), /"score"|score/);
  });
  it("regression: reports values that are not numbers or out of range, with their row", async () => {
    file("broken.csv", ["body,stars", "the room,1", "a room,2", "it was,good", "so,3"]);
    await refused(
      'data broken { source: csv("broken.csv"), columns: { text: body, score: stars } }',
      "not-a-number",
      /row.{0,4}3/,
    );
    file("far.csv", ["body,stars", "the room,1", "a room,200", "it was,2"]);
    const far = 'data far { source: csv("far.csv"), columns: { text: body, score: stars } }';
    await refused(
      `${far}\nmodel narrow { base: "base", task: regression(range: 0..5) }\ntrain narrow on far with plain`,
      "score-out-of-range",
      "200",
    );
    await refused(
      'model narrow { base: "base", task: regression }\ntrain narrow on far with plain\nevaluate narrow on far { metrics: [accuracy] }',
      "metric-of-other-task",
    );
  });

  it("multilabel_classification: predicts label sets, from text with a separator", async () => {
    const line = (i: number) => `${filler(i)} ${i % 2 ? "dirty" : ""} ${i % 3 ? "loud" : ""}`;
    const labels = (i: number) => [i % 2 ? "dirt" : "", i % 3 ? "noise" : ""].filter(Boolean).join("; ");
    file("topics.csv", ["body,topics,part", ...rows.map((i) => `${line(i)},${labels(i)},${part(i)}`)]);
    await book.run(`
data topics { source: csv("topics.csv"), columns: { text: body, labels: topics }, separator: ";", split: by_column(part) }
model topic { base: "base", task: multilabel_classification }
train topic on topics with plain`);
    falls("topic", 0.2);
    assert.deepEqual(model("topic").labels, ["dirt", "noise"]);
    const made = await book.run("evaluate topic on topics.validation");
    assert.deepEqual(Object.keys(metrics()), ["f1(micro)", "f1(macro)", "average_precision(macro)", "accuracy"]);
    // No row of this split has the other label, so its average precision is 0.
    assert.equal(metrics()["average_precision(macro)"], 0.5);
    assert.ok(metrics()["f1(micro)"]! > 0.9, JSON.stringify(metrics()));
    assert.match(shown(made), /label +precision +recall +f1 +true rows +predicted/);
    assert.match(shown(made), /noise(?: +1\.0000 \(0\.\d+ … 1\.000\)){3} +12 +12/);
    // The threshold named on the card gives the score named there.
    const [, best, least] = /f1\(micro\) is best on these rows, ([\d.]+), at `threshold: ([\d.]+)`/.exec(shown(made))!;
    const held = await model("topic").predict<LabelsPrediction>(rows.filter((i) => part(i) === "validation").map(line));
    let [hit, given, have] = [0, 0, 0];
    rows
      .filter((i) => part(i) === "validation")
      .forEach((i, at) => {
        const said = Object.entries(held[at]!.probabilities)
          .filter(([, p]) => p >= Number(least))
          .map(([label]) => label);
        const truth = labels(i)
          .split("; ")
          .filter((label) => label !== "");
        [hit, given, have] = [
          hit + said.filter((label) => truth.includes(label)).length,
          given + said.length,
          have + truth.length,
        ];
      });
    assert.ok(Math.abs((2 * hit) / (given + have) - Number(best)) < 1e-4, `${hit} ${given} ${have}: ${best}`);
    await book.run("evaluate topic on topics.validation { metrics: [f1(samples), recall(of: noise), loss] }");
    assert.deepEqual(Object.keys(metrics()), ["f1(samples)", "recall(noise)", "loss"]);
    const [both, none] = await model("topic").predict<LabelsPrediction>([`${filler(1)} dirty loud`, filler(5)]);
    assert.deepEqual([both!.labels, none!.labels], [["dirt", "noise"], []]);
    assert.deepEqual(Object.keys(both!.probabilities), ["dirt", "noise"]);
    await refused("evaluate topic on topics.validation { metrics: [f1] }", "average-of-sets");
    json(
      "lists.jsonl",
      rows.slice(0, 6).map((i) => ({ body: line(i), topics: labels(i) === "" ? [] : labels(i).split("; ") })),
    );
    await book.run(
      'data lists { source: jsonl("lists.jsonl"), columns: { text: body, labels: topics } }\nevaluate topic on lists',
    );
  });
  it("multilabel_classification: reports values that are not lists with their row, and a wrong role by name", async () => {
    json("odd.jsonl", [
      { body: "a", topics: ["x"] },
      { body: "the", topics: { x: 1 } },
    ]);
    await refused(
      'data odd { source: jsonl("odd.jsonl"), columns: { text: body, labels: topics } }',
      "not-a-list",
      /row.{0,4}2/,
    );
    await refused("train topic on scores with plain", "missing-role", "labels");
  });

  const sentence = (i: number) => {
    const place = i % 5 === 0 ? ["new", "york"] : [pick(PLACES, i)];
    const tokens = [pick(["annika", "bob"], Math.floor(i / 2)), ...filler(i).split(" "), ...place];
    return { tokens, tags: ["B-PER", "O", "O", "O", "O", "B-LOC", ...(place.length > 1 ? ["I-LOC"] : [])] };
  };
  it("token_classification: predicts a tag for each word, and entities", async () => {
    json(
      "names.jsonl",
      rows.map((i) => ({ ...sentence(i), part: part(i) })),
    );
    await book.run(`
data people { source: jsonl("names.jsonl"), columns: { tokens: tokens, tags: tags }, split: by_column(part) }
model tagger { base: "base", task: token_classification(scheme: iob2) }
train tagger on people with plain { epochs: 12 }`);
    falls("tagger", 0.2);
    assert.deepEqual(Object.keys(model("tagger").validations[0]!).sort(), ["accuracy", "entity_f1", "loss", "step"]);
    const made = await book.run("evaluate tagger on people.validation");
    assert.deepEqual(Object.keys(metrics()), ["entity_f1", "accuracy"]);
    assert.ok(metrics()["entity_f1"]! > 0.9, JSON.stringify(metrics()));
    assert.match(shown(made), /entity +precision +recall +f1 +true entities +predicted/);
    assert.match(shown(made), /LOC(?: +[01]\.\d+ \([01]\.\d+ … [01]\.\d+\)){3} +18 /);
    assert.match(shown(made), /always “O”: the best constant prediction, by the training rows/);
    await book.run("evaluate tagger on people.validation { metrics: [f1(macro), loss] }");
    const [said] = await model("tagger").predict<TagsPrediction>("annika was very so new york");
    assert.deepEqual(
      said!.tokens.map(({ token }) => token),
      ["annika", "was", "very", "so", "new", "york"],
    );
    assert.deepEqual(
      said!.tokens.map(({ tag }) => tag),
      ["B-PER", "O", "O", "O", "B-LOC", "I-LOC"],
    );
    assert.deepEqual(
      said!.entities.map(({ type, text, start, end }) => [type, text, start, end]),
      [
        ["PER", "annika", 0, 1],
        ["LOC", "new york", 4, 6],
      ],
    );
    assert.equal(said!.cut, 0);
    assert.match(modelTypeText(model("tagger").plan), /readonly entities/);
    assert.match(shown(await book.run("predict tagger on people.validation as tagged")), /york \(LOC\)/);
    assert.equal((book.values.get("tagged") as readonly unknown[]).length, 18);
  });
  it("token_classification: reads csv with words and JSON, and words beyond max_length", async () => {
    const cell = (words: readonly string[]) => `"${JSON.stringify(words).replaceAll('"', '""')}"`;
    file("names.csv", [
      "words,marks",
      ...rows
        .slice(0, 8)
        .map((i) =>
          i % 2
            ? `${cell(sentence(i).tokens)},${cell(sentence(i).tags)}`
            : `${sentence(i).tokens.join(" ")},${sentence(i).tags.join(" ")}`,
        ),
    ]);
    await book.run(
      'data cells { source: csv("names.csv"), columns: { tokens: words, tags: marks } }\nevaluate tagger on cells',
    );
    assert.ok(metrics()["entity_f1"]! > 0.9);
    await book.run(
      'model short { base: "base", task: token_classification, max_length: 6 }\ntrain short on people with plain { epochs: 1 }',
    );
    assert.match(
      shown(await book.run("evaluate short on people.validation")),
      /\d+ words of 18 rows are beyond max_length/,
    );
    const [said] = await model("short").predict<TagsPrediction>("bob was very so new york");
    assert.deepEqual([said!.tokens.length, said!.cut], [4, 2]);
  });
  it("token_classification: reports lists of unequal length and tags outside the scheme, with their row", async () => {
    json("uneven.jsonl", [sentence(0), { ...sentence(1), tags: ["O"] }, sentence(2)]);
    const train = (name: string, task: string) =>
      `data ${name} { source: jsonl("${name}.jsonl"), columns: { tokens: tokens, tags: tags } }\nmodel m_${name} { base: "base", task: ${task} }\ntrain m_${name} on ${name} with plain`;
    await refused(train("uneven", "token_classification"), "unequal-lists", /row.{0,4}2/);
    json("loose.jsonl", [sentence(0), { ...sentence(1), tags: ["O", "O", "O", "O", "I-LOC", "I-PER"] }]);
    await refused(train("loose", "token_classification(iob2)"), "tag-off-scheme", /row.{0,4}2/, "I-LOC");
    await refused(
      'data flat { source: csv("scores.csv"), columns: { tokens: words, tags: marks } }',
      "unknown-column",
      "words",
    );
  });

  it("fill_mask: adapts to the texts, deterministically, and fills masks", async () => {
    const chain = (i: number) => Array.from({ length: 6 + (i % 5) }, (_, k) => pick(FILLER, i + k)).join(" ");
    const texts = Array.from(
      { length: 60 },
      (_, i) =>
        `${chain(i)} ${pick(PLACES, i)} ${pick(PLACES, Math.floor(i / 3))} ${pick(["good", "bad", "dirty", "loud"], i)}`,
    );
    file("texts.csv", ["body,part", ...texts.map((text, i) => `${text},${part(i)}`)]);
    const steps = "{ epochs: 90, shuffle: random }";
    await book.run(`
data texts { source: csv("texts.csv"), columns: { text: body }, clean: [drop_duplicates], split: by_column(part) }
model domain { base: "base", task: fill_mask(share: 20%) }
train domain on texts with plain ${steps}`);
    falls("domain", 0.7);
    const { validations } = model("domain");
    for (const { loss, perplexity } of validations) assert.ok(Math.abs(perplexity! - Math.exp(loss!)) < 1e-9);
    await book.run("evaluate domain on texts.validation");
    assert.deepEqual(Object.keys(metrics()), ["loss", "perplexity"]);
    const best = Math.min(...validations.map((v) => v["loss"]!));
    assert.ok(Math.abs(metrics()["loss"]! - best) < 1e-4, `${metrics()["loss"]} beside ${best}`);
    const [said] = await model("domain").predict<MaskPrediction>(`the a [MASK] was and we it`);
    assert.equal(said!.candidates.length, 1);
    assert.equal(said!.candidates[0]!.length, 5);
    assert.equal(said!.filled, "the a room was and we it");
    assert.equal(said!.candidates[0]![0]!.token, "room");
    await assert.rejects(model("domain").predict("no gap"), { code: "not-masked" });
    const losses = model("domain").history.map((s) => s.loss);
    await book.run(`train domain on texts with plain as again ${steps}`);
    assert.deepEqual(
      model("again").history.map((s) => s.loss),
      losses,
    );
    await book.run(
      "train domain on texts with plain as parts { epochs: 1, batch_size: 4, accumulate: 4, shuffle: none }",
    );
    await book.run("train domain on texts with plain as whole { epochs: 1, shuffle: none }");
    const near = (a: readonly number[], b: readonly number[]) =>
      a.forEach((x, i) => assert.ok(Math.abs(x - b[i]!) < 1e-4 * b[i]!, `${x} beside ${b[i]}`));
    near(
      model("parts").history.map((s) => s.loss),
      model("whole").history.map((s) => s.loss),
    );
  });
  it("fill_mask: trains on streamed texts like on texts in memory", async () => {
    const recipe = "{ epochs: 2, shuffle: random }";
    await book.run(`train domain on texts with plain as held ${recipe}`);
    await book.run(
      `data flow { source: csv("texts.csv", stream: true), columns: { text: body }, clean: [drop_duplicates], split: by_column(part) }\ntrain domain on flow with plain as flowing ${recipe}`,
    );
    assert.deepEqual(
      model("flowing").history.map((s) => s.loss),
      model("held").history.map((s) => s.loss),
    );
  });
  it("regression, multilabel and token classification train on streamed rows like on rows in memory", async () => {
    const recipe = "{ epochs: 1, shuffle: random }";
    for (const [name, data, from, more] of [
      ["grader", "scores", 'csv("scores.csv"', "columns: { text: body, score: stars }"],
      ["topic", "topics", 'csv("topics.csv"', 'columns: { text: body, labels: topics }, separator: ";"'],
      ["tagger", "people", 'jsonl("names.jsonl"', "columns: { tokens: tokens, tags: tags }"],
    ] as const) {
      const source = `source: ${from}, stream: true), ${more}, split: by_column(part)`;
      await book.run(`data ${data}_flow { ${source} }
train ${name} on ${data} with plain as ${name}_held ${recipe}
train ${name} on ${data}_flow with plain as ${name}_flow ${recipe}
evaluate ${name}_flow on ${data}_flow.validation`);
      const scores = metrics();
      assert.deepEqual(
        model(`${name}_flow`).history.map((s) => s.loss),
        model(`${name}_held`).history.map((s) => s.loss),
      );
      await book.run(`evaluate ${name}_held on ${data}.validation`);
      assert.deepEqual(scores, metrics());
    }
  });
  it("text pairs: the second text affects the prediction, in a separate segment", async () => {
    const pair = (i: number) => [
      `${filler(i)} ${i % 2 ? "good" : "bad"}`,
      `${filler(i + 3)} ${i % 3 === 0 ? "good" : "bad"}`,
    ];
    const same = (i: number) => (pair(i)[0]!.includes("good") === pair(i)[1]!.includes("good") ? "same" : "other");
    file("pairs.csv", ["a,b,like,part", ...rows.map((i) => `${pair(i).join(",")},${same(i)},${part(i)}`)]);
    await book.run(`
data twins { source: csv("pairs.csv"), columns: { text: a, text_pair: b, label: like }, split: by_column(part) }
model twin { base: "base", task: text_classification }
train twin on twins with plain { epochs: 60 }`);
    falls("twin", 0.3);
    await book.run("evaluate twin on twins.validation");
    assert.ok(metrics()["accuracy"]! > 0.9, JSON.stringify(metrics()));
    const [said] = await model("twin").predict([["the room was good", "a room was bad"]]);
    assert.deepEqual(
      [said!.text, (said as unknown as { text_pair: string }).text_pair],
      ["the room was good", "a room was bad"],
    );
    assert.equal(said!.label, "other");
    await assert.rejects(model("twin").predict("one"), { code: "pairs-expected" });
    await assert.rejects(model("topic").predict([["a", "b"]]), { code: "pairs-expected" });
    assert.match(shown(await book.run("predict twin on twins.validation")), / \| /);
    // Streamed pairs are truncated like those in memory: longest first.
    await book.run(`
data flowing_twins { source: csv("pairs.csv", stream: true), columns: { text: a, text_pair: b, label: like }, split: by_column(part) }
model short like twin { max_length: 9 }
train short on twins with plain as short_held { epochs: 2 }
train short on flowing_twins with plain as short_flow { epochs: 2 }
evaluate short_flow on flowing_twins.validation`);
    const scores = metrics();
    const losses = (name: string) => model(name).history.map(({ loss, tokens }) => [loss, tokens]);
    assert.deepEqual(losses("short_flow"), losses("short_held"));
    await book.run("evaluate short_held on twins.validation");
    assert.deepEqual(metrics(), scores);
  });
  it("label_issues: lists rows with contradicted labels, and explains why there are none", async () => {
    const wrong = new Set([7, 40]);
    const said = (i: number): string => (i % 2 ? "good" : "bad");
    file("moods.csv", [
      "body,mood",
      ...Array.from({ length: 80 }, (_, i) => {
        const mood = wrong.has(i + 1) === (said(i) === "good") ? "sad" : "glad";
        return `${said(i)} ${pick(FILLER, i)} ${said(i)} ${said(i)},${mood}`;
      }),
    ]);
    await book.run('data moods { source: csv("moods.csv"), columns: { text: body, label: mood } }');
    await book.run('model mood { base: "base", task: text_classification }');
    const [issues] = await book.run("show mood.label_issues on moods");
    const text = String(issues!.bundle["text/plain"]);
    assert.match(text, /moods: 2 labels of 80 rows are probably wrong/);
    for (const row of wrong) assert.match(text, new RegExp(` ${String(row)} +all +(glad|sad) +(glad|sad) `));
    const [picture, told] = await book.run("show mood.learning_curve on moods");
    assert.match(String(picture!.bundle["text/plain"]), /^moods: .*twice the rows: [+−]\d+\.\d ± \d+\.\d points/);
    assert.ok(picture!.bundle["application/vnd.plotly.v1+json"]);
    assert.match(String(told!.bundle["text/plain"]), /^160 \(2 times\) /m);
    // Streamed rows are judged like those in memory, and the report covers the rows that a training saw.
    await book.run('data moods_flow { source: csv("moods.csv", stream: true), columns: { text: body, label: mood } }');
    const toldOf = async (what: string) =>
      (await book.run(what)).map(({ bundle }) => String(bundle["text/plain"]).replaceAll("moods_flow", "moods"));
    assert.deepEqual(await toldOf("show mood.label_issues on moods_flow"), [text]);
    assert.equal((await toldOf("show mood.learning_curve on moods_flow"))[1], String(told!.bundle["text/plain"]));
    await refused("show mood.label_issues", "not-trained");
    await book.run("train mood on moods_flow with plain as mood_flow { epochs: 3 }");
    const streamed = await toldOf("show mood_flow.label_issues");
    await book.run("train mood on moods with plain { epochs: 3 }");
    const [trained] = await book.run("show mood.label_issues");
    const after = String(trained!.bundle["text/plain"]);
    assert.deepEqual(streamed, [after]);
    assert.match(after, /^text +row .* rather +chance +AUM +forgotten +by$/m);
    for (const row of wrong) assert.match(after, new RegExp(`^\\S.* ${String(row)} .* (probe|training|both)$`, "m"));
    await refused(
      'data feelings { source: csv("moods.csv"), columns: { text: body } }\nshow mood.label_issues on feelings',
      "missing-role",
    );
    file("few.csv", ["body,mood", "good,glad", "bad,sad", "very good,glad"]);
    await refused(
      'data some { source: csv("few.csv"), columns: { text: body, label: mood } }\nshow mood.label_issues on some',
      "no-label-issues",
    );
    await refused("show mood.learning_curve on some", "no-learning-curve");
    file("marks.csv", [
      "body,mark",
      ...Array.from({ length: 60 }, (_, i) => `${said(i)} ${pick(FILLER, i)},${i % 2 ? 9 : 2}`),
    ]);
    await book.run('data marks { source: csv("marks.csv"), columns: { text: body, score: mark } }');
    const [, errors] = await book
      .run('model marker { base: "base", task: regression }\nshow marker.learning_curve on marks')
      .then((all) => all.slice(-2));
    assert.match(String(errors!.bundle["text/plain"]), /mean absolute error/);
  });
  it("annotate: queues doubtful rows and uncertain predictions, and trains on the decisions", async () => {
    const waits = async (text: string) => String((await book.run(text)).at(-1)!.bundle["text/plain"]);
    await book.run("model feeling like mood { max_length: 24 }");
    const chance = await waits("annotate moods with feeling as checked");
    assert.match(chance, /0 of 80 rows[^]*order: random/, "the model isn't trained");
    const issues = await waits('annotate moods with feeling as checked { order: label_issues, annotator: "ann" }');
    assert.match(issues, /0 of 2 rows decided by ann, 2 wait[^]*order: label_issues by feeling/);
    for (const row of [7, 40])
      assert.match(
        issues,
        new RegExp(`^ *${String(row)} +all +(glad|sad) +(glad|sad) +its label has a chance of`, "m"),
      );
    const checked = book.values.get("checked") as { decide(row: number, label: string): void };
    checked.decide(7, "glad");
    checked.decide(40, "sad");
    const [plan] = await book.run("train feeling on checked with plain { epochs: 6 }");
    assert.match(String(plan!.bundle["text/plain"]), /annotated +2 rows +\(by ann\)/);
    // The model was trained on the earlier decisions; a further decision does not invalidate it.
    checked.decide(1, "glad");
    const unsure = await waits("annotate moods with feeling as checked { rows: 5 }");
    assert.match(unsure, /of 5 rows decided by [^]*order: uncertainty by feeling/);
    const margins = [...unsure.matchAll(/margin ([\d.]+) %/g)].map(([, percent]) => Number(percent));
    assert.ok(margins.length >= 4 && margins.every((margin, i) => i === 0 || margin >= margins[i - 1]!), unsure);
    assert.match(unsure, /(glad|sad) [\d.]+ %/, "what the model suggests");
    const sets = await waits("annotate topics with topic as sorted { rows: 3 }");
    assert.match(sets, /order: uncertainty by topic[^]*a chance within [\d.]+ % of one half/);
    await refused("annotate scores as judged", "nothing-to-annotate");
    await refused("show moods.agreement", "not-annotated");
  });
  it("any technique: lora trains the head of each task", async () => {
    for (const [name, data] of [
      ["grader", "scores"],
      ["topic", "topics"],
      ["tagger", "people"],
      ["domain", "texts"],
    ] as const) {
      await book.run(
        `model ${name}_low like ${name} { technique: lora(rank: 2) }\ntrain ${name}_low on ${data} with plain { epochs: 8 }`,
      );
      const losses = model(`${name}_low`).history.map((s) => s.loss);
      const mean = (of: readonly number[]) => of.reduce((a, b) => a + b, 0) / of.length;
      const [first, last] = [mean(losses.slice(0, 4)), mean(losses.slice(-4))];
      assert.ok(last < 0.95 * first, `${name}: ${first} … ${last}`);
    }
  });
});
