/** A model that writes, opened: its texts are written side by side by the inference that the notebook has too. */
import { must } from "#dsl/language/diagnostics/must.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { ModelPlan } from "#dsl/language/types/subject.js";
import { PLAIN } from "#dsl/tensor/passes/table.js";
import { registry } from "#stdlib/registry.js";
import { storageOf } from "#stdlib/storages/shared/storage.js";
import { whole } from "#stdlib/tasks/shared/feeds.js";
import { weightBytes, type Base } from "../../../bases/base.js";
import { does } from "../../../host/load-implementation.js";
import { startOf } from "../../../data/encoding/decoder-input.js";
import type { Engine, Session } from "../../../engines/engine.js";
import { floats } from "../../../engines/feeds.js";
import { openBatchWriter } from "../../../inference/generation/static-batching.js";
import type { SlotWriter, WriterOptions } from "../../../inference/generation/contract.js";
import { writerFor } from "../../../inference/generation/plan-batching.js";
import { writing } from "../../../inference/generation/text-generator.js";
import { bodyOf } from "../../../models/open-model.js";
import type { OpenFound, OpenWriterOptions, WritingFound } from "./model-source.js";
import { watched } from "./health.js";
import { openOver } from "./open-programs.js";

/** In the engine. */
export async function openWriter(engine: Engine, found: WritingFound, o: OpenWriterOptions): Promise<OpenFound> {
  const { model, base, folder } = found;
  const parts = await writerFor(engine, await generating(model, base));
  const session = watched(await openOver(engine, { ...found, programs: parts.programs }));
  try {
    const writer = await parts.open(session, await writerOptions(found, o));
    const weights = { of: found.store ?? folder, bytes: weightBytes(base.facts) };
    return await written({ ...found, name: o.name, session, writer, weights, close: () => session.dispose() });
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

/** By graphs of another runtime, batch by batch. */
export async function openGraphWriter(
  found: Pick<WritingFound, "model" | "base" | "tokenizer"> & Pick<OpenFound, "session" | "weights" | "close">,
  o: OpenWriterOptions,
): Promise<OpenFound> {
  const session = watched(found.session);
  const writer = openBatchWriter(tellingNext(session), await writerOptions(found, o));
  return written({ ...found, session, name: o.name, writer });
}

/** Graphs tell the likeliest token beside its lead (decoders/kind.ts), programs alone. */
function tellingNext(session: Pick<Session, "run">): Pick<Session, "run"> {
  return {
    async run(program, feeds, wanted) {
      if (!wanted?.includes("next")) return session.run(program, feeds, wanted);
      const { likeliest } = await session.run(program, feeds, ["likeliest"]);
      const told = floats(must(likeliest, "the likeliest tokens"));
      const next = Int32Array.from({ length: told.length / 2 }, (_, row) => told[2 * row]!);
      return { next: whole(next, [next.length]) };
    },
  };
}

/** What its programs are built from. */
export async function generating(model: ModelPlan, base: Base) {
  const passes = { ...PLAIN, storage: storageOf(model.storage) };
  return { ...(await bodyOf(model, base, model.folder)), seed: 0, passes };
}

export async function writerOptions(
  { model, base, tokenizer }: Pick<WritingFound, "model" | "base" | "tokenizer">,
  { slots, told }: Pick<OpenWriterOptions, "slots" | "told">,
): Promise<WriterOptions> {
  const family = await implementationOf(registry, "model", base.facts.family);
  const { vocabulary, positions } = family.sizes(family.config(base.facts.config));
  // Virtual tokens stand before each text.
  const taken = (await does(model.technique, "technique")).virtual?.(model.technique).positions ?? 0;
  const start = family.shape === "encoder-decoder" ? { start: startOf(base) } : {};
  return { slots, vocabulary, positions: positions - taken, padId: tokenizer.padId, ...start, ...(told && { told }) };
}

export interface Written extends Pick<WritingFound, "model" | "base" | "tokenizer"> {
  readonly name: string;
  readonly session: Pick<Session, "run">;
  readonly writer: SlotWriter;
  /** Of a writer that several share: the place of its adapter. */
  readonly adapter?: number;
  readonly weights: OpenFound["weights"];
  close(): Promise<void>;
}
export async function written(o: Written): Promise<OpenFound> {
  const { name, model, base, tokenizer, session, writer, adapter, weights } = o;
  const by = { writer, ...(adapter !== undefined && { adapter }) };
  const writes = await writing({ name, model, base, tokenizer, by });
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
      await o.close();
    },
  };
}
