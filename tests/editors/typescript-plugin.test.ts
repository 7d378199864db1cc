/** TypeScript's language service reports nothing in Tune cells, and works as usual in all other files. */
import assert from "node:assert/strict";
import ts from "typescript";
import { pluginFor } from "#editors/generate/typescript-plugin.js";
import { verbs } from "./corpus.js";

describe("TypeScript server plugin", () => {
  const cell = (name: string): string => `/^/vscode-notebook-cell/ts-nul-authority/book.ipynb#${name}.ts`;
  const texts = new Map<string, { text: string; version: number }>();
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [...texts.keys()],
    getScriptVersion: (file) => String(texts.get(file)?.version),
    getScriptSnapshot: (file) => {
      const found = texts.get(file);
      return found && ts.ScriptSnapshot.fromString(found.text);
    },
    getCompilationSettings: () => ({ noLib: true, types: [] }),
    getCurrentDirectory: () => "/",
    getDefaultLibFileName: () => "lib.d.ts",
    fileExists: (file) => texts.has(file),
    readFile: (file) => texts.get(file)?.text,
  };
  const put = (file: string, text: string): void => {
    texts.set(file, { text, version: (texts.get(file)?.version ?? 0) + 1 });
  };
  const service = ts.createLanguageService(host);
  const { create } = pluginFor(verbs)({ typescript: ts });
  const plugged = create({ languageService: service, languageServiceHost: host } as ts.server.PluginCreateInfo);
  const mistakes = (of: ts.LanguageService, file: string): number =>
    of.getSyntacticDiagnostics(file).length +
    of.getSemanticDiagnostics(file).length +
    of.getSuggestionDiagnostics(file).length;

  it("reports nothing about a Tune cell", () => {
    const file = cell("tune");
    put(file, '// a comment first\ndata reviews { source: csv("a.csv"), columns: { text: body } }');
    assert.ok(mistakes(service, file) > 0);
    assert.equal(mistakes(plugged, file), 0);
    assert.equal(plugged.getQuickInfoAtPosition(file, 25), undefined);
    assert.equal(plugged.getCompletionsAtPosition(file, 25, undefined), undefined);
    assert.deepEqual(plugged.getEncodedSemanticClassifications(file, { start: 0, length: 50 }).spans, []);
    assert.equal(plugged.getRenameInfo(file, 25, {}).canRename, false);
  });
  it("leaves TypeScript cells unchanged, also once a Tune cell becomes one", () => {
    const file = cell("typescript");
    put(file, "const n: string = 1");
    assert.deepEqual(mistakes(plugged, file), mistakes(service, file));
    assert.ok(plugged.getQuickInfoAtPosition(file, 6));
    put(file, "train mood on reviews");
    assert.equal(mistakes(plugged, file), 0);
    put(file, "const n: string = 1");
    assert.ok(mistakes(plugged, file) > 0);
  });
  it("ignores files, whatever they contain", () => {
    put("/work/data.ts", "data reviews {}");
    assert.ok(mistakes(plugged, "/work/data.ts") > 0);
    assert.deepEqual(mistakes(plugged, "/work/data.ts"), mistakes(service, "/work/data.ts"));
  });
});
