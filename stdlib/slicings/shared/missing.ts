/** What the part of rows is called that have no value. */
export const MISSING = "(missing)";
