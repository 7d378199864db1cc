/**
 * The models of a sweep's trials. Trials with equal programs share one model, compiled and loaded once, each with its
 * own weights (engines/shared-model.ts). Rates, schedules and the order of rows are inputs of a program, so trials that
 * differ only in those share it.
 */
import { createHash } from "node:crypto";
import type { Engine } from "../engines/engine.js";
import { SharedModelPool } from "../engines/shared-model.js";
import { checkpointFilesOf, openEngineSession, type ModelOpener, type ModelOpenRequest } from "../models/open-model.js";

export class TrialModels {
  /** Ordered by last use. */
  private readonly models = new Map<string, { readonly engine: Engine; readonly model: SharedModelPool }>();

  /** @param most maximum number of open models; one that a trial is training with is never closed */
  constructor(private readonly most: number) {}

  readonly opens: ModelOpener = async (engine, options, saved) => {
    const key = keyOf(options);
    const known = this.models.get(key);
    this.models.delete(key);
    if (known?.engine === engine) {
      this.models.set(key, known);
      return known.model.lend();
    }
    await this.makeRoom();
    const model = new SharedModelPool(await openEngineSession(engine, options), saved);
    this.models.set(key, { engine, model });
    return model.lend();
  };

  async close(): Promise<void> {
    const all = [...this.models.values()];
    this.models.clear();
    // If the engine died, the models are already closed.
    for (const { model } of all) await model.dispose().catch(() => undefined);
  }

  private async makeRoom(): Promise<void> {
    for (const [key, { model }] of [...this.models]) {
      if (this.models.size < this.most) return;
      if (model.lent) continue;
      this.models.delete(key);
      await model.dispose().catch(() => undefined);
    }
  }
}

/**
 * Returns a key of the programs and of the files that they are loaded from. It hashes text: V8's serialization depends
 * on shared objects and on the origin of numbers, so equal programs can give different bytes.
 */
function keyOf(options: ModelOpenRequest): string {
  const files = checkpointFilesOf(options.model, options.base, options.home);
  return createHash("sha256")
    .update(JSON.stringify([options.store, files, options.programs], fileSafe))
    .digest("hex");
}

/** Encodes values that JSON cannot represent. */
function fileSafe(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("base64") };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return { number: Object.is(value, -0) ? "-0" : String(value) };
  return value;
}
