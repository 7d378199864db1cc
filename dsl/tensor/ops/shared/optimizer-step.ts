/**
 * Steps of the optimizers that no engine has a kernel for, written once for any engine's arithmetic. The ops' own files
 * define the results; these functions compute them in few passes over a parameter.
 */
import { flagAttribute, numberAttribute, type InferAttributes } from "../../attributes.js";
import { OpInputError } from "../../shape.js";

export interface Arithmetic<T> {
  number(x: number): T;
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  maximum(a: T, b: T): T;
  sqrt(x: T): T;
  sign(x: T): T;
  /** x is a scalar. */
  power(x: T, exponent: number): T;
  /** Converts an i32 scalar to a float. */
  float(x: T): T;
  /** Mean over the axes, which are removed. */
  mean(x: T, axes: readonly number[]): T;
  /** Reshapes [n] to [n, 1]. */
  column(x: T): T;
  readonly rank: number;
}

export const SGD_ATTRIBUTES = { momentum: numberAttribute, nesterov: flagAttribute, weight_decay: numberAttribute };
export const LION_ATTRIBUTES = { beta1: numberAttribute, beta2: numberAttribute, weight_decay: numberAttribute };
export const ADAFACTOR_ATTRIBUTES = {
  factored: flagAttribute,
  decay: numberAttribute,
  epsilon: numberAttribute,
  threshold: numberAttribute,
  weight_decay: numberAttribute,
};
type Sgd = InferAttributes<typeof SGD_ATTRIBUTES>;
type Lion = InferAttributes<typeof LION_ATTRIBUTES>;
type Adafactor = InferAttributes<typeof ADAFACTOR_ATTRIBUTES>;

export interface SgdInputs<T> {
  readonly parameter: T;
  /** Present with momentum. */
  readonly velocity: T | undefined;
  readonly gradient: T;
  readonly rate: T;
  readonly scale: T | undefined;
}
/** Names the inputs; throws `OpInputError` if one is missing. */
export function sgdInputs<T>([parameter, ...rest]: readonly [T, ...T[]], { momentum }: Sgd): SgdInputs<T> {
  const moves = momentum !== 0;
  const [gradient, rate, scale] = moves ? rest.slice(1) : rest;
  if (gradient === undefined || rate === undefined) throw new OpInputError("it takes a gradient and a rate");
  return { parameter, velocity: moves ? rest[0] : undefined, gradient, rate, scale };
}
export interface AdafactorInputs<T> {
  readonly parameter: T;
  /** Row and column moments if factored, otherwise v. */
  readonly moments: readonly [T] | readonly [T, T];
  readonly gradient: T;
  readonly rate: T;
  readonly step: T;
  readonly scale: T | undefined;
}
/** Names the inputs; throws `OpInputError` if one is missing. */
export function adafactorInputs<T>(
  [parameter, ...rest]: readonly [T, ...T[]],
  { factored }: Adafactor,
): AdafactorInputs<T> {
  const [first, second] = rest;
  const [gradient, rate, step, scale] = rest.slice(factored ? 2 : 1);
  if (first === undefined || gradient === undefined || rate === undefined || step === undefined)
    throw new OpInputError("it takes moments, a gradient, a rate and a step");
  const moments = factored && second !== undefined ? ([first, second] as const) : ([first] as const);
  return { parameter, moments, gradient, rate, step, scale };
}

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

export function sgdStep<T>(c: Arithmetic<T>, inputs: readonly [T, ...T[]], a: Sgd): readonly [T, ...T[]] {
  const { momentum, weight_decay, nesterov } = a;
  const { parameter, velocity, gradient, rate, scale } = sgdInputs(inputs, a);
  const raw = scaled(c, gradient, scale);
  const g = weight_decay ? c.add(raw, c.multiply(parameter, c.number(weight_decay))) : raw;
  if (velocity === undefined) return [c.subtract(parameter, c.multiply(g, rate))];
  const v = c.add(c.multiply(velocity, c.number(momentum)), g);
  const move = nesterov ? c.add(g, c.multiply(v, c.number(momentum))) : v;
  return [c.subtract(parameter, c.multiply(move, rate)), v];
}

export function lionStep<T>(
  c: Arithmetic<T>,
  [parameter, m, gradient, rate, scale]: readonly [T, T, T, T, ...T[]],
  { beta1, beta2, weight_decay }: Lion,
): readonly [T, T] {
  const g = scaled(c, gradient, scale);
  const direction = c.sign(mixed(c, m, g, beta1));
  const decayedParameter = decayed(c, parameter, rate, weight_decay);
  return [c.subtract(decayedParameter, c.multiply(direction, rate)), mixed(c, m, g, beta2)];
}

export function adafactorStep<T>(
  c: Arithmetic<T>,
  inputs: readonly [T, ...T[]],
  a: Adafactor,
): readonly [T, T, ...T[]] {
  const { parameter, moments: old, gradient, rate, step, scale } = adafactorInputs(inputs, a);
  const [first, second] = old;
  const g = scaled(c, gradient, scale);
  const share = c.power(c.float(step), a.decay);
  const squares = c.add(c.multiply(g, g), c.number(a.epsilon));
  const running = (old: T, fresh: T): T =>
    c.add(c.multiply(old, c.subtract(c.number(1), share)), c.multiply(fresh, share));
  const [v, column] =
    second === undefined
      ? ([running(first, squares)] as const)
      : ([running(first, c.mean(squares, [1])), running(second, c.mean(squares, [0]))] as const);
  const inverse = (x: T): T => c.divide(c.number(1), c.sqrt(x));
  const u =
    column === undefined
      ? c.multiply(g, inverse(v))
      : c.multiply(c.multiply(g, c.column(inverse(c.divide(v, c.mean(v, [0]))))), inverse(column));
  const all = Array.from({ length: c.rank }, (_, axis) => axis);
  const rms = c.sqrt(c.mean(c.multiply(u, u), all));
  const size = c.divide(rate, c.maximum(c.number(1), c.divide(rms, c.number(a.threshold))));
  const decayedParameter = decayed(c, parameter, rate, a.weight_decay);
  return [c.subtract(decayedParameter, c.multiply(u, size)), v, ...(column === undefined ? [] : [column])];
}
