/** Writes a Modelfile, from which Ollama creates a model. Quoted texts are verbatim, including line breaks. */
import { modelfileValue } from "../../../text/quoting.js";

export interface ModelfileOptions {
  /** Comment lines at the top. */
  readonly remarks: readonly string[];
  /** Path of the GGUF file, relative to the Modelfile. */
  readonly from: string;
  readonly template: string | null;
  readonly system: string | null;
  readonly stops: readonly string[];
  readonly parameters: Readonly<Record<string, number>>;
}

export function modelfileText(options: ModelfileOptions): string {
  return [
    ...options.remarks.map((line) => `# ${oneLine(line)}`),
    `FROM ./${oneLine(options.from)}`,
    ...(options.template === null ? [] : [`TEMPLATE ${quoted(options.template)}`]),
    ...(options.system === null ? [] : [`SYSTEM ${quoted(options.system)}`]),
    ...options.stops.flatMap((stop) => modelfileValue(stop) ?? []).map((stop) => `PARAMETER stop ${stop}`),
    ...Object.entries(options.parameters).map(([name, value]) => `PARAMETER ${name} ${String(value)}`),
    "",
  ].join("\n");
}
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, " ");

/** The text must not contain three quotes. */
function quoted(text: string): string {
  return `"""${text}"""`;
}
