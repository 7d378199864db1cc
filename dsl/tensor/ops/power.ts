import { defineBinary } from "./shared/elementwise.js";

export const power = defineBinary({
  name: "power",
  doc: "a to the power of b, broadcast. Where b is differentiated, a must be above 0.",
  f: (a, b) => a ** b,
  gradient: (a, b, y, dy, wanted) => [
    wanted[0] ? dy.multiply(b).multiply(a.power(b.subtract(1))) : undefined,
    wanted[1] ? dy.multiply(y).multiply(a.log()) : undefined,
  ],
});
