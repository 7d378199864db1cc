/**
 * Questions and contexts, from a program to answers: a small BERT that reads long contexts in windows, and MiniLM on
 * short ones.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "arquero";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";
import { modelTypeText, type ModelHandle } from "#kernel/models/model-handle.js";
import type { AnswerPrediction } from "#stdlib/tasks/question_answering.run.js";
import { NotebookOfOne } from "../../session/notebook-of-one.js";
import { writeSmallBert } from "../../session/small-bert.js";

const FILLER = ["the", "a", "room", "was", "and", "we", "it", "then", "so", "very"];
const PLACES = ["rome", "oslo", "lima", "york"];
const pick = <T>(list: readonly T[], i: number): T => list[((i % list.length) + list.length) % list.length]!;
const rows = Array.from({ length: 64 }, (_, i) => i);
const part = (i: number): string => (i % 4 === 0 ? "validation" : "train");
const filler = (i: number, n: number) =>
  Array.from({ length: n }, (_, k) => pick(FILLER, i * (k + 3) + (i >> 3) + k * k)).join(" ");

describe("question_answering pipeline", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  const json = (name: string, objects: readonly object[]) =>
    writeFileSync(join(book.folder, name), objects.map((row) => JSON.stringify(row)).join("\n"));
  const model = (name: string) => book.values.get(name) as ModelHandle;
  const metrics = () => book.session.evaluations.at(-1)!.metrics;
  const shown = (made: readonly unknown[]) => JSON.stringify(made);
  const refused = async (text: string, ...words: readonly (string | RegExp)[]) =>
    assert.rejects(book.run(text), (error: Error & { diagnostics?: unknown; code?: string; data?: unknown }) => {
      const told = JSON.stringify([error.diagnostics, error.code, error.data, error.message]);
      for (const word of words)
        assert.ok(typeof word === "string" ? told.includes(word) : word.test(told), `${String(word)} in ${told}`);
      return true;
    });
  const DATA = "columns: { question: question, context: context, answer: answer }, split: by_column(part)";
  const asked = (i: number, before: number) => {
    const context = `${filler(i, before)} in ${pick(PLACES, i)} ${filler(i + 5, 4)}`;
    return {
      question: `where ${pick(["was", "we"], i)}`,
      context,
      answer: { text: [pick(PLACES, i)], answer_start: [context.indexOf(" in ") + 4] },
    };
  };

  before(async () => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "base"), [...FILLER, ...PLACES, "in", "where"]);
    json(
      "places.jsonl",
      rows.map((i) => ({ ...asked(i, i % 3 ? 6 : 22), part: part(i) })),
    );
    await book.run(`
recipe plain { epochs: 14, batch_size: 16, optimizer: adamw(learning_rate: 4e-3), dropout: 0, seed: 1 }
data places { source: jsonl("places.jsonl"), ${DATA} }
model finder { base: "base", task: question_answering(stride: 6), max_length: 24 }`);
  });
  after(() => book.close());

  it("trains on windows and answers over full contexts", async () => {
    const made = await book.run("train finder on places with plain");
    const { recipe, estimates } = model("finder").weights!.plan;
    // 48 rows, 16 of which have two windows: four batches of 16 windows.
    assert.deepEqual([estimates.rows, estimates.steps], [48, 4 * recipe.training.epochs!]);
    assert.equal(model("finder").history.length, estimates.steps);
    assert.equal(
      model("finder").history.reduce((sum, { tokens }) => sum + tokens, 0),
      estimates.tokens,
    );
    assert.deepEqual(Object.keys(model("finder").validations[0]!).sort(), ["exact_match", "loss", "step", "token_f1"]);
    assert.ok(made.length > 0);
    const scored = await book.run("evaluate finder on places.validation");
    assert.deepEqual(Object.keys(metrics()), ["exact_match", "token_f1"]);
    assert.ok(metrics()["exact_match"]! > 0.9, JSON.stringify(metrics()));
    assert.match(shown(scored), /\d+ windows of 16 contexts/);
    await book.run("evaluate finder on places.validation { metrics: [loss, token_f1] }");
    assert.ok(metrics()["loss"]! > 0 && metrics()["token_f1"]! > 0.9);
  });
  it("gives answers in TypeScript and in Tune", async () => {
    const { question, context } = asked(3, 30);
    const [said] = await model("finder").predict<AnswerPrediction>({ question, context });
    assert.deepEqual(Object.keys(said!).sort(), ["answer", "context", "end", "probability", "start", "text"]);
    assert.deepEqual([said!.text, said!.context], [question, context]);
    assert.equal(context.slice(said!.start, said!.end), said!.answer);
    const both = await model("finder").predict<AnswerPrediction>([
      { question, context: asked(5, 4).context },
      { question, context },
    ]);
    assert.deepEqual(both[1], said);
    assert.equal(both[0]!.answer, "oslo");
    assert.match(
      modelTypeText(model("finder").plan),
      /predict\(questions: \{ readonly question: string; .*readonly answer: string/,
    );
    assert.match(shown(await book.run("predict finder on places.validation as found")), /in the context/);
    assert.equal((book.values.get("found") as readonly AnswerPrediction[]).length, 16);
    const live = { asked: [{ question, context }], cells: table({ question: [question], context: [context] }) };
    for (const name of Object.keys(live))
      assert.match(shown(await book.run(`predict finder on $${name}`, { live })), new RegExp(said!.answer));
    await refused('predict finder on "where"', "asks-without-context");
    await assert.rejects(model("finder").predict(["where"]), (e: { code?: string }) => e.code === "questions-expected");
    await assert.rejects(
      model("finder").predict([{ question } as never]),
      (e: { code?: string }) => e.code === "questions-expected",
    );
  });
  it("shows the answer tokens of a window", async () => {
    const text = (await book.run("show finder.mask")).map(({ bundle }) => bundle["text/plain"]).join("");
    assert.match(text, /⟦(rome|oslo|lima|york)⟧/);
  });
  it("gives the same results for streamed contexts as for contexts in memory", async () => {
    const said: unknown[] = [];
    for (const stream of ["", ", stream: true"]) {
      const name = stream ? "flow" : "held";
      await book.run(`data ${name} { source: jsonl("places.jsonl"${stream}), ${DATA} }
train finder on ${name} with plain as finder_${name} { epochs: 2, shuffle: random }
evaluate finder_${name} on ${name}.validation { metrics: [loss, exact_match, token_f1] }`);
      said.push([model(`finder_${name}`).history.map(({ loss, tokens }) => [loss, tokens]), metrics()]);
      assert.match(shown(await book.run(`show finder_${name}.mask`)), /⟦(rome|oslo|lima|york)⟧/);
    }
    assert.deepEqual(said[1], said[0]);
  });
  it("learns to predict that there is no answer", async () => {
    const some = rows.map((i) => {
      const { question, context, answer } = asked(i, 5);
      const without = context.replace(/ in \w+/, "");
      return i % 3 === 0
        ? { question, context: without, answer: [], part: part(i) }
        : { question, context, answer, part: part(i) };
    });
    json("some.jsonl", some);
    await book.run(`data some { source: jsonl("some.jsonl"), ${DATA} }`);
    await refused("train finder on some with plain", "no-answer", /row.{0,4}4\b/);
    await book.run(
      'model unsure { base: "base", task: question_answering(unanswerable: true, stride: 6), max_length: 32, technique: lora(rank: 8, targets: all) }\ntrain unsure on some with plain { optimizer.learning_rate: 1e-2 }\nevaluate unsure on some.validation',
    );
    assert.ok(metrics()["exact_match"]! > 0.8, JSON.stringify(metrics()));
    const [none] = await model("unsure").predict<AnswerPrediction>({
      question: some[12]!.question,
      context: some[12]!.context,
    });
    assert.deepEqual([none!.answer, none!.start, none!.end], ["", 0, 0]);
    const config = JSON.parse(
      readFileSync(join(model("unsure").folder!, "adapter", "adapter_config.json"), "utf8"),
    ) as Record<string, unknown>;
    assert.deepEqual([config["task_type"], config["modules_to_save"]], ["QUESTION_ANS", ["qa_outputs"]]);
  });
  it("gives the same losses on every engine", async () => {
    const losses: number[][] = [];
    for (const engine of ["onnx", "tfjs", "auto"]) {
      await book.run(`engine { engine: ${engine} }\ntrain finder on places with plain as by_${engine} { steps: 3 }`);
      losses.push(model(`by_${engine}`).history.map(({ loss }) => loss));
    }
    for (const own of losses)
      own.forEach((loss, step) => assert.ok(Math.abs(loss - losses[0]![step]!) < 1e-4 * loss, JSON.stringify(losses)));
  });
  it("reports missing or impossible settings before the run", async () => {
    await refused("evaluate unsure on some.validation { metrics: [f1] }", "metric-of-other-task", "token_f1");
    await refused(
      'data flat { source: jsonl("places.jsonl"), columns: { question: question, context: context } }\ntrain finder on flat with plain',
      "missing-role",
      "answer",
    );
    await refused("train finder on places with plain { max_length: 24, packing: true }");
    await refused(
      'model narrow { base: "base", task: question_answering(stride: 128), max_length: 24 }\ntrain narrow on places with plain',
      "no-room-for-context",
      '"stride":128',
    );
    // Windows this short overlap by fewer tokens unless the overlap is set.
    await book.run(
      'model narrow { base: "base", task: question_answering, max_length: 24 }\ntrain narrow on places with plain { steps: 1 }',
    );
    assert.equal(model("narrow").history.length, 1);
    const long = asked(1, 20).context;
    json("long.jsonl", [{ question: "where", context: long, answer: long.slice(0, 80).trim() }, asked(2, 3)]);
    await refused(
      'data long { source: jsonl("long.jsonl"), columns: { question: question, context: context, answer: answer } }\ntrain finder on long with plain',
      "answer-cut",
      /row.{0,4}1\b/,
    );
  });

  it("trains MiniLM to find facts within seconds", async () => {
    const [names, cities, jobs] = [
      "Ada Bela Carl Dora Emil Fiona Gustav Hana Igor Jana Karl Lena Mirko Nora Otto Paula Rosa Stefan Tilda",
      "Rome Oslo Lima Paris Cairo Quito Dublin Athens Vienna Prague",
      "baker painter doctor pilot teacher farmer singer lawyer nurse miner",
    ].map((words) => words.split(" "));
    const facts = Array.from({ length: 190 }, (_, i) => {
      const own = seededRandom(7, i);
      const one = (list: readonly string[]) => list[drawBelow(own, list.length)]!;
      const [name, city, job, year] = [one(names!), one(cities!), one(jobs!), String(1900 + drawBelow(own, 100))];
      const told = [`${name} lives in ${city}.`, `${name} works as a ${job}.`, `${name} was born in ${year}.`];
      const kind = drawBelow(own, 3);
      const question = [`Where does ${name} live?`, `What does ${name} work as?`, `When was ${name} born?`][kind]!;
      for (let k = 2; k > 0; k--) told.push(...told.splice(drawBelow(own, k + 1), 1));
      return { question, context: told.join(" "), answer: [city, job, year][kind], part: part(i) };
    });
    json("facts.jsonl", facts);
    await book.run(`
data facts { source: jsonl("facts.jsonl"), ${DATA} }
model reader { base: "all-MiniLM-L6-v2", task: question_answering(stride: 16), max_length: 64 }
train reader on facts { epochs: 3, batch_size: 8, optimizer: adamw(learning_rate: 4e-4), seed: 1 }
evaluate reader on facts.validation`);
    assert.ok(metrics()["exact_match"]! > 0.8, JSON.stringify(metrics()));
    const [said] = await model("reader").predict<AnswerPrediction>([
      { question: "Where does Ada live?", context: "Ada works as a baker. Ada lives in Lima." },
    ]);
    assert.equal(said!.answer, "Lima");
  });
});
