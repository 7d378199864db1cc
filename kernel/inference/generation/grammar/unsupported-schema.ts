/** Why a schema can't be used, where it is found. */
export class UnsupportedSchemaError extends Error {}
