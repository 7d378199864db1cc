/** Loads the JSON Schema that a metric's call names; without one, any JSON is valid. */
import type { Call } from "#dsl/language/types/value.js";
import type { SchemaValidator } from "#platform/schemas.js";
import type { MetricFileReader } from "../kind.js";
import { compileSchema } from "../../json-schemas/schema.js";

/** Coded errors `missing-file`, `unreadable-file`, `schema-malformed`. */
export async function schemaOfCall({ arguments: { schema } }: Call, world: MetricFileReader): Promise<SchemaValidator> {
  return typeof schema === "string" ? compileSchema(world.text(schema), schema) : () => true;
}
