/** The schema that a metric's call names; whatever is JSON holds where it names none. */
import type { Call } from "#dsl/language/types/value.js";
import type { Holds } from "#platform/schemas.js";
import type { MetricWorld } from "../kind.js";
import { schemaOf } from "../../json-schemas/schema.js";

/** Coded errors `missing-file`, `unreadable-file`, `schema-malformed`. */
export async function schemaNamed({ arguments: { schema } }: Call, world: MetricWorld): Promise<Holds> {
  return typeof schema === "string" ? schemaOf(world.text(schema), schema) : () => true;
}
