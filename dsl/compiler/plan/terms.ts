/**
 * The terms that determine what a federated client computes. They are sent to remote clients, which compare them with
 * their own. They exclude the source of rows, names, the number of repetitions and the server's processing: two
 * machines with equal programs have equal terms.
 */
import canonicalize from "canonicalize";
import { isRecord } from "../../language/diagnostics/record.js";
import type { Recipe } from "./plan.js";
import { withoutWrittenDefaultMarks } from "./hash.js";
import { tuneText } from "./text.js";
import { isCall } from "./value.js";
import type { Value } from "../../language/types/value.js";

/** Roles that divide or identify rows; no client trains on them. */
const DIVIDING: readonly string[] = ["id", "group"];

/** Plain JSON that is unchanged by serialization. */
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
      // The participation rate determines the clients' privacy guarantee.
      ...(privacy?.unit === "client" && { participation: federated.participation }),
    },
  });
}

/** Removes undefined fields and the marks on explicitly written defaults. */
function plain(value: Readonly<Record<string, unknown>>): FederationTerms {
  return withoutWrittenDefaultMarks(JSON.parse(JSON.stringify(value)) as Value) as unknown as FederationTerms;
}

export interface FederationTermDifference {
  /** Path as written in a program: `training.optimizer.learning_rate`. */
  readonly path: string;
  /** Text as a program writes it; `nothing` if there is none. */
  readonly ours: string;
  readonly theirs: string;
}

/** Returns all differences between two terms, in the order of the first. */
export function federationTermDifferences(
  ours: unknown,
  theirs: unknown,
  path = "",
): readonly FederationTermDifference[] {
  if (canonicalize(ours) === canonicalize(theirs)) return [];
  const [one, other] = [partsOf(ours), partsOf(theirs)];
  const apart = !one || !other || wordOf(ours) !== wordOf(theirs);
  if (apart) return [{ path, ours: written(ours), theirs: written(theirs) }];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    federationTermDifferences(one[key], other[key], path === "" ? key : `${path}.${key}`),
  );
}

/** Returns the fields of a record or the arguments of a word; null for other values. */
function partsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  if (isCall(value)) return value.arguments;
  return isRecord(value) ? value : null;
}
/** Returns the identity of a word; null if the value is not a word. */
const wordOf = (value: unknown): string | null =>
  isCall(value) ? [value.word, value.definition].filter((one) => one !== undefined).join(" ") : null;

function written(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  return isCall(value) || !isRecord(value) ? tuneText(value as Value) : (canonicalize(value) ?? "");
}
