// The panel's data: follows the current notebook with its cells, cursor and kernel, and requests plan and runs from the
// kernel. It sends no requests while the panel is hidden. A request that is outdated when its response arrives is
// repeated.
import type { Cell } from "@jupyterlab/cells";
import type { CodeEditor } from "@jupyterlab/codeeditor";
import type { INotebookTracker, NotebookPanel } from "@jupyterlab/notebook";
import type { KernelMessage } from "@jupyterlab/services";
import { Newest } from "#editors/codemirror/newest.js";
import type { AssistQuestionName, AssistQuestions } from "#kernel/apps/jupyter/wire/comms/assist-contract.js";
import { holdsTune } from "./cell-language.js";
import { answers, type Answer, type Channel, type Channels } from "./channel.js";
import type { Chosen } from "./panel-chosen.js";
import {
  atFirst,
  noPlan,
  noRuns,
  page,
  type Listing,
  type ListRow,
  type PanelState,
  type Tab,
  type View,
} from "./panel-state.js";

const pause = { typing: 250, moving: 120 }; // ms
const gone: ReadonlySet<string> = new Set(["restarting", "autorestarting", "terminating", "dead"]);

/** The notebook's content as sent with a request. */
type Asked = AssistQuestions["plan"]["params"];
interface Planned {
  readonly asked: Asked;
  readonly answer: Answer<"plan">;
}

export class Follower {
  readonly #notebooks: INotebookTracker;
  readonly #channels: Channels;
  readonly #chosen: Chosen;
  #seen = false;
  #panel: NotebookPanel | null = null;
  #cell: Cell | null = null;
  #selections: CodeEditor.IModel["selections"] | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #newest = new Newest<Asked, Planned | null>();
  #unwatch: () => void = () => undefined;
  #watchedOn: Channel | null = null;
  readonly #listeners = new Set<() => void>();
  #opening = 0;
  state: PanelState = atFirst;

