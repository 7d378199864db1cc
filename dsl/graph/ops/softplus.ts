import { unary } from "../elementwise.js";

export const softplus = unary({
  name: "softplus",
  doc: "log(1 + eˣ), without overflow.",
  f: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  gradient: (x, _y, dy) => dy.multiply(x.sigmoid()),
});
