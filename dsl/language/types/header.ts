/** The header of a statement: its verb, its operands, its connectors. */
import type { Verb } from "./registry.js";
import type { Clause, Operand, Statement, WordNode } from "../syntax/tree.js";
import type { Fix } from "../diagnostics/diagnostic.js";
import { adviceOnForeignName } from "./advice-fixes.js";
import { wordKindsIn } from "./parts.js";
import { nearestWord } from "../diagnostics/nearest-word.js";
import type { StatementScope } from "./scope.js";
import { replacementFix } from "../diagnostics/reporter.js";
import { describeExpression } from "./shapes.js";
import { dryRunScope } from "./trial.js";

export interface StatementHeader {
  readonly verb: Verb;
  readonly statement: Statement;
  readonly operands: readonly Operand[];
  readonly clauses: ReadonlyMap<string, Clause>;
  /** False if an error was reported in the header: what needs it reports nothing. */
  readonly sound: boolean;
}

const NAME = /^[\p{ID_Start}_][\p{ID_Continue}]*$/u;
const foreign: ReadonlySet<string> = new Set([
  "const",
  "let",
  "var",
  "import",
  "export",
  "default",
  "await",
  "function",
  "async",
  "return",
  "if",
  "for",
  "while",
  "type",
  "interface",
  "class",
  "console",
  "throw",
  "try",
  "new",
]);

/** Line starts in other languages, and what to write in Tune. */
const elsewhere: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:select|insert|update|join|create|drop|alter)$/i,
    "write the query as text in the `source` of a `data` statement; Tune itself queries no databases",
  ],
  [
    /^(?:def|lambda|print|from|with|elif|pass|assert|raise|except|del|global)$/,
    "Tune has no functions and no steps: write them in a TypeScript cell",
  ],
];

/** Checks the header; returns undefined if it is not a statement of an implemented verb. */
export function readHeader(scope: StatementScope, statement: Statement): StatementHeader | undefined {
  const { verb: name } = statement;
  const verb = scope.registry.find("verb", name.text);
  // `tune router on tickets`: a version is not a name.
  const [first] = statement.operands;
  if (!verb || (verb.operands.what === "version" && first?.is === "word")) {
    noVerb(scope, statement, verb && first?.is === "word" ? `${name.text} ${first.text}` : name.text);
    return undefined;
  }
  if (verb.planned) {
    scope.report("not-built-yet", { word: verb.name, meanwhile: meanwhileOf(verb, first) ?? "" }, name.span);
    return undefined;
  }
  let sound = !statement.broken;
  const clauses = new Map<string, Clause>();
  const has = Object.keys(verb.connectors);
  for (const clause of statement.clauses) {
    const { text, span } = clause.connector;
    const takes = Object.hasOwn(verb.connectors, text) ? verb.connectors[text] : undefined;
    if (!takes) {
      const called = verb.elsewhere?.[text];
      const near = called !== undefined && has.includes(called) ? called : nearestWord(text, has, scope.reporter);
      // An unreadable header may have lost a comma or a name.
      if (statement.broken) continue;
      scope.report(
        "unknown-connector",
        { connector: text, verb: verb.name, has, ...(near ? { nearest: near } : {}) },
        span,
        near ? { fix: replacementFix(span, near) } : {},
      );
      sound = false;
      if (near && !clauses.has(near)) clauses.set(near, clause);
    } else if (clauses.has(text)) scope.report("duplicate-connector", { connector: text }, span);
    else {
      clauses.set(text, clause);
      if (!takes.many && clause.operands.length > 1) {
        scope.report("too-many-operands", { after: text, found: clause.operands.length }, clause.span);
        sound = false;
      } else if (takes.takes === "data" && !namedOnce(scope, clause.operands, text)) sound = false;
    }
  }
  for (const [connector, takes] of Object.entries(verb.connectors)) {
    if (!takes.required || clauses.has(connector) || !sound) continue;
    const instead = takenFor(scope, verb, clauses, takes.takes);
    scope.report(
      "missing-connector",
      {
        verb: verb.name,
        connector,
        takes: takes.takes === "new-name" ? "name" : takes.takes === "any" ? "name" : takes.takes,
        example: verb.example,
      },
      instead?.connector.span ?? name.span,
      instead ? { fix: replacementFix(instead.connector.span, connector) } : {},
    );
    sound = false;
  }
  if (!operandsFit(scope, verb, statement)) sound = false;
  return { verb, statement, operands: statement.operands, clauses, sound };
}

