/** Opens a model's inference programs over its base's weights and its checkpoint. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Program } from "#dsl/tensor/program.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import type { BaseModel } from "../../../bases/base.js";
import type { Engine, EngineSession } from "../../../engines/engine.js";
import { sharedStoreOf } from "../../../engines/shared.js";
import { readHeader } from "../../../tensors/safetensors.js";
import { checkpointFilesOf, openEngineSession } from "../../../models/program-parts.js";

export interface OpenProgramsOptions {
  readonly programs: Readonly<Record<string, Program>>;
  readonly model: ModelPlan;
  readonly base: BaseModel;
  /** Store in which unchanged base weights are shared; null if it shares none. */
  readonly store: string | null;
  /** Checkpoint with the trained weights; null if there are none. */
  readonly checkpoint: string | null;
}

export async function openPrograms(engine: Engine, options: OpenProgramsOptions): Promise<EngineSession> {
  const { programs, model, base, store, checkpoint } = options;
  const home = model.folder;
  if (checkpoint === null) return openEngineSession(engine, { store, programs, model, base, home });
  const states = Object.assign({}, ...Object.values(programs).map(({ state }) => state)) as Program["state"];
  const trained = Object.keys(readHeader(checkpoint).tensors).filter((name) => Object.hasOwn(states, name));
  const trainedStates = new Set(trained);
  const isShared = (tensor: string, state: string): boolean =>
    Object.hasOwn(base.facts.shapes, tensor) && !trainedStates.has(state);
  const from = checkpointFilesOf(model, base, home);
  const session =
    store === null
      ? await engine.open(programs, from)
      : await sharedStoreOf(engine, store).open(programs, from, isShared);
  const set = new Set(await session.load(checkpoint));
  const lost = trained.find((name) => !set.has(name));
  if (lost === undefined) return session;
  await session.dispose();
  throw new CodedError("internal", { what: `the trained ${lost} was not read` });
}
