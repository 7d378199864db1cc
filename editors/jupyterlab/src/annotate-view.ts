// The view of the annotation widget: built once and updated in place, so that focus and scroll position are preserved.
// It handles all keys itself. JupyterLab's own shortcuts are blocked, since `d` pressed twice would delete the cell.
import type { AnnotationRow, AnnotationLabel } from "#kernel/apps/jupyter/ports/annotate-contract.js";
import { found, keyHelp, keysOf, MOST_KEYS } from "./annotate-keys.js";
import "./annotate.css";

interface Told {
  readonly data: string;
  readonly annotator: string;
  readonly order: string;
  readonly labels: readonly string[];
  readonly several: boolean;
  readonly total: number;
}
interface Doings {
  choose(label: string): void;
  accept(): void;
  skip(): void;
  drop(): void;
  undo(): void;
  move(by: 1 | -1): void;
}
interface Drawn {
  readonly row: AnnotationRow | undefined;
  readonly at: number;
  readonly done: number;
  /** Labels that would be saved; only where a row can have several. */
  readonly chosen: readonly string[];
}
/** Maximum number of labels shown. */
const SHOWN = 12;

export class AnnotationView {
  readonly #told: Told;
  readonly #doings: Doings;
  readonly #keys: readonly string[];
  readonly #many: boolean;
  readonly #root: HTMLElement;
  readonly #progress = made("progress", "");
  readonly #count = made("span", "tunebook-annotate-count");
  readonly #text = made("div", "tunebook-annotate-text");
  readonly #about = made("div", "tunebook-annotate-about");
  readonly #labels = made("div", "tunebook-annotate-labels");
  readonly #search = made("input", "tunebook-annotate-search");
  readonly #status = made("span", "tunebook-annotate-status");
  readonly #fault = made("div", "tunebook-annotate-fault");
  readonly #help = made("table", "tunebook-annotate-help");
  readonly #buttons = new Map<string, HTMLButtonElement>();
  #drawn: Drawn = { row: undefined, at: 0, done: 0, chosen: [] };
  #shownAt = -1;

