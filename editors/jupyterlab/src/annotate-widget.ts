// The annotation widget, an anywidget module: one row, the labels to choose from, and keys for everything. Every
// decision is sent at once and counts when the kernel confirms that it is saved. Texts are inserted as text: a row
// never becomes HTML.
import type {
  AnnotationRequest,
  AnnotationReply,
  AnnotationRow,
  AnnotationAction,
  AnnotationLabel,
} from "#kernel/apps/jupyter/ports/annotate-contract.js";
import { AnnotationView } from "./annotate-view.js";
import type { WidgetModel, WidgetModule } from "./annotate-model.js";

/** Number of rows to prefetch. */
const AHEAD = 40;
/** Milliseconds until the user is informed that the kernel has not responded yet. */
const PATIENCE = 3000;

class AnnotationWidget {
  readonly #rows = new Map<number, AnnotationRow>();
  readonly #view: AnnotationView;
  readonly #model: WidgetModel;
  readonly #total: number;
  readonly #several: boolean;
  readonly #labels: readonly string[];
  #done: number;
  #at: number;
  #unsaved = 0;
  #slow = 0;
  /** Chosen labels before they are saved; only where a row can have several. */
  #chosen: readonly string[] = [];

  constructor(model: WidgetModel, el: HTMLElement) {
    this.#model = model;
    this.#total = Number(model.get("total"));
    this.#done = Number(model.get("done"));
    this.#at = Number(model.get("at"));
    this.#several = model.get("several") === true;
    this.#labels = model.get("labels") as readonly string[];
    this.#view = new AnnotationView(
      el,
      {
        data: String(model.get("data")),
        annotator: String(model.get("annotator")),
        order: String(model.get("order")),
        labels: this.#labels,
        several: this.#several,
        total: this.#total,
      },
      {
        choose: (label) => this.#choose(label),
        accept: () => this.#accept(),
        skip: () => this.#decide({ does: "skip" }),
        drop: () => this.#decide({ does: "drop" }),
        undo: () => this.#ask({ ask: "undo" }),
        move: (by) => this.#go(this.#at + by),
      },
    );
    model.on("msg:custom", this.#told);
    this.#go(this.#at);
  }

  end(): void {
    this.#model.off("msg:custom", this.#told);
    window.clearTimeout(this.#slow);
  }

  get unsaved(): number {
    return this.#unsaved;
  }

  readonly #told = (content: unknown): void => {
    const reply = content as AnnotationReply;
    if ("rows" in reply) {
      reply.rows.forEach((row, i) => this.#rows.set(reply.from + i, row));
      this.#draw();
    } else if ("saved" in reply) {
      this.#answered();
      this.#done = reply.done;
      this.#put(reply.saved.at, reply.saved.decided);
      if (reply.back !== undefined) this.#go(reply.back);
      this.#view.say(this.#unsaved > 0 ? "saving …" : reply.back === undefined ? "saved" : "taken back");
      this.#draw();
    } else if ("nothing" in reply) {
      this.#answered();
      this.#view.say("nothing to undo");
    } else {
      this.#answered();
      if (reply.at !== undefined) {
        this.#put(reply.at, reply.decided ?? null);
        this.#go(reply.at);
      }
      this.#view.fault(`Not saved: ${reply.fault}`);
    }
  };

  #put(at: number, decided: AnnotationRow["decided"]): void {
    const row = this.#rows.get(at);
    if (row) this.#rows.set(at, { ...row, decided });
  }

  #go(at: number): void {
    if (this.#total === 0) return this.#draw();
    this.#at = Math.max(0, Math.min(this.#total - 1, at));
    const [from, to] = [Math.max(0, this.#at - 2), Math.min(this.#total, this.#at + AHEAD)];
    const lacks = [this.#at, Math.min(this.#total - 1, this.#at + AHEAD / 2)].some((one) => !this.#rows.has(one));
    if (lacks) this.#model.send({ ask: "rows", from, to } satisfies AnnotationRequest);
    this.#chosen = chosenIn(this.#rows.get(this.#at));
    this.#draw();
  }

  #draw(): void {
    const row = this.#rows.get(this.#at);
    // The kernel may resend a row; the choices made for it are preserved.
    if (row && !isSame(row, this.#chosenOf)) {
      this.#chosenOf = row;
      this.#chosen = chosenIn(row);
    }
    this.#view.draw({ row, at: this.#at, done: this.#done, chosen: this.#chosen });
  }
  #chosenOf: AnnotationRow | undefined;

  #choose(label: string): void {
    // A choice for a row that has not arrived yet would be lost on arrival.
    if (!this.#rows.has(this.#at)) return;
    if (!this.#several) return this.#decide({ does: "label", label });
    const has = this.#chosen.includes(label);
    const chosen = has ? this.#chosen.filter((one) => one !== label) : [...this.#chosen, label];
    this.#chosen = this.#labels.filter((one) => chosen.includes(one));
    this.#draw();
  }

  #accept(): void {
    const row = this.#rows.get(this.#at);
    if (!row) return;
    if (this.#several) return this.#decide({ does: "label", label: this.#chosen });
    const label = row.suggested?.label ?? row.label;
    if (typeof label === "string") this.#decide({ does: "label", label });
    else this.#view.say("nothing is suggested: choose a label");
  }

  #decide(doing: AnnotationAction): void {
    const at = this.#at;
    if (!this.#rows.has(at)) return;
    this.#put(at, doing);
    this.#ask({ ask: "decide", at, ...doing });
    this.#go(at + 1);
  }

  #ask(ask: AnnotationRequest): void {
    this.#unsaved++;
    this.#view.fault("");
    this.#view.say("saving …");
    window.clearTimeout(this.#slow);
    this.#slow = window.setTimeout(() => this.#view.say("waiting for the kernel: not saved yet …"), PATIENCE);
    this.#model.send(ask);
  }
  #answered(): void {
    this.#unsaved = Math.max(0, this.#unsaved - 1);
    if (this.#unsaved === 0) window.clearTimeout(this.#slow);
  }
}

/** Whether both are the same row with the same decision. */
function isSame(row: AnnotationRow, other: AnnotationRow | undefined): boolean {
  const told = (one: AnnotationRow): string => JSON.stringify([one.row, one.split, one.decided]);
  return other !== undefined && told(row) === told(other);
}

function chosenIn(row: AnnotationRow | undefined): readonly string[] {
  const label: AnnotationLabel | null | undefined =
    row?.decided?.does === "label" ? row.decided.label : (row?.suggested?.label ?? row?.label);
  return typeof label === "string" ? [label] : (label ?? []);
}

const widget: WidgetModule & { readonly unsaved: (el: HTMLElement) => number } = {
  render({ model, el }) {
    const widget = new AnnotationWidget(model, el);
    widgets.set(el, widget);
    return () => widget.end();
  },
  unsaved: (el) => widgets.get(el)?.unsaved ?? 0,
};
const widgets = new WeakMap<HTMLElement, AnnotationWidget>();
export default widget;
