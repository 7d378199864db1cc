/** The contract of every encoder task. A new one is tested by being registered. */
import assert from "node:assert/strict";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import { evaluateProgram } from "#dsl/tensor/evaluate.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { validateProgram } from "#dsl/tensor/validate.js";
import { makeArrayValues, type ArrayValues } from "#dsl/tensor/values.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Word } from "#dsl/language/types/registry.js";
import { collateBatch } from "#kernel/data/rows/batches.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { bert } from "#stdlib/models/bert.run.js";
import { adamw } from "#stdlib/optimizers/adamw.js";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { headPathsOf } from "#stdlib/programs/model.js";
import type { AssembledPrograms } from "#stdlib/programs/options.js";
import { registry } from "#stdlib/registry.js";
import { full } from "#stdlib/techniques/full.js";
import { LABELS, ROLES, rowsFor, VOCABULARY } from "./rows.js";
import { drawn } from "#tests/drawn.js";

const CONFIG = {
  vocab_size: VOCABULARY,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 12,
};
const BASE: BaseFacts = {
  ...{ family: "bert", hash: "", folder: "", config: CONFIG, shapes: {}, parameters: 0 },
  ...{ hasTokenizer: false, positions: 12 },
};
const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({ kind, word, arguments: given });

/** Returns a call with the word's defaults. */
function written(word: Word): Call {
  const given = word.parameters.flatMap((p) => (p.default && "value" in p.default ? [[p.name, p.default.value]] : []));
  return call(word.kind, word.name, Object.fromEntries(given) as Call["arguments"]);
}

function allowing(of: Call): Call {
  return "unanswerable" in of.arguments ? { ...of, arguments: { ...of.arguments, unanswerable: true } } : of;
}

/** Returns the codes that the word's own check reports for a base of that family. */
function reported(word: Word, family: string): readonly string[] {
  const codes: string[] = [];
  const context = {
    facts: { get: () => ({ family, config: {}, shapes: {} }) },
    statement: { base: "base", folder: "" },
    assisting: false,
    report: (code: string) => void codes.push(code),
    find: (kind: string, name: string) => registry.find(kind, name),
    ofKind: (kind: string) => registry.ofKind(kind).filter((w) => !w.planned),
  } as unknown as WordCheckContext;
  word.check?.(written(word), context);
  return codes;
}
const tasks = registry.ofKind("task").filter((word) => word.load && reported(word, "bert").length === 0);

const no = (): boolean => false;

function programs(word: Word, implementation: TaskImplementation, labels: number, dropout = 0): AssembledPrograms {
  return assemblePrograms({
    family: bert,
    config: bert.config(CONFIG),
    task: { call: written(word), implementation },
    technique: { call: call("technique", "full"), implementation: full },
    optimizer: { call: call("optimizer", "adamw", { weight_decay: 0 }), implementation: adamw },
    labels,
    roles: ROLES,
    dropout,
    clip: null,
    prefixInCheckpoint: false,
    tensors: {},
    seed: 4,
    accumulate: true,
  });
}
function plainValues({ dtype, shape, bytes }: NDArray): ArrayValues {
  const own = bytes.slice();
  return makeArrayValues([...shape], dtype === "f32" ? new Float32Array(own.buffer) : new Int32Array(own.buffer));
}
function start(p: AssembledPrograms): Record<string, ArrayValues> {
  const states = { ...p.train.state, ...p.accumulate!.state, ...p.evaluate.state, ...p.loss.state };
  return Object.fromEntries(
    Object.entries(states).map(([name, s], n) => {
      const shape = s.type.shape as number[];
      const size = shape.reduce((a, b) => a * b, 1);
      const random = Array.from({ length: size }, (_, i) => 0.3 * Math.sin(7 * n + 13 * i));
      if ("ones" in s.initial)
        return [
          name,
          makeArrayValues(
            shape,
            random.map((x) => 1 + x / 4),
          ),
        ];
      return [name, makeArrayValues(shape, "zeros" in s.initial ? undefined : random)];
    }),
  );
}

