import { defineUnary } from "./shared/elementwise.js";

export const softplus = defineUnary({
  name: "softplus",
  doc: "log(1 + eˣ), without overflow.",
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  decompose: (x) => x.relu().add(x.abs().negate().exp().add(1).log()),
  gradient: (x, _y, dy) => dy.multiply(x.sigmoid()),
});
