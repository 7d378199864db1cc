// Squiggles: what the kernel's checker says of a Tune cell, asked while typing and again whenever the kernel is new. A
// mistake whose mend is known carries it as a button in its tooltip.
import { linter } from "@codemirror/lint";
import { StateEffect } from "@codemirror/state";
import { ViewPlugin } from "@codemirror/view";
import { holdsTune } from "./cell-language.js";
import { answers } from "./channel.js";
import { Newest } from "./editor/newest.js";
import { squiggle } from "./editor/squiggle.js";

const recheck = StateEffect.define();
const gone = new Set(["restarting", "autorestarting", "terminating", "dead"]);

export class Checker {
  #channels;
  #cells = new WeakMap(); // by cell model
  #views = new Set();

  constructor(notebooks, channels) {
    this.#channels = channels;
    notebooks.widgetAdded.connect((_, panel) => this.#watch(panel));
    notebooks.forEach((panel) => this.#watch(panel));
  }

  extension(model) {
    return [
      linter((view) => this.#check(model, view.state.doc), {
        delay: 300,
        needsRefresh: (update) => update.transactions.some((t) => t.effects.some((effect) => effect.is(recheck))),
      }),
      ViewPlugin.define((view) => {
        this.#views.add(view);
        return { destroy: () => this.#views.delete(view) };
      }),
    ];
  }

  #watch({ sessionContext }) {
    sessionContext.kernelChanged.connect(() => this.#recheckAll());
    sessionContext.statusChanged.connect((_, status) => {
      if (!gone.has(status)) return;
      const kernel = sessionContext.session?.kernel;
      if (!kernel) return;
      this.#channels.forget(kernel);
      this.#recheckAll();
      if (status === "autorestarting") void answers(kernel).then((alive) => alive && this.#recheckAll());
    });
    // A cell that ran may have defined what another cell names.
    sessionContext.iopubMessage.connect((_, message) => {
      if (message.header.msg_type === "execute_input") this.#ran = true;
      if (message.header.msg_type === "status" && message.content.execution_state === "idle" && this.#ran) {
        this.#ran = false;
        this.#recheckAll();
      }
    });
  }
  #ran = false;

  #recheckAll() {
    // Not inside the signal: a view may be in the middle of an update.
    setTimeout(() => {
      for (const view of this.#views) view.dispatch({ effects: recheck.of(null) });
    });
  }

  async #check(model, doc) {
    const text = doc.toString();
    if (!holdsTune(text)) return [];
    const channel = await this.#channels.ofCell(model);
    if (!channel) return [];
    let newest = this.#cells.get(model);
    if (!newest) this.#cells.set(model, (newest = new Newest()));
    const found = await newest.ask((code) => channel.ask("check", { code }), text);
    if (!found && !channel.closed) setTimeout(() => this.#recheckAll(), 1000); // it was too busy to answer
    return (found?.diagnostics ?? []).map((diagnostic) => squiggle(diagnostic, doc.length));
  }
}
