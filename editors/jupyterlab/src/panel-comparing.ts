// State of the comparison: the runs chosen in one notebook, watched while the tab is visible.
import type { NotebookPanel } from "@jupyterlab/notebook";
import type { KernelMessage } from "@jupyterlab/services";
import type { AssistWatches } from "#kernel/apps/jupyter/wire/comms/assist-contract.js";
import type { Channel, Channels, News } from "./channel.js";
import type { Chosen } from "./panel-chosen.js";

export interface ComparingState {
  readonly along: AssistWatches["Compared"]["params"]["along"];
  readonly smooth: boolean;
  readonly log: boolean;
  /** Whether equal settings are shown too. */
  readonly every: boolean;
  readonly comparison: News<"Compared"> | null;
  /** Number of chosen runs. */
  readonly chosen: number;
  readonly stale: boolean;
  readonly of: string;
}
export type Showing = Pick<ComparingState, "along" | "smooth" | "log" | "every">;

export class Comparing {
  readonly #channels: Channels;
  readonly #chosen: Chosen;
  #panel: NotebookPanel | null = null;
  #seen = false;
  #unwatch: () => void = () => undefined;
  /** The watched channel, or a placeholder while it is being looked up. */
  #watchedOn: Channel | { readonly closed?: undefined } | null = null;
  readonly #listeners = new Set<() => void>();
  state: ComparingState = {
    along: "step",
    smooth: true,
    log: false,
    every: false,
    comparison: null,
    chosen: 0,
    stale: false,
    of: "",
  };

  constructor(channels: Channels, chosen: Chosen) {
    this.#channels = channels;
    this.#chosen = chosen;
    chosen.subscribe(() => this.#watch());
  }
  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };
  readonly snapshot = (): ComparingState => this.state;
  #set(patch: Partial<ComparingState>): void {
    this.state = { ...this.state, ...patch };
    for (const changed of this.#listeners) changed();
  }

  /** Switches to the runs chosen in this notebook. */
  follow(panel: NotebookPanel): void {
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
  see(seen: boolean): void {
    if (this.#seen === seen) return;
    this.#seen = seen;
    this.#watch();
  }
  /** `along`, `smooth`: send a new request; `log`, `every`: only change the display. */
  show(change: Partial<Showing>): void {
    this.#set(change);
    if ("along" in change || "smooth" in change) this.#watch();
  }
  drop(id: string): void {
    this.#chosen.toggle(this.#panel, id);
  }

  #closed(): void {
    this.#panel = null;
    this.#stop();
    this.#set({ stale: true });
  }
  #statusChanged(_: unknown, status: KernelMessage.Status): void {
    if (status !== "idle" && status !== "busy") return this.#set({ stale: true });
    if (this.state.stale || this.#watchedOn?.closed) this.#watch();
  }
  #stop(): void {
    this.#unwatch();
    this.#unwatch = () => undefined;
    this.#watchedOn = null;
  }
  #watch(): void {
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
