/** A Modelfile: what Ollama makes a model of. A text in quotes stands as it is, line breaks and all. */
import { modelfile } from "../../../text/quoting.js";

export interface Modelfile {
  /** Lines of remark at the top. */
  readonly remarks: readonly string[];
  /** The GGUF file, as it lies beside. */
  readonly from: string;
  readonly template: string | null;
  readonly system: string | null;
  readonly stops: readonly string[];
  readonly parameters: Readonly<Record<string, number>>;
}

export function modelfileText(o: Modelfile): string {
  return [
    ...o.remarks.map((line) => `# ${oneLine(line)}`),
    `FROM ./${oneLine(o.from)}`,
    ...(o.template === null ? [] : [`TEMPLATE ${quoted(o.template)}`]),
    ...(o.system === null ? [] : [`SYSTEM ${quoted(o.system)}`]),
    ...o.stops.flatMap((stop) => modelfile(stop) ?? []).map((stop) => `PARAMETER stop ${stop}`),
    ...Object.entries(o.parameters).map(([name, value]) => `PARAMETER ${name} ${String(value)}`),
    "",
  ].join("\n");
}
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, " ");

/** It may hold no three quotes itself. */
function quoted(text: string): string {
  return `"""${text}"""`;
}
