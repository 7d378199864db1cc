/**
 * The keyword arguments of calls in a Python program, by its text: it is never run. Literals and names that are given one
 * literal are read; all else stays what it is, an expression that nobody knows.
 */
import { Unread } from "./settings.js";
import { plainTrainers, STEPS, stepsIn } from "./steps.js";

type Value = unknown;
/** Brackets in brackets of a literal, and calls of a program, that are read; more is nobody's program. */
const [deepest, mostCalls] = [20, 500] as const;
/** Calls that say how a training goes; of other calls nothing is read. */
const told =
  /(?<![\w.])(\w+Config|\w*Trainer|\w*TrainingArguments|get_peft_model|train_on_responses_only|load_dataset|(?:Fast\w*Model|AutoModel(?:For\w+)?)\.(?:from_pretrained|get_peft_model))\s*\(/g;

/**
 * Arguments by the name of their call; places by number. What is called again with other arguments is told as another
 * (`load_dataset 2`), but for models: programs load again what they trained.
 */
export function argumentsIn(program: string): Readonly<Record<string, Readonly<Record<string, Value>>>> {
  const bare = plainTrainers(withoutComments(program));
  const names = constantsIn(bare);
  const calls: Record<string, Record<string, Value>> = {};
  let read = 0;
  for (const found of bare.matchAll(told)) {
    if (read++ >= mostCalls) break;
    const name = found[1] ?? "";
    if (/\b(class|def)\s+$/.test(bare.slice(Math.max(0, found.index - 8), found.index))) continue;
    const parts = partsIn(bare, found.index + found[0].length);
    if (parts === undefined) break; // nothing closes any more
    const given = Object.fromEntries(parts.map((part, i) => argument(part, i, names)));
    const same = Object.keys(calls).filter((one) => one.replace(/ \d+$/, "") === name);
    if (same.some((one) => JSON.stringify(calls[one]) === JSON.stringify(given))) continue;
    if (same.length > 0 && name.includes(".")) continue;
    calls[same.length === 0 ? name : `${name} ${String(same.length + 1)}`] = given;
  }
  const senses = [...bare.matchAll(ofSenses)].map(([, from, module]) => [from ?? module ?? "", true] as const);
  if (Object.keys(calls).length === 0) return calls;
  const steps = stepsIn(bare, codeAlone(bare), (start) => partsIn(bare, start)?.join(", "));
  return {
    ...calls,
    ...(senses.length > 0 && { import: Object.fromEntries(senses) }),
    ...(Object.keys(steps).length > 0 && { [STEPS]: steps }),
  };
}
/** Imports that only programs over sound and pictures have. */
const ofSenses =
  /^[ \t]*(?:from\s+datasets\s+import\b[^\n]*\b(Audio)\b|(?:from|import)\s+(torchaudio|soundfile|librosa|snac|sparktts|xcodec2|outetts|diffusers)\b)/gm;

function argument(part: string, place: number, names: ReadonlyMap<string, Value>): readonly [string, Value] {
  // Arguments that a program spreads are told as they stand.
  if (part.startsWith("*")) return [part, new Unread(part)];
  const named = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(part);
  return named ? [named[1] ?? "", valueOf(named[2] ?? "", names)] : [String(place), valueOf(part, names)];
}

/** `NAME = literal` on a line of its own, where the name is given that one alone; arguments of calls stand within brackets. */
function constantsIn(program: string): ReadonlyMap<string, Value> {
  const given = new Map<string, Value>();
  const again = new Set<string>();
  const open = bracketsIn(program);
  for (const found of program.matchAll(/^[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*([^\n=][^\n]*)$/gm)) {
    const [, name = "", text = ""] = found;
    if (open(found.index)) continue;
    const value = valueOf(text.trim(), new Map());
    if (given.has(name) && JSON.stringify(given.get(name)) !== JSON.stringify(value)) again.add(name);
    given.set(name, value);
  }
  for (const name of again) given.delete(name);
  return given;
}

/** Whether a place stands within brackets; asked in order. */
function bracketsIn(program: string): (place: number) => boolean {
  let [at, depth] = [0, 0];
  return (place) => {
    for (; at < place; at++) {
      const one = program.charAt(at);
      if (one === '"' || one === "'") at = endOfText(program, at);
      else if ("([{".includes(one)) depth++;
      else if (")]}".includes(one)) depth--;
    }
    return depth > 0;
  };
}

/** A literal; what is none is told as it stands. */
function valueOf(written: string, names: ReadonlyMap<string, Value>, depth = 0): Value {
  const text = written.trim();
  if (depth > deepest) return new Unread(text);
  if (text === "True" || text === "False") return text === "True";
  if (text === "None") return null;
  if (/^[-+]?(\d[\d_]*\.?[\d_]*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text.replace(/_/g, ""));
  const quoted = /^[rbu]?("""|'''|"|')([\s\S]*)\1$/.exec(text);
  if (quoted && !(quoted[2] ?? "").includes(quoted[1] ?? '"')) return quoted[2];
  const inside = /^([[({])([\s\S]*)[\])}]$/.exec(text);
  if (inside?.[1] === "{") return record(text, names, depth);
  if (inside) {
    const parts = partsIn(text, 1) ?? [];
    const values = parts.map((part) => valueOf(part, names, depth + 1));
    return values.some((one) => one instanceof Unread) ? new Unread(text) : values;
  }
  return names.has(text) ? names.get(text) : new Unread(text);
}

function record(text: string, names: ReadonlyMap<string, Value>, depth: number): Value {
  const entries = (partsIn(text, 1) ?? []).map((part) => {
    const found = /^\s*(['"])(.*?)\1\s*:\s*([\s\S]*)$/.exec(part);
    return found ? ([found[2] ?? "", valueOf(found[3] ?? "", names, depth + 1)] as const) : undefined;
  });
  return entries.every((one) => one !== undefined) ? Object.fromEntries(entries) : new Unread(text);
}

/** Parts between commas from `start` to the bracket that closes; undefined: none closes. */
function partsIn(text: string, start: number): readonly string[] | undefined {
  const parts: string[] = [];
  let [depth, from] = [0, start];
  for (let i = start; i < text.length; i++) {
    const at = text.charAt(i);
    if (at === '"' || at === "'") i = endOfText(text, i);
    else if ("([{".includes(at)) depth++;
    else if (")]}".includes(at)) {
      if (depth-- === 0)
        return [...parts, text.slice(from, i)].map((part) => part.trim()).filter((part) => part !== "");
    } else if (at === "," && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return undefined;
}

/** The last character of the text in quotes that begins at `start`. */
function endOfText(text: string, start: number): number {
  const one = text.charAt(start);
  const mark = text.startsWith(one.repeat(3), start) ? one.repeat(3) : one;
  for (let i = start + mark.length; i < text.length; i++) {
    if (text.charAt(i) === "\\") i++;
    else if (text.startsWith(mark, i)) return i + mark.length - 1;
  }
  return text.length;
}

/** Comments and texts that stand alone say nothing; a `#` within a text is none. */
function withoutComments(program: string): string {
  const out: string[] = [];
  /** Whether the line is blank so far. */
  let blank = true;
  for (let i = 0; i < program.length; i++) {
    const at = program.charAt(i);
    if (at === '"' || at === "'") {
      const end = endOfText(program, i);
      if (!(blank && program.startsWith(at.repeat(3), i))) out.push(program.slice(i, end + 1));
      [i, blank] = [end, false];
    } else if (at === "#") {
      while (i + 1 < program.length && program.charAt(i + 1) !== "\n") i++;
    } else {
      out.push(at);
      blank = at === "\n" || (blank && /\s/.test(at));
    }
  }
  return out.join("");
}

/** The program with blanks for what its texts hold, so that places stay the same. */
function codeAlone(program: string): string {
  const out: string[] = [];
  for (let i = 0; i < program.length; i++) {
    const at = program.charAt(i);
    out.push(at);
    if (at !== '"' && at !== "'") continue;
    const end = Math.min(endOfText(program, i), program.length - 1);
    out.push(program.slice(i + 1, end + 1).replace(/[^\n]/g, " "));
    i = end;
  }
  return out.join("");
}
