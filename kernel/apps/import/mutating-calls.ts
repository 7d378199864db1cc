/**
 * Objects that known calls make (training arguments, trainers, models) and that a program changes afterwards by other means than a
 * method call or an assignment to an attribute: `args |= {…}`, `args = args if fast else other`, `dataclasses.replace(args, …)`.
 */
import type { PythonAssignment, PythonCall, PythonNode, PythonProgram } from "./python-tree.js";

/** Functions of Python's own modules that return a changed copy, or write into their first argument. */
const replacing = /^(dataclasses\.replace|copy\.replace|attrs?\.(evolve|assoc)|operator\.(setitem|delitem|i[a-z]+))$/;
/** Methods that are called on their class, with the object as the first argument: `object.__setattr__(args, "seed", 3)`. */
const unbound = /^(object|dict|list|set|type)\.(?!fromkeys$|__new__$|__init__$)\w+$/;

/** Whether a call of a plain module changes an object that it is given. `counts`: whether a name is such an object. */
export function changesArgument(
  { imports }: PythonProgram,
  { name, holder, reads }: PythonCall,
  counts: (name: string) => boolean,
): boolean {
  const [first = "", ...rest] = (holder === undefined ? name : `${holder}.${name}`).split(".");
  const whole = [imports.get(first) ?? first, ...rest].join(".");
  return (replacing.test(whole) || unbound.test(whole)) && reads.some(counts);
}

/** Expressions that make another object without a call, which would be listed by itself. */
const making = /^(Binary|Conditional|Dictionary|Array|Set|DictionaryComprehension|ArrayComprehension)Expression$/;

/** Whether an assignment gives a new value to a variable that holds what one of the known calls made. */
export function reassignmentCheck(
  program: PythonProgram,
  known: ReadonlySet<PythonCall>,
): (target: PythonNode, made: PythonAssignment) => boolean {
  const textOf = ({ from, to }: PythonNode): string => program.text.slice(from, to);
  const scopeOf = ({ within }: PythonAssignment): string => within.map(({ name }) => name).join(".");
  const starts = new Set([...known].map(({ from }) => from));
  /** Where each variable is first given such an object, by its function and name. */
  const first = new Map<string, number>();
  const keyOf = (made: PythonAssignment, name: string): string => `${scopeOf(made)} ${name}`;
  for (const made of program.assignments) {
    const { value, targets } = made;
    if (!value || !(starts.has(value.from) || (value.name === "VariableName" && first.has(keyOf(made, textOf(value))))))
      continue;
    for (const target of targets) {
      const key = keyOf(made, textOf(target));
      if (target.name === "VariableName" && !first.has(key)) first.set(key, made.from);
    }
  }
  return (target, made) => {
    if (target.name !== "VariableName") return false;
    const start = first.get(keyOf(made, textOf(target)));
    if (start === undefined || made.from <= start) return false;
    return made.value ? making.test(made.value.name) : made.statement;
  };
}
