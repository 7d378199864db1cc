/**
 * A Python program as its calls, assignments, imports and definitions. The text is parsed with Lezer's Python grammar,
 * which CodeMirror uses too: it handles strings, comments and line breaks like Python, and continues after a syntax
 * error. The program is never run.
 */
import { parser } from "@lezer/python";
import { targetsBoundBy, type BoundTarget } from "./python-bindings.js";
import { targetPartsOf, type PythonNode } from "./python-targets.js";

type Tree = ReturnType<typeof parser.parse>;
export type { PythonNode } from "./python-targets.js";

export interface PythonCall {
  /** The last name of the callee: `map` for `rows.map(f)`. */
  readonly name: string;
  /** Names before it (`trainer.model`); undefined if there are none, or the callee is not a chain of names. */
  readonly holder: string | undefined;
  /** The callee expression: `rows["train"].map`. */
  readonly callee: PythonNode;
  /** Offset of the arguments' text, after the bracket. */
  readonly start: number;
  /** Undefined: the bracket is never closed. */
  readonly arguments: string | undefined;
  readonly from: number;
  /** Names read in its arguments. */
  readonly reads: readonly string[];
  /** A loop repeats it. */
  readonly looped: boolean;
  /** It may run zero or several times, as it is in a branch or a loop. */
  readonly unsure: boolean;
  /** A condition decides whether it runs; the first block of a `try` always runs. */
  readonly branched: boolean;
  /** It never runs: a notebook's `if False:`. */
  readonly dead: boolean;
  /** Functions and classes that contain the call, outermost first. */
  readonly within: readonly Definition[];
  /** The innermost call with this call in an argument, and the argument's name or position. */
  readonly inside: { readonly call: PythonCall; readonly argument: string } | undefined;
}
export interface PythonAssignment {
  /** Assigned targets: a name, `model.config.use_cache`, `row["text"]`. Several for `a, b = c`. */
  readonly targets: readonly PythonNode[];
  /**
   * Undefined for loops and `with` (targets are bound to items), for `x += 1` (depends on the old value) and for `del
   * x.y`.
   */
  readonly value: PythonNode | undefined;
  /** Names that the value is made from. */
  readonly reads: readonly string[];
  readonly from: number;
  /** End of the statement; for a loop and `with`, the start of the block. */
  readonly to: number;
  readonly within: readonly Definition[];
  readonly dead: boolean;
  /** It may run zero or several times, as it is in a branch or a loop. */
  readonly unsure: boolean;
  /** It is a statement with `=` or `+=`; false for loops, `with`, `:=`, `del` and comprehensions. */
  readonly statement: boolean;
}
/** A binding with its location. */
export interface PythonBinding extends BoundTarget {
  /** The statement, pattern or expression that binds. */
  readonly node: PythonNode;
  readonly within: readonly Definition[];
  readonly dead: boolean;
  readonly unsure: boolean;
}
/** A `raise`, a `return` or an assertion that always fails. */
export interface ExitStatement extends Pick<PythonCall, "within" | "branched" | "dead"> {
  readonly node: PythonNode;
}
/** A name that is read, and the function that reads it. */
export interface PythonRead {
  readonly name: string;
  readonly from: number;
  readonly within: readonly Definition[];
}
export interface Definition {
  readonly kind: "function" | "class";
  readonly name: string;
  /** Classes that a class inherits from. */
  readonly bases: string;
  readonly decorated: boolean;
}
export interface PythonProgram {
  /** The program with its comments blanked, so that offsets do not change. */
  readonly text: string;
  /** The program with the contents of its strings blanked too. */
  readonly code: string;
  readonly calls: readonly PythonCall[];
  readonly assignments: readonly PythonAssignment[];
  readonly bindings: readonly PythonBinding[];
  readonly nameReads: readonly PythonRead[];
  readonly leaving: readonly ExitStatement[];
  /** Import statements, without those that never run. */
  readonly importing: readonly PythonNode[];
  /** Names that a function declares `global` or `nonlocal`. */
  readonly globals: ReadonlySet<string>;
  /** Modules and imported names, by their names in the program: `SFTTrainer` is `trl.SFTTrainer`. */
  readonly imports: ReadonlyMap<string, string>;
  readonly definitions: readonly Definition[];
  /** Functions by name, with their parameters in order and the scope of their variables. */
  readonly functions: ReadonlyMap<string, { readonly parameters: readonly string[]; readonly scope: string }>;
  /** Names passed to a call as values: functions that something else calls. */
  readonly handed: ReadonlySet<string>;
  /** Names of functions' parameters. */
  readonly parameters: ReadonlySet<string>;
  /** Offsets of syntax errors. */
  readonly mistakes: readonly number[];
}

