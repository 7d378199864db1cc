/** Recognizes search spaces in the syntax of other tools and suggests what to write. */
import type { Program } from "../program.js";
import type { BlockNode, Expression, WordNode } from "../../../language/syntax/tree.js";

export interface ForeignSearchSpace {
  readonly why: string;
  /** The space in Tune; unset if it cannot be determined. */
  readonly text?: string;
}

/** Returns undefined if the syntax is not that of another tool. */
export function readForeignSearchSpace(program: Program, value: Expression): ForeignSearchSpace | undefined {
  const foreignText = listed(program, value) ?? (value.is === "block" ? record(program, value) : undefined);
  const text = foreignText ?? (value.is === "word" ? called(program, value) : undefined);
  return text === undefined ? undefined : { why: `write \`${text}\``, ...(!text.includes("…") && { text }) };
}

/** `[8, 16]`. */
function listed(program: Program, value: Expression): string | undefined {
  if (value.is !== "list" || value.items.length === 0) return undefined;
  return written(program, "choice", value.items.map((item) => program.textOf(item.span) ?? "…").join(", "));
}

/** Reads `{ values: [8, 16] }` and `{ distribution: log_uniform_values, min: 1e-5, max: 1e-2 }`, as in YAML sweeps. */
function record(program: Program, block: BlockNode): string | undefined {
  const entryAt = (...names: readonly string[]): Expression | undefined =>
    block.entries.find((e) => names.includes(e.key.text))?.value;
  const values = entryAt("values", "value");
  if (values)
    return values.is === "list" ? listed(program, values) : written(program, "choice", textOf(program, values));
  const [least, most] = [entryAt("min", "low", "lower"), entryAt("max", "high", "upper")];
  if (!least || !most) return undefined;
  const scale = entryAt("distribution", "type", "sampling");
  const drawn = scale && /log/.test(textOf(program, scale)) ? "log" : "uniform";
  return written(
    program,
    drawn,
    `${textOf(program, least)}..${textOf(program, most)}${step(program, entryAt("q", "step"))}`,
  );
}

/**
 * Distribution by the name of a function, whatever its prefix: `tune.loguniform`, `trial.suggest_float`, `hp.choice`.
 */
const DRAWS: readonly (readonly [RegExp, "choice" | "log" | "uniform"])[] = [
  [/^(?:suggest_categorical|choice|categorical|grid_search|sample_from)$/i, "choice"],
  [/^(?:suggest_)?(?:log|q?log_?(?:uniform|randint|int)|reciprocal|lograndint)(?:_values)?$/i, "log"],
  [
    /^(?:suggest_(?:float|int|uniform|discrete_uniform)|q?uniform|q?randint|randrange|real|integer|float|int|uniformint)$/i,
    "uniform",
  ],
];

/** Reads `tune.loguniform(1e-5, 1e-2)` and `suggest_int("batch_size", 8, 64)`. */
function called(program: Program, node: WordNode): string | undefined {
  const name = node.path.at(-1)?.text ?? node.text;
  const drawn = DRAWS.find(([names]) => names.test(name))?.[1];
  if (!drawn) return undefined;
  const given = node.arguments ?? [];
  const known = node.path.length === 1 && program.registry.find("space", node.text);
  const placed = given.filter((one) => !one.key).map((one) => one.value);
  // A Tune word with Tune arguments is not foreign.
  if (known && (drawn === "choice" || placed.some(({ is }) => is === "range") || given.length === 0)) return undefined;
  const values =
    placed[0]?.is === "string" && (drawn !== "choice" || placed[1]?.is === "list") ? placed.slice(1) : placed;
  if (drawn === "choice") {
    const [first] = values;
    return (
      (first && listed(program, first)) ??
      written(program, drawn, values.map((v) => textOf(program, v)).join(", ") || "…")
    );
  }
  const named = (...names: readonly string[]): Expression | undefined =>
    given.find((one) => one.key && names.includes(one.key.text))?.value;
  const [low, high] = [values[0] ?? named("low", "lower"), values[1] ?? named("high", "upper")];
  const logged = named("log");
  const scale = logged && /^true$/i.test(textOf(program, logged)) ? "log" : drawn;
  if (!low || !high) return written(program, scale, "…..…");
  return written(
    program,
    scale,
    `${textOf(program, low)}..${textOf(program, high)}${step(program, named("step", "q"))}`,
  );
}

const step = (program: Program, node: Expression | undefined): string =>
  node ? `, step: ${textOf(program, node)}` : "";
/** Writes the space with the vocabulary's word for this distribution. */
function written(program: Program, drawn: "choice" | "log" | "uniform", inside: string): string {
  const word = program.registry.ofKind("space").find(({ capabilities }) => capabilities?.distribution === drawn);
  return `${word?.name ?? drawn}(${inside})`;
}
function textOf(program: Program, { span }: Expression): string {
  return program.textOf(span) ?? "…";
}
