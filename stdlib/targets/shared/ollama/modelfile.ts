/** A Modelfile: what Ollama makes a model of. A text in quotes stands as it is, line breaks and all. */
import { modelfileValue } from "../../../text/quoting.js";

export interface ModelfileOptions {
  /** Lines of remark at the top. */
  readonly remarks: readonly string[];
  /** The GGUF file, as it lies beside. */
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

/** It may hold no three quotes itself. */
function quoted(text: string): string {
  return `"""${text}"""`;
}
