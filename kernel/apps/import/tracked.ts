/**
 * Variables of a Python program with the objects of a training: rows, arguments, models, tokenizers, trainers and
 * configs. A variable is identified by its name and by the function that binds it.
 */
import type { Definition, PythonCall, PythonNode, PythonProgram } from "./python-tree.js";
import { childrenOf } from "./python-targets.js";

/** Arguments of trainers that readers accept without examining the object. */
const objects =
  /^(model|tokenizer|args|train_dataset|eval_dataset|processing_class|peft_config|quantization_config|config)$/;
/** Attributes that contain such an object. */
const holders =
  /^(model|base_model|args|train_dataset|eval_dataset|tokenizer|processing_class|layers|data|weight|bias|lm_head)$/;
/** Functions that return their argument's rows, in some order or selection. */
export const passThroughFunctions = /^(list|tuple|iter|sorted|reversed|filter|enumerate|tqdm)$/;

type Place = readonly Pick<Definition, "name">[];
export interface TrackedNames {
  /** Reports whether a name refers to such a variable at this place. */
  has(name: string, within: Place): boolean;
  /**
   * Reports whether an expression is such an object, a part or a collection of them, but not a number or text from one.
   */
  object(node: PythonNode, within: Place): boolean;
  /** Reports whether a trainer gets the variable, or something made from it. */
  feeds(name: string, within: Place): boolean;
  /** Returns the function whose variable a name is. */
  home(name: string, within: Place): string;
}

export const scopeNameOf = (within: Place): string => within.map(({ name }) => name).join(".");

export function trackNames(
  program: PythonProgram,
  requestedCalls: ReadonlySet<PythonCall>,
  constants: ReadonlyMap<string, unknown>,
): TrackedNames {
  const variables = new Variables(program);
  variables.start(requestedCalls, constants);
  variables.spread();
  return variables;
}

class Variables implements TrackedNames {
  /** Functions with the names bound in them: `main:args`. */
  private readonly homes = new Set<string>();
  private readonly keys = new Set<string>();
  /** Variables that a trainer gets, and those they are made from. */
  private readonly fed = new Set<string>();
  /** Offsets where known calls begin. */
  private starts: ReadonlySet<number> = new Set();
  constructor(private readonly program: PythonProgram) {
    for (const { target, within } of program.bindings)
      if (target.name === "VariableName" && !program.globals.has(this.textOf(target)))
        this.homes.add(`${scopeNameOf(within)}:${this.textOf(target)}`);
    for (const { scope, parameters } of program.functions.values())
      for (const name of parameters) this.homes.add(`${scope}:${name}`);
  }

  home(name: string, within: Place): string {
    for (let depth = within.length; depth > 0; depth--)
      if (this.homes.has(`${scopeNameOf(within.slice(0, depth))}:${name}`)) return scopeNameOf(within.slice(0, depth));
    return "";
  }
  has(name: string, within: Place): boolean {
    return this.keys.has(`${this.home(name, within)}:${name}`);
  }
  feeds(name: string, within: Place): boolean {
    return this.fed.has(`${this.home(name, within)}:${name}`);
  }
  object(node: PythonNode, within: Place): boolean {
    if (node.name === "VariableName") return this.has(this.textOf(node), within);
    if (node.name === "MemberExpression") return this.member(node, within);
    if (node.name === "CallExpression") {
      const [callee, list] = [node.firstChild, node.getChild("ArgList")];
      if (!callee || !list || callee.name !== "VariableName" || !passThroughFunctions.test(this.textOf(callee)))
        return false;
      return childrenOf(list).some((one) => this.object(one, within));
    }
    return collects.test(node.name) && childrenOf(node).some((one) => this.object(one, within));
  }
  /** `ds[0]`, `t.train_dataset` and `t.model.layers` count; `args.seed` does not. */
  private member(node: PythonNode, within: Place): boolean {
    const [inner, last] = [node.firstChild, node.lastChild];
    if (!inner || !last) return false;
    if (last.name === "]") return this.object(inner, within);
    const root = rootVariableOf(inner);
    return holders.test(this.textOf(last)) && root !== undefined && this.has(this.textOf(root), within);
  }

