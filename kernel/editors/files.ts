/** Every file of `editors/` that is made from the registry and the lexer: its path from the package's root, and its text. */
import { registry } from "#stdlib/registry.js";
import { Trials } from "../reference/tried.js";
import { notebookGrammar } from "./notebook.js";
import { snippetsOf } from "./snippets.js";
import { textmateGrammar } from "./textmate.js";
import { vocabularyOf } from "./vocabulary.js";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

export async function editorFiles(): Promise<ReadonlyMap<string, string>> {
  const vocabulary = vocabularyOf(registry);
  const trials = await Trials.over(registry);
  return new Map([
    ["editors/vscode/syntaxes/tune.tmLanguage.json", json(textmateGrammar(vocabulary))],
    ["editors/vscode/syntaxes/tune.notebook.tmLanguage.json", json(notebookGrammar(vocabulary))],
    ["editors/vscode/snippets/tune.json", json(snippetsOf(registry, (task) => trials.baseFor(task)))],
  ]);
}
