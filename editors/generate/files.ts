/**
 * Generates files of `editors/` from the registry and the lexer: a map from the path relative to the package's root to
 * the text. The files of VS Code are committed; each build writes the tree-sitter queries.
 */
import { registry } from "#stdlib/registry.js";
import { Trials } from "#tools/reference/tried.js";
import { notebookGrammar } from "./notebook.js";
import * as queries from "./queries.js";
import { snippetsOf } from "./snippets.js";
import { textmateGrammar } from "./textmate.js";
import { vocabularyOf } from "../vocabulary.js";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Grammars and snippets for VS Code. */
export async function editorFiles(): Promise<ReadonlyMap<string, string>> {
  const vocabulary = vocabularyOf(registry);
  const trials = await Trials.over(registry);
  return new Map<string, string>([
    ["editors/vscode/syntaxes/tune.tmLanguage.json", json(textmateGrammar(vocabulary))],
    ["editors/vscode/syntaxes/tune.notebook.tmLanguage.json", json(notebookGrammar(vocabulary))],
    ["editors/vscode/snippets/tune.json", json(snippetsOf(registry, (task) => trials.baseFor(task)))],
  ]);
}

/** The tree-sitter queries for the grammar itself, for Neovim and for Helix. */
export function queryFiles(): ReadonlyMap<string, string> {
  const vocabulary = vocabularyOf(registry);
  const grammar = "editors/tree-sitter-tune/queries";
  const neovim = "editors/neovim/queries/tune";
  const helix = "editors/helix/runtime/queries/tune";
  return new Map<string, string>([
    ...[grammar, neovim].flatMap((folder): [string, string][] => [
      [`${folder}/highlights.scm`, queries.highlights(vocabulary, queries.neovim)],
      [`${folder}/folds.scm`, queries.folds],
      [`${folder}/indents.scm`, queries.neovimIndents],
      [`${folder}/injections.scm`, queries.injections],
      [`${folder}/tags.scm`, queries.tags(vocabulary)],
    ]),
    [`${helix}/highlights.scm`, queries.highlights(vocabulary, queries.helix)],
    [`${helix}/indents.scm`, queries.helixIndents],
    [`${helix}/injections.scm`, queries.injections],
    [`${helix}/tags.scm`, queries.tags(vocabulary)],
    [`${helix}/textobjects.scm`, queries.helixTextObjects],
    [`${helix}/rainbows.scm`, queries.helixRainbows],
  ]);
}
