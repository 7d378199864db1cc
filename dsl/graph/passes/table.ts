/** All passes in their order, and the one way to run them. */
import type { Program } from "../program.js";
import { deadCode } from "./dead-code.js";
import type { Pass, PassSettings } from "./pass.js";

export const passes: readonly Pass[] = [deadCode];

export const PLAIN: PassSettings = { precision: "f32", recompute: "none" };

export function optimise(program: Program, settings: PassSettings = PLAIN): Program {
  return passes.reduce((p, pass) => (settings.off?.has(pass.name) ? p : pass.run(p, settings)), program);
}