  constructor(el: HTMLElement, told: Told, doings: Doings) {
    this.#told = told;
    this.#doings = doings;
    this.#keys = keysOf(told.labels);
    this.#many = told.labels.length > MOST_KEYS;
    this.#root = made("div", "tunebook-annotate");
    this.#root.tabIndex = 0;
    this.#root.setAttribute("role", "group");
    this.#root.setAttribute(
      "aria-label",
      `Annotate ${told.data} as ${told.annotator}. Press question mark for the keys.`,
    );
    // Lumino's two names for the same attribute.
    this.#root.setAttribute("data-lm-suppress-shortcuts", "true");
    this.#root.setAttribute("data-p-suppress-shortcuts", "true");
    this.#root.append(
      this.#head(),
      this.#text,
      this.#about,
      ...this.#choices(),
      this.#actions(),
      this.#fault,
      this.#help,
    );
    this.#root.addEventListener("keydown", (event) => this.#pressed(event));
    // A click anywhere in the widget focuses it, so that its keys work; a clicked button passes the focus back.
    this.#root.addEventListener("click", (event) => {
      if (event.target !== this.#search && event.detail > 0 && window.getSelection()?.isCollapsed !== false)
        this.#root.focus({ preventScroll: true });
    });
    el.append(this.#root);
  }

  draw(drawn: Drawn): void {
    this.#drawn = drawn;
    const { row, at, done } = drawn;
    const { total } = this.#told;
    this.#progress.max = Math.max(1, total);
    this.#progress.value = done;
    this.#count.textContent =
      total === 0 ? "no rows" : `${String(done)} of ${String(total)}${done === total ? ", all decided" : ""}`;
    if (row && this.#shownAt !== at) {
      this.#shownAt = at;
      this.#text.replaceChildren(...row.texts.flatMap((one) => this.#passage(one, row.texts.length > 1)));
      this.#text.scrollTop = 0;
    }
    if (!row) this.#text.textContent = total === 0 ? "No row is asked about." : "…";
    this.#about.replaceChildren(...(row ? this.#aboutRow(row, at) : []));
    this.#drawLabels();
  }

  /** Shows a status message, which screen readers announce. */
  say(what: string): void {
    this.#status.textContent = what;
  }
  fault(what: string): void {
    this.#fault.textContent = what;
    this.#fault.hidden = what === "";
    if (what !== "") this.say("");
  }

  #head(): HTMLElement {
    const { annotator, order } = this.#told;
    const head = made("div", "tunebook-annotate-head");
    this.#progress.setAttribute("aria-label", "Rows decided");
    this.#status.setAttribute("role", "status");
    this.#fault.setAttribute("role", "alert");
    this.#fault.hidden = true;
    this.#text.setAttribute("role", "document");
    this.#text.dir = "auto";
    this.#text.tabIndex = 0;
    const hint = made("span", "tunebook-annotate-hint", "click here, then the keys work");
    const who = made("span", "tunebook-annotate-who", `${annotator} · ${order}`);
    head.append(this.#progress, this.#count, this.#status, hint, who);
    return head;
  }

  #choices(): readonly HTMLElement[] {
    const { labels, several } = this.#told;
    this.#labels.setAttribute("role", "group");
    this.#labels.setAttribute("aria-label", several ? "Labels, several may be chosen" : "Labels");
    if (!this.#many) {
      labels.forEach((label, i) => this.#labels.append(this.#button(label, this.#keys[i])));
      return [this.#labels];
    }
    this.#search.type = "search";
    this.#search.placeholder = `/ find one of ${String(labels.length)} labels`;
    this.#search.setAttribute("aria-label", "Find a label by its first letters");
    this.#search.addEventListener("input", () => this.#drawLabels());
    return [this.#search, this.#labels];
  }

  #button(label: string, key: string | undefined): HTMLButtonElement {
    const known = this.#buttons.get(label);
    if (known) return known;
    const button = made("button", "tunebook-annotate-label");
    button.type = "button";
    if (key !== undefined) {
      button.append(made("kbd", "", key));
      button.setAttribute("aria-keyshortcuts", key);
    }
    button.append(made("span", "", label === "" ? "(empty)" : label), made("small", ""));
    button.addEventListener("click", () => this.#doings.choose(label));
    this.#buttons.set(label, button);
    return button;
  }

  #drawLabels(): void {
    const { row, chosen } = this.#drawn;
    const { labels, several } = this.#told;
    if (this.#many) {
      // Always shows the row's current, suggested and chosen labels.
      const near = [row?.decided, row?.suggested].flatMap((one) => (one && "label" in one ? [one.label].flat() : []));
      const first = [...new Set([...(several ? chosen : []), ...near, ...[row?.label ?? []].flat()])];
      const typed = this.#search.value.trim();
      const shown = (typed === "" ? [...new Set([...first, ...labels])] : found(labels, typed)).slice(0, SHOWN);
      this.#labels.replaceChildren(...shown.map((label) => this.#button(label, undefined)));
      if (shown.length === 0) this.#labels.textContent = "no label begins so";
    }
    for (const [label, button] of this.#buttons) {
      const decided = row?.decided?.does === "label" && has(row.decided.label, label);
      button.setAttribute("aria-pressed", String(several ? chosen.includes(label) : decided));
      const marks = [
        row && has(row.label, label) && "in the source",
        row?.suggested && has(row.suggested.label, label) && `suggested${chanceOf(row.suggested.chance)}`,
      ].filter((one) => typeof one === "string");
      button.classList.toggle("tunebook-suggested", row?.suggested ? has(row.suggested.label, label) : false);
      button.lastElementChild?.replaceChildren(marks.join(", "));
    }
  }

  #actions(): HTMLElement {
    const actions = made("div", "tunebook-annotate-actions");
    const doings = this.#doings;
    const add = (key: string, name: string, act: () => void): void => {
      const button = made("button", "");
      button.type = "button";
      button.append(made("kbd", "", key), made("span", "", name));
      button.addEventListener("click", act);
      actions.append(button);
    };
    add("Enter", this.#told.several ? "save" : "accept", () => doings.accept());
    add("s", "skip", () => doings.skip());
    add("d", "leave out", () => doings.drop());
    add("u", "undo", () => doings.undo());
    add("←", "back", () => doings.move(-1));
    add("→", "forward", () => doings.move(1));
    add("?", "keys", () => this.#toggleHelp());
    for (const [keys, does] of keyHelp(this.#told.several, this.#many)) {
      const line = this.#help.insertRow();
      line.insertCell().append(made("kbd", "", keys));
      line.insertCell().textContent = does;
    }
    this.#help.hidden = true;
    return actions;
  }
  #toggleHelp(): void {
    this.#help.hidden = !this.#help.hidden;
  }

  #passage({ role, text, cut }: AnnotationRow["texts"][number], named: boolean): readonly HTMLElement[] {
    const passage = made("div", "", text);
    const rest = cut > 0 ? [made("small", "", `${String(cut)} characters more are not shown`)] : [];
    return [...(named ? [made("small", "", role)] : []), passage, ...rest];
  }

  #aboutRow({ row, split, why, label, decided }: AnnotationRow, at: number): readonly Node[] {
    const place = `${String(at + 1)}. row ${String(row)}${split === null ? "" : ` (${split})`}`;
    this.#text.setAttribute("aria-label", `Text of row ${String(row)}`);
    const did = decided === null ? "" : decided.does === "skip" ? "skipped" : decided.does === "drop" ? "left out" : "";
    const source = label === null ? "no label in the source" : "";
    return [place, why, source, did]
      .filter((one, i, all) => one !== "" && !(i === 2 && /no label/.test(all[1] ?? "")))
      .map((one) => made("span", one === did && did !== "" ? "tunebook-did" : "", one));
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    event.stopPropagation();
    const act = event.target === this.#search ? this.#searching(event) : this.#commanding(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #searching({ key }: KeyboardEvent): (() => void) | null {
    const typed = this.#search.value;
    const { accept, move } = this.#doings;
    if (key === "Escape") return () => this.#root.focus({ preventScroll: true });
    if (key === "Enter" && typed.trim() === "") return accept;
    if (key === "Enter") return () => this.#takeFirst(typed);
    if (typed === "" && (key === "ArrowLeft" || key === "ArrowRight")) return () => move(key === "ArrowLeft" ? -1 : 1);
    return null;
  }
  #takeFirst(typed: string): void {
    const [label] = found(this.#told.labels, typed);
    if (label === undefined) return this.say("no label begins so");
    this.#search.value = "";
    this.#doings.choose(label);
  }

  #commanding({ key, target, repeat }: KeyboardEvent): (() => void) | null {
    const { choose, accept, skip, drop, undo, move } = this.#doings;
    const onButton = target instanceof HTMLButtonElement;
    const label = this.#told.labels[this.#keys.indexOf(key.toLowerCase())];
    // A repeating key may move on, but must not decide on several rows.
    if (key === "ArrowLeft") return () => move(-1);
    if (key === "ArrowRight") return () => move(1);
    if (key === "ArrowUp" || key === "ArrowDown") return () => this.#text.scrollBy(0, key === "ArrowUp" ? -48 : 48);
    if (key === "PageUp" || key === "PageDown" || (key === " " && !onButton))
      return () => this.#text.scrollBy(0, (key === "PageUp" ? -0.9 : 0.9) * this.#text.clientHeight);
    if (repeat) return key.length === 1 || key === "Enter" ? () => undefined : null;
    if (label !== undefined) return () => choose(label);
    if (key === "/" && this.#many) return () => this.#search.focus();
    if (key === "Enter") return onButton ? null : accept;
    const others: Readonly<Record<string, () => void>> = { s: skip, d: drop, u: undo, "?": () => this.#toggleHelp() };
    return others[key.toLowerCase()] ?? null;
  }
}

function has(label: AnnotationLabel | null, one: string): boolean {
  return typeof label === "string" ? label === one : (label?.includes(one) ?? false);
}
function chanceOf(chance: number | null): string {
  return chance === null ? "" : ` ${String(Math.round(100 * chance))} %`;
}
function made<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  text?: string,
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  if (className !== "") node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}
