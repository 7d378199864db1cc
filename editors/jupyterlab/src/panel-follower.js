// What the panel knows: follows the notebook at hand, its cells, its cursor and its kernel, and asks the kernel for plan and
// runs. Nothing is asked while the panel can't be seen; a question that is stale when it is answered is asked again.
import { holdsTune } from "./cell-language.js";
import { answers } from "./channel.js";
import { Newest } from "./editor/newest.js";

const pause = { typing: 250, moving: 120 }; // ms
const page = 50;
const gone = new Set(["restarting", "autorestarting", "terminating", "dead"]);
const away = { plan: null, held: false, findings: [], texts: new Map(), measuring: false };
const noRuns = {
  ...{ rows: [], order: [], byId: new Map(), total: 0, all: 0, left: 0, scores: [], score: null, tags: [] },
  known: false,
};

export class Follower {
  #notebooks;
  #channels;
  #chosen;
  #seen = false;
  #panel = null;
  #cell = null;
  #selections = null;
  #timer = null;
  #newest = new Newest();
  #unwatch = () => {};
  #watchedOn = null;
  #listeners = new Set();
  #opening = 0;
  /** What is shown; replaced, never changed. `kernel`: none, other, starting, gone, ready. */
  state = {
    kernel: "none",
    notebook: null,
    tab: "plan",
    runs: noRuns,
    filter: "",
    limit: page,
    view: { sort: "started", reverse: false, score: null, fold: true, open: [] },
    chosen: new Map(),
    run: null,
    against: null,
    details: null,
    ...away,
  };

