// Figures of one sweep mark the same trials: the one under the mouse, and those chosen by a click, a selection or a
// brush on an axis of parallel coordinates. A double click clears the choice.
import { brushedIn, lineAt, listOf, mark, recordOf, type Drawn, type Line, type Parts } from "./marks.js";

interface Pointed {
  readonly customdata?: unknown;
}
interface Told {
  readonly points?: readonly Pointed[];
}
interface Plotted extends Drawn {
  on(event: string, told: (event: Told | undefined) => void): void;
}

export function sweepOf(layout: Parts | undefined): string | null {
  const { sweep } = recordOf(layout?.["meta"]);
  return typeof sweep === "string" ? sweep : null;
}

/** All figures of a page. Those of one sweep in one notebook are linked. */
const all = new Set<Linked>();

export class Linked {
  readonly #node: Plotted;
  readonly #sweep: string;
  /** Clears the figure's brushes and selections. */
  readonly #reset: () => Promise<void>;
  #pointed: number | null = null;
  #kept: ReadonlySet<number> = new Set();
  /** Whether the current choice was made in this figure. */
  #source = false;
  #resetting = false;
  /** The line under the mouse; plotly emits no events for lines of parallel coordinates. */
  #line: Line | null = null;
  readonly #tip = document.createElement("div");

  /** `node`: contains a figure that is already drawn. */
  constructor(node: HTMLElement, sweep: string, reset: () => Promise<void>) {
    this.#node = node as Plotted;
    this.#sweep = sweep;
    this.#reset = reset;
    all.add(this);
    const [one] = this.#others();
    if (one) [this.#pointed, this.#kept] = [one.#pointed, one.#kept];
    this.#node.on("plotly_hover", (event) => this.#point(this.#trialIn(event)));
    this.#node.on("plotly_unhover", () => this.#point(null));
    this.#node.on("plotly_click", (event) => this.#clicked(this.#trialIn(event)));
    this.#node.on("plotly_selected", (event) => event?.points && this.#keep(trialsIn(event.points), true));
    this.#node.on("plotly_deselect", () => this.#keep([], false));
    this.#node.on("plotly_restyle", () => this.#brushed());
    this.#node.on("plotly_afterplot", () => this.drawn());
    this.#node.addEventListener("dblclick", this.#cleared);
    this.#node.addEventListener("mousemove", this.#moved);
    this.#node.addEventListener("mouseleave", this.#left);
    this.#node.addEventListener("click", this.#pressed);
    this.#tip.className = "tunebook-tip";
  }

  /** Draws the marks again, since their positions change when the figure is redrawn. */
  drawn(): void {
    mark(this.#node, { pointed: this.#pointed, kept: this.#kept });
  }

  end(): void {
    all.delete(this);
    this.#node.removeEventListener("dblclick", this.#cleared);
    this.#node.removeEventListener("mousemove", this.#moved);
    this.#node.removeEventListener("mouseleave", this.#left);
    this.#node.removeEventListener("click", this.#pressed);
    this.#tip.remove();
  }

  readonly #cleared = (): void => this.#keep([], false);
  readonly #left = (): void => this.#onLine(null, 0, 0);
  readonly #moved = (event: MouseEvent): void => {
    const { left, top } = this.#node.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    // Ignores lines during a drag.
    this.#onLine(event.buttons === 0 ? lineAt(this.#node, x, y) : null, x, y);
  };
  readonly #pressed = (): void => {
    if (this.#line) this.#clicked(this.#line.trial);
  };

  #onLine(line: Line | null, x: number, y: number): void {
    const before = this.#line;
    this.#line = line;
    if (line === null) {
      this.#tip.remove();
      if (before !== null) this.#point(null);
      return;
    }
    this.#tip.textContent = line.words;
    this.#tip.style.left = `${String(x + 12)}px`;
    this.#tip.style.top = `${String(y - 28)}px`;
    if (!this.#tip.isConnected) this.#node.append(this.#tip);
    this.#point(line.trial);
  }

  #others(): readonly Linked[] {
    const place = (one: Linked): Element | null => one.#node.closest(".jp-Notebook");
    return [...all].filter((one) => one !== this && one.#sweep === this.#sweep && place(one) === place(this));
  }

  #point(trial: number | null): void {
    for (const one of [this, ...this.#others()]) {
      if (one.#pointed === trial) continue;
      one.#pointed = trial;
      one.drawn();
    }
  }

  #clicked(trial: number | null): void {
    if (trial === null) return;
    const alone = this.#kept.size === 1 && this.#kept.has(trial);
    this.#keep(alone ? [] : [trial], false);
  }

  /** `here`: the choice was made in this figure, where plotly itself shows it. */
  #keep(trials: readonly number[], here: boolean): void {
    if (this.#resetting) return;
    const group = [this, ...this.#others()];
    for (const one of group) {
      if (one.#source && !(here && one === this)) void one.#clear();
      one.#kept = new Set(trials);
      one.drawn();
    }
    this.#source = here;
  }

  async #clear(): Promise<void> {
    this.#source = false;
    this.#resetting = true;
    await this.#reset().finally(() => (this.#resetting = false));
  }

  #brushed(): void {
    const traces = (this.#node.data ?? []).filter(({ type }) => type === "parcoords");
    if (traces.length === 0) return;
    const found = traces.map(brushedIn).find((one) => one !== null);
    if (found) this.#keep(found, true);
    else if (this.#source) this.#keep([], false);
  }

  #trialIn(event: Told | undefined): number | null {
    return trialsIn(event?.points ?? [])[0] ?? null;
  }
}

function trialsIn(points: readonly Pointed[]): readonly number[] {
  return [...new Set(listOf(points).map((point) => recordOf(point)["customdata"]))].filter(
    (one) => typeof one === "number",
  );
}
