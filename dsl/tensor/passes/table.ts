/**
 * All passes in their order, and the one way to run them. The order, and why:
 * 1. dead code first, so that the others count true readers;
 * 2. constants are folded before algebra looks for 1 and 0;
 * 3. algebra, then reassociation, which algebra has made room for (a transpose of a transpose is gone, not taken in);
 * 4. fusion, while activations still stand next to their products, without casts between;
 * 5. precision, which sees fused products as one; the casts that it makes may undo each other, so algebra again;
 * 6. common sub-expressions once nobody makes new ones;
 * 7. recomputation last of the rewriting: the copies that it makes on purpose must not be merged again;
 * 8. storage, whose copies are made on purpose too, and which keeps what recomputation said of when;
 * 9. dead code, for what is left over.
 */
import type { Program } from "../program.js";
import { algebra } from "./algebra.js";
import { commonSubexpressions } from "./common-subexpressions.js";
import { constantFolding } from "./constant-folding.js";
import { deadCode } from "./dead-code.js";
import { fusion } from "./fusion.js";
import type { Pass, PassSettings } from "./pass.js";
import { precision } from "./precision.js";
import { reassociation } from "./reassociation.js";
import { recompute } from "./recompute.js";
import { storage } from "./storage.js";

export const passes: readonly Pass[] = [
  deadCode,
  constantFolding,
  algebra,
  reassociation,
  fusion,
  precision,
  algebra,
  commonSubexpressions,
  recompute,
  storage,
  deadCode,
];

export const PLAIN_PASS_SETTINGS: PassSettings = { precision: "f32", recompute: "none" };

export function optimise(program: Program, settings: PassSettings = PLAIN_PASS_SETTINGS): Program {
  return passes.reduce((p, pass) => (settings.off?.has(pass.name) ? p : pass.run(p, settings)), program);
}
