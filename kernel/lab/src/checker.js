// Squiggles: what the kernel's checker says of a Tune cell, asked while typing and again whenever the kernel is new.
import { linter } from "@codemirror/lint";
import { StateEffect } from "@codemirror/state";
import { ViewPlugin } from "@codemirror/view";
import { holdsTune } from "./cell-language.js";
import { Channel, Newest } from "./channel.js";

const recheck = StateEffect.define();
const gone = new Set(["restarting", "autorestarting", "terminating", "dead"]);

export class Checker {
  #notebooks;
  #channels = new WeakMap(); // by kernel connection
  #cells = new WeakMap(); // by cell model
  #views = new Set();

  constructor(notebooks) {
    this.#notebooks = notebooks;
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
      this.#channels.get(kernel)?.close();
      this.#channels.delete(kernel);
      this.#recheckAll();
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
    const channel = await this.#channelFor(model);
    if (!channel) return [];
    let newest = this.#cells.get(model);
    if (!newest) this.#cells.set(model, (newest = new Newest()));
    const found = await newest.ask((wanted) => channel.ask(wanted), text);
    return found.map((diagnostic) => squiggle(diagnostic, doc.length));
  }

  async #channelFor(model) {
    const panel = this.#notebooks.find((p) => Array.from(p.content.model?.cells ?? []).includes(model));
    await panel?.sessionContext.ready;
    const kernel = panel?.sessionContext.session?.kernel;
    if (!kernel || (await kernel.info).implementation !== "tunebook") return null;
    const open = this.#channels.get(kernel);
    if (open && !open.closed) return open;
    if (open?.closed) return null; // the kernel refused it: asked again after a restart
    const made = new Channel(kernel);
    this.#channels.set(kernel, made);
    return made;
  }
}

/** Offsets are UTF-16 units, as in CodeMirror; a mark without width gets the character before it. */
function squiggle({ from, to, severity, message }, length) {
  const clamp = (n) => Math.max(0, Math.min(length, Number(n) || 0));
  const [start, end] = [clamp(from), Math.max(clamp(from), clamp(to))];
  return {
    from: start === end && start > 0 ? start - 1 : start,
    to: end,
    severity: severity === "warning" || severity === "info" || severity === "hint" ? severity : "error",
    source: "tune",
    message: String(message),
    renderMessage: () => words(String(message)),
  };
}

/** The message with what stands between backticks set as code. */
function words(message) {
  const box = document.createElement("span");
  message.split(/`([^`]*)`/).forEach((part, i) => {
    const piece = i % 2 === 1 ? document.createElement("code") : document.createElement("span");
    piece.textContent = part;
    box.append(piece);
  });
  return box;
}
