/** The editor: CodeMirror with diagnostics, completions and hover texts from the worker. */
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
  type CompletionContext,
  type CompletionResult,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { forceLinting, lintGutter, linter, lintKeymap, nextDiagnostic } from "@codemirror/lint";
import { EditorState, StateEffect } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { offerOnEmptyLine } from "#editors/codemirror/empty-line.js";
import { tuneHover } from "#editors/codemirror/hover.js";
import { detailOf, labelOf } from "#editors/codemirror/items.js";
import { tuneLanguage } from "#editors/codemirror/language.js";
import { Newest } from "#editors/codemirror/newest.js";
import { squiggle } from "#editors/codemirror/squiggle.js";
import { textDifference } from "#dsl/assist/difference.js";
import type { CheckResult } from "../world/protocol.js";
import type { WorkerClient } from "./asker.js";
import { vocabulary } from "./generated-parts.js";
import { markdownElement } from "./dom.js";
import { signatureHelp } from "./signature.js";

export interface EditorHost {
  readonly asker: WorkerClient;
  /** Called when a text was checked. */
  readonly checked: (checkup: CheckResult, code: string) => void;
  /** Called when the user has edited the text. */
  readonly changed: (code: string) => void;
  /** Called when the last check no longer applies. */
  readonly unchecked: () => void;
  /** Called when the text cannot be formatted. */
  readonly refused: () => void;
}

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--word)", fontWeight: "600" },
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--text)" },
  { tag: [tags.number, tags.atom], color: "var(--figure)" },
  { tag: tags.comment, color: "var(--faint)", fontStyle: "italic" },
  { tag: tags.special(tags.variableName), color: "var(--figure)" },
  { tag: tags.standard(tags.variableName), color: "var(--word)" },
]);

/** Requests a new check: the result may have changed although the text has not. */
const recheck = StateEffect.define<null>();
/** Makes an edit a separate step of undo. */
const alone = isolateHistory.of("full");

export class Editor {
  readonly view: EditorView;
  readonly #host: EditorHost;
  #newest = new Newest<string, CheckResult>();

  constructor(parent: HTMLElement, host: EditorHost) {
    this.#host = host;
    const { asker } = host;
    const check = async (view: EditorView) => {
      const code = view.state.doc.toString();
      const newest = this.#newest;
      const checkup = await newest.ask((text) => asker.ask("check", { code: text }), code);
      if (view.state.doc.toString() !== code || newest !== this.#newest) return [];
      host.checked(checkup, code);
      return checkup.findings.map((finding) => squiggle(finding, code.length));
    };
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        extensions: [
          [lineNumbers(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection(), history()],
          [bracketMatching(), closeBrackets(), indentUnit.of("  "), EditorView.lineWrapping],
          [tuneLanguage(vocabulary), syntaxHighlighting(colours)],
          [
            linter(check, {
              delay: 150,
              needsRefresh: ({ transactions }) =>
                transactions.some(({ effects }) => effects.some((effect) => effect.is(recheck))),
            }),
            lintGutter(),
          ],
          autocompletion({
            override: [(context) => complete(asker, context)],
            activateOnCompletion: () => true,
            icons: false,
          }),
          tuneHover({
            ask: (code, offset) => asker.ask("inspect", { code, offset }),
            render: (text) => ({ node: markdownElement(text) }),
          }),
          signatureHelp((code, offset) => asker.ask("signature", { code, offset })),
          keymap.of([
            // Right after the list opens it accepts nothing yet; Tab must not leave the editor then.
            {
              key: "Tab",
              run: (view) =>
                acceptCompletion(view) ||
                completionStatus(view.state) === "active" ||
                offerOnEmptyLine(view, () => startCompletion(view)),
            },
            { key: "Alt-Shift-f", run: () => (void this.format(), true) },
            { key: "Mod-s", run: () => (void this.format(), true) },
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...historyKeymap,
            ...completionKeymap,
            ...lintKeymap,
            { key: "F8", run: nextDiagnostic },
          ]),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (!docChanged) return;
            host.changed(state.doc.toString());
            host.unchecked();
          }),
          EditorView.contentAttributes.of({ "aria-label": "Tune program", spellcheck: "false", autocapitalize: "off" }),
        ],
      }),
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }
  /** Replaces the text as an edit, so that undo restores the former one. */
  set text(code: string) {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: code },
      selection: { anchor: 0 },
      annotations: alone,
    });
  }

  /** Discards a pending check, whose files have changed. */
  outdate(): void {
    this.#newest = new Newest();
    this.#host.unchecked();
  }

  recheck(): void {
    this.outdate();
    this.view.dispatch({ effects: recheck.of(null) });
    forceLinting(this.view);
  }

  select(from: number, to = from): void {
    const length = this.view.state.doc.length;
    const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
    this.view.dispatch({ selection, scrollIntoView: true });
    this.view.focus();
  }

  insert(text: string): void {
    this.view.dispatch(this.view.state.replaceSelection(text));
    this.view.focus();
  }

  async format(): Promise<void> {
    const code = this.text;
    const formatted = await this.#host.asker.ask("format", { code });
    if (formatted === null) return this.#host.refused();
    const edit = this.text === code ? textDifference(code, formatted) : null;
    if (edit) this.view.dispatch({ changes: { from: edit.from, to: edit.to, insert: edit.text }, annotations: alone });
  }
}

/** Completes on request, after a letter, or where a value begins. */
async function complete(asker: WorkerClient, context: CompletionContext): Promise<CompletionResult | null> {
  const code = context.state.doc.toString();
  const before = code.slice(0, context.pos);
  if (!context.explicit && !/[\p{ID_Continue}$.]$|[:([,]\s*$/u.test(before)) return null;
  const { matches, start, end } = await asker.ask("complete", { code, offset: context.pos });
  if (matches.length === 0 || context.aborted) return null;
  return {
    from: start,
    to: end,
    validFor: /^[\p{ID_Continue}$]*$/u,
    options: matches.map((match, i) => ({
      label: labelOf(match),
      apply: match.text,
      type: match.type,
      boost: -i / 10,
      detail: detailOf(match),
      ...(match.doc && { info: () => markdownElement(match.doc ?? "") }),
    })),
  };
}
