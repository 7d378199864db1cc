/** Programs that ask a model, over its base's weights and those of its checkpoint. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Program } from "#dsl/tensor/program.js";
import type { ModelPlan } from "#dsl/language/types/subject.js";
import type { Base } from "../../../bases/base.js";
import type { Engine, Session } from "../../../engines/engine.js";
import { sharedStore } from "../../../engines/shared.js";
import { readHeader } from "../../../tensors/safetensors.js";
import { checkpointsOf, openSession } from "../../../models/open-model.js";

export interface Over {
  readonly programs: Readonly<Record<string, Program>>;
  readonly model: ModelPlan;
  readonly base: Base;
  /** Where what its training left as it was lies in common with others; null: it stands alone. */
  readonly store: string | null;
  /** What its training changed; null: nothing did. */
  readonly checkpoint: string | null;
}

export async function openOver(engine: Engine, o: Over): Promise<Session> {
  const { programs, model, base, store, checkpoint } = o;
  const home = model.folder;
  if (checkpoint === null) return openSession(engine, { store, programs, model, base, home });
  const states = Object.assign({}, ...Object.values(programs).map(({ state }) => state)) as Program["state"];
  const trained = Object.keys(readHeader(checkpoint).tensors).filter((name) => Object.hasOwn(states, name));
  const own = new Set(trained);
  const isShared = (tensor: string, state: string): boolean =>
    Object.hasOwn(base.facts.shapes, tensor) && !own.has(state);
  const from = checkpointsOf(model, base, home);
  const session =
    store === null
      ? await engine.open(programs, from)
      : await sharedStore(engine, store).open(programs, from, isShared);
  const set = new Set(await session.load(checkpoint));
  const lost = trained.find((name) => !set.has(name));
  if (lost === undefined) return session;
  await session.dispose();
  throw new CodedError("internal", { what: `the trained ${lost} was not read` });
}
