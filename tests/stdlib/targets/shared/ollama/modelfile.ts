/**
 * A reader of Modelfiles, with the syntax of Ollama's documentation: one instruction per line, texts in one or three
 * quotes.
 */

/** Parameters that Ollama knows, and the patterns of their values. */
const PARAMETERS: Readonly<Record<string, RegExp>> = {
  ...{ num_ctx: /^\d+$/, num_predict: /^-?\d+$/, repeat_last_n: /^-?\d+$/, seed: /^\d+$/, top_k: /^\d+$/ },
  ...{ temperature: /^[\d.]+$/, top_p: /^[\d.]+$/, min_p: /^[\d.]+$/, repeat_penalty: /^[\d.]+$/ },
  stop: /^[^]+$/,
};

export interface ReadModelfile {
  readonly from: string;
  readonly template?: string;
  readonly system?: string;
  readonly parameters: readonly (readonly [string, string])[];
}

export function modelfileOf(text: string): ReadModelfile {
  const one: Record<string, string> = {};
  const parameters: [string, string][] = [];
  let rest = text;
  while (rest !== "") {
    const [line] = /^[^\n]*\n?/.exec(rest)!;
    if (/^\s*(#.*)?\n?$/.test(line)) {
      rest = rest.slice(line.length);
      continue;
    }
    const [head, word] = /^\s*([A-Za-z]+)[ \t]+/.exec(rest) ?? [];
    if (head === undefined || word === undefined) throw new Error(`no instruction: ${line}`);
    rest = rest.slice(head.length);
    const name = word.toUpperCase();
    let parameter = "";
    if (name === "PARAMETER") {
      const [all, own] = /^(\w+)[ \t]+/.exec(rest) ?? [];
      if (all === undefined || own === undefined) throw new Error(`a parameter without a value: ${line}`);
      parameter = own;
      rest = rest.slice(all.length);
    } else if (!["FROM", "TEMPLATE", "SYSTEM", "LICENSE", "ADAPTER"].includes(name))
      throw new Error(`unknown: ${word}`);
    const { value, length } = valueIn(rest);
    rest = rest.slice(length);
    if (parameter === "") one[name.toLowerCase()] = value;
    else if (!PARAMETERS[parameter]?.test(value))
      throw new Error(`${parameter} is no parameter, or ${value} no value of it`);
    else parameters.push([parameter, value]);
  }
  const { from, ...more } = one;
  if (from === undefined) throw new Error("no FROM");
  return { from, ...more, parameters };
}

/** Ollama knows no escapes: the text is everything between the quotes. */
function valueIn(text: string): { readonly value: string; readonly length: number } {
  const three = /^"""([^]*?"?"?)"""[ \t]*(\n|$)/.exec(text);
  if (three) return { value: three[1]!, length: three[0].length };
  if (text.startsWith('"""')) throw new Error("three quotes that don't close");
  const one = /^"([^]*?)"[ \t]*(\n|$)/.exec(text);
  if (one) return { value: one[1]!, length: one[0].length };
  if (text.startsWith('"')) throw new Error("a quote that doesn't close");
  const [line] = /^[^\n]*\n?/.exec(text)!;
  return { value: line.trim(), length: line.length };
}
