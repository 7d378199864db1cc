/**
 * Reads a Python program as settings, by the names of its calls. It is never run. Literals are read, and names with
 * only one literal value; every other value remains an expression. Everything else is under `program` (steps.ts).
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { joinedDatasetsIn } from "./joined-rows.js";
import { parsePython, type PythonCall, type PythonProgram } from "./python-tree.js";
import { pythonLiteralValue, splitAtCommas } from "./python-values.js";
import { UnreadExpression } from "./settings.js";
import type { ScriptText } from "./script-text.js";
import { customTrainers, STEPS_SECTION, programStepsIn } from "./steps.js";

/** Maximum number of known calls that are read; the number of further ones is listed. */
const mostCalls = 500;
/** Calls whose arguments readers ask for by name. */
const known =
  /^(\w+Config|\w*Trainer|\w*TrainingArguments|get_peft_model|train_on_responses_only|get_chat_template|load_dataset|AutoTokenizer\.from_pretrained|(?:Fast\w*Model|AutoModel(?:For\w+)?)\.(?:from_pretrained|get_peft_model))$/;
/** Libraries whose names may be prefixed with the module: `trl.SFTTrainer`. */
const libraries = /^(trl|peft|transformers|datasets|unsloth)\./;

type Arguments = Readonly<Record<string, unknown>>;
/** Placeholder argument of a call without arguments, so that the call is tracked like any other. */
export const NO_ARGUMENTS = "()";
/**
 * Arguments by the name of their call; positional ones by number. The same call with other arguments gets a number
 * (`load_dataset 2`). Coded error `not-settings`.
 */
export function argumentsByCall(
  { program, commands, placeOf }: ScriptText,
  file: string,
): Readonly<Record<string, Arguments>> {
  const read = parsePython(program);
  if (!read) throw new CodedError("not-settings", { file, why: "its text is not Python" });
  const names = constantsIn(read);
  const trainers = customTrainers(read);
  const ends = read.calls.findLast(
    ({ name, callee, dead }) => name === "train" && callee.name === "MemberExpression" && !dead,
  );
  const trained = ends?.callee.to;
  const calls: Record<string, Arguments> = {};
  /** Known calls, each with the name of its arguments in the settings. */
  const requestedCalls = new Map<PythonCall, string>();
  let more = 0;
  for (const call of read.calls) {
    const name = trainers.get(call.callee.name === "VariableName" ? call.name : "") ?? nameOf(call, read);
    if (!known.test(name) || call.arguments === undefined || call.dead) continue;
    // A model loaded after the training, when something was trained, is only for inference.
    if (trained !== undefined && call.from > trained && loads.test(name) && trains(calls)) continue;
    if (requestedCalls.size >= mostCalls) more++;
    else requestedCalls.set(call, add(calls, name, argumentsOf(read, call, names)));
  }
  if (requestedCalls.size === 0) return calls;
  const joined = joinedDatasetsIn(read, { known: requestedCalls, sections: calls, names });
  const steps = programStepsIn(read, new Set(requestedCalls.keys()), { placeOf, trained, joined, constants: names });
  for (const [i, command] of commands.entries()) steps[i === 0 ? "command" : `command ${String(i + 1)}`] = command;
  if (more > 0) steps["further calls"] = new UnreadExpression(`${String(more)} calls`);
  const senses = sensesIn(read);
  return {
    ...calls,
    ...(senses.length > 0 && { import: Object.fromEntries(senses.map((name) => [name, true])) }),
    ...(Object.keys(steps).length > 0 && { [STEPS_SECTION]: steps }),
  };
}

/** Calls that programs repeat to run the trained model. */
const loads = /\.from_pretrained$|^get_chat_template$/;
const trains = (calls: object): boolean => Object.keys(calls).some((name) => loads.test(name) || /Trainer$/.test(name));

