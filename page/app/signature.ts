/**
 * Signature help: shows the parameters of the call around the cursor above the line, with the present one highlighted.
 */
import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { showTooltip, ViewPlugin, type EditorView, type Tooltip, type ViewUpdate } from "@codemirror/view";
import type { Signature } from "#dsl/assist/signature.js";
import { Newest } from "#editors/codemirror/newest.js";
import { makeElement } from "./make.js";

type Ask = (code: string, offset: number) => Promise<Signature | null>;

const shown = StateEffect.define<Tooltip | null>();
const tooltip = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(shown)) return effect.value;
    return value && transaction.docChanged ? { ...value, pos: transaction.changes.mapPos(value.pos) } : value;
  },
  provide: (field) => showTooltip.from(field),
});

export function signatureHelp(ask: Ask): Extension {
  const newest = new Newest<readonly [string, number], Signature | null>();
  const watch = ViewPlugin.define((view: EditorView) => ({
    update({ docChanged, selectionSet, focusChanged, state }: ViewUpdate) {
      if (!docChanged && !selectionSet && !focusChanged) return;
      const { head } = state.selection.main;
      const code = state.doc.toString();
      const inside = view.hasFocus && /\([^()\n]*$/.test(code.slice(Math.max(0, head - 400), head));
      const request = inside
        ? newest.ask(([text, position]) => ask(text, position), [code, head])
        : Promise.resolve(null);
      void request.then((signature) => {
        const before = view.state.field(tooltip, false);
        const open = code.lastIndexOf("(", head - 1);
        if (view.state.doc.toString() !== code || (!signature && !before)) return;
        view.dispatch({ effects: shown.of(signature && draw(signature, Math.max(0, open))) });
      });
    },
  }));
  return [tooltip, watch];
}

function draw({ label, parameters, active, doc }: Signature, pos: number): Tooltip {
  const now = active === undefined ? undefined : parameters[active];
  const start = now ? label.indexOf(now.label) : -1;
  const parts: readonly (Node | string)[] =
    now && start >= 0
      ? [label.slice(0, start), makeElement("b", {}, now.label), label.slice(start + now.label.length)]
      : [label];
  const dom = makeElement("div", { className: "signature" }, ...parts, makeElement("p", {}, now?.doc ?? doc));
  return { pos, above: true, create: () => ({ dom }) };
}