  constructor(notebooks: INotebookTracker, channels: Channels, chosen: Chosen) {
    this.#notebooks = notebooks;
    this.#channels = channels;
    this.#chosen = chosen;
    chosen.subscribe(() => this.#set({ chosen: chosen.of(this.#panel) }));
    notebooks.currentChanged.connect(() => this.#follow());
    this.#follow();
  }

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };
  readonly snapshot = (): PanelState => this.state;
  #set(patch: Partial<PanelState>): void {
    this.state = { ...this.state, ...patch };
    for (const changed of this.#listeners) changed();
  }

  get panel(): NotebookPanel | null {
    return this.#panel;
  }
  see(seen: boolean): void {
    if (this.#seen === seen) return;
    this.#seen = seen;
    if (seen) this.#refresh();
    else this.#stopWatching();
  }
  show(tab: Tab): void {
    this.#set({ tab });
    this.#refresh();
  }
  search(filter: string): void {
    this.#set({ filter, limit: page });
    this.#watch(true);
  }
  more(): void {
    this.#set({ limit: this.state.limit + page });
    this.#watch(true);
  }
  /** Changes the sort order, the displayed score or the folding of sweeps. */
  arrange(change: Partial<View>): void {
    this.#set({ view: { ...this.state.view, ...change } });
    this.#watch(true);
  }
  /** Shows or hides the trials of a sweep. */
  unfold(key: string): void {
    const { open } = this.state.view;
    this.arrange({ open: open.includes(key) ? open.filter((one) => one !== key) : [...open, key] });
  }
  /** Adds a run to the comparison or removes it; returns false if the maximum is reached. */
  choose(id: string): boolean {
    return this.#chosen.toggle(this.#panel, id);
  }
  chooseNone(): void {
    this.#chosen.clear(this.#panel);
  }
  /** Saves tags and a note with a run. Returns the error message, or null on success. */
  async note(run: string, { tags, note }: Pick<Listing["runs"][number], "tags" | "note">): Promise<string | null> {
    const answer = await this.ask("noteRun", { run, tags, note });
    if (answer?.noted) await this.open(this.state.run, this.state.against);
    return answer?.noted ? null : (answer?.why ?? "The kernel did not answer.");
  }
  /** Returns the statement that opens a run as a model, under a name that is free in the notebook. */
  async loadText(run: string): Promise<string | null> {
    const cells = [...(this.#panel?.content.model?.cells ?? [])].filter(({ type }) => type === "code");
    const answer = await this.ask("loadRun", { run, cells: cells.map((cell) => cell.sharedModel.getSource()) });
    return answer?.text ?? null;
  }
  /** Returns a program that repeats the run's training under a new name. */
  async program(run: string): Promise<string | null> {
    return (await this.ask("run", { run, against: null }))?.again ?? null;
  }
  async open(run: string | null, against: string | null = null): Promise<void> {
    const turn = ++this.#opening;
    const same = run !== null && run === this.state.run;
    this.#set({ run, against, details: same ? this.state.details : null });
    if (run === null) return;
    const details = await this.ask("run", { run, against });
    if (turn !== this.#opening) return;
    // The run was deleted, in this window or by another process.
    if (details === null && this.state.runs.known && !this.state.runs.byId.has(run))
      this.#set({ run: null, details: null });
    else if (details !== null) this.#set({ details });
  }
  async measure(): Promise<void> {
    const asked = this.#text();
    if (!asked) return;
    this.#set({ measuring: true });
    const answer = await this.ask("plan", { ...asked, measure: true }, 600_000);
    this.#set({ measuring: false });
    if (answer) this.#planned({ asked, answer });
    this.#later(0);
  }
  async ask<Q extends AssistQuestionName>(
    method: Q,
    params: AssistQuestions[Q]["params"],
    patience?: number,
  ): Promise<Answer<Q> | null> {
    const channel = this.#panel && !this.#panel.isDisposed ? await this.#channels.ofPanel(this.#panel) : null;
    return channel ? channel.ask(method, params, patience) : null;
  }

  #follow(): void {
    const panel = this.#notebooks.currentWidget;
    if (panel === this.#panel) return;
    const before = this.#panel;
    if (before && !before.isDisposed) this.#connect(before, "disconnect");
    this.#stopWatching();
    this.#panel = panel;
    this.#watchCell(null);
    this.#set({
      ...noPlan,
      notebook: panel?.context.path ?? null,
      kernel: panel ? "starting" : "none",
      runs: noRuns,
      run: null,
      details: null,
      chosen: this.#chosen.of(panel),
    });
    if (!panel) return;
    this.#connect(panel, "connect");
    this.#modelChanged();
    this.#watchCell(panel.content.activeCell);
    this.#refresh();
  }
  #connect({ content, context, sessionContext, disposed }: NotebookPanel, how: "connect" | "disconnect"): void {
    content.activeCellChanged[how](this.#cellChanged, this);
    content.modelChanged[how](this.#modelChanged, this);
    context.pathChanged[how](this.#renamed, this);
    sessionContext.statusChanged[how](this.#statusChanged, this);
    sessionContext.kernelChanged[how](this.#kernelChanged, this);
    sessionContext.iopubMessage[how](this.#said, this);
    disposed[how](this.#closed, this);
    content.model?.contentChanged[how](this.#typed, this);
  }
  #modelChanged(): void {
    this.#panel?.content.model?.contentChanged.connect(this.#typed, this);
  }
  #closed(): void {
    this.#panel = null;
    this.#watchCell(null);
    this.#follow();
    if (!this.#panel) this.#set({ ...noPlan, kernel: "none", notebook: null, runs: noRuns, run: null, details: null });
  }
  #renamed(): void {
    this.#set({ notebook: this.#panel?.context.path ?? null });
  }
  #typed(): void {
    this.#later(pause.typing);
  }
  #cellChanged(_: unknown, cell: Cell | null): void {
    this.#watchCell(cell);
    this.#later(pause.moving);
  }
  #watchCell(cell: Cell | null): void {
    this.#cell = cell;
    this.#selections?.changed.disconnect(this.#moved, this);
    this.#selections = null;
    if (!cell) return;
    void cell.ready.then(() => {
      if (this.#cell !== cell || cell.isDisposed) return;
      this.#selections = cell.editor?.model.selections ?? null;
      this.#selections?.changed.connect(this.#moved, this);
    });
  }
  #moved(): void {
    this.#later(pause.moving);
  }
  #kernelChanged(): void {
    this.#stopWatching();
    this.#refresh();
  }
  #statusChanged(_: unknown, status: KernelMessage.Status): void {
    if (gone.has(status)) {
      this.#stopWatching();
      this.#set({ kernel: status === "dead" || status === "terminating" ? "gone" : "starting" });
      const kernel = this.#panel?.sessionContext.session?.kernel;
      if (status === "autorestarting" && kernel) void answers(kernel).then(() => this.#refresh());
    } else if (this.state.kernel !== "ready" && (status === "idle" || status === "busy")) this.#refresh();
  }
  /** Whether a cell ran: its results replace guesses of the plan. */
  #ran = false;
  #said(_: unknown, { header, content }: KernelMessage.IMessage): void {
    if (header.msg_type === "execute_input") this.#ran = true;
    else if (header.msg_type === "status" && content["execution_state"] === "idle" && this.#ran) {
      this.#ran = false;
      this.#later(pause.moving, true);
    }
  }

  #refresh(): void {
    if (this.#seen && this.#panel) void this.#look(this.#panel);
  }
  async #look(panel: NotebookPanel): Promise<void> {
    await panel.sessionContext.ready;
    const kernel = panel.sessionContext.session?.kernel;
    if (panel !== this.#panel || panel.isDisposed) return;
    if (!kernel) return this.#set({ kernel: "none" });
    if (gone.has(kernel.status)) return this.#set({ kernel: "gone" });
    const channel = await this.#channels.ofPanel(panel);
    if (panel !== this.#panel) return;
    if (!channel)
      return this.#set({ kernel: (await kernel.info).implementation === "tunebook" ? "starting" : "other", ...noPlan });
    this.#set({ kernel: "ready" });
    this.#later(0, true);
    this.#watch();
  }

  // Requests the plan after a pause.
  #asked = "";
  #later(wait: number, again = false): void {
    if (!this.#seen || !this.#panel) return;
    if (again) this.#asked = "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#plan(), wait);
  }
  async #plan(): Promise<void> {
    if (this.state.tab !== "plan" || this.state.kernel !== "ready") return;
    const asked = this.#text();
    const text = JSON.stringify(asked);
    if (!asked || text === this.#asked) return;
    this.#asked = text;
    const panel = this.#panel;
    const found = await this.#newest.ask(async (asked) => {
      const answer = await this.ask("plan", asked, 30_000);
      return answer && { asked, answer };
    }, asked);
    if (found && panel === this.#panel) this.#planned(found);
    else if (!found) this.#later(1000, true);
  }
  /** If an error hides the shown training, its previous plan remains visible and is marked as outdated. */
  #planned({ asked, answer: { plan, findings } }: Planned): void {
    const texts = new Map(asked.cells.map(({ id, code }) => [id, code]));
    const { plan: before } = this.state;
    const lost = findings.some(({ severity }) => severity === "error") && plan.trainings.length === 0;
    if (lost && before && before.trainings.length > 0) this.#set({ findings, texts, held: true });
    else this.#set({ plan, findings, texts, held: false });
  }
  /** Returns the code cells; those without Tune have no text. Returns null if there is no notebook yet. */
  #text(): Asked | null {
    const content = this.#panel?.content;
    if (!content?.model) return null;
    const cells = [...content.model.cells]
      .filter((cell) => cell.type === "code")
      .map((cell) => {
        const code = cell.sharedModel.getSource();
        return { id: cell.id, code: holdsTune(code) ? code : "" };
      });
    const { activeCell } = content;
    const editor = activeCell?.editor;
    const at = activeCell
      ? { cell: activeCell.model.id, offset: editor ? editor.getOffsetAt(editor.getCursorPosition()) : 0 }
      : null;
    return { cells, at };
  }

  #stopWatching(): void {
    this.#unwatch();
    this.#unwatch = () => undefined;
    this.#watchedOn = null;
  }
  #watch(anew = false): void {
    if (this.state.tab !== "runs" || !this.#seen) return this.#stopWatching();
    const panel = this.#panel;
    if (!panel) return;
    void this.#channels.ofPanel(panel).then((channel) => {
      if (!channel || panel !== this.#panel || (this.#watchedOn === channel && !anew)) return;
      this.#unwatch();
      this.#watchedOn = channel;
      const { filter, limit, view } = this.state;
      this.#unwatch = channel.watch("Runs", { filter, limit, ...view }, (listing) => this.#listed(listing));
      if (this.state.run) void this.open(this.state.run, this.state.against);
    });
  }
  #listed(listing: Listing | null): void {
    if (!listing) return;
    const byId = new Map(this.state.runs.byId);
    for (const run of listing.runs) byId.set(run.id, run);
    const named = new Set(listing.rows.flatMap(runsOf));
    const here = [...byId].filter(([id]) => named.has(id));
    const { rows, order, total, all, left, scores, score, tags, problem } = listing;
    const table = { rows, order, total, all, left, scores, score, tags, problem };
    this.#set({ runs: { ...table, byId: new Map(here), known: true } });
    const { run, against } = this.state;
    // Reloads the open run if it changed. A run outside the table may have changed or been deleted as well.
    if (run && (!this.state.runs.byId.has(run) || listing.runs.some(({ id }) => id === run)))
      void this.open(run, against);
  }
}

function runsOf(row: ListRow): readonly string[] {
  if (row.is === "run") return [row.id];
  return row.is === "sweep" ? [row.newest, ...(row.best ? [row.best.id] : [])] : [];
}
