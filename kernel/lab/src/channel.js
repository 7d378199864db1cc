// One comm for each kernel: sends { id, text }, gets { id, diagnostics }. A question that is never answered ends by itself.
const target = "tunebook.check";
const patience = 10_000; // ms

export class Channel {
  #comm;
  #waiting = new Map();
  #next = 0;
  closed = false;

  constructor(kernel) {
    this.#comm = kernel.createComm(target);
    this.#comm.onMsg = ({ content }) => {
      const { id, diagnostics } = content.data;
      this.#waiting.get(id)?.(Array.isArray(diagnostics) ? diagnostics : []);
    };
    this.#comm.onClose = () => this.close();
    this.#comm.open({});
  }

  ask(text) {
    if (this.closed) return Promise.resolve([]);
    const id = ++this.#next;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#waiting.get(id)?.([]), patience);
      this.#waiting.set(id, (diagnostics) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(diagnostics);
      });
      this.#comm.send({ id, text });
    });
  }

  close() {
    this.closed = true;
    for (const answer of [...this.#waiting.values()]) answer([]);
  }
}

/** One question in flight; while it is, only the newest text waits. */
export class Newest {
  #wanted = null;
  #running = null;

  ask(send, text) {
    this.#wanted = text;
    this.#running ??= this.#run(send).finally(() => (this.#running = null));
    return this.#running;
  }

  async #run(send) {
    for (;;) {
      const text = this.#wanted;
      const answer = await send(text);
      if (this.#wanted === text) return answer;
    }
  }
}
