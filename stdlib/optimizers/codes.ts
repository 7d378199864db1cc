/** What can be wrong with an optimizer's settings. */
import { registerCodes } from "#dsl/check/codes.js";
import type {} from "#dsl/check/codes.js";

declare module "#dsl/check/codes.js" {
  interface CodeData {
    "nesterov-without-momentum": Record<never, never>;
  }
}

registerCodes({
  "nesterov-without-momentum": {
    severity: "error",
    message: () => "`nesterov` looks ahead along the momentum, and there is none",
    help: () => "write a `momentum` above 0, as in `sgd(momentum: 0.9, nesterov: true)`, or leave `nesterov` out",
    explain:
      "Nesterov's momentum takes the gradient's step after the velocity's: with a momentum of 0 there is no velocity, and the two ways are the same.",
    example: "recipe r { optimizer: sgd(momentum: 0, nesterov: true) }",
  },
});
