/**
 * The models of a sweep's trials: trials whose programs are the same have one in common, compiled and loaded once, and each
 * its own weights (engines/shared-model.ts). Rates, schedules and the order of rows are what a program is fed, so trials that differ by
 * those have the same programs.
 */
import { createHash } from "node:crypto";
import type { Engine } from "../engines/engine.js";
import { SharedModelPool } from "../engines/shared-model.js";
import { checkpointFilesOf, openEngineSession, type ModelOpener, type ModelOpenRequest } from "../models/open-model.js";

export class TrialModels {
  /** The order is that of last use. */
  private readonly models = new Map<string, { readonly engine: Engine; readonly model: SharedModelPool }>();

  /** `most`: how many stay open; one that a trial trains with is never closed. */
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
    // An engine that died has closed them.
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
 * What tells programs, and what they are read from, from others. Written as text: the bytes in which V8 keeps a value depend on
 * which of its parts are one object and on how it came by its numbers, and differ between programs that are equal.
 */
function keyOf(options: ModelOpenRequest): string {
  const files = checkpointFilesOf(options.model, options.base, options.home);
  return createHash("sha256")
    .update(JSON.stringify([options.store, files, options.programs], fileSafe))
    .digest("hex");
}

/** What JSON has no form for. */
function fileSafe(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("base64") };
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return { number: Object.is(value, -0) ? "-0" : String(value) };
  return value;
}
