/** Thrown where a schema cannot be used, with the reason. */
export class UnsupportedSchemaError extends Error {}
