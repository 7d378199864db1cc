/** Picks the writer for a model and an engine: continuous batching, or else static batches. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Program } from "#dsl/tensor/program.js";
import { canRunInParallel } from "#stdlib/techniques/shared/parallel-adapters.js";
import { buildGenerationPrograms } from "#stdlib/programs/generate.js";
import {
  buildContinuousBatchingPrograms,
  continuousBatchingRefusal,
  type BuiltContinuousBatchingPrograms,
} from "#stdlib/programs/slots.js";
import type { Engine, EngineSession } from "../../engines/engine.js";
import { openBatchWriter } from "./static-batching.js";
import type { WriterAdapter, WriterPlanner, WriterModel } from "./contract.js";
import { openSlotWriter } from "./continuous-batching.js";

type Asking = Pick<Engine, "can">;

export const planWriterPrograms: WriterPlanner = async (engine, model) => {
  const { adapters, ...baseModel } = model;
  const calls = adapters?.map((adapter) => adapter && adapter.call);
  for (const call of calls ?? [])
    if (call && !canRunInParallel(call))
      throw new CodedError("adapters-apart", { technique: call.word, why: "it does more than to add two factors" });
  const slots =
    continuousBatchingRefusal(baseModel) ??
    buildContinuousBatchingPrograms({ ...baseModel, ...(calls && { adapters: calls }) });
  const why = typeof slots === "string" ? slots : await refusal(engine, slots.programs);
  if (typeof slots !== "string" && why === null)
    return {
      programs: { ...slots.programs },
      batches: null,
      open: async (session, options) => {
        await loadAdapters(session, adapters ?? [], slots);
        return openSlotWriter(session, { ...options, placeBytes: slots.placeBytes, adapters: adapters !== undefined });
      },
    };
  return inBatches(engine, model, why ?? "");
};

async function inBatches(engine: Asking, model: WriterModel, why: string): ReturnType<WriterPlanner> {
  const { technique, adapters } = model;
  if (adapters) throw new CodedError("adapters-apart", { technique: technique.call.word, why });
  const programs = { ...buildGenerationPrograms(model) };
  const mute = await refusal(engine, programs);
  if (mute !== null) throw new CodedError("no-generation", { model: "the model", why: mute });
  return { programs, batches: why, open: (session, options) => Promise.resolve(openBatchWriter(session, options)) };
}

/** Returns why the engine cannot run the programs; null if it can. */
async function refusal(engine: Asking, programs: object): Promise<string | null> {
  const all = Object.values(programs) as readonly Program[];
  const [first] = (await Promise.all(all.map((program) => engine.can(program)))).flat();
  return first ? `the engine has no ${first.op}: ${first.why}` : null;
}

async function loadAdapters(
  session: Pick<EngineSession, "load">,
  adapters: readonly (WriterAdapter | null)[],
  { factors }: BuiltContinuousBatchingPrograms,
): Promise<void> {
  for (const [i, adapter] of adapters.entries()) {
    const names = factors[i];
    if (!adapter || !names) continue;
    const set = new Set(await session.load(adapter.file, names));
    const lacks = Object.keys(names).find((name) => !set.has(name));
    if (lacks !== undefined)
      throw new CodedError("adapters-apart", {
        technique: adapter.call.word,
        why: `its file has no ${names[lacks]}`,
      });
  }
}
