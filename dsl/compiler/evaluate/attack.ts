/** Checks that what an attack needs (canaries) exists. */
import type { Program } from "../plan/program.js";
import type { GivenValue, Call } from "../../language/types/value.js";
import type { AttackCapabilities } from "../../language/types/capabilities/scoring.js";
import { trainingSettingsOf } from "../drafts/settings.js";
import type {} from "../checks/canary-codes.js";

/**
 * `names`: names of the models. @returns false if something is missing (reported); models trained elsewhere are checked
 * later.
 */
export function checkAttacks(
  program: Program,
  attacks: readonly Call[],
  names: readonly (string | undefined)[],
  written: GivenValue | undefined,
): boolean {
  const asks = (call: Call): AttackCapabilities["asksAbout"] | undefined =>
    program.registry.find("attack", call.word)?.capabilities?.asksAbout;
  const which = attacks.findIndex((call) => asks(call) === "planted");
  if (which < 0 || !written) return true;
  const without = names.find((name) => {
    const run = name === undefined ? undefined : program.runs.get(name);
    return run && !run.best && !trainingSettingsOf(program, run).has("canaries");
  });
  if (without !== undefined)
    program.report("no-canaries", { model: without }, written.places.get(`attacks.${String(which)}`) ?? written.span);
  return without === undefined;
}
