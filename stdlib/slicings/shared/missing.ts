/** What the part of rows is called that have no value. */
export const MISSING_VALUE_LABEL = "(missing)";
