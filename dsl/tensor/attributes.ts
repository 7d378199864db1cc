/**
 * Schemas of an op's attributes: a record of kinds by name, from which their types are inferred and by which they are
 * checked when a node is made.
 */
import type { Attribute, Attributes, Dimension, DType, NDArray } from "./program.js";
import { OpInputError } from "./shape.js";

export interface AttributeKind<T extends Attribute> {
  /** Noun in the message "the axis must be …". */
  readonly what: string;
  is(value: Attribute): value is T;
  readonly optional?: true;
  /** Returns a more specific message for an invalid value; `value` is undefined if missing. */
  misfit?(name: string, value: Attribute | undefined): string;
}
type Optional<T extends Attribute> = AttributeKind<T> & { readonly optional: true };
export type AttributeSchema = Readonly<Record<string, AttributeKind<Attribute>>>;
type TypeOf<K> = K extends AttributeKind<infer T> ? T : never;
/** Attribute types that a schema allows. */
export type InferAttributes<S extends AttributeSchema> = {
  readonly [K in keyof S as S[K] extends { readonly optional: true } ? never : K]: TypeOf<S[K]>;
} & {
  readonly [K in keyof S as S[K] extends { readonly optional: true } ? K : never]?: TypeOf<S[K]>;
};

const isNumber = (value: Attribute): value is number => typeof value === "number";
const isDimension = (value: Attribute): value is Dimension => typeof value === "number" || typeof value === "string";
const DTYPES: readonly string[] = ["f32", "f64", "bf16", "i32", "i8", "u8", "bool"] satisfies readonly DType[];

export const numberAttribute: AttributeKind<number> = { what: "a number", is: isNumber };
export const flagAttribute: AttributeKind<boolean> = {
  what: "true or false",
  is: (value): value is boolean => typeof value === "boolean",
};
export const textAttribute: AttributeKind<string> = {
  what: "a text",
  is: (value): value is string => typeof value === "string",
};
export const dimensionAttribute: AttributeKind<Dimension> = { what: "a size", is: isDimension };
export const dtypeAttribute: AttributeKind<DType> = {
  what: "a dtype",
  is: (value): value is DType => typeof value === "string" && DTYPES.includes(value),
};
export const numberListAttribute: AttributeKind<readonly number[]> = list("numbers", isNumber);
export const shapeAttribute: AttributeKind<readonly Dimension[]> = list("sizes", isDimension);
/** A count. */
export const positiveIntegerAttribute: AttributeKind<number> = {
  what: "a whole number from 1",
  is: (value): value is number => typeof value === "number" && Number.isInteger(value) && value >= 1,
  misfit: (name, value) => `${name} ${String(value)} must be a whole number from 1`,
};
export const positiveNumberAttribute: AttributeKind<number> = {
  what: "greater than 0",
  is: (value): value is number => typeof value === "number" && value > 0,
};

export function oneOfAttribute<const T extends string | number | boolean>(
  values: readonly T[],
  misfit?: AttributeKind<T>["misfit"],
): AttributeKind<T> {
  return {
    what: values.map((v) => JSON.stringify(v)).join(" or "),
    is: (value): value is T => values.some((v) => v === value),
    ...(misfit && { misfit }),
  };
}
export function choiceListAttribute<const T extends string>(values: readonly T[]): AttributeKind<readonly T[]> {
  return list(values.join(", "), (value): value is T => values.some((v) => v === value));
}
function list<T extends Attribute>(what: string, is: (value: Attribute) => value is T): AttributeKind<readonly T[]> {
  return {
    what: `a list of ${what}`,
    is: (value): value is readonly T[] => Array.isArray(value) && value.every(is),
  };
}
export function optionalAttribute<T extends Attribute>(kind: AttributeKind<T>): Optional<T> {
  return { ...kind, optional: true };
}

/** Throws `OpInputError` if attributes do not match the schema. */
export function checkAttributes(schema: AttributeSchema, given: Attributes): void {
  for (const name in schema) {
    const kind = schema[name];
    const value = given[name];
    if (!kind || (value === undefined && kind.optional) || (value !== undefined && kind.is(value))) continue;
    throw new OpInputError(kind.misfit?.(name, value) ?? `the ${name} must be ${kind.what}`);
  }
  for (const name in given) if (!(name in schema)) throw new OpInputError(`there is no attribute "${name}"`);
}

/** Whether an attribute is an array (has `bytes`). */
export function isNDArray(value: Attribute): value is NDArray {
  return typeof value === "object" && value !== null && "bytes" in value;
}
