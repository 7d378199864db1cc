// What the comparison shows: the runs chosen in one notebook, followed while the tab can be seen.
export class Comparing {
  #channels;
  #chosen;
  #panel = null;
  #seen = false;
  #unwatch = () => {};
  #watchedOn = null;
  #listeners = new Set();
  state = { along: "step", smooth: true, log: false, every: false, comparison: null, chosen: 0, stale: false, of: "" };

  constructor(channels, chosen) {
    this.#channels = channels;
    this.#chosen = chosen;
    chosen.subscribe(() => this.#watch());
  }
  subscribe = (changed) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };
  snapshot = () => this.state;
  #set(patch) {
    this.state = { ...this.state, ...patch };
    for (const changed of this.#listeners) changed();
  }

  /** The runs chosen in this notebook from now on. */
  follow(panel) {
    if (panel === this.#panel) return this.#watch();
    const before = this.#panel;
    before?.sessionContext.statusChanged.disconnect(this.#statusChanged, this);
    before?.disposed.disconnect(this.#closed, this);
    this.#panel = panel;
    panel.sessionContext.statusChanged.connect(this.#statusChanged, this);
    panel.disposed.connect(this.#closed, this);
    this.#set({ comparison: null, stale: false, of: panel.context.path });
    this.#watch();
  }
  see(seen) {
    if (this.#seen === seen) return;
    this.#seen = seen;
    this.#watch();
  }
  /** `along`, `smooth`: asks anew; `log`, `every`: how it is drawn. */
  show(change) {
    this.#set(change);
    if ("along" in change || "smooth" in change) this.#watch();
  }
  drop(id) {
    this.#chosen.toggle(this.#panel, id);
  }

  #closed() {
    this.#panel = null;
    this.#stop();
    this.#set({ stale: true });
  }
  #statusChanged(_, status) {
    if (status !== "idle" && status !== "busy") return this.#set({ stale: true });
    if (this.state.stale || this.#watchedOn?.closed) this.#watch();
  }
  #stop() {
    this.#unwatch();
    this.#unwatch = () => {};
    this.#watchedOn = null;
  }
  #watch() {
    this.#stop();
    const panel = this.#panel;
    if (!panel || panel.isDisposed) return;
    const chosen = this.#chosen.of(panel);
    this.#set({ chosen: chosen.size, ...(chosen.size === 0 && { comparison: null }) });
    if (!this.#seen || chosen.size === 0) return;
    const turn = {};
    this.#watchedOn = turn;
    void this.#channels.ofPanel(panel).then((channel) => {
      if (this.#watchedOn !== turn) return;
      if (!channel) return this.#set({ stale: true });
      this.#watchedOn = channel;
      const { along, smooth } = this.state;
      const runs = [...chosen].map(([id, slot]) => ({ id, slot }));
      this.#unwatch = channel.watch("Compared", { runs, along, smooth }, (comparison) => {
        if (!comparison) return;
        this.#set({ comparison, stale: false });
        for (const id of comparison.gone) if (this.#chosen.of(panel).has(id)) this.#chosen.toggle(panel, id);
      });
    });
  }
}
