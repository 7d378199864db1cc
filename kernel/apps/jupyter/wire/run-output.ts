/** The `Output` of one run of a cell, on the main thread: everything goes to the wire at once, tagged with its run. */
import type { MessagePort } from "node:worker_threads";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { CellOutputReceiver } from "../cells/interpreter.js";
import type { DisplayOutput } from "../../../display/html.js";
import type { Backpressure } from "./backpressure.js";
import { toPortableJson } from "./message.js";
import type { MessageFromMainThread, RunId } from "../ports/run-port.js";

/** Maximum text length of one message between the threads; longer text is split. */
const piece = 1 << 16;
/** Weight of a message in addition to its text. */
const frame = 64;

export interface InputSource {
  ask(run: RunId, prompt: string, password: boolean): Promise<string>;
}

export class RunOutput implements CellOutputReceiver {
  constructor(
    private readonly port: MessagePort,
    private readonly run: RunId,
    private readonly silent: boolean,
    private readonly pressure: Backpressure,
    private readonly asking: InputSource,
  ) {}

  stream(name: "stdout" | "stderr", text: string): void {
    if (this.silent) return;
    for (let from = 0; from < text.length; from += piece) {
      const part = text.length <= piece ? text : text.slice(from, from + piece);
      this.post({ kind: "stream", run: this.run, name, text: part, weight: part.length + frame });
    }
  }

  display(shown: DisplayOutput): void {
    this.publish("display_data", contentOf(shown));
  }

  update(shown: DisplayOutput & { readonly id: string }): void {
    this.publish("update_display_data", contentOf(shown));
  }

  clear(wait: boolean): void {
    this.publish("clear_output", { wait });
  }

  page(shown: DisplayOutput): void {
    if (this.silent) return;
    const payload = displayValueJson({ source: "page", data: shown.bundle, start: 0 });
    this.port.postMessage({ kind: "page", run: this.run, payload } satisfies MessageFromMainThread);
  }

  input(prompt: string, password: boolean): Promise<string> {
    return this.asking.ask(this.run, prompt, password);
  }

  result(shown: DisplayOutput, cell: number): void {
    this.publish("execute_result", { ...contentOf(shown), execution_count: cell });
  }

  private publish(type: string, data: Readonly<Record<string, unknown>>): void {
    if (this.silent) return;
    const content = displayValueJson(data);
    this.post({ kind: "publish", run: this.run, type, content, weight: content.length + frame });
  }

  private post(message: MessageFromMainThread & { readonly weight: number }): void {
    this.pressure.take(message.weight);
    this.port.postMessage(message);
  }
}

function contentOf({ bundle, metadata, id }: DisplayOutput): Readonly<Record<string, unknown>> {
  return { data: bundle, metadata: metadata ?? {}, transient: id === undefined ? {} : { display_id: id } };
}

/** JSON text of a value to show; throws `undisplayable-value`. */
export function displayValueJson(value: unknown): string {
  try {
    return toPortableJson(value);
  } catch (error) {
    throw new CodedError("undisplayable-value", { problem: (error as Error).message }, { cause: error });
  }
}
