/**
 * The part of Node's `stream` that csv-parse needs. build.mjs replaces the library's import by it. Rows are delivered
 * by `on_record`, so no output is buffered and writing never blocks.
 */
import { Buffer } from "./buffer.js";

type Listener = (...values: readonly unknown[]) => void;
type Done = (error?: unknown) => void;

export abstract class Transform {
  private readonly listeners = new Map<string, Listener[]>();
  private ended = false;

  abstract _transform(bytes: Uint8Array, encoding: string, done: Done): void;
  abstract _flush(done: Done): void;

  on(event: string, listener: Listener): this {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
    return this;
  }
  /** Repeated end or error events are harmless for listeners. */
  once(event: string, listener: Listener): this {
    return this.on(event, listener);
  }
  emit(event: string, ...values: readonly unknown[]): void {
    for (const listener of this.listeners.get(event) ?? []) listener.apply(this, [...values]);
  }
  write(text: string): boolean {
    this._transform(Buffer.from(text), "buffer", (error) => this.finish(error));
    return true;
  }
  end(text?: string): void {
    if (this.ended) return;
    this.ended = true;
    if (text !== undefined) this.write(text);
    this._flush((error) => {
      this.finish(error);
      this.emit("end");
    });
  }
  /** Does nothing: records are delivered by `on_record`, which passes none on. */
  push(): void {}
  resume(): this {
    return this;
  }
  destroy(): void {}

  private finish(error: unknown): void {
    if (error !== undefined) this.emit("error", error);
  }
}
