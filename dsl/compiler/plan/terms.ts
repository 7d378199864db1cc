/**
 * What decides what a client of a federation computes, told to clients elsewhere and held there against what they would do
 * themselves. Where rows come from, what things are called, how often it is done and what the server makes of it stand not in it:
 * two machines whose programs say the same have the same terms.
 */
import canonicalize from "canonicalize";
import { isRecord } from "../../language/diagnostics/record.js";
import type { Recipe } from "./recipe.js";
import { withoutWrittenDefaultMarks } from "./hash.js";
import { tuneText } from "./text.js";
import { isCall } from "./value.js";
import type { Value } from "../../language/types/value.js";

/** Roles by which rows come to splits and are told apart: they are nothing that a client learns. */
const DIVIDING: readonly string[] = ["id", "group"];

/** Plain JSON, the same after it went over a wire. */
export type FederationTerms = Readonly<Record<string, unknown>>;

export function federationTermsOf({ recipe }: { readonly recipe: Recipe }): FederationTerms {
  const { data, model, federated } = recipe;
  const { task, technique, max_length, freeze, storage, template, base, baseHash } = model;
  const { epochs, steps, batch_size, accumulate, average, packing, optimizer, schedule, clip, ...rest } =
    recipe.training;
  const { dropout, shuffle, precision, seed, privacy } = rest;
  const roles = Object.keys(data.columns).filter((role) => !DIVIDING.includes(role));
  return plain({
    // Labels in the order of the head.
    data: { roles: roles.sort(), labels: data.labels },
    model: { base: baseHash ?? base, task, technique, max_length, freeze, storage, template },
    training: {
      epochs,
      steps,
      batch_size,
      accumulate,
      average,
      packing,
      optimizer,
      schedule,
      clip,
      dropout,
      shuffle,
      precision,
      seed,
      privacy: privacy && { unit: privacy.unit, promise: privacy.call },
    },
    federated: federated && {
      aggregate: federated.aggregate,
      secure_aggregation: federated.secure_aggregation,
      compression: federated.compression,
      // How often a client is asked decides what is promised of it.
      ...(privacy?.unit === "client" && { participation: federated.participation }),
    },
  });
}

/** Without what is undefined, and what is written as it usually is as though nobody had. */
function plain(value: Readonly<Record<string, unknown>>): FederationTerms {
  return withoutWrittenDefaultMarks(JSON.parse(JSON.stringify(value)) as Value) as unknown as FederationTerms;
}

export interface TermDifference {
  /** As it is written in a program: `training.optimizer.learning_rate`. */
  readonly path: string;
  /** As a program writes it; `nothing` where it has none. */
  readonly ours: string;
  readonly theirs: string;
}

/** Whatever differs between two terms, in the order of the first. */
export function termDifferences(ours: unknown, theirs: unknown, path = ""): readonly TermDifference[] {
  if (canonicalize(ours) === canonicalize(theirs)) return [];
  const [one, other] = [partsOf(ours), partsOf(theirs)];
  const apart = !one || !other || wordOf(ours) !== wordOf(theirs);
  if (apart) return [{ path, ours: written(ours), theirs: written(theirs) }];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    termDifferences(one[key], other[key], path === "" ? key : `${path}.${key}`),
  );
}

/** Of a record its fields, of a word its arguments; null: it is neither. */
function partsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  if (isCall(value)) return value.arguments;
  return isRecord(value) ? value : null;
}
/** What tells words apart; null: it is none. */
const wordOf = (value: unknown): string | null =>
  isCall(value) ? [value.word, value.definition].filter((one) => one !== undefined).join(" ") : null;

function written(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  return isCall(value) || !isRecord(value) ? tuneText(value as Value) : (canonicalize(value) ?? "");
}