  constructor(notebooks, channels, chosen) {
    this.#notebooks = notebooks;
    this.#channels = channels;
    this.#chosen = chosen;
    chosen.subscribe(() => this.#set({ chosen: chosen.of(this.#panel) }));
    notebooks.currentChanged.connect(() => this.#follow());
    this.#follow();
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

  get panel() {
    return this.#panel;
  }
  see(seen) {
    if (this.#seen === seen) return;
    this.#seen = seen;
    if (seen) this.#refresh();
    else this.#stopWatching();
  }
  show(tab) {
    this.#set({ tab });
    this.#refresh();
  }
  search(filter) {
    this.#set({ filter, limit: page });
    this.#watch(true);
  }
  more() {
    this.#set({ limit: this.state.limit + page });
    this.#watch(true);
  }
  /** Sorts, shows another score, folds sweeps. */
  arrange(change) {
    this.#set({ view: { ...this.state.view, ...change } });
    this.#watch(true);
  }
  /** Shows or hides the trials of a sweep. */
  unfold(key) {
    const { open } = this.state.view;
    this.arrange({ open: open.includes(key) ? open.filter((one) => one !== key) : [...open, key] });
  }
  /** For the comparison; false: there is no room for more. */
  choose(id) {
    return this.#chosen.toggle(this.#panel, id);
  }
  chooseNone() {
    this.#chosen.clear(this.#panel);
  }
  /** Keeps tags and a note with a run; what was wrong, if something was. */
  async note(run, { tags, note }) {
    const answer = await this.ask("noteRun", { run, tags, note });
    if (answer?.noted) await this.open(this.state.run, this.state.against);
    return answer?.noted ? null : (answer?.why ?? "The kernel did not answer.");
  }
  /** The statement that opens a run as a model, under a name that the notebook has free. */
  async loadText(run) {
    const cells = Array.from(this.#panel?.content.model?.cells ?? []).filter(({ type }) => type === "code");
    const answer = await this.ask("loadRun", { run, cells: cells.map((cell) => cell.sharedModel.getSource()) });
    return answer?.text ?? null;
  }
  async open(run, against = null) {
    const turn = ++this.#opening;
    const same = run !== null && run === this.state.run;
    this.#set({ run, against, details: same ? this.state.details : null });
    if (run === null) return;
    const details = await this.ask("run", { run, against });
    if (turn !== this.#opening) return;
    // It was deleted, here or elsewhere.
    if (details === null && this.state.runs.known && !this.state.runs.byId.has(run))
      this.#set({ run: null, details: null });
    else if (details !== null) this.#set({ details });
  }
  async measure() {
    this.#set({ measuring: true });
    const asked = this.#text();
    const answer = await this.ask("plan", { ...asked, measure: true }, 600_000);
    this.#set({ measuring: false });
    if (answer) this.#planned(asked, answer);
    this.#later(0);
  }
  async ask(method, params, patience) {
    const channel = this.#panel && !this.#panel.isDisposed ? await this.#channels.ofPanel(this.#panel) : null;
    return channel ? channel.ask(method, params, patience) : null;
  }

  // The notebook at hand.
  #follow() {
    const panel = this.#notebooks.currentWidget;
    if (panel === this.#panel) return;
    const before = this.#panel;
    if (before && !before.isDisposed) this.#connect(before, "disconnect");
    this.#stopWatching();
    this.#panel = panel;
    this.#watchCell(null);
    this.#set({
      ...away,
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
  #connect({ content, context, sessionContext, disposed }, how) {
    content.activeCellChanged[how](this.#cellChanged, this);
    content.modelChanged[how](this.#modelChanged, this);
    context.pathChanged[how](this.#renamed, this);
    sessionContext.statusChanged[how](this.#statusChanged, this);
    sessionContext.kernelChanged[how](this.#kernelChanged, this);
    sessionContext.iopubMessage[how](this.#said, this);
    disposed[how](this.#closed, this);
    content.model?.contentChanged[how](this.#typed, this);
  }
  #modelChanged() {
    this.#panel?.content.model?.contentChanged.connect(this.#typed, this);
  }
  #closed() {
    this.#panel = null;
    this.#watchCell(null);
    this.#follow();
    if (!this.#panel) this.#set({ ...away, kernel: "none", notebook: null, runs: noRuns, run: null, details: null });
  }
  #renamed() {
    this.#set({ notebook: this.#panel?.context.path ?? null });
  }
  #typed() {
    this.#later(pause.typing);
  }
  #cellChanged(_, cell) {
    this.#watchCell(cell);
    this.#later(pause.moving);
  }
  // The cursor.
  #watchCell(cell) {
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
  #moved() {
    this.#later(pause.moving);
  }
  // The kernel.
  #kernelChanged() {
    this.#stopWatching();
    this.#refresh();
  }
  #statusChanged(_, status) {
    if (gone.has(status)) {
      this.#stopWatching();
      this.#set({ kernel: status === "dead" || status === "terminating" ? "gone" : "starting" });
      const kernel = this.#panel?.sessionContext.session?.kernel;
      if (status === "autorestarting" && kernel) void answers(kernel).then(() => this.#refresh());
    } else if (this.state.kernel !== "ready" && (status === "idle" || status === "busy")) this.#refresh();
  }
  /** A cell that ran tells what the plan could only guess. */
  #ran = false;
  #said(_, { header, content }) {
    if (header.msg_type === "execute_input") this.#ran = true;
    else if (header.msg_type === "status" && content.execution_state === "idle" && this.#ran) {
      this.#ran = false;
      this.#later(pause.moving, true);
    }
  }

  #refresh() {
    if (!this.#seen || !this.#panel) return;
    void this.#look();
  }
  async #look() {
    const panel = this.#panel;
    await panel.sessionContext.ready;
    const kernel = panel.sessionContext.session?.kernel;
    if (panel !== this.#panel || panel.isDisposed) return;
    if (!kernel) return this.#set({ kernel: "none" });
    if (gone.has(kernel.status)) return this.#set({ kernel: "gone" });
    const channel = await this.#channels.ofPanel(panel);
    if (panel !== this.#panel) return;
    if (!channel)
      return this.#set({ kernel: (await kernel.info).implementation === "tunebook" ? "starting" : "other", ...away });
    this.#set({ kernel: "ready" });
    this.#later(0, true);
    this.#watch();
  }

  // The plan.
  #asked = "";
  #later(wait, again = false) {
    if (!this.#seen || !this.#panel) return;
    if (again) this.#asked = "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#plan(), wait);
  }
  async #plan() {
    if (this.state.tab !== "plan" || this.state.kernel !== "ready" || !this.#panel?.content.model) return;
    const text = JSON.stringify(this.#text());
    if (text === this.#asked) return;
    this.#asked = text;
    const panel = this.#panel;
    const answer = await this.#newest.ask(async (asked) => {
      const found = await this.ask("plan", JSON.parse(asked), 30_000);
      return found && { ...found, asked };
    }, text);
    if (answer && panel === this.#panel) this.#planned(JSON.parse(answer.asked), answer);
    else if (!answer) this.#later(1000, true);
  }
  /** While a mistake hides the training that was shown, its plan stays, marked as of before. */
  #planned({ cells }, { plan, findings }) {
    const texts = new Map(cells.map(({ id, code }) => [id, code]));
    const { plan: before } = this.state;
    const lost = findings.some(({ severity }) => severity === "error") && plan.trainings.length === 0;
    if (lost && before?.trainings.length > 0) this.#set({ findings, texts, held: true });
    else this.#set({ plan, findings, texts, held: false });
  }
  /** The code cells, those that hold no Tune without their text. */
  #text() {
    const { content } = this.#panel;
    const cells = Array.from(content.model.cells)
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

  // The runs.
  #stopWatching() {
    this.#unwatch();
    this.#unwatch = () => {};
    this.#watchedOn = null;
  }
  #watch(anew = false) {
    if (this.state.tab !== "runs" || !this.#seen) return this.#stopWatching();
    const panel = this.#panel;
    void (panel && this.#channels.ofPanel(panel)).then((channel) => {
      if (!channel || panel !== this.#panel || (this.#watchedOn === channel && !anew)) return;
      this.#unwatch();
      this.#watchedOn = channel;
      const { filter, limit, view } = this.state;
      this.#unwatch = channel.watch("Runs", { filter, limit, ...view }, (listing) => this.#listed(listing));
      if (this.state.run) void this.open(this.state.run, this.state.against);
    });
  }
  #listed(listing) {
    if (!listing) return;
    const byId = new Map(this.state.runs.byId);
    for (const run of listing.runs) byId.set(run.id, run);
    const named = new Set(listing.rows.flatMap(({ id, newest, best }) => [id, newest, best?.id]));
    const here = [...byId].filter(([id]) => named.has(id));
    const { rows, order, total, all, left, scores, score, tags, problem } = listing;
    const table = { rows, order, total, all, left, scores, score, tags, problem };
    this.#set({ runs: { ...table, byId: new Map(here), known: true } });
    const { run, against } = this.state;
    // What the table doesn't show may have changed, too, or be gone.
    if (run && (!this.state.runs.byId.has(run) || listing.runs.some(({ id }) => id === run)))
      void this.open(run, against);
  }
}
