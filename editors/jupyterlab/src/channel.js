// One comm for each kernel: sends { id, method, ... }, gets { id, result } or { id, error }. A question that is never
// answered ends by itself; every failure is null. A watch is answered again and again, { watch: id, result }.
const target = "tunebook.assist";
const usual = 30_000; // ms; a kernel that has just begun loads its compiler first
const ended = new Set(["terminating", "dead"]);

export class Channel {
  #comm;
  #waiting = new Map();
  #next = 0;
  #watched = new Map();
  closed = false;

  constructor(kernel) {
    this.#comm = kernel.createComm(target);
    this.#comm.onMsg = ({ content }) => {
      const { id, result, watch } = content.data;
      if (watch !== undefined)
        return [...this.#watched.values()].find((one) => one.id === watch)?.changed(result ?? null);
      this.#waiting.get(id)?.(result ?? null);
    };
    this.#comm.onClose = () => this.close();
    this.#comm.open({});
  }

  ask(method, params, patience = usual) {
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

  /** Calls back with the runs as they change, or with some of them compared; one watch of each at a time. Returns its end. */
  watch(what, query, changed) {
    const id = ++this.#next;
    this.#watched.set(what, { id, changed });
    if (!this.closed) this.#comm.send({ id, method: `watch${what}`, ...query });
    return () => {
      if (this.#watched.get(what)?.id !== id || this.closed) return;
      this.#watched.delete(what);
      this.#comm.send({ id: ++this.#next, method: `unwatch${what}` });
    };
  }

  /** The kernel lives on: it is told that nobody asks here any more. */
  leave() {
    this.close();
    if (!this.#comm.isDisposed) this.#comm.close();
  }

  close() {
    this.closed = true;
    for (const answer of [...this.#waiting.values()]) answer(null);
  }
}

/** Settles when a kernel that is started again by others answers; front ends hear nothing of it until they ask. */
export async function answers(kernel) {
  const pause = () => new Promise((done) => setTimeout(() => done(false), 2000));
  for (let tries = 0; tries < 60 && !kernel.isDisposed && !ended.has(kernel.status); tries++) {
    const asked = kernel.requestKernelInfo().then(
      () => true,
      () => pause(),
    );
    if (await Promise.race([asked, pause()])) return true;
  }
  return false;
}

/** The channels of all notebooks' kernels, made when first asked for. */
export class Channels {
  #notebooks;
  #byKernel = new WeakMap();

  constructor(notebooks) {
    this.#notebooks = notebooks;
  }

  /** A closed notebook leaves its kernel: told before the connection goes, which happens before the panel itself is gone. */
  #leaveWith({ sessionContext }, kernel) {
    sessionContext.disposed.connect(() => {
      this.#byKernel.get(kernel)?.leave();
      this.#byKernel.delete(kernel);
    });
  }

  /** Of the kernel that a cell's model belongs to; null: it is no kernel of ours, or none yet. */
  async ofCell(model) {
    const panel = this.#notebooks.find((p) => Array.from(p.content.model?.cells ?? []).includes(model));
    return panel ? this.ofPanel(panel) : null;
  }

  async ofPanel(panel) {
    await panel.sessionContext.ready;
    const kernel = panel.sessionContext.session?.kernel;
    if (!kernel || ended.has(kernel.status) || (await kernel.info).implementation !== "tunebook") return null;
    const open = this.#byKernel.get(kernel);
    if (open) return open.closed ? null : open; // the kernel refused it: asked again after a restart
    const made = new Channel(kernel);
    this.#byKernel.set(kernel, made);
    this.#leaveWith(panel, kernel);
    return made;
  }

  forget(kernel) {
    this.#byKernel.get(kernel)?.close();
    this.#byKernel.delete(kernel);
  }
}
