/** Turns the statement of a training or a sweep into one that runs detached: with its own name and `detach: true`. */
import type { PlacedStatement } from "#dsl/assist/notebook-trainings.js";

/** Returns undefined if it is detached already, or trains several models. `names`: names in use. */
export function rewriteStatementDetached(
  { statement, source }: PlacedStatement,
  names: ReadonlySet<string>,
): string | undefined {
  const { block, clauses, operands, broken, span, verb } = statement;
  const keys = block?.entries.map(({ key }) => key.text) ?? [];
  const [model, ...others] = operands;
  if (broken || block?.broken || !["train", "sweep"].includes(verb.text)) return undefined;
  if (others.length > 0 || model?.is !== "word" || keys.includes("detach")) return undefined;
  const end = block?.span.start ?? span.end;
  const header = source.text.slice(span.start, end).trim();
  const named = clauses.some(({ connector }) => connector.text === "as");
  const as = named ? "" : ` as ${free(`${model.text}_apart`, names)}`;
  const inside = block
    ? source.text
        .slice(block.span.start + 1, block.span.end - 1)
        .trim()
        .replace(/,$/, "")
    : "";
  const part = inside.includes("\n") ? "\n  " : " ";
  const key = inside.includes("\n") || inside === "" ? "detach: true" : ", detach: true";
  return inside === "" || !inside.includes("\n")
    ? `${header}${as} { ${inside}${key} }`
    : `${header}${as} {${part}${inside}\n  ${key}\n}`;
}

function free(name: string, names: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const one = n === 1 ? name : `${name}_${String(n)}`;
    if (!names.has(one)) return one;
  }
}
