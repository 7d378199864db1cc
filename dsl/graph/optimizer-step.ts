/**
 * The steps of the optimizers that no engine has a kernel for, written once over any engine's arithmetic. The ops' own
 * files say what must come out; here is how it is computed in few passes over a parameter.
 */
import type { Attributes } from "./program.js";

export interface Arithmetic<T> {
  number(x: number): T;
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  maximum(a: T, b: T): T;
  sqrt(x: T): T;
  sign(x: T): T;
  /** x a scalar. */
  power(x: T, exponent: number): T;
  /** An i32 scalar as a float. */
  float(x: T): T;
  /** Mean over the axes, which go. */
  mean(x: T, axes: readonly number[]): T;
  /** [n] as [n, 1]. */
  column(x: T): T;
  /** How many axes the parameter has. */
  readonly rank: number;
}
type Step = <T>(c: Arithmetic<T>, inputs: readonly T[], attributes: Attributes) => readonly T[];

function scaled<T>(c: Arithmetic<T>, gradient: T, scale: T | undefined): T {
  return scale === undefined ? gradient : c.multiply(gradient, scale);
}
/** old · keep + fresh · (1 − keep) */
function mixed<T>(c: Arithmetic<T>, old: T, fresh: T, keep: number): T {
  return c.add(c.multiply(old, c.number(keep)), c.multiply(fresh, c.number(1 - keep)));
}
function decayed<T>(c: Arithmetic<T>, parameter: T, rate: T, decay: number): T {
  return decay ? c.subtract(parameter, c.multiply(parameter, c.multiply(rate, c.number(decay)))) : parameter;
}

const sgd: Step = (c, inputs, a) => {
  const momentum = a["momentum"] as number;
  const decay = a["weight_decay"] as number;
  const [parameter, velocity] = inputs;
  const [gradient, rate, scale] = inputs.slice(momentum ? 2 : 1);
  const raw = scaled(c, gradient!, scale);
  const g = decay ? c.add(raw, c.multiply(parameter!, c.number(decay))) : raw;
  if (!momentum) return [c.subtract(parameter!, c.multiply(g, rate!))];
  const v = c.add(c.multiply(velocity!, c.number(momentum)), g);
  const move = a["nesterov"] === true ? c.add(g, c.multiply(v, c.number(momentum))) : v;
  return [c.subtract(parameter!, c.multiply(move, rate!)), v];
};

const lion: Step = (c, [parameter, m, gradient, rate, scale], a) => {
  const g = scaled(c, gradient!, scale);
  const direction = c.sign(mixed(c, m!, g, a["beta1"] as number));
  const kept = decayed(c, parameter!, rate!, a["weight_decay"] as number);
  return [c.subtract(kept, c.multiply(direction, rate!)), mixed(c, m!, g, a["beta2"] as number)];
};

const adafactor: Step = (c, inputs, a) => {
  const factored = a["factored"] === true;
  const [parameter, first, second] = inputs;
  const [gradient, rate, step, scale] = inputs.slice(factored ? 3 : 2);
  const g = scaled(c, gradient!, scale);
  const share = c.power(c.float(step!), a["decay"] as number);
  const squares = c.add(c.multiply(g, g), c.number(a["epsilon"] as number));
  type T = typeof g;
  const running = (old: T, fresh: T): T =>
    c.add(c.multiply(old, c.subtract(c.number(1), share)), c.multiply(fresh, share));
  const moments = factored
    ? [running(first!, c.mean(squares, [1])), running(second!, c.mean(squares, [0]))]
    : [running(first!, squares)];
  const [v, column] = moments;
  const inverse = (x: T): T => c.divide(c.number(1), c.sqrt(x));
  const u = column
    ? c.multiply(c.multiply(g, c.column(inverse(c.divide(v!, c.mean(v!, [0]))))), inverse(column))
    : c.multiply(g, inverse(v!));
  const all = Array.from({ length: c.rank }, (_, axis) => axis);
  const rms = c.sqrt(c.mean(c.multiply(u, u), all));
  const size = c.divide(rate!, c.maximum(c.number(1), c.divide(rms, c.number(a["threshold"] as number))));
  const kept = decayed(c, parameter!, rate!, a["weight_decay"] as number);
  return [c.subtract(kept, c.multiply(u, size)), ...moments];
};

export const optimizerSteps: Readonly<Record<"sgd" | "lion" | "adafactor", Step>> = { sgd, lion, adafactor };
