/**
 * Adapters of one base that generate together: one writer for all models that are opened together, each text with the
 * adapter of its own model. It is opened at the first request of any of them, and closed with the last.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { canRunInParallel } from "#stdlib/techniques/shared/parallel-adapters.js";
import { weightBytes } from "../../../bases/base.js";
import type { Engine, EngineSession } from "../../../engines/engine.js";
import type { SlotWriter, WriterAdapter, WriterReporter } from "../../../inference/generation/contract.js";
import { planWriterPrograms } from "../../../inference/generation/plan-batching.js";
import { readHeader } from "../../../tensors/safetensors.js";
import type { WriterSharing, ModelSource, OpenModelSource, OpenWriterOptions, WriterSource } from "./model-source.js";
import { trackSessionHealth } from "./health.js";
import { openPrograms } from "./open-programs.js";
import { writerProgramParts, writerOptions, modelSourceFromWriter } from "./writer.js";

/** A technique that adds nothing to the base. */
const NOTHING = { kind: "technique", word: "head_only", arguments: {} } as const;

/** Null if its adapter is not a plain pair of factors (LoRA A and B) per layer; it then has its own writer. */
export function writerSharingOf(found: WriterSource, adapter: WriterAdapter | null): WriterSharing | null {
  const { store, model } = found;
  if (store === null || (adapter && !canRunInParallel(adapter.call))) return null;
  const tensors = adapter ? Object.keys(readHeader(adapter.file).tensors) : [];
  if (!tensors.every((name) => /\.lora_[AB]\.weight$/.test(name))) return null;
  return { key: JSON.stringify([store, model.storage ?? null]), adapter, found };
}

/** The same sources, where those with a common key share a writer. */
export function shareWriters<T extends ModelSource>(all: readonly T[]): readonly T[] {
  const keys = [...new Set(all.flatMap(({ beside }) => beside?.key ?? []))];
  const writers = keys
    .map((key) => all.filter(({ beside }) => beside?.key === key))
    .filter((group) => group.length > 1)
    .map((group) => ({ group, writer: new SharedWriter(group.flatMap(({ beside }) => beside ?? [])) }));
  return all.map((one) => {
    const membership = writers.find(({ group }) => group.includes(one));
    return membership
      ? {
          ...one,
          open: (engine, options) => membership.writer.join(one, membership.group.indexOf(one), engine, options),
        }
      : one;
  });
}

interface Running {
  readonly engine: Engine;
  readonly made: Promise<{ readonly session: EngineSession; readonly writer: SlotWriter }>;
  users: number;
}

class SharedWriter {
  private running: Running | null = null;
  private readonly listeners = new Map<number, WriterReporter>();
  /** Set if the models turn out to be incompatible: each then opens its own writer. */
  private apart = false;

  constructor(private readonly members: readonly WriterSharing[]) {}

  async join(
    member: ModelSource,
    index: number,
    engineOf: () => Promise<Engine>,
    options: OpenWriterOptions,
  ): Promise<OpenModelSource> {
    const { found } = this.members[index]!;
    const engine = await engineOf();
    if (this.apart) return member.open(engineOf, options);
    if (options.listener) this.listeners.set(index, options.listener);
    if (this.running?.engine !== engine) this.running = { engine, made: this.make(engine, options.slots), users: 0 };
    const { running } = this;
    running.users += 1;
    try {
      const { session, writer } = await running.made;
      const weights = { source: found.store ?? found.folder, bytes: weightBytes(found.base.facts) };
      const close = (): Promise<void> => this.leave(running);
      return await modelSourceFromWriter({
        ...found,
        name: options.name,
        session,
        writer,
        adapter: index,
        weights,
        close,
      });
    } catch (error) {
      await this.leave(running);
      if (!(error instanceof CodedError) || error.code !== "adapters-apart") throw error;
      this.apart = true;
      return member.open(engineOf, options);
    }
  }

  private async make(engine: Engine, slots: number) {
    const [first] = this.members;
    if (!first) throw new CodedError("internal", { what: "an unshared writer" });
    const { found } = first;
    const bare = { ...found, model: { ...found.model, technique: NOTHING }, checkpoint: null };
    const adapters = this.members.map(({ adapter }) => adapter);
    const parts = await planWriterPrograms(engine, { ...(await writerProgramParts(bare.model, found.base)), adapters });
    const session = trackSessionHealth(await openPrograms(engine, { ...bare, programs: parts.programs }));
    const listener: WriterReporter = {
      took: (seconds) => this.listeners.forEach((one) => one.took(seconds)),
      step: (texts) => this.listeners.forEach((one) => one.step(texts)),
    };
    try {
      return { session, writer: await parts.open(session, await writerOptions(bare, { slots, listener })) };
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  private async leave(running: Running): Promise<void> {
    running.users -= 1;
    if (running.users > 0) return;
    if (this.running === running) this.running = null;
    const made = await running.made.catch(() => null);
    await made?.writer.close();
    await made?.session.dispose();
  }
}
