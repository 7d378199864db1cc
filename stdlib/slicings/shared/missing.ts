/** Name of the slice of rows without a value. */
export const MISSING_VALUE_SLICE = "(missing)";
