// One comm for each kernel: sends { id, method, ... }, gets { id, result } or { id, error }. A question that is never
// answered ends by itself; every failure is null.
const target = "tunebook.assist";
const patience = 10_000; // ms

export class Channel {
  #comm;
  #waiting = new Map();
  #next = 0;
  closed = false;

  constructor(kernel) {
    this.#comm = kernel.createComm(target);
    this.#comm.onMsg = ({ content }) => {
      const { id, result } = content.data;
      this.#waiting.get(id)?.(result ?? null);
    };
    this.#comm.onClose = () => this.close();
    this.#comm.open({});
  }

  ask(method, params) {
    if (this.closed) return Promise.resolve(null);
    const id = ++this.#next;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#waiting.get(id)?.(null), patience);
      this.#waiting.set(id, (result) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(result);
      });
      this.#comm.send({ id, method, ...params });
    });
  }

  close() {
    this.closed = true;
    for (const answer of [...this.#waiting.values()]) answer(null);
  }
}

/** The channels of all notebooks' kernels, made when first asked for. */
export class Channels {
  #notebooks;
  #byKernel = new WeakMap();

  constructor(notebooks) {
    this.#notebooks = notebooks;
  }

  /** Of the kernel that a cell's model belongs to; null: it is no kernel of ours, or none yet. */
  async ofCell(model) {
    const panel = this.#notebooks.find((p) => Array.from(p.content.model?.cells ?? []).includes(model));
    return panel ? this.ofPanel(panel) : null;
  }

  async ofPanel(panel) {
    await panel.sessionContext.ready;
    const kernel = panel.sessionContext.session?.kernel;
    if (!kernel || (await kernel.info).implementation !== "tunebook") return null;
    const open = this.#byKernel.get(kernel);
    if (open) return open.closed ? null : open; // the kernel refused it: asked again after a restart
    const made = new Channel(kernel);
    this.#byKernel.set(kernel, made);
    return made;
  }

  forget(kernel) {
    this.#byKernel.get(kernel)?.close();
    this.#byKernel.delete(kernel);
  }
}
