/** The extension's grammars, run by VS Code's engine. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import oniguruma from "vscode-oniguruma";
import textmate, { type IGrammar, type IRawGrammar } from "vscode-textmate";

const require = createRequire(import.meta.url);
const syntaxes = new URL("../../../editors/vscode/syntaxes/", import.meta.url);
/** A substitute for the TypeScript grammar that VS Code brings: only the start and end of the injection matter. */
const typescript = {
  scopeName: "source.ts",
  patterns: [
    { name: "keyword.other.ts", match: "\\b(?:const|let|await|import|from|function)\\b" },
    { name: "comment.line.double-slash.ts", match: "//.*$" },
    { name: "comment.block.ts", begin: "/\\*", end: "\\*/" },
    { name: "string.quoted.ts", match: "\"[^\"]*\"|'[^']*'" },
    { name: "meta.block.ts", begin: "\\{", end: "\\}", patterns: [{ include: "$self" }] },
  ],
  repository: {},
} as unknown as IRawGrammar;

const registry = new textmate.Registry({
  onigLib: oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"))).then(() => ({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  })),
  loadGrammar: (scope) => {
    if (scope === "source.ts") return Promise.resolve(typescript);
    const file = scope === "source.tune" ? "tune.tmLanguage.json" : "tune.notebook.tmLanguage.json";
    const path = fileURLToPath(new URL(file, syntaxes));
    return Promise.resolve(textmate.parseRawGrammar(readFileSync(path, "utf8"), path));
  },
  getInjections: (scope) => (scope === "source.ts" ? ["source.tune.notebook"] : undefined),
});

export async function grammarOf(scope: "source.tune" | "source.ts"): Promise<IGrammar> {
  return (await registry.loadGrammar(scope))!;
}

/** Returns the scopes of each character, innermost last. */
export function scopesIn(text: string, grammar: IGrammar): readonly (readonly string[])[] {
  const scopes: (readonly string[])[] = [];
  let state = textmate.INITIAL;
  for (const line of text.split("\n")) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes: here } of tokens)
      for (let i = startIndex; i < Math.min(endIndex, line.length); i++) scopes.push(here);
    scopes.push([]); // the new line
  }
  return scopes;
}
