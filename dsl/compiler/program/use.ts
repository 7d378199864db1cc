/** `use "common.tune"`: imports the definitions of another file, which the host reads (need `file`). */
import { readHeader } from "../../language/types/header.js";
import type { Program } from "../plan/program.js";
import { diagnosticText } from "../../language/diagnostics/codes.js";
import { Reporter } from "../../language/diagnostics/reporter.js";
import type { Source } from "../../language/diagnostics/span.js";
import type { Registry } from "../../language/types/registry.js";
import { parse } from "../../language/syntax/parse.js";
import type { Statement } from "../../language/syntax/tree.js";
import { isFailedFact, needKey } from "../../language/types/facts.js";
import { addAction } from "../statement/run-action.js";
import { usedFileId } from "../statement/used-files.js";
import { compileStatement } from "./statements.js";

/** Whether a statement imports the definitions of a file. */
export function isUseStatement(registry: Registry, { verb }: Statement): boolean {
  return registry.verbs().some(({ name, operands }) => name === verb.text && operands.what === "file");
}

export function readUsedFile(program: Program, statement: Statement): void {
  const header = readHeader(program, statement);
  const [operand] = statement.operands;
  if (!header?.sound || operand?.is !== "string") return;
  if (statement.block) program.report("statement-takes-no-block", { verb: "use" }, statement.block.span);
  const path = operand.value;
  if (/\.[mc]?[jt]s$/.test(path)) {
    program.report(
      "not-built-yet",
      { word: `use "${path}"`, meanwhile: "import the file in a TypeScript cell" },
      operand.span,
    );
    return;
  }
  const outer = program.source;
  const need = { about: "file", path, folder: program.folderAt(operand.span) } as const;
  const fact = program.facts.get(need);
  if (fact === undefined) {
    // Requested even from an earlier cell or a used file, because its definitions are needed.
    program.needs.set(needKey(need), need);
    return;
  }
  if (isFailedFact(fact)) {
    program.reportFailed(fact, operand.span);
    for (const kind of ["data", "model", "recipe"]) program.lost.kinds.add(kind);
    return;
  }
  if (program.using.includes(fact.path) || outer.path === fact.path) {
    program.report("use-in-circle", { file: path }, operand.span);
    return;
  }
  const inner: Source = { id: usedFileId(fact.path), title: path, text: fact.text, path: fact.path };
  const { reporter, silent, using, versionLine } = program;
  const verbs = program.registry.verbs();
  const parsed = parse(
    inner,
    verbs.map((v) => v.name),
  );
  const cut = Math.max(fact.path.lastIndexOf("/"), fact.path.lastIndexOf("\\"));
  program.sources.set(inner.id, inner);
  program.folders.set(inner.id, cut < 0 ? "." : fact.path.slice(0, cut) || "/");
  Object.assign(program, { source: inner, silent: true, reporter: new Reporter(), using: [...using, fact.path] });
  program.versionLine = undefined;
  program.reporter.begin(parsed.diagnostics);
  let action: string | undefined;
  for (const one of parsed.tree.statements) {
    const verb = verbs.find((v) => v.name === one.verb.text);
    if (verb?.effect === "acts" && !verb.planned) action ??= verb.name;
    else if (isUseStatement(program.registry, one)) readUsedFile(program, one);
    else compileStatement(program, one);
  }
  const wrong = program.reporter.diagnostics.find((d) => d.severity === "error");
  Object.assign(program, { source: outer, silent, reporter, using, versionLine });
  if (action !== undefined) program.report("action-in-used-file", { verb: action, file: path }, operand.span);
  else if (wrong?.code === "use-in-circle") program.report("use-in-circle", { file: path }, operand.span);
  else if (wrong)
    program.report("error-in-used-file", { file: path, message: diagnosticText(wrong).message }, operand.span);
  addAction(program, header, "use", { path: fact.path });
}
