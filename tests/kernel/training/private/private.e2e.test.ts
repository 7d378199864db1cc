/** Private trainings in an engine: their updates beside those without privacy, what their runs tell, and what is charged. */
import assert from "node:assert/strict";
import { must } from "#dsl/diagnostics/must.js";
import type { Plan, PrivacyPlan } from "#dsl/plan/plan.js";
import { readerOf } from "#dsl/types/subject.js";
import { DataLoader } from "#kernel/core/data/loader.js";
import { trainedSplit } from "#kernel/core/data/prepared.js";
import { plainHostContext } from "#kernel/core/session/host-context.js";
import { encodeSplit } from "#kernel/encoding/encoded.js";
import { encodingOf } from "#kernel/encoding/encoding.js";
import type { Session } from "#kernel/engine/engine.js";
import { floats } from "#kernel/engine/feeds.js";
import type { ModelHandle } from "#kernel/session/models/model-handle.js";
import { openModel } from "#kernel/session/models/open-model.js";
import { StepPipeline, type StepPipelineOptions } from "#kernel/training/pipeline.js";
import { privateSteps } from "#kernel/training/private/private.js";
import { unitsOf } from "#kernel/training/private/units.js";
import { PrivateUpdates } from "#kernel/training/private/updates.js";
import { lentEngine } from "#tests/kernel/engine/engines.js";
import { NotebookOfOne } from "#tests/kernel/session/notebook-of-one.js";
import { definitions, writeSmallTraining } from "#tests/kernel/session/small-training.js";

const SGD = "optimizer: sgd(learning_rate: 0.1, momentum: 0), dropout: 0";

describe("private trainings", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  before(async () => {
    book = new NotebookOfOne();
    writeSmallTraining(book.folder);
    await book.run(definitions);
  });
  after(() => book.close());

  /** A plan that is private, and what its steps need. */
  async function material(privacy: Pick<PrivacyPlan, "clip" | "noise" | "rate">) {
    await book.run(`train m on d as plain { steps: 1, batch_size: 48, clip: none, ${SGD} }`);
    const { plan, labels } = must((book.values.get("plain") as ModelHandle).weights, "weights");
    const context = plainHostContext(book.folder);
    const { base, tokenizer } = await book.session.weights.parts(plan, context);
    const encoding = await encodingOf({ recipe: plan.recipe }, base, tokenizer, labels, "m");
    const data = await book.session.datasets.data(plan.recipe.data, readerOf(plan.recipe.model), context);
    const rows = await encodeSplit(data, { data: "d", split: trainedSplit(data) }, encoding);
    const loader = new DataLoader(rows, {
      ...{ batchSize: 48, accumulate: 1, packed: null, shuffle: "none", seed: 1, padId: tokenizer.padId },
    });
    const call = { kind: "privacy", word: "differential", arguments: {} };
    const told: PrivacyPlan = { call, unit: "row", epsilon: 8, delta: 1e-5, steps: 1, ...privacy };
    const hidden: Plan = { ...plan, recipe: { ...plan.recipe, training: { ...plan.recipe.training, privacy: told } } };
    const engine = await lentEngine({ engine: "auto" });
    const open = (which: Plan) => openModel(engine, which, base, labels, book.folder);
    return { rows, loader, plan, hidden, open, told };
  }
  async function weightsAfter(of: StepPipelineOptions, session: Session, names: readonly string[]) {
    await new StepPipeline(of, 0).next(1);
    return Promise.all(names.map(async (name) => [name, floats(await session.read(name)).slice()] as const));
  }

  it("without noise, with a clip that cuts nothing and all rows are the training that they are of, in whatever parts", async () => {
    const m = await material({ clip: 1e6, noise: 0, rate: 1 });
    const plain = await m.open(m.plan);
    const names = plain.trainable;
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
      const programs = must(open.private, "private programs");
      if (!apart) await open.session.add({ alone: programs.alone }, []);
      const updates = new PrivateUpdates({
        ...{ loader: m.loader, units: unitsOf(m.rows), privacy: m.told, batchSize, apart, apply: programs.apply },
      });
      const got = await weightsAfter(privateSteps(open.session, updates, rate), open.session, names);
      want.forEach(([name, values], k) =>
        values.forEach((value, i) => {
          const own = must(got[k], name)[1][i]!;
          assert.ok(Math.abs(own - value) <= 2e-6, `${name}[${String(i)}]: ${String(own)}, plain ${String(value)}`);
        }),
      );
      await open.dispose();
    }
  });
});
