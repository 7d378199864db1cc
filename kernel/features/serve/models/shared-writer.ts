/**
 * Adapters of one base that write side by side: one writer for all models that are opened together, each text under the adapter of
 * its own model. It is opened with the first of them that asks, and closed with the last.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { standsBeside } from "#stdlib/techniques/shared/parallel-adapters.js";
import { weightBytes } from "../../../bases/base.js";
import type { Engine, Session } from "../../../engines/engine.js";
import type { SlotWriter, WriterAdapter, WriterTold } from "../../../inference/generation/contract.js";
import { writerFor } from "../../../inference/generation/plan-batching.js";
import { readHeader } from "../../../tensors/safetensors.js";
import type { Beside, Found, OpenFound, OpenWriterOptions, WritingFound } from "./model-source.js";
import { watched } from "./health.js";
import { openOver } from "./open-programs.js";
import { generating, writerOptions, written } from "./writer.js";

/** Nothing is added to the base itself. */
const NOTHING = { kind: "technique", word: "head_only", arguments: {} } as const;

/** Null: its adapter is more than two factors for some layers, so that it has a writer of its own. */
export function besideOthers(found: WritingFound, adapter: WriterAdapter | null): Beside | null {
  const { store, model } = found;
  if (store === null || (adapter && !standsBeside(adapter.call))) return null;
  const tensors = adapter ? Object.keys(readHeader(adapter.file).tensors) : [];
  if (!tensors.every((name) => /\.lora_[AB]\.weight$/.test(name))) return null;
  return { key: JSON.stringify([store, model.storage ?? null]), adapter, found };
}

/** The same, where several may share a writer with one that they do. */
export function sharing<T extends Found>(all: readonly T[]): readonly T[] {
  const keys = [...new Set(all.flatMap(({ beside }) => beside?.key ?? []))];
  const writers = keys
    .map((key) => all.filter(({ beside }) => beside?.key === key))
    .filter((group) => group.length > 1)
    .map((group) => ({ group, writer: new SharedWriter(group.flatMap(({ beside }) => beside ?? [])) }));
  return all.map((one) => {
    const of = writers.find(({ group }) => group.includes(one));
    return of ? { ...one, open: (engine, o) => of.writer.join(one, of.group.indexOf(one), engine, o) } : one;
  });
}

interface Running {
  readonly engine: Engine;
  readonly made: Promise<{ readonly session: Session; readonly writer: SlotWriter }>;
  users: number;
}

class SharedWriter {
  private running: Running | null = null;
  /** Who is told of its work: each member's. */
  private readonly told = new Map<number, WriterTold>();
  /** They turned out not to fit together: each opens its own. */
  private apart = false;

  constructor(private readonly members: readonly Beside[]) {}

  async join(own: Found, at: number, engineOf: () => Promise<Engine>, o: OpenWriterOptions): Promise<OpenFound> {
    const { found } = this.members[at]!;
    const engine = await engineOf();
    if (this.apart) return own.open(engineOf, o);
    if (o.told) this.told.set(at, o.told);
    if (this.running?.engine !== engine) this.running = { engine, made: this.make(engine, o.slots), users: 0 };
    const { running } = this;
    running.users += 1;
    try {
      const { session, writer } = await running.made;
      const weights = { of: found.store ?? found.folder, bytes: weightBytes(found.base.facts) };
      const close = (): Promise<void> => this.leave(running);
      return await written({ ...found, name: o.name, session, writer, adapter: at, weights, close });
    } catch (error) {
      await this.leave(running);
      if (!(error instanceof CodedError) || error.code !== "adapters-apart") throw error;
      this.apart = true;
      return own.open(engineOf, o);
    }
  }

  private async make(engine: Engine, slots: number) {
    const [first] = this.members;
    if (!first) throw new CodedError("internal", { what: "a writer is shared by nobody" });
    const { found } = first;
    const bare = { ...found, model: { ...found.model, technique: NOTHING }, checkpoint: null };
    const adapters = this.members.map(({ adapter }) => adapter);
    const parts = await writerFor(engine, { ...(await generating(bare.model, found.base)), adapters });
    const session = watched(await openOver(engine, { ...bare, programs: parts.programs }));
    const told: WriterTold = {
      took: (seconds) => this.told.forEach((one) => one.took(seconds)),
      step: (texts) => this.told.forEach((one) => one.step(texts)),
    };
    try {
      return { session, writer: await parts.open(session, await writerOptions(bare, { slots, told })) };
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