describe("requirements of encoder tasks", () => {
  it("cover at least the tasks listed in this suite", () => {
    const has = tasks.map((word) => word.name);
    for (const name of [
      "text_classification",
      "regression",
      "multilabel_classification",
      "token_classification",
      "fill_mask",
      "sentence_similarity",
      "question_answering",
    ])
      assert.ok(has.includes(name), name);
  });
  for (const word of tasks) {
    describe(word.name, () => {
      let implementation: TaskImplementation;
      const capabilities = word.capabilities!;
      // The rows use everything that the task allows.
      const rows = rowsFor(9, allowing(written(word)));
      before(async () => {
        implementation = (await word.load!()) as TaskImplementation;
      });
      const { metrics: usual = [], measures } = capabilities.measuredByRoles?.(ROLES, written(word)) ?? capabilities;
      const labels = (): number => (capabilities.labels ? LABELS.length : 0);
      /** Returns the feeds of a batch, the count that its loss is averaged over, and its rows. */
      const fed = (members: readonly number[], multipleOf = 12) => {
        const taught = implementation.supervision.teach!(rows)!;
        const ids = Array.from({ length: 2 * rows.count }, (_, row) => rows.ids(row));
        // All batches have one width, since a task's result may depend on the padding.
        const feeds = collateBatch(ids, taught.texts?.(members) ?? Uint32Array.from(members), 0, { multipleOf });
        const { bytes, shape } = feeds["input_ids"]!;
        const batch = { rows: members, seed: 5, epoch: 2 };
        const own = taught.feeds(
          { ...batch, width: shape[1]! },
          new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
        );
        const all = Object.entries({ ...feeds, ...own }).map(([name, array]) => [name, plainValues(array)] as const);
        return { feeds: Object.fromEntries(all), counts: taught.counts(batch), taught };
      };

      it("declares its inputs, its metrics and the type of its predictions", () => {
        assert.ok(capabilities.roles.length > 0 && word.doc.length > 0 && word.example.includes(word.name));
        assert.match(String(capabilities.prediction), /^\{ readonly text: string; .* \}$/);
        const own = usual.length > 0 ? usual : [call("metric", "accuracy")];
        for (const metric of [...own, call("metric", "loss")]) {
          const record = registry.find("metric", metric.word);
          assert.ok(record?.load, metric.word);
          assert.ok(
            record.capabilities!.outcomes.some((kind) => measures.includes(kind)),
            `${metric.word} measures it`,
          );
        }
        assert.deepEqual([...new Set(reported(word, "t5"))], ["task-not-for-base"]);
      });

      it("has valid programs that take its supervision, and a trainable head", () => {
        const p = programs(word, implementation, labels());
        for (const program of [p.train, p.accumulate!, p.apply!, p.evaluate, p.loss]) validateProgram(program);
        const taught = Object.keys(implementation.supervision.inputs(labels()));
        const common = ["attention_mask", "draws", "input_ids", "rate", "step"];
        assert.deepEqual(Object.keys(p.train.inputs).sort(), [...common, ...taught].sort());
        for (const path of headPathsOf(implementation, bert))
          assert.ok(
            p.trainable.some((name) => name.startsWith(path)),
            path,
          );
        const heads = Object.entries(p.train.state).filter(([name]) =>
          headPathsOf(implementation, bert).some((path) => name.startsWith(path)),
        );
        const size = heads.reduce((sum, [, s]) => sum + (s.type.shape as number[]).reduce((a, b) => a * b, 1), 0);
        assert.equal(capabilities.headParameters(8, LABELS.length, { family: undefined, base: BASE }), size);
      });

      it("lowers the loss of one batch", () => {
        const p = programs(word, implementation, labels());
        const { feeds } = fed([0, 3, 4, 7, 8]);
        let state = start(p);
        const losses: number[] = [];
        for (let step = 1; step <= 25; step++) {
          const given = { ...drawn(feeds, step), rate: makeArrayValues([], [0.01]), step: makeArrayValues([], [step]) };
          const after = evaluateProgram(p.train, given, state);
          losses.push(after.outputs["loss"]!.data[0]!);
          state = { ...state, ...after.state };
        }
        assert.ok(losses.at(-1)! < 0.9 * losses[0]!, losses.join(" "));
      });

      it("counts the units of its mean loss: accumulated parts equal the full batch", () => {
        // With dropout: the same positions of a row are dropped either way.
        const p = programs(word, implementation, labels(), 0.3);
        const whole = fed([0, 2, 4, 5]);
        const state = start(p);
        const given = { rate: makeArrayValues([], [0]), step: makeArrayValues([], [1]) };
        const { outputs } = evaluateProgram(p.train, { ...drawn(whole.feeds, 1, { rows: 4 }), ...given }, state);
        let [sum, weighted] = [0, 0];
        for (const [place, members] of [
          [0, [0, 2]],
          [2, [4, 5]],
        ] as const) {
          const { feeds, counts } = fed(members);
          const own = drawn(feeds, 1, { place, rows: 2 });
          const part = { ...own, share: makeArrayValues([], [1 / whole.counts]) };
          sum += evaluateProgram(p.accumulate!, part, state).outputs["loss"]!.data[0]!;
          weighted +=
            (counts / whole.counts) * evaluateProgram(p.train, { ...own, ...given }, state).outputs["loss"]!.data[0]!;
        }
        const batchwise = capabilities.batchwise ?? no;
        // If texts are compared within their batch, each part is a batch of its own.
        const want = batchwise(written(word), ROLES) ? weighted : outputs["loss"]!.data[0]!;
        assert.ok(Math.abs(sum - want) < 1e-6, `${sum} beside ${want}`);
      });

      it("feeds the same inputs for the same seed, epoch and row", () => {
        assert.deepEqual(fed([1, 5]).feeds, fed([1, 5]).feeds);
      });

      it("has scores that agree with the loss program, and predictions in the order of their texts", async () => {
        const p = programs(word, implementation, labels());
        const state = start(p);
        const answers = implementation.answers!;
        const members = Array.from({ length: rows.count }, (_, row) => row);
        const taught = fed(members);
        const read = taught.taught.texts?.(members) ?? Uint32Array.from(members);
        const ids = Array.from({ length: 2 * rows.count }, (_, row) => rows.ids(row));
        const feeds = Object.fromEntries(
          Object.entries(collateBatch(ids, read, 0)).map(([name, array]) => [name, plainValues(array)]),
        );
        const width = feeds["input_ids"]!.shape[1]!;
        const places = answers.places && members.map((row) => answers.places!(rows, row));
        const targets = places?.flatMap((own, row) => Array.from(own, (place) => row * width + place));
        const asked = targets ? { targets: makeArrayValues([targets.length], targets) } : {};
        const logits = evaluateProgram(p.evaluate, { ...feeds, ...asked }, state).outputs["logits"]!;
        const size = logits.shape.at(-1)!;
        let at = 0;
        const said = Array.from(read, (row) =>
          Float32Array.from(logits.data.slice(at, (at += (places ? places[row]!.length : 1) * size))),
        );
        if (answers.score) {
          const scored = answers.score(said, taught.taught as never, rows);
          // Row by row, so that there is no padding. Rows whose texts are encoded separately are evaluated all at once.
          const parts = implementation.supervision.rowFormat.separateTexts ? [members] : members.map((row) => [row]);
          let [loss, count] = [0, 0];
          for (const part of parts) {
            const { feeds: own, counts } = part.length > 1 ? taught : fed(part, ids[part[0]!]!.length);
            if (counts > 0) loss += evaluateProgram(p.loss, own, state).outputs["loss"]!.data[0]! * counts;
            count += counts;
          }
          assert.ok(Math.abs(scored.metrics["loss"]! - loss / count) < 1e-5);
          for (const metric of usual) {
            const measure = (await registry.find("metric", metric.word)!.load!()) as MetricImplementation;
            assert.ok(Number.isFinite(scored.measure(measure, metric)), metric.word);
          }
          const mistakes = scored.mistakes(4);
          assert.ok(mistakes.length > 0 && mistakes.every((m, i) => i === 0 || m.by <= mistakes[i - 1]!.by));
        }
        const some = answers.score ? members : [1];
        const { texts } = rows;
        const askedRows = answers.score ? rows : { ...rows, count: 1, ids: () => rows.ids(1) };
        const predictions = await answers.predictions(
          some.map((row) => said[row]!),
          some.map((row) => texts[row]!),
          askedRows,
        );
        assert.deepEqual(
          predictions.map(({ text }) => text),
          some.map((row) => texts[row]!),
        );
        for (const prediction of predictions) assert.equal(answers.cells(prediction).length, answers.columns.length);
      });
    });
  }
});
