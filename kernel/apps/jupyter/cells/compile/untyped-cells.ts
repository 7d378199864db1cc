/**
 * Compiles a cell without types: the last resort if the compiler itself fails. Names are resolved only in the cell and
 * in earlier cells; none of its imports are read.
 */
import type * as TypeScript from "typescript";
import type { EmittedCell } from "./host.js";
import { namesDeclaredBy } from "./declarations.js";
import { moduleTransformer, type ModuleFacts } from "./modules.js";
import { ts } from "./typescript.js";

/** `earlier`: names of earlier cells. Throws if compilation is impossible; undefined if the text is not TypeScript. */
export function compileUntyped(source: string, earlier: readonly string[]): EmittedCell | undefined {
  const names = namesDeclaredBy(source);
  const ending = names.length > 0 ? `\nexport {${names.join(", ")}}` : "";
  const texts: Readonly<Record<string, string>> = {
    "/cell.ts": `export {};\n${source}${ending}`,
    "/earlier.d.ts": earlier.map((name) => `declare let ${name}: any;\n`).join(""),
  };
  const options: TypeScript.CompilerOptions = {
    noLib: true,
    noResolve: true,
    types: [],
    sourceMap: true,
    experimentalDecorators: true,
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2022,
    isolatedModules: true,
  };
  const host: TypeScript.CompilerHost = {
    getSourceFile: (path, version) => {
      const text = texts[path];
      return text === undefined ? undefined : ts.createSourceFile(path, text, version, true);
    },
    readFile: (path) => texts[path],
    fileExists: (path) => path in texts,
    writeFile: () => undefined,
    getCurrentDirectory: () => "/",
    getDefaultLibFileName: () => "/lib.d.ts",
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
  };
  const program = ts.createProgram(Object.keys(texts), options, host);
  const file = program.getSourceFile("/cell.ts");
  if (!file || program.getSyntacticDiagnostics(file).length > 0) return undefined;
  const checker = program.getTypeChecker();
  const isPrior = (node: TypeScript.Identifier, shorthand?: TypeScript.ShorthandPropertyAssignment): boolean => {
    const symbol = shorthand ? checker.getShorthandAssignmentValueSymbol(shorthand) : checker.getSymbolAtLocation(node);
    return symbol?.declarations?.some((d) => d.getSourceFile().fileName === "/earlier.d.ts") === true;
  };
  const facts: ModuleFacts = { imports: new Set(), defines: new Set(), module: false };
  let code = "";
  let map = "";
  program.emit(
    file,
    (path, text) => {
      if (path.endsWith(".js.map")) map = text;
      else if (path.endsWith(".js")) code = text;
    },
    undefined,
    false,
    { after: [moduleTransformer({ cell: true, isPrior }, facts)] },
  );
  return {
    ...facts,
    code,
    map,
    notes: [],
    declarations: names.map((name) => `declare let ${name}: any;\n`).join(""),
  };
}
