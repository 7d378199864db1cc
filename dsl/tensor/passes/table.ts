/**
 * All passes in order, and the function that runs them. Reasons for the order:
 * 1. dead code first, so that the others count true readers;
 * 2. constants are folded before algebra looks for 1 and 0;
 * 3. algebra, then reassociation, which depends on it (a transpose of a transpose is removed, not taken
 *   in);
 * 4. fusion, while activations directly follow their products, without casts between;
 * 5. precision, which sees fused products as one; its casts may cancel out, so algebra again;
 * 6. common sub-expressions, once no pass makes new ones;
 * 7. recomputation last of the rewriting: its deliberate copies must not be merged again;
 * 8. storage, whose copies are deliberate too, and which preserves the waits that recomputation added;
 * 9. dead code, for the rest.
 */
import type { Program } from "../program.js";
import { algebra } from "./algebra.js";
import { commonSubexpressions } from "./common-subexpressions.js";
import { constantFolding } from "./constant-folding.js";
import { deadCode } from "./dead-code.js";
import { fusion } from "./fusion.js";
import type { Pass, PassSettings } from "./pass.js";
import { productPrecision } from "./precision.js";
import { reassociation } from "./reassociation.js";
import { recompute } from "./recompute.js";
import { frozenWeightStorage } from "./storage.js";

export const passes: readonly Pass[] = [
  deadCode,
  constantFolding,
  algebra,
  reassociation,
  fusion,
  productPrecision,
  algebra,
  commonSubexpressions,
  recompute,
  frozenWeightStorage,
  deadCode,
];

export const PLAIN_PASS_SETTINGS: PassSettings = { precision: "f32", recompute: "none" };

export function optimise(program: Program, settings: PassSettings = PLAIN_PASS_SETTINGS): Program {
  return passes.reduce((p, pass) => (settings.off?.has(pass.name) ? p : pass.run(p, settings)), program);
}
