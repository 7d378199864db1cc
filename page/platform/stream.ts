/**
 * What csv-parse needs of Node's `stream`: build.mjs puts it where that library imports it. Rows leave by `on_record`, so
 * nothing waits to be read and writing never meets a full buffer.
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
  /** Hearing of an end or an error again does no harm to who waited for it. */
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
  /** Records are heard of by `on_record`, which lets none through. */
  push(): void {}
  resume(): this {
    return this;
  }
  destroy(): void {}

  private finish(error: unknown): void {
    if (error !== undefined) this.emit("error", error);
  }
}