/**
 * Maximum length of a program with syntax errors, as the parser's recovery time grows with the square of the length.
 */
const longestMistaken = 100_000;

/** Undefined: the text has syntax errors and is too long for recovery. */
export function parsePython(source: string): PythonProgram | undefined {
  const tree = treeOf(source);
  if (!tree) return undefined;
  const reader = new Reader(source);
  reader.blankComments(tree);
  reader.read(tree);
  return reader;
}

function treeOf(source: string): Tree | undefined {
  try {
    return parser.configure({ strict: true }).parse(source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return source.length > longestMistaken ? undefined : parser.parse(source);
  }
}

interface Open {
  readonly node: string;
  readonly to: number;
  readonly definition?: Definition;
  readonly call?: PythonCall;
  readonly is?: "loop" | "branch" | "try" | "dead";
}

class Reader implements PythonProgram {
  text: string;
  code: string;
  readonly calls: PythonCall[] = [];
  readonly assignments: PythonAssignment[] = [];
  readonly bindings: PythonBinding[] = [];
  readonly nameReads: PythonRead[] = [];
  readonly leaving: ExitStatement[] = [];
  readonly importing: PythonNode[] = [];
  readonly globals = new Set<string>();
  readonly imports = new Map<string, string>();
  readonly definitions: Definition[] = [];
  readonly functions = new Map<string, { readonly parameters: readonly string[]; readonly scope: string }>();
  readonly handed = new Set<string>();
  readonly parameters = new Set<string>();
  readonly mistakes: number[] = [];
  private readonly open: Open[] = [];
  /** Offsets where names are bound. */
  private readonly bound = new Set<number>();
  constructor(source: string) {
    this.text = source;
    this.code = source;
  }

  blankComments(tree: Tree): void {
    const comments: (readonly [number, number])[] = [];
    const strings: (readonly [number, number])[] = [];
    tree.iterate({
      enter: ({ name, from, to }) => {
        if (name === "Comment") comments.push([from, to]);
        else if (name === "String" || name === "FormatString") strings.push([from, to]);
        return name !== "FormatString";
      },
    });
    const source = this.text;
    this.text = blanked(source, comments);
    this.code = blanked(
      this.text,
      strings.map(([from, to]) => [from + 1, to - 1]),
    );
  }

  read(tree: Tree): void {
    tree.iterate({
      enter: (treeNode) => {
        const { name, from, to } = treeNode;
        if (treeNode.type.isError) this.mistakes.push(from);
        this.bind(treeNode.node);
        if (name === "ImportStatement") this.import(treeNode.node);
        else if (name === "FunctionDefinition" || name === "ClassDefinition") this.define(treeNode.node, to);
        else if (name === "CallExpression") this.call(treeNode.node, to);
        if (repeats(treeNode.node)) this.open.push({ node: name, to, is: "loop" });
        else if (chooses(treeNode.node)) this.open.push({ node: name, to, is: "branch" });
        else if (leaves(treeNode.node))
          this.leaving.push({ node: treeNode.node, within: this.within(), ...this.certainty() });
        else if (name === "Body") this.block(treeNode.node, to);
        if (assigning.test(name)) this.assign(treeNode.node);
        else if (name === "VariableName") this.name(treeNode.node);
        else if (name === "ScopeStatement")
          for (const one of treeNode.node.getChildren("VariableName")) this.globals.add(this.textOf(one));
        return from <= to;
      },
      leave: ({ name, to }) => {
        const last = this.open.at(-1);
        if (last && last.node === name && last.to === to) this.open.pop();
      },
    });
  }

  private textOf(node: PythonNode): string {
    return this.text.slice(node.from, node.to);
  }

  private block(node: PythonNode, to: number): void {
    if (this.isDead(node)) this.open.push({ node: node.name, to, is: "dead" });
    else if (this.isBranch(node)) this.open.push({ node: node.name, to, is: isTried(node) ? "try" : "branch" });
  }
  /** A script's `if __name__ == "__main__":` always runs. */
  private isBranch({ prevSibling, parent }: PythonNode): boolean {
    if (!parent || !/^(IfStatement|TryStatement|MatchClause)$/.test(parent.name)) return false;
    return !(prevSibling && parent.name === "IfStatement" && always.test(this.textOf(prevSibling)));
  }
  private isDead({ prevSibling, parent }: PythonNode): boolean {
    return parent?.name === "IfStatement" && prevSibling !== null && /^(False|0)$/.test(this.textOf(prevSibling));
  }
  private name(node: PythonNode): void {
    if (node.parent?.name === "ParamList") this.parameters.add(this.textOf(node));
    else if (isHanded(node)) this.handed.add(this.textOf(node));
    if (!isKeyword(node) && !this.bound.has(node.from))
      this.nameReads.push({ name: this.textOf(node), from: node.from, within: this.within() });
  }
  private bind(node: PythonNode): void {
    for (const { target, form } of targetsBoundBy(node)) {
      // A definition binds its name in the enclosing scope, not in its own.
      this.bindings.push({ target, form, node, within: this.within(), ...this.certainty() });
      if (target.name === "VariableName") this.bound.add(target.from);
    }
  }
  private certainty(): Pick<PythonCall, "dead" | "unsure" | "branched"> {
    return {
      dead: this.open.some(({ is }) => is === "dead"),
      unsure: this.open.some(({ is }) => is !== undefined),
      branched: this.open.some(({ is }) => is === "branch"),
    };
  }

  private import(node: PythonNode): void {
    if (!this.certainty().dead) this.importing.push(node);
    const [, module = "", names = ""] = /^from\s+([\w.]+)\s+import\s*\(?([\s\S]*?)\)?$/.exec(this.textOf(node)) ?? [];
    const parts = (text: string): readonly string[] => text.split(",").map((part) => part.trim());
    if (module !== "") {
      for (const part of parts(names)) {
        const [name = "", as = name] = part.split(/\s+as\s+/);
        if (name !== "") this.imports.set(as, `${module}.${name}`);
      }
      return;
    }
    for (const part of parts(this.textOf(node).replace(/^import\s+/, ""))) {
      const [name = "", as] = part.split(/\s+as\s+/);
      const packageName = name.split(".")[0] ?? name;
      if (name !== "") this.imports.set(as ?? packageName, as === undefined ? packageName : name);
    }
  }

  private define(node: PythonNode, to: number): void {
    const name = node.getChild("VariableName");
    const bases = node.name === "ClassDefinition" ? node.getChild("ArgList") : null;
    const definition: Definition = {
      kind: node.name === "ClassDefinition" ? "class" : "function",
      name: name ? this.textOf(name) : "",
      bases: bases ? this.textOf(bases).slice(1, -1).trim() : "",
      decorated: node.parent?.name === "DecoratedStatement",
    };
    this.definitions.push(definition);
    this.open.push({ node: node.name, to, definition });
    const scope = this.within().map((one) => one.name);
    const parameters = node.getChild("ParamList")?.getChildren("VariableName") ?? [];
    const required = parameters.filter(({ prevSibling }) => prevSibling?.name !== "AssignOp");
    if (definition.kind === "function")
      this.functions.set(definition.name, {
        parameters: required.map((one) => this.textOf(one)),
        scope: scope.join("."),
      });
  }

  private call(node: PythonNode, to: number): void {
    const [callee, list] = [node.firstChild, node.getChild("ArgList")];
    if (!callee || !list) return;
    const last = callee.name === "MemberExpression" ? callee.lastChild : callee;
    const receiver = callee.name === "MemberExpression" ? callee.firstChild : null;
    const before = receiver ? this.textOf(receiver).replace(/\s+/g, "") : "";
    const call: PythonCall = {
      name: last && /^(VariableName|PropertyName)$/.test(last.name) ? this.textOf(last) : "",
      holder: /^[A-Za-z_][\w.]*$/.test(before) ? before : undefined,
      callee,
      start: list.from + 1,
      arguments: list.lastChild?.name === ")" ? this.textOf(list).slice(1, -1) : undefined,
      from: node.from,
      reads: this.namesFrom(list, list.from),
      looped: this.open.some(({ is }) => is === "loop"),
      ...this.certainty(),
      within: this.within(),
      inside: this.inside(node),
    };
    this.calls.push(call);
    this.open.push({ node: "CallExpression", to, call });
  }
  /** A receiver (`f(x)` in `f(x).g()`) is part of the call after it, but not of its arguments. */
  private inside(node: PythonNode): PythonCall["inside"] {
    const around = this.open.findLast(({ call }) => call && node.from >= call.start)?.call;
    return around && { call: around, argument: this.argumentAt(around, node) };
  }
  /** Returns the name of the argument that contains a node, or its position. */
  private argumentAt(call: PythonCall, node: PythonNode): string {
    const list = call.callee.parent?.getChild("ArgList");
    let [place, name] = [0, ""];
    for (let child = list?.firstChild; child && child.from <= node.from; child = child.nextSibling) {
      if (child.name === ",") [place, name] = [place + 1, ""];
      else if (isKeyword(child)) name = this.textOf(child);
    }
    return name === "" ? String(place) : name;
  }
  private within(): readonly Definition[] {
    return this.open.flatMap(({ definition }) => definition ?? []);
  }

  private assign(node: PythonNode): void {
    const statement = /^(Assign|Update)Statement$/.test(node.name);
    const { targets, value, from } = targetPartsOf(node);
    if (targets.length === 0) return;
    this.assignments.push({
      targets,
      value,
      reads: this.namesFrom(node, from),
      from: node.from,
      to: node.getChild("Body")?.from ?? node.to,
      within: this.within(),
      ...this.certainty(),
      statement,
    });
  }
  /** Names read in a node from an offset on, without those in a block. */
  private namesFrom(node: PythonNode, from: number): readonly string[] {
    const names: string[] = [];
    node.cursor().iterate((one) => {
      if (one.name === "Body") return false;
      if (one.name !== "VariableName" || one.from < from || isKeyword(one.node)) return true;
      names.push(this.textOf(one.node));
      return true;
    });
    return names;
  }
}

/** Conditions that are always true. */
const always = /\b__name__\b|^\(?(True|[1-9]\d*)\)?$/;
/** The first block of a `try`, and its last. */
const isTried = ({ prevSibling, parent }: PythonNode): boolean =>
  parent?.name === "TryStatement" && /^(try|finally)$/.test(prevSibling?.name ?? "");
/** Reports whether a node may run its parts several times. */
const repeats = (node: PythonNode): boolean =>
  /^(For|While)Statement$|ComprehensionExpression$|^LambdaExpression$/.test(node.name) ||
  (node.name === "ArgList" && node.getChild("for") !== null);
/** Reports whether a node may skip some of its parts. */
const chooses = (node: PythonNode): boolean =>
  node.name === "ConditionalExpression" ||
  (node.name === "BinaryExpression" && /^(and|or)$/.test(node.firstChild?.nextSibling?.name ?? ""));
const leaves = (node: PythonNode): boolean => /^(Raise|Return)Statement$/.test(node.name);
const assigning = /^(Assign|Update|For|With|Delete)Statement$|^NamedExpression$|ComprehensionExpression$/;

/** A keyword argument's name: `r` in `f(r=1)`. */
const isKeyword = (node: PythonNode): boolean =>
  node.parent?.name === "ArgList" && node.nextSibling?.name === "AssignOp";
const isHanded = (node: PythonNode): boolean => node.parent?.name === "ArgList" && !isKeyword(node);

function blanked(text: string, ranges: readonly (readonly [number, number])[]): string {
  const out: string[] = [];
  let blankedUntil = 0;
  for (const [from, to] of ranges) {
    if (from < blankedUntil || to <= from) continue;
    out.push(text.slice(blankedUntil, from), text.slice(from, to).replace(/[^\n]/g, " "));
    blankedUntil = to;
  }
  return out.join("") + text.slice(blankedUntil);
}
