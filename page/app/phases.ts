/** The compiler's phases in tabs. A view stays until a newer one is ready, and is dimmed while it is outdated. */
import type { CheckResult, CompilerPhaseView, TreeNode, CompilerPhaseName } from "../world/protocol.js";
import type { WorkerClient } from "./asker.js";
import { elementById } from "./dom.js";
import { makeElement } from "./make.js";

const views: readonly (readonly [CompilerPhaseName, string])[] = [
  ["tree", "Tree"],
  ["data", "Data"],
  ["plan", "Plan"],
  ["graph", "Graph"],
  ["program", "Program"],
];

export class PhaseTabs {
  readonly #asker: WorkerClient;
  readonly #select: (from: number, to: number) => void;
  readonly #tabs = new Map<CompilerPhaseName, HTMLButtonElement>();
  #view: CompilerPhaseName = "plan";
  #code = "";
  #checkup: CheckResult | null = null;
  #turn = 0;
  /** The view that is drawn on the page. */
  #drawn: CompilerPhaseName | null = null;

  constructor(asker: WorkerClient, select: (from: number, to: number) => void) {
    this.#asker = asker;
    this.#select = select;
    const list = elementById("tabs");
    for (const [view, title] of views) {
      const tab = makeElement("button", { type: "button", id: `tab-${view}`, onclick: () => this.open(view) }, title);
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", "view");
      this.#tabs.set(view, tab);
      list.append(tab);
    }
    list.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (step === undefined) return;
      const index = views.findIndex(([view]) => view === this.#view);
      const [next] = views[(index + step + views.length) % views.length]!;
      this.open(next);
      this.#tabs.get(next)?.focus();
    });
    elementById<HTMLSelectElement>("which").onchange = () => void this.#draw();
    this.#mark();
  }

  open(view: CompilerPhaseName): void {
    this.#view = view;
    this.#mark();
    this.#choices();
    void this.#draw();
  }

  update(checkup: CheckResult, code: string): void {
    [this.#checkup, this.#code] = [checkup, code];
    this.#choices();
    elementById("notes").replaceChildren(...checkup.notes.map((text) => makeElement("li", {}, text)));
    void this.#draw();
  }

  /** Dims the view until the next check. */
  outdate(): void {
    elementById("view").classList.add("old");
  }

  /** Clears the views when another program is opened. */
  clear(): void {
    this.#turn += 1;
    this.#drawn = null;
    this.#checkup = null;
    elementById("view").replaceChildren();
    elementById("notes").replaceChildren();
  }

  #mark(): void {
    for (const [view, tab] of this.#tabs) {
      const on = view === this.#view;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
    }
    elementById("view").setAttribute("aria-labelledby", `tab-${this.#view}`);
  }

  /** Shows the choice of trainings and data sets if there are several. */
  #choices(): void {
    const which = elementById<HTMLSelectElement>("which");
    const names = this.#view === "tree" ? [] : this.#view === "data" ? this.#checkup?.data : this.#checkup?.trainings;
    const before = which.value;
    which.replaceChildren(...(names ?? []).map((name) => makeElement("option", { value: name }, name)));
    if (names?.includes(before)) which.value = before;
    which.hidden = (names?.length ?? 0) < 2;
  }

  async #draw(): Promise<void> {
    if (!this.#checkup) return;
    const turn = ++this.#turn;
    const view = this.#view;
    const name = elementById<HTMLSelectElement>("which").value || null;
    const drawn = await this.#asker
      .ask("show", { code: this.#code, view, name })
      .catch((error: unknown): CompilerPhaseView => ({ none: String(error) }));
    if (turn !== this.#turn) return;
    const panel = elementById("view");
    const stale = elementById("stale");
    const keep = "none" in drawn && this.#drawn === view && this.#checkup.findings.length > 0;
    stale.hidden = !keep;
    panel.classList.toggle("old", keep);
    if (keep) {
      stale.textContent = drawn.none;
      return;
    }
    this.#drawn = "none" in drawn ? null : view;
    if ("html" in drawn) {
      panel.innerHTML = drawn.html;
      // Opens the origins of all settings, which are what a plan is read for on this page.
      if (view === "plan") for (const more of panel.querySelectorAll("details")) more.open = true;
    } else if ("text" in drawn) panel.replaceChildren(makeElement("pre", {}, drawn.text));
    else if ("tree" in drawn) panel.replaceChildren(this.#list(drawn.tree, "tree"));
    else panel.replaceChildren(makeElement("p", { className: "none" }, drawn.none));
    panel.dataset["view"] = view;
  }

  #list(nodes: readonly TreeNode[], className = ""): HTMLUListElement {
    return makeElement(
      "ul",
      { className },
      ...nodes.map(({ label, detail, from, to, children }) =>
        makeElement(
          "li",
          {},
          makeElement(
            "button",
            { type: "button", onclick: () => this.#select(from, to) },
            makeElement("code", {}, label),
            makeElement("small", {}, detail),
          ),
          ...(children.length > 0 ? [this.#list(children)] : []),
        ),
      ),
    );
  }
}
