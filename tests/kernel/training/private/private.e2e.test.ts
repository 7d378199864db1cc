/**
 * Private trainings in an engine: their updates compared with those without privacy, what their runs record, and how
 * the privacy budget is charged.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan, PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { listCheckpoints } from "#kernel/runs/checkpoints.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { DataLoader } from "#kernel/data/rows/loader.js";
import { trainingSplitName } from "#kernel/data/prepared.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { encodeSplit, rowEncodingOptionsOf } from "#kernel/data/encoding/encoded.js";
import { runDiffOf, runDiffText } from "#kernel/evaluation/record/diff-text.js";
import { comparedRunRecordOf } from "#kernel/runs/record/compared-run.js";
import type { EngineSession } from "#kernel/engines/engine.js";
import { toFloats } from "#kernel/engines/feeds.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { openModelOfPlan } from "#kernel/models/open-model.js";
import { StepPipeline, type StepPipelineOptions } from "#kernel/training/pipeline.js";
import { privateStepOptions } from "#kernel/training/private/private.js";
import { privacyUnitsOf, PrivateUpdates } from "#kernel/training/private/updates.js";
import { lentEngine } from "#tests/kernel/engines/engines.js";
import { NotebookOfOne, hasCodes } from "#tests/kernel/session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "#tests/kernel/session/small-training.js";

const SGD = "optimizer: sgd(learning_rate: 0.1, momentum: 0), dropout: 0";

describe("private training", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(definitions);
  });
  after(() => book.close());

  const runOf = (name: string): RunFolder =>
    RunFolder.open(mustExist((book.values.get(name) as ModelHandle).folder, "a run"));
  const foundRun = (name: string): RunFolder | undefined => {
    const id = readdirSync(book.runs).find((one) => one.startsWith(`${name}-`));
    return id === undefined ? undefined : RunFolder.open(join(book.runs, id));
  };
  /** An interrupted training replies before its checkpoint is written. */
  const settled = async (run: RunFolder, times: number): Promise<void> => {
    while (run.everything().filter(({ kind }) => kind === "stopped").length < times)
      await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const stepsIn = (run: RunFolder) => run.everything().flatMap((e) => (e.kind === "step" ? [e] : []));

  /** Returns a private plan and the inputs of its steps. */
  async function material(privacy: Pick<PrivacyPlan, "clip" | "noise" | "rate">) {
    await book.run(`train m on d as plain { steps: 1, batch_size: 48, clip: none, ${SGD} }`);
    const { plan, labels } = mustExist((book.values.get("plain") as ModelHandle).weights, "weights");
    const context = plainHostContext(book.folder);
    const { base, tokenizer } = await book.session.weights.parts(plan, context);
    const encoding = await rowEncodingOptionsOf({ recipe: plan.recipe }, base, tokenizer, labels, "m");
    const data = await book.session.datasets.data(plan.recipe.data, dataReadingSettingsOf(plan.recipe.model), context);
    const rows = await encodeSplit(data, { data: "d", split: trainingSplitName(data) }, encoding);
    const loader = new DataLoader(rows, {
      ...{ batchSize: 48, accumulate: 1, packed: null, shuffle: "none", seed: 1, padId: tokenizer.padId },
    });
    const call = { kind: "privacy", word: "differential", arguments: {} };
    const told: PrivacyPlan = { call, unit: "row", epsilon: 8, delta: 1e-5, steps: 1, ...privacy };
    const hidden: Plan = { ...plan, recipe: { ...plan.recipe, training: { ...plan.recipe.training, privacy: told } } };
    const engine = await lentEngine({ engine: "auto" });
    const open = (which: Plan) => openModelOfPlan(engine, which, base, labels, book.folder);
    return { rows, loader, plan, hidden, open, told };
  }
  async function weightsAfter(of: StepPipelineOptions, session: EngineSession, names: readonly string[]) {
    await new StepPipeline(of, 0).next(1);
    return Promise.all(names.map(async (name) => [name, toFloats(await session.read(name)).slice()] as const));
  }

  it("equals plain training without noise, clipping and sampling, for any batch size", async () => {
    const m = await material({ clip: 1e6, noise: 0, rate: 1 });
    const plain = await m.open(m.plan);
    const names = plain.states.trainable;
    const rate = (): number => 0.1;
    const o = { session: plain.session, accumulate: 1, update: (step: number) => m.loader.update(step), rate };
    const want = await weightsAfter(o, plain.session, names);
    await plain.dispose();
    for (const [batchSize, apart] of [
      [48, true],
      [7, true],
      [48, false],
    ] as const) {
      const open = await m.open(m.hidden);
      const programs = mustExist(open.learning.private, "private programs");
      if (!apart) await open.session.add({ alone: programs.alone }, []);
      const updates = new PrivateUpdates({
        ...{
          loader: m.loader,
          units: privacyUnitsOf(m.rows),
          privacy: m.told,
          batchSize,
          apart,
          apply: programs.apply,
        },
      });
      const got = await weightsAfter(privateStepOptions(open.session, updates, rate), open.session, names);
      want.forEach(([name, values], k) =>
        values.forEach((value, i) => {
          const own = mustExist(got[k], name)[1][i]!;
          assert.ok(Math.abs(own - value) <= 2e-6, `${name}[${String(i)}]: ${String(own)}, plain ${String(value)}`);
        }),
      );
      await open.dispose();
    }
  });

  it("logs the spent budget, records nothing of single rows and stays within epsilon", async () => {
    const shown = await book.run(
      "train m on d as hidden { epochs: 4, batch_size: 16, log: every(steps: 5), privacy: differential(epsilon: 6, clip: 0.5) }",
    );
    const run = runOf("hidden");
    const steps = stepsIn(run);
    assert.deepEqual(
      steps.map(({ step }) => step),
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    // On a slow machine ε is not computed at every step, but always where the log is due.
    assert.ok([5, 10, 12].every((due) => steps[due - 1]!.epsilon !== undefined));
    const spent = steps.flatMap(({ epsilon }) => epsilon ?? []);
    assert.ok(spent.every((one, i) => i === 0 || one > spent[i - 1]!));
    assert.ok(spent.at(-1)! <= 6 && spent.at(-1)! > 5.9, String(spent.at(-1)));
    assert.deepEqual(
      steps.map(({ epoch }) => epoch),
      [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4],
    );
    assert.ok(!existsSync(join(run.path, "dynamics")));
    const { privacy } = mustExist(listCheckpoints(run).at(-1), "a checkpoint").position;
    assert.equal(privacy?.steps, 12);
    const text = JSON.stringify(shown);
    assert.match(text, /ε 6|ε 5\.9/);
    assert.match(text, /ε spent/);
    assert.ok(new Set(steps.map(({ tokens }) => tokens)).size > 2, "rows come by chance");
  });

  it("draws new noise each time, so losses differ between equal statements", async () => {
    const of = (name: string) => stepsIn(runOf(name)).map(({ loss }) => loss);
    const settings = "{ epochs: 1, batch_size: 16, privacy: differential(epsilon: 6, clip: 0.5), seed: 3 }";
    await book.run(`train m on d as once ${settings}`);
    await book.run(`train m on d as again ${settings}`);
    assert.notDeepEqual(of("once"), of("again"));
  });

  it("charges steps that a kill discarded", async () => {
    const control = new AbortController();
    const settings = "epochs: 200, batch_size: 16, checkpoint: every(steps: 20), privacy: differential(epsilon: 6)";
    const poll = setInterval(() => {
      const run = foundRun("cut");
      if (run && stepsIn(run).length >= 25) control.abort();
    }, 5);
    await assert.rejects(
      book.run(`train m on d as cut { ${settings} }`, { signal: control.signal }).finally(() => clearInterval(poll)),
      { code: "interrupted" },
    );
    const run = mustExist(foundRun("cut"), "the run");
    await settled(run, 1);
    const before = stepsIn(run);
    const { position } = mustExist(listCheckpoints(run).at(-1), "a checkpoint");
    assert.equal(position.privacy?.steps, before.length);
    // Continues the log as if the run had made three more steps before it was killed.
    const last = mustExist(before.at(-1), "a step");
    for (const more of [1, 2, 3]) run.append({ ...last, step: last.step + more });
    const again = new AbortController();
    const stop = setInterval(() => stepsIn(run).length >= before.length + 8 && again.abort(), 5);
    await assert.rejects(
      book
        .run(`train m on d as cut { ${settings}, resume: true }`, { signal: again.signal })
        .finally(() => clearInterval(stop)),
      { code: "interrupted" },
    );
    await settled(run, 2);
    const now = mustExist(listCheckpoints(run).at(-1), "a checkpoint").position;
    assert.equal(now.privacy?.steps, now.step + 3);
    const spent = stepsIn(run).slice(-1)[0]!;
    assert.ok(mustExist(spent.epsilon, "ε") > mustExist(last.epsilon, "ε"));
  });

  it("reports the combined epsilon with earlier trainings on the same rows", async () => {
    const rows = readFileSync(join(book.folder, "rows.csv"), "utf8").split("\n");
    writeFileSync(join(book.folder, "few.csv"), rows.slice(0, 41).join("\n"));
    await book.run(`data few { source: csv("few.csv"), columns: { text: text, label: label } }`);
    const train = (name: string): string =>
      `train m on few as ${name} { steps: 4, batch_size: 8, ${SGD}, privacy: differential(6) }`;
    const warned = async (text: string): Promise<string | undefined> =>
      (await book.run(text))
        .map(({ bundle }) => String(bundle["text/plain"]))
        .find((one) => /privacy-(?:adds-up|of-trials)/.test(one));
    assert.equal(await warned(train("one")), undefined);
    const totalOf = (shown: string | undefined, delta: string): number =>
      Number(new RegExp(`warning\\[privacy-adds-up\\]: .*ε ([\\d.]+) at δ ${delta}, `).exec(shown ?? "")?.[1]);
    const both = totalOf(await warned(train("two")), "1e-5");
    // The ε of both is greater than that of one and less than their sum: the accountant composes steps instead of
    // adding ε.
    assert.ok(both > 6 && both < 12, String(both));
    const third = (await warned(train("three"))) ?? "";
    assert.match(third, /\b2 earlier trainings .* few \((?:one, two|two, one)\)/);
    // Each client adds its own noise, so the ε and the δ that a federation reports are added.
    const apart = totalOf(
      await warned(
        `federate m on few as apart { clients: even(2), rounds: 1, batch_size: 8, ${SGD}, privacy: differential(3, unit: row) }`,
      ),
      "2e-5",
    );
    const four = totalOf(await warned(train("four")), "2e-5");
    const three = totalOf(third, "1e-5");
    assert.ok(Math.abs(apart - (three + 3)) <= 0.11, `${String(apart)} and ${String(three)}`);
    assert.ok(four > apart && four < apart + 6, `${String(four)} and ${String(apart)}`);
    const sweep = await warned(`recipe guarded { steps: 2, batch_size: 8, ${SGD}, privacy: differential(6) }
sweep m on d with guarded as found { vary: { seed: choice(1, 2) }, search: random, trials: 2, minimize: loss }`);
    assert.match(sweep ?? "", /warning\[privacy-of-trials\]: 2 trials and \d+ earlier trainings .* d .*ε/);
  });

  it("leaves no trace of single rows in saved and exported files", async () => {
    await book.run(`train m on d as kept { epochs: 1, privacy: differential(8) }
train m on d as open { epochs: 1 }`);
    const model = (name: string): ModelHandle => book.values.get(name) as ModelHandle;
    assert.ok(existsSync(join(runOf("open").path, "rows.bin")) && !existsSync(join(runOf("kept").path, "rows.bin")));
    for (const name of ["open", "kept"]) await model(name).save(`saved-${name}`);
    const hash = mustExist(model("kept").weights, "weights").data.hash;
    const texts = (folder: string): readonly string[] =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(json|md|txt)$/.test(file))
        .map((file) => readFileSync(join(folder, file), "utf8"));
    const tells = (name: string): boolean =>
      texts(join(book.folder, `saved-${name}`)).some((one) => one.includes(hash) || /"hashes":"[^"]/.test(one));
    assert.deepEqual([tells("open"), tells("kept")], [true, false]);
    const learnt = JSON.parse(readFileSync(join(book.folder, "saved-kept", "learnt.json"), "utf8")) as object;
    assert.deepEqual(learnt, { version: 1, model: "kept", answers: {}, rows: [] });
    // The same training may be saved to that folder again, and its rows are still recognized where its run is.
    await model("kept").save("saved-kept");
    const shown = await book.run("evaluate kept on d.train");
    const told = shown.map(({ bundle }) => String(bundle["text/plain"])).join("\n");
    assert.match(told, /scored-learnt-rows\]: .* rows of d\.train/);
    const diff = runDiffText(runDiffOf(comparedRunRecordOf(runOf("open")), comparedRunRecordOf(runOf("kept"))));
    assert.match(diff, /^Privacy spent: none is promised → ε [\d.]+$/m);
    // A training without noise that starts from private weights has no privacy guarantee, neither for these rows nor
    // for others.
    const on = async (data: string): Promise<string> => {
      const cell = `update kept on ${data} as later { epochs: 1, batch_size: 16, strategy: naive }`;
      return (await book.run(cell)).map(({ bundle }) => String(bundle["text/plain"])).join("\n");
    };
    await book.run("data more like d { split: random(train: 50%, validation: 50%) }");
    assert.match(await on("d"), /warning\[privacy-lost\]: .* rows of d,/);
    assert.match(await on("more"), /warning\[privacy-lost\]: .* rows of more\n/);
    const deploy = 'deploy kept to onnx("out/kept", quantize: int8, calibrate: 16)';
    await assert.rejects(book.run(deploy), hasCodes("private-scales"));
  });

  it("rejects an exact head fit", async () => {
    await assert.rejects(
      book.run(`model head { base: "bert", task: text_classification, technique: head_only(fit: exact) }
train head on d { privacy: differential(epsilon: 6) }`),
    );
  });
});