  /** Adds the results and arguments of known calls, and what is trained. */
  start(requestedCalls: ReadonlySet<PythonCall>, constants: ReadonlyMap<string, unknown>): void {
    this.starts = new Set([...requestedCalls].map(({ from }) => from));
    for (const { targets, value, within } of this.program.assignments)
      if (value && this.starts.has(value.from)) for (const one of targets) this.track(one, within);
    for (const call of this.program.calls) {
      if (call.name === "train" && call.callee.name === "MemberExpression")
        this.track(this.sourceOf(call.callee), call.within);
      if (!requestedCalls.has(call)) continue;
      for (const one of this.objectsGiven(call)) {
        if (constants.has(this.textOf(one))) continue;
        this.track(one, call.within);
        this.fed.add(`${this.home(this.textOf(one), call.within)}:${this.textOf(one)}`);
      }
    }
  }
  /** Adds their aliases, their parts, and their sources. */
  spread(): void {
    for (let before = -1; before < this.keys.size + this.fed.size;) {
      before = this.keys.size + this.fed.size;
      for (const { targets, value, within, reads } of this.program.assignments) {
        if (!value) continue;
        const feeds = targets.some((one) => one.name === "VariableName" && this.feeds(this.textOf(one), within));
        if (feeds && !this.starts.has(value.from))
          for (const name of reads) this.fed.add(`${this.home(name, within)}:${name}`);
        if (this.object(value, within)) for (const one of targets) this.track(one, within);
        if (targets.some((one) => one.name === "VariableName" && this.has(this.textOf(one), within)))
          this.track(this.sourceOf(value), within);
      }
      for (const call of this.program.calls) this.follow(call);
    }
  }
  /** Adds parameters of the program's functions that get such an object. */
  private follow(call: PythonCall): void {
    const calledFunction = call.callee.name === "VariableName" ? this.program.functions.get(call.name) : undefined;
    if (!calledFunction) return;
    for (const { name, place, value } of callArguments(this.program, call)) {
      const parameter = name ?? calledFunction.parameters[place];
      if (parameter !== undefined && this.object(value, call.within))
        this.keys.add(`${calledFunction.scope}:${parameter}`);
    }
  }
  private objectsGiven(call: PythonCall): readonly PythonNode[] {
    const places = /Trainer$/.test(call.name) ? 6 : 1;
    return callArguments(this.program, call).flatMap(({ name, place, value }) => {
      const known = name === undefined ? place < places : objects.test(name);
      return known && value.name === "VariableName" ? [value] : [];
    });
  }
  /**
   * Returns the variable that a value is part of, or derived from by a method; undefined for callees and for calls of
   * modules.
   */
  private sourceOf(value: PythonNode): PythonNode | undefined {
    const root = rootVariableOf(value);
    if (!root || (root.parent?.name === "CallExpression" && root.parent.firstChild?.from === root.from))
      return undefined;
    return this.program.imports.has(this.textOf(root)) && this.textOf(value).includes("(") ? undefined : root;
  }
  private track(node: PythonNode | undefined, within: Place): void {
    if (node?.name === "VariableName") this.keys.add(`${this.home(this.textOf(node), within)}:${this.textOf(node)}`);
  }
  private textOf({ from, to }: PythonNode): string {
    return this.program.text.slice(from, to);
  }
}

/** Arguments of a call, each with its name or position. */
export function callArguments({ text }: PythonProgram, call: PythonCall): readonly Argument[] {
  const list = call.callee.parent?.getChild("ArgList");
  const parts: PythonNode[][] = [[]];
  for (const child of list ? childrenOf(list).slice(1) : [])
    if (child.name === ",") parts.push([]);
    else if (child.name !== ")") parts.at(-1)?.push(child);
  return parts.flatMap((part, place): readonly Argument[] => {
    const [first, value] = [part[0], part.at(-1)];
    if (!first || !value) return [];
    const named = part[1]?.name === "AssignOp";
    return [{ place, value, name: named ? text.slice(first.from, first.to) : undefined }];
  });
}
interface Argument {
  readonly name: string | undefined;
  readonly place: number;
  readonly value: PythonNode;
}

/** Expressions that contain objects, or select one of several. */
const collects =
  /^(Parenthesized|Conditional|Binary|Array|Tuple|Set|Dictionary|ArrayComprehension|Comprehension|Await)Expression$/;

/** Returns the variable at the start of a chain of members and calls. */
export function rootVariableOf(node: PythonNode): PythonNode | undefined {
  let current: PythonNode | null = node;
  while (current && /^(MemberExpression|CallExpression|ParenthesizedExpression|AwaitExpression)$/.test(current.name))
    current =
      current.name === "ParenthesizedExpression" ? (current.firstChild?.nextSibling ?? null) : current.firstChild;
  return current?.name === "VariableName" ? current : undefined;
}
