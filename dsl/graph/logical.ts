/** What the logical ops share. */
import type { Type } from "./program.js";
import { Misfit } from "./shape.js";

export function wantBool({ dtype }: Type): void {
  if (dtype !== "bool") throw new Misfit(`every input must be bool, not ${dtype}`);
}