/**
 * Returns the clause that contains what the missing one takes, after a connector for new names: `deploy router as
 * onnx("build")`.
 */
function takenFor(
  { registry }: StatementScope,
  { connectors }: Verb,
  clauses: ReadonlyMap<string, Clause>,
  kind: string,
): Clause | undefined {
  if (kind !== "target") return undefined;
  return [...clauses.values()].find(({ connector, operands: [operand] }) => {
    if (connectors[connector.text]?.takes !== "new-name") return false;
    return operand?.is === "word" && operand.arguments !== undefined && registry.find(kind, operand.text) !== undefined;
  });
}

function operandsFit(scope: StatementScope, verb: Verb, statement: Statement): boolean {
  const { operands, verb: name } = statement;
  const first = operands[0];
  const wanted = {
    "new-name": "a name",
    model: "the name of a model",
    data: "the name of data",
    subject: "a name",
    file: 'a file in `"…"`',
    topic: "a name",
    training: "",
    version: "",
    none: "",
    any: "",
  }[verb.operands.what];
  if (verb.operands.what === "none") {
    if (!first) return true;
    scope.report(
      "wrong-operand",
      { after: verb.name, wanted: "no name", found: describeExpression(first) },
      first.span,
      {
        fix: { ...replacementFix({ ...first.span, start: name.span.end }, ""), certain: false },
      },
    );
    return false;
  }
  if (["any", "version", "training"].includes(verb.operands.what)) return true;
  if (!first) {
    if (!statement.broken)
      scope.report("missing-operand", { verb: verb.name, wanted, example: verb.example }, name.span);
    return false;
  }
  if (operands.length > 1 && !verb.operands.many) {
    scope.report(
      "too-many-operands",
      { after: verb.name, found: operands.length },
      { ...first.span, end: operands.at(-1)?.span.end ?? first.span.end },
    );
    return false;
  }
  for (const operand of operands) {
    const later = operand.is === "word" ? scope.registry.find("subject", operand.text)?.planned : undefined;
    // Reported when the name is looked up.
    if (later && operand.is === "word" && operand.arguments) continue;
    if (verb.operands.calls && operand.is === "word" && operand.arguments) continue; // a word, which the verb reads
    const fits = verb.operands.what === "file" ? operand.is === "string" : operand.is === "word" && !operand.arguments;
    if (!fits || (verb.operands.what === "new-name" && operand.is === "word" && operand.path.length > 1)) {
      const called =
        verb.operands.what === "new-name" && operand.is === "word" && operand.arguments && operand.path.length === 1;
      const quoted = operand.is === "string" && verb.operands.what !== "file" && NAME.test(operand.value);
      scope.report(
        "wrong-operand",
        {
          after: verb.name,
          wanted: called
            ? `a name, and its keys in braces: \`${operand.text} { … }\``
            : quoted
              ? `${wanted} without quotes: \`${operand.value}\``
              : wanted,
          found: describeExpression(operand),
        },
        operand.span,
        called
          ? { fix: inBraces(operand) }
          : operand.is === "word" && verb.operands.what === "file"
            ? { fix: replacementFix(operand.span, JSON.stringify(operand.text)) }
            : quoted
              ? { fix: replacementFix(operand.span, operand.value) }
              : {},
      );
      return false;
    }
  }
  return verb.operands.what !== "model" || namedOnce(scope, operands, name.text);
}

/** Reports repeated names in a list of operands. */
function namedOnce(scope: StatementScope, operands: readonly Operand[], after: string): boolean {
  const before = new Set<string>();
  for (const [i, operand] of operands.entries()) {
    if (operand.is !== "word" || operand.arguments) continue;
    if (!before.has(operand.text)) {
      before.add(operand.text);
      continue;
    }
    const from = operands[i - 1]!.span.end;
    scope.report("named-twice", { name: operand.text, after }, operand.span, {
      fix: { ...replacementFix({ ...operand.span, start: from }, ""), title: "remove it" },
    });
    return false;
  }
  return true;
}

