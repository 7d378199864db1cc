/** A run's folder: what it trained, opened to be asked, without its gradients and moments. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Program, State } from "#dsl/graph/program.js";
import { readerOf } from "#dsl/types/subject.js";
import { buildEvaluate } from "#stdlib/programs/evaluate.js";
import { sortOf } from "#stdlib/lib/targets/sort.js";
import { readCalibration } from "../../../artifacts/calibration.js";
import { configOf } from "../../../artifacts/model-config.js";
import { RunFolder } from "../../../artifacts/run-folder.js";
import { weightBytes, type Base } from "../../../core/bases/base.js";
import { plainHostContext } from "../../../core/session/host-context.js";
import type { Engine, Session } from "../../../engine/engine.js";
import { sharedStore } from "../../../engine/shared.js";
import { mergedEncoding } from "../../../inference/gathering/merged-encoding.js";
import { readHeader } from "../../../tensors/safetensors.js";
import type { DatasetCache } from "../../answers/dataset-cache.js";
import { loadedWeights } from "../../models/loaded.js";
import type { Weights } from "../../models/model-handle.js";
import { checkpointsOf, partsOf, storeOf } from "../../models/open-model.js";
import { ANSWERS_ALONE, severalIn, waysOf, type Found } from "../found.js";

/** Coded errors: those of runs, bases and tokenizers, `folder-not-served`. */
export async function foundRun(folder: string, datasets: DatasetCache): Promise<Found> {
  const weights = loadedWeights(folder);
  const { plan, labels, checkpoint } = weights;
  const { model } = plan.recipe;
  const lock = RunFolder.open(folder).lock();
  const context = plainHostContext(model.folder);
  const base = await datasets.base(readerOf(model), context);
  const tokenizer = mergedEncoding(await datasets.tokenizer(base));
  const config = configOf(model, base, labels);
  const store = await storeOf(model, base);
  const fitted = readCalibration(weights.folder, checkpoint.position.step);
  const asked = { plan, labels, base, tokenizer, fitted };
  const sort = sortOf(config);
  return {
    folder,
    name: lock?.name ?? model.name,
    facts: {
      ...{ sort, labels, several: severalIn(config), maxLength: model.max_length },
      root: store === null ? null : model.base,
      created: Date.parse(lock?.started ?? "") || 0,
      ...ANSWERS_ALONE,
    },
    tokenizer,
    ways: waysOf(asked, sort),
    precision: plan.recipe.training.precision === "bf16" ? "bf16" : "f32",
    inEngine: true,
    async open(engine) {
      const session = await openTrained(await engine(), weights, base, store);
      return {
        session,
        weights: { of: store ?? folder, bytes: weightBytes(base.facts) },
        ended: null,
        close: () => session.dispose(),
      };
    },
  };
}

/** Its program `evaluate` over the weights of its checkpoint; what the training left as it was is in common with others. */
async function openTrained(engine: Engine, weights: Weights, base: Base, store: string | null): Promise<Session> {
  const { plan, labels, checkpoint } = weights;
  const { model } = plan.recipe;
  const programs = { evaluate: buildEvaluate(await partsOf(plan, base, labels, model.folder), false) };
  const trained = Object.keys(readHeader(checkpoint.file).tensors);
  const session = await openOver(engine, {
    programs,
    checkpoints: checkpointsOf(model, base, model.folder),
    store,
    base,
    trained,
  });
  const set = new Set(await session.load(checkpoint.file));
  const lost = trained.find((name) => Object.hasOwn(programs.evaluate.state, name) && !set.has(name));
  if (lost !== undefined) throw new CodedError("internal", { what: `the trained ${lost} was not read` });
  return session;
}

interface Over {
  readonly programs: Readonly<Record<string, Program>>;
  readonly checkpoints: readonly string[];
  readonly store: string | null;
  readonly base: Base;
  /** States that training changed. */
  readonly trained: readonly string[];
}
function openOver(engine: Engine, { programs, checkpoints, store, base, trained }: Over): Promise<Session> {
  if (store === null) return engine.open(programs, checkpoints);
  const states = Object.values(programs).map(({ state }) => state);
  const own = new Set(
    trained.flatMap((name) => states.flatMap((all) => (Object.hasOwn(all, name) ? beginningOf(all[name]!) : []))),
  );
  return sharedStore(engine, store).open(
    programs,
    checkpoints,
    (tensor) => Object.hasOwn(base.facts.shapes, tensor) && !own.has(tensor),
  );
}

/** The tensors of the base that a state begins as. */
function beginningOf({ initial }: Pick<State, "initial">): readonly string[] {
  if ("checkpoint" in initial) return [initial.checkpoint];
  return "of" in initial ? beginningOf(initial.of) : [];
}
