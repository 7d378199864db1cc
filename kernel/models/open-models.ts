/**
 * The models that are open in the engine. At most two weight stores stay open (a training and its comparison), with
 * several models on a shared base. A closed model is reopened when needed.
 */
import { readClientHead } from "../runs/client-heads.js";
import type { TrainedWeights } from "../runs/weights.js";
import type { OpenModel } from "./open-model.js";

const mostStores = 2;
/** Maximum open models: each has programs of its own, which the engine keeps in one graph. */
const mostOpen = 4;

export interface OpenModelEntry {
  readonly model: OpenModel;
  readonly engine: unknown;
  /** The checkpoint whose weights it has now; empty for those it was opened with. */
  file: string;
}

export class OpenModelCache {
  /** Ordered by last use. */
  private readonly open = new Map<string, OpenModelEntry>();

  /** Models with another owner; they do not count towards the limit. */
  private readonly lent = new Map<string, OpenModelEntry>();

  /** Returns the model of that key, if it is open in this engine. */
  get(key: string, engine: unknown): OpenModelEntry | undefined {
    const known = this.lent.get(key) ?? this.open.get(key);
    return known?.engine === engine ? known : undefined;
  }

  /** Opens a model, closing others if needed. `store`: where its weights are; null if nothing is shared. */
  async add(
    key: string,
    engine: unknown,
    store: string | null,
    open: () => Promise<OpenModel>,
  ): Promise<OpenModelEntry> {
    if (!this.get(key, engine)) this.open.delete(key);
    await this.makeRoom(store);
    const added: OpenModelEntry = { model: await open(), engine, file: "" };
    this.open.set(key, added);
    return added;
  }

  /** Adds a model that is never closed to make room; it stays until it is forgotten. */
  lend(key: string, engine: unknown, model: OpenModel): OpenModel {
    this.lent.set(key, { model, engine, file: "" });
    return model;
  }

  /** Loads the checkpoint of these weights, and their client's head, unless the model has them. */
  async load(
    key: string,
    one: OpenModelEntry,
    { folder, client, checkpoint }: Pick<TrainedWeights, "folder" | "client" | "checkpoint">,
  ): Promise<void> {
    const holds = client === undefined ? checkpoint.file : `${checkpoint.file} of ${client}`;
    if (one.file !== holds) {
      await one.model.session.load(checkpoint.file);
      if (client !== undefined)
        for (const [name, value] of readClientHead(folder, client)) await one.model.session.write(name, value);
    }
    one.file = holds;
    this.used(key, one);
  }

  private used(key: string, one: OpenModelEntry): void {
    if (this.lent.has(key)) return;
    this.open.delete(key);
    this.open.set(key, one);
  }

  /** Records which checkpoint's weights the model has now. */
  holds(key: string, file: string): void {
    const open = this.lent.get(key) ?? this.open.get(key);
    if (open) open.file = file;
  }

  async forget(key: string): Promise<void> {
    const open = this.lent.get(key) ?? this.open.get(key);
    if (!this.lent.delete(key)) this.open.delete(key);
    await open?.model.dispose().catch(() => undefined);
  }

  async close(): Promise<void> {
    for (const key of [...this.lent.keys(), ...this.open.keys()]) await this.forget(key);
  }

  private async makeRoom(store: string | null): Promise<void> {
    for (;;) {
      const [oldest] = this.open.keys();
      const stores = new Set([...this.open].map(([key, { model }]) => model.store ?? key));
      const full = stores.size >= mostStores && (store === null || !stores.has(store));
      if (oldest === undefined || (!full && this.open.size < mostOpen)) return;
      await this.forget(oldest);
    }
  }
}
