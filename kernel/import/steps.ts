/**
 * What a Python program does beside the calls that say how a training goes: trainers of its own, parts that it freezes, and what it
 * does to its rows. By its text, as `python.ts` reads it; each is told by where it stands and what it says.
 */
import { instead } from "./refusals.js";
import { Unread, type Settings } from "./settings.js";

/** Steps that are told, at most; more is nobody's program. */
const most = 500;
/** Methods by which a trainer learns something else. */
const ofLoss = /^(compute_loss|training_step|_compute_loss|compute_loss_func)$/;
/** What changes the rows, or how a text becomes tokens. */
const ofRows =
  /^(filter|map|shuffle|select|train_test_split|rename_columns?|remove_columns|select_columns|class_encode_column|cast|cast_column|add_column|sort|shard|take|skip|flatten|batch|repeat|to_iterable_dataset|set_transform|with_transform|concatenate_datasets|interleave_datasets|from_(?:list|dict|pandas|generator))$/;
const ofTokens = /^(encode|encode_plus|batch_encode_plus)$|tok/i;
/** Sections of a program's settings that this file writes. */
export const STEPS = "program";

/** A class that inherits from a trainer, and the methods that it has of its own. */
interface OwnTrainer {
  readonly name: string;
  readonly from: string;
  readonly methods: readonly string[];
}

/** The program with calls of its own trainers as those of the trainers that they come from; where the name says so, as it stands. */
export function plainTrainers(program: string): string {
  const renamed = new Map(
    trainersIn(program).flatMap(({ name, from }) => (/Trainer$/.test(name) ? [] : [[name, from] as const])),
  );
  if (renamed.size === 0) return program;
  return program.replace(/(?<![\w.]|\bclass )([A-Za-z_]\w*)(?=[ \t]*\()/g, (name) => renamed.get(name) ?? name);
}

/** `code`: the program without what its texts hold. `ds.filter` with its arguments as they stand, and the like; what is done again is told as another (`ds.filter 2`). */
export function stepsIn(
  program: string,
  code: string,
  argumentsAt: (start: number) => string | undefined,
): Readonly<Record<string, Unread>> {
  const steps: Record<string, Unread> = {};
  const add = (name: string, text: string): void => {
    let [key, count] = [name, 1];
    while (key in steps && steps[key]?.text !== text) key = `${name} ${String(++count)}`;
    if (Object.keys(steps).length < most) steps[key] = new Unread(text);
  };
  for (const { name, from, methods } of trainersIn(code))
    for (const method of methods) add(`${name}.${method}`, `class ${name}(${from})`);
  for (const [, name = ""] of code.matchAll(/\.(compute_loss|training_step)[ \t]*=(?!=)/g))
    add(name, "given by the program");
  for (const { 0: line, index } of code.matchAll(/(?<![^\n])[^\n]*\.requires_grad(?:[ \t]*=[ \t]*|_\()False\b[^\n]*/g))
    add("requires_grad", program.slice(index, index + line.length).trim());
  let read = 0;
  for (const found of code.matchAll(/(?<!\w)(\w+)[ \t]*\(/g)) {
    const name = found[1] ?? "";
    const rows = ofRows.test(name);
    if (!rows && !ofTokens.test(name)) continue;
    if (read++ >= most) break;
    const before = code.slice(Math.max(0, found.index - 60), found.index);
    if (/\b(?:class|def)[ \t]+$/.test(before)) continue;
    const holder = /([A-Za-z_][\w.]*)?\.$/.exec(before);
    if (rows && !holder && !/_datasets$/.test(name)) continue;
    const given = argumentsAt(found.index + found[0].length);
    if (given === undefined) break; // nothing closes any more
    if (!rows && !/\b(?:max_length|truncation)\s*=/.test(given)) continue;
    add(holder?.[1] === undefined ? name : `${holder[1]}.${name}`, given);
  }
  return steps;
}

/** Classes that come from a trainer, each with the methods in the lines that stand further in. */
function trainersIn(program: string): readonly OwnTrainer[] {
  if (!/\bclass\b/.test(program)) return [];
  const found: { name: string; from: string; methods: string[]; indent: number; body?: number }[] = [];
  let open: (typeof found)[number] | undefined;
  // Heads of classes on one line each.
  const text = program.replace(/\bclass[ \t]+\w+[ \t]*\([^)]{0,300}\)/g, (head) => head.replace(/\s+/g, " "));
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const indent = line.length - line.trimStart().length;
    if (open && indent <= open.indent) open = undefined;
    const [, name, bases = ""] = /^\s*class (\w+) ?\(([^)]*)\)/.exec(line) ?? [];
    const from = /\b\w*Trainer\b/.exec(bases)?.[0];
    if (name !== undefined && from !== undefined) found.push((open = { name, from, methods: [], indent }));
    else if (open) open.body ??= indent;
    if (!open || (open.body !== undefined && indent !== open.body)) continue;
    const method = /^\s*(?:class [^:]*:\s*)?(?:(?:async[ \t]+)?def[ \t]+(\w+)|(\w+)[ \t]*=(?!=))/.exec(line);
    const own = method?.[1] ?? method?.[2];
    if (own !== undefined && !open.methods.includes(own)) open.methods.push(own);
  }
  return found;
}

/**
 * The share that the program's only `train_test_split` holds back, and the part that it is: validation where the trainer looks at
 * it. Undefined: there is none, several, or it says more than a share. It is carried then.
 */
export function splitTold(
  steps: Settings,
  trainer: Settings,
): { readonly share: number; readonly part: "validation" | "test" } | undefined {
  const [key, ...others] = steps.keys().filter((one) => /(^|\.)train_test_split( \d+)?$/.test(one));
  if (key === undefined || others.length > 0) return undefined;
  const told = /^(?:test_size\s*=\s*)?(0?\.\d+)(?:, seed\s*=\s*\d+)?$/.exec(steps.expression(key) ?? "");
  const size = Number(told?.[1]);
  const part = (name: string): RegExp => new RegExp(`\\[["']${name}["']\\]$`);
  if (!(size > 0 && size < 1) || !part("train").test(trainer.expression("train_dataset") ?? "")) return undefined;
  steps.consume(key);
  return { share: size, part: part("test").test(trainer.expression("eval_dataset") ?? "") ? "validation" : "test" };
}

/** Refuses what makes another objective, and names all else. */
export function tellSteps(s: Settings): void {
  const steps = s.inner(STEPS);
  for (const key of steps.keys()) {
    const name = (key.replace(/ \d+$/, "").split(".").at(-1) ?? "").trim();
    if (steps.settled(key)) continue;
    if (ofLoss.test(name)) steps.refuse(key, "a loss of its own", instead.loss);
    else steps.leave(key, whyOf(name));
  }
}
function whyOf(name: string): string {
  if (name === "requires_grad") return "which parts train is told by `technique`";
  if (/^(rename_columns?|remove_columns|select_columns)$/.test(name)) return "name the file's columns in `columns`";
  if (name === "train_test_split") return "write a `split`";
  if (ofRows.test(name)) return "do this to the rows of the file";
  if (ofTokens.test(name)) return "how long rows may be is told by `max_length`";
  return "a method of its own, which is not run";
}
