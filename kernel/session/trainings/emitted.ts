/** What an engine is given of programs, as text. */
import type { Program } from "#dsl/graph/program.js";
import { allEngines, engines } from "../../engine/engines.js";

/** `engine`: whose form is asked for; `auto`: TensorFlow's. */
export function emittedText(programs: Readonly<Record<string, Program>>, engine: string): Promise<string> {
  const { name, emitted } = allEngines.find((one) => one.name === engine) ?? engines.tensorflow;
  if (!emitted) return Promise.resolve(`${name} runs the program as it stands: \`program\` shows it\n`);
  return emitted(programs);
}
