/** An open generative model: texts are generated concurrently by the same inference as in the notebook. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { PLAIN_PASS_SETTINGS } from "#dsl/tensor/passes/table.js";
import { registry } from "#stdlib/registry.js";
import { weightStorageOf } from "#stdlib/storages/shared/storage.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { weightBytes, type BaseModel } from "../../../bases/base.js";
import { loadImplementation } from "../../../host/load-implementation.js";
import { decoderStartToken } from "../../../data/encoding/decoder-input.js";
import type { Engine, EngineSession } from "../../../engines/engine.js";
import { toFloats } from "../../../engines/feeds.js";
import { openBatchWriter } from "../../../inference/generation/static-batching.js";
import type { SlotWriter, WriterOptions } from "../../../inference/generation/contract.js";
import { planWriterPrograms } from "../../../inference/generation/plan-batching.js";
import { createTextGenerator } from "../../../inference/generation/text-generator.js";
import { modelBodyOf } from "../../../models/program-parts.js";
import type { OpenModelSource, OpenWriterOptions, WriterSource } from "./model-source.js";
import { trackSessionHealth } from "./health.js";
import { openPrograms } from "./open-programs.js";

export async function openWriter(
  engine: Engine,
  found: WriterSource,
  options: OpenWriterOptions,
): Promise<OpenModelSource> {
  const { model, base, folder } = found;
  const parts = await planWriterPrograms(engine, await writerProgramParts(model, base));
  const session = trackSessionHealth(await openPrograms(engine, { ...found, programs: parts.programs }));
  try {
    const writer = await parts.open(session, await writerOptions(found, options));
    const weights = { source: found.store ?? folder, bytes: weightBytes(base.facts) };
    return await modelSourceFromWriter({
      ...found,
      name: options.name,
      session,
      writer,
      weights,
      close: () => session.dispose(),
    });
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

/** Opens a writer over another runtime's graphs, which processes batch by batch. */
export async function openGraphWriter(
  found: Pick<WriterSource, "model" | "base" | "tokenizer"> & Pick<OpenModelSource, "session" | "weights" | "close">,
  options: OpenWriterOptions,
): Promise<OpenModelSource> {
  const session = trackSessionHealth(found.session);
  const writer = openBatchWriter(tellingNext(session), await writerOptions(found, options));
  return modelSourceFromWriter({ ...found, session, name: options.name, writer });
}

/** Graphs return the most probable token together with its margin (decoders/kind.ts), programs only the token. */
function tellingNext(session: Pick<EngineSession, "run">): Pick<EngineSession, "run"> {
  return {
    async run(program, feeds, wanted) {
      if (!wanted?.includes("next")) return session.run(program, feeds, wanted);
      const { likeliest } = await session.run(program, feeds, ["likeliest"]);
      const likeliestValues = toFloats(mustExist(likeliest, "the likeliest tokens"));
      const next = Int32Array.from({ length: likeliestValues.length / 2 }, (_, row) => likeliestValues[2 * row]!);
      return { next: int32NDArray(next, [next.length]) };
    },
  };
}

/** The parts from which its programs are built. */
export async function writerProgramParts(model: ModelPlan, base: BaseModel) {
  const passes = { ...PLAIN_PASS_SETTINGS, storage: weightStorageOf(model.storage) };
  return { ...(await modelBodyOf(model, base, model.folder)), seed: 0, passes };
}

export async function writerOptions(
  { model, base, tokenizer }: Pick<WriterSource, "model" | "base" | "tokenizer">,
  { slots, listener }: Pick<OpenWriterOptions, "slots" | "listener">,
): Promise<WriterOptions> {
  const family = await implementationOf(registry, "model", base.facts.family);
  const { vocabulary, positions } = family.sizes(family.config(base.facts.config));
  // Virtual tokens precede each text.
  const taken = (await loadImplementation(model.technique, "technique")).virtual?.(model.technique).positions ?? 0;
  const start = family.shape === "encoder-decoder" ? { start: decoderStartToken(base) } : {};
  return {
    slots,
    vocabulary,
    positions: positions - taken,
    padId: tokenizer.padId,
    ...start,
    ...(listener && { reporter: listener }),
  };
}

export interface OpenedWriter extends Pick<WriterSource, "model" | "base" | "tokenizer"> {
  readonly name: string;
  readonly session: Pick<EngineSession, "run">;
  readonly writer: SlotWriter;
  /** For a shared writer: the index of its adapter. */
  readonly adapter?: number;
  readonly weights: OpenModelSource["weights"];
  close(): Promise<void>;
}
export async function modelSourceFromWriter(options: OpenedWriter): Promise<OpenModelSource> {
  const { name, model, base, tokenizer, session, writer, adapter, weights } = options;
  const by = { writer, ...(adapter !== undefined && { adapter }) };
  const writes = await createTextGenerator({ name, model, base, tokenizer, by });
  return {
    session,
    weights,
    ended: null,
    writes: {
      chats: writes.chats,
      tools: writes.tools,
      room: writer.room,
      write: (ask) => writes.write(ask),
      load: () => writer.load(),
    },
    async close() {
      writes.close();
      if (adapter === undefined) await writer.close();
      await options.close();
    },
  };
}
