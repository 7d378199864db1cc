/**
 * A plugin for VS Code's TypeScript server that suppresses TypeScript in notebook cells that contain Tune. For the
 * editor those cells are TypeScript (a notebook has one language, and runs only cells in it), so without the plugin
 * every Tune cell would be full of TypeScript errors. TypeScript cells are unaffected.
 */
import type ts from "typescript";
import { isTuneCell } from "#dsl/language/syntax/cell.js";

type Service = ts.LanguageService;
/** Requests whose first argument is a file name, with the empty response for a Tune cell. */
const silence = {
  getSyntacticDiagnostics: () => [],
  getSemanticDiagnostics: () => [],
  getSuggestionDiagnostics: () => [],
  getCompletionsAtPosition: () => undefined,
  getQuickInfoAtPosition: () => undefined,
  getSignatureHelpItems: () => undefined,
  getDefinitionAtPosition: () => undefined,
  getDefinitionAndBoundSpan: () => undefined,
  getTypeDefinitionAtPosition: () => undefined,
  getReferencesAtPosition: () => undefined,
  findReferences: () => undefined,
  getDocumentHighlights: () => undefined,
  getRenameInfo: () => ({ canRename: false, localizedErrorMessage: "This cell is Tune." }),
  getEncodedSemanticClassifications: () => ({ spans: [], endOfLineState: 0 }),
  getApplicableRefactors: () => [],
  getCodeFixesAtPosition: () => [],
  provideInlayHints: () => [],
} satisfies { readonly [Name in keyof Service]?: () => ReturnType<NonNullable<Service[Name]>> };

function quiet(service: Service, isTuneCell: (file: string) => boolean): Service {
  const answers = Object.entries(silence).map(([name, nothing]) => {
    const original = service[name as keyof typeof silence] as (file: string, ...rest: unknown[]) => unknown;
    return [
      name,
      (file: string, ...rest: unknown[]) => (isTuneCell(file) ? nothing() : original.call(service, file, ...rest)),
    ];
  });
  return Object.assign(Object.create(service) as Service, Object.fromEntries(answers));
}

/** Creates the plugin in the form that TypeScript's server loads. */
export function pluginFor(verbs: readonly string[]): ts.server.PluginModuleFactory {
  const create = ({ languageService, languageServiceHost }: ts.server.PluginCreateInfo): Service => {
    const known = new Map<string, { readonly version: string; readonly tune: boolean }>();
    return quiet(languageService, (file) => {
      if (!file.includes("vscode-notebook-cell")) return false;
      const version = languageServiceHost.getScriptVersion(file);
      const before = known.get(file);
      if (before?.version === version) return before.tune;
      const text = languageServiceHost.getScriptSnapshot(file);
      const tune = text !== undefined && isTuneCell(text.getText(0, text.getLength()), verbs);
      known.set(file, { version, tune });
      return tune;
    });
  };
  return () => ({ create });
}
