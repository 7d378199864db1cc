/** Why a schema can't be used, where it is found. */
export class Unusable extends Error {}