/** Adds the arguments of a call, and returns their name: `load_dataset 2`. */
function add(calls: Record<string, Arguments>, name: string, given: Arguments): string {
  const same = Object.keys(calls).filter((one) => one.replace(/ \d+$/, "") === name);
  const known = same.find((one) => JSON.stringify(calls[one]) === JSON.stringify(given));
  if (known !== undefined) return known;
  const key = same.length === 0 ? name : `${name} ${String(same.length + 1)}`;
  calls[key] = given;
  return key;
}

/** A call's name in its library, without the module: `SFTTrainer` for `trl.SFTTrainer` and for `import … as`. */
function nameOf({ name, holder }: PythonCall, { imports }: PythonProgram): string {
  const written = holder === undefined ? name : `${holder}.${name}`;
  const [first = "", ...rest] = written.split(".");
  const whole = [imports.get(first) ?? first, ...rest].join(".");
  return libraries.test(whole) ? whole.replace(/^(?:[a-z_]\w*\.)+/, "") : written;
}

function argumentsOf(read: PythonProgram, call: PythonCall, names: ReadonlyMap<string, unknown>): Arguments {
  const parts = splitAtCommas(read.text, call.start) ?? [];
  if (parts.length === 0) return { [NO_ARGUMENTS]: new UnreadExpression("") };
  const places = /Trainer$/.test(call.name) ? ofTrainers : [];
  return Object.fromEntries(parts.map((part, i) => argument(part, places[i] ?? String(i), names)));
}
/** Positional arguments of transformers' trainers, after the model and the arguments. */
const ofTrainers = ["0", "1", "data_collator", "train_dataset", "eval_dataset", "processing_class"];
function argument(part: string, place: string, names: ReadonlyMap<string, unknown>): readonly [string, unknown] {
  // Spread arguments are reported as written.
  if (part.startsWith("*")) return [part, new UnreadExpression(part)];
  const named = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(part);
  return named ? [named[1] ?? "", pythonLiteralValue(named[2] ?? "", names)] : [place, pythonLiteralValue(part, names)];
}

/** Methods that change a list or a record. */
const changing = /^(append|extend|insert|remove|pop|popitem|clear|update|setdefault|sort|reverse|add|discard|__\w+__)$/;

/** `NAME = literal`, where the name has no other value, and no list or record is changed later. */
function constantsIn({ assignments, bindings, calls, parameters, text }: PythonProgram): ReadonlyMap<string, unknown> {
  const given = new Map<string, unknown>();
  // Inside its function, a parameter hides a name of the program.
  const again = new Set<string>(parameters);
  for (const { name, holder } of calls) if (holder !== undefined && changing.test(name)) again.add(holder);
  for (const { target, form } of bindings)
    if (/^(del|def|class|import|except|match)$/.test(form)) again.add(text.slice(target.from, target.to));
  for (const { targets, value } of assignments)
    for (const target of targets) {
      const name = text.slice(target.from, target.to);
      if (target.name !== "VariableName") {
        again.add(/^\w*/.exec(name)?.[0] ?? "");
        continue;
      }
      const single = value && targets.length === 1 && value.prevSibling?.name !== ",";
      const literal = single ? pythonLiteralValue(text.slice(value.from, value.to), new Map()) : undefined;
      if (literal === undefined || (given.has(name) && JSON.stringify(given.get(name)) !== JSON.stringify(literal)))
        again.add(name);
      given.set(name, literal);
    }
  for (const name of again) given.delete(name);
  return given;
}

/** Imports that occur only in programs for sound and images. */
function sensesIn({ imports }: PythonProgram): readonly string[] {
  const named = [...imports.values()].map((name) => (name === "datasets.Audio" ? "Audio" : (name.split(".")[0] ?? "")));
  return [...new Set(named)].filter((name) => ofSenses.test(name));
}
const ofSenses = /^(Audio|torchaudio|soundfile|librosa|snac|sparktts|xcodec2|outetts|diffusers)$/;
