// Wraps a comm as the model of an anywidget widget (https://anywidget.dev/en/afm/): `get` returns the kernel's state,
// `send` sends to the kernel, and `msg:custom` delivers its responses. The messages are those of Jupyter widgets.
import type { Kernel } from "@jupyterlab/services";

type Heard = (...of: readonly unknown[]) => void;

/** The model passed to a widget's module. */
export interface WidgetModel {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, heard: Heard): void;
  off(event: string, heard: Heard): void;
}
/** A widget's module: renders the model into an element and returns a cleanup function. */
export interface WidgetModule {
  render(of: { readonly model: WidgetModel; readonly el: HTMLElement }): (() => void) | undefined;
}

export class CommModel implements WidgetModel {
  readonly #state = new Map<string, unknown>();
  readonly #changed = new Set<string>();
  readonly #heard = new Map<string, Set<Heard>>();
  readonly #comm: Kernel.IComm;

  /**
   * `ready`: called when the first state has arrived; `closed`: called when the kernel closes the comm or does not know
   * it.
   */
  constructor(comm: Kernel.IComm, opened: object, { ready, closed }: { ready: () => void; closed: () => void }) {
    this.#comm = comm;
    let first = true;
    comm.onMsg = ({ content: { data } }) => {
      if (data["method"] === "custom") this.#tell("msg:custom", data["content"], []);
      if (data["method"] !== "update" || typeof data["state"] !== "object") return;
      for (const [key, value] of Object.entries(data["state"] ?? {})) {
        this.#state.set(key, value);
        this.#tell(`change:${key}`, value);
      }
      this.#tell("change");
      if (first) ready();
      first = false;
    };
    comm.onClose = closed;
    comm.open(opened);
  }

  get(key: string): unknown {
    return this.#state.get(key);
  }
  set(key: string, value: unknown): void {
    this.#state.set(key, value);
    this.#changed.add(key);
  }
  save_changes(): void {
    const state = Object.fromEntries([...this.#changed].map((key) => [key, this.#state.get(key)]));
    this.#changed.clear();
    this.#send({ method: "update", state });
  }
  send(content: unknown): void {
    this.#send({ method: "custom", content });
  }
  on(event: string, heard: Heard): void {
    const all = this.#heard.get(event) ?? new Set();
    this.#heard.set(event, all.add(heard));
  }
  off(event: string, heard: Heard): void {
    this.#heard.get(event)?.delete(heard);
  }
  /** Whether the comm is closed: messages no longer arrive. */
  get closed(): boolean {
    return this.#comm.isDisposed;
  }
  close(): void {
    this.#comm.onClose = () => undefined;
    if (!this.#comm.isDisposed) this.#comm.close();
  }

  #send(data: object): void {
    if (!this.#comm.isDisposed) this.#comm.send(data);
  }
  #tell(event: string, ...of: readonly unknown[]): void {
    for (const heard of this.#heard.get(event) ?? []) heard(...of);
  }
}