/** `quick(epochs: 3)` → `quick { epochs: 3 }`. */
function inBraces(operand: WordNode): Fix {
  const { start, end } = { start: operand.path.at(-1)?.span.end ?? operand.span.start, end: operand.span.end };
  const edits = [
    { start, end: start + 1, text: " { " },
    { start: end - 1, end, text: " }" },
  ];
  return { title: "fill the record in braces", edits, certain: true };
}

/** Returns what to use until a verb is implemented, with the written name in place of the example's. */
function meanwhileOf(verb: Verb, operand: Operand | undefined): string | undefined {
  const shown = /^\w+ (\w+)/.exec(verb.example)?.[1];
  const named = operand?.is === "word" && !operand.arguments && operand.path.length === 1 ? operand.text : undefined;
  const meanwhile = verb.planned?.meanwhile;
  return shown === undefined || named === undefined
    ? meanwhile
    : meanwhile?.replaceAll(new RegExp(`\\b${shown}\\b`, "g"), () => named);
}

function noVerb(scope: StatementScope, statement: Statement, written: string): void {
  const {
    verb: name,
    operands: [first],
  } = statement;
  const reserved = scope.registry.find("reserved", name.text);
  const verbs = scope.registry.verbs();
  const known = verbs.find((v) => v.elsewhere?.[name.text] === v.name && v.name !== name.text);
  // `export m to "folder"`, where TypeScript would export a declaration.
  const isForeign = foreign.has(name.text) && !(known && first?.is === "word" && !foreign.has(first.text));
  const meanwhile = known && meanwhileOf(known, first);
  if (reserved?.planned)
    scope.report("not-built-yet", { word: name.text, meanwhile: reserved.planned.meanwhile }, name.span);
  else if (isForeign) scope.report("typescript-here", { word: name.text }, name.span);
  else if (known && meanwhile !== undefined) {
    const advice = `\`${known.name}\` is planned but not supported yet; instead: ${meanwhile}`;
    scope.report("unknown-verb", { word: written, advice }, name.span);
  } else unknownVerb(scope, statement, written, known?.name);
}

function unknownVerb(scope: StatementScope, statement: Statement, written: string, known: string | undefined): void {
  const name = statement.verb;
  const verbs = scope.registry.verbs();
  const near =
    known ??
    nearestWord(
      name.text,
      verbs.map((v) => v.name),
    ) ??
    // `dataset`, `models`, `training`.
    verbs.find((v) => v.name.length >= 4 && name.text.startsWith(v.name))?.name;
  const advice = near
    ? undefined
    : (elsewhere.find(([words]) => words.test(name.text))?.[1] ??
      verbs.map((v) => adviceOnForeignName(v, name.text)).find((hint) => hint !== undefined));
  const key = known === undefined ? undefined : keyLike(scope, known, name.text);
  scope.report(
    "unknown-verb",
    {
      word: written,
      ...(near ? { nearest: near } : {}),
      ...(key === undefined ? {} : { key }),
      ...(advice === undefined ? {} : { advice }),
    },
    name.span,
    near
      ? { fix: { ...replacementFix(name.span, near), certain: key === undefined && fitsVerb(scope, statement, near) } }
      : {},
  );
}

/** Whether the rest of the header fits that verb: other tools' `export m to "folder"` needs more than another verb. */
function fitsVerb(scope: StatementScope, statement: Statement, verb: string): boolean {
  const trial = dryRunScope(scope);
  const header = readHeader(trial.scope, { ...statement, verb: { ...statement.verb, text: verb } });
  if (!header?.sound || trial.reporter.diagnostics.length > 0) return false;
  return [...header.clauses].every(
    ([
      connector,
      {
        operands: [operand],
      },
    ]) => {
      return header.verb.connectors[connector]?.takes !== "target" || operand?.is === "word";
    },
  );
}

/** Returns an example of the verb's key with this name, or of a word that has the name as an alias. */
function keyLike({ registry }: StatementScope, verb: string, name: string): string | undefined {
  const words = (registry.find("verb", verb)?.parameters ?? []).flatMap((parameter) => {
    const candidates = wordKindsIn(parameter.type).flatMap((kind) => registry.ofKind(kind));
    return parameter.name === name
      ? candidates
      : candidates.filter(({ elsewhere: called }) => called?.[name] !== undefined);
  });
  return words.find(({ planned, example }) => !planned && example !== undefined)?.example;
}
