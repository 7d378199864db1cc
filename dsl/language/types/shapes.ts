/** Describes in words what was written and what a key takes. */
import type { Parameter, Registry, ValueType } from "./registry.js";
import type { Expression } from "../syntax/tree.js";

/** Whether `node` has the outer form of `type`; its contents are not checked. */
export function fitsType(node: Expression, type: ValueType, registry: Registry): boolean {
  if (node.is === "reference") return type.is !== "record";
  switch (type.is) {
    case "number":
      return node.is === "number";
    case "string":
      return node.is === "string";
    case "text":
    case "column":
      return node.is === "string" || node.is === "number" || (node.is === "word" && !node.arguments);
    case "boolean":
      return node.is === "word" && (node.text === "true" || node.text === "false");
    case "choice":
      return node.is === "word" && !node.arguments && type.of.includes(node.text);
    case "word":
      return node.is === "word" && registry.find(type.kind, node.text) !== undefined;
    case "list":
      return node.is === "list" || fitsType(node, type.of, registry);
    case "record":
      return node.is === "block";
    case "range":
      return node.is === "range";
    case "reference":
      return false;
    case "model":
      return node.is === "word" && !node.arguments;
    case "either":
      return type.of.some((one) => fitsType(node, one, registry));
  }
}

/** Describes what a key takes. */
export function describeType(type: ValueType): string {
  switch (type.is) {
    case "number":
      if (type.unit === "share") return "a share such as `10%`";
      if (type.unit === "share-or-count") return "a share such as `10%` or an integer";
      if (type.unit === "duration") return "a duration such as `20min`";
      if (type.unit === "bytes") return "a size such as `512MB`";
      return type.integer ? "an integer" : "a number";
    case "string":
      return 'a string in `"…"`';
    case "text":
      return "a name or a string";
    case "column":
      return "the name of a column";
    case "boolean":
      return "`true` or `false`";
    case "choice":
      return type.of.map((one) => `\`${one}\``).join(" or ");
    case "word":
      return `${/^[aeiou]/.test(type.kind) ? "an" : "a"} ${type.kind}`;
    case "list":
      return `a list of ${plural(describeType(type.of))}`;
    case "record":
      return "a record in `{ }`";
    case "range":
      return "a range such as `0..10`";
    case "reference":
      return "a TypeScript value `$x`";
    case "model":
      return "the name of a model";
    case "either":
      return type.of.map(describeType).join(" or ");
  }
}
function plural(text: string): string {
  return text.replace(/^an? /, "").replace(/^(\w+)/, "$1s");
}

/** Describes what was written. */
export function describeExpression(node: Expression): string {
  switch (node.is) {
    case "number":
      return `the number \`${node.raw}\``;
    case "string":
      return "a string";
    case "word":
      return node.arguments ? `\`${node.text}(…)\`` : `\`${node.text}\``;
    case "reference":
      return `\`$${node.text}\``;
    case "range":
      return "a range";
    case "list":
      return "a list";
    case "block":
      return "a record";
  }
}

/** Formats an end of a range; a share in percent. */
export function boundText(parameter: Pick<Parameter, "type"> | undefined, bound: number): string {
  const isShare = parameter?.type.is === "number" && parameter.type.unit === "share";
  return isShare ? `${String(Number((100 * bound).toPrecision(12)))}%` : String(bound);
}
