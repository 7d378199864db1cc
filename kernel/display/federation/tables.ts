/** A federation in numbers: its rounds, and how each client fares at the end. */
import type { Shown } from "../bundle-output.js";
import { tableShown } from "../table.js";
import { bytes, clip, count, oneLine, plural, printable } from "../../host/text.js";
import { digits, isNumber, scoredOn, spreadOf, type ClientView, type FederationView, type RoundView } from "./view.js";

/** Rounds that are shown: of more the first, and the last ones. */
const ROUNDS = 30;
const FIRST = 3;
const CLIENTS = 20;

export function roundsShown(o: FederationView, id?: string): Shown {
  const scored = o.metric !== null && o.rounds.some(({ score }) => isNumber(score));
  const spread = o.rounds.some(({ scores }) => Object.keys(scores).length > 0);
  const personal = o.rounds.some((round) => round.personal !== undefined);
  const lost = o.rounds.some((round) => round.lost.length > 0);
  const columns = [
    ...["round", "clients", "loss"],
    ...(scored ? [`${o.metric ?? "score"}${o.leads ? " of leader" : ""}`] : []),
    ...(spread ? ["least", "median", "greatest"] : []),
    ...(personal ? ["with own heads"] : []),
    ...["to clients", "back"],
  ];
  const rowOf = (round: RoundView): readonly string[] => {
    const own = spreadOf(Object.values(round.scores));
    const answered = count(round.clients.length);
    return [
      String(round.round),
      lost ? `${answered} of ${count(round.clients.length + round.lost.length)}` : answered,
      digits(lossOf(round)),
      ...(scored ? [digits(round.score)] : []),
      ...(spread ? [digits(own?.least), digits(own?.middle), digits(own?.most)] : []),
      ...(personal ? [digits(spreadOf(Object.values(round.personal ?? {}))?.mean)] : []),
      bytes(round.sent),
      bytes(round.received),
    ];
  };
  const left = o.rounds.length <= ROUNDS ? [] : o.rounds.slice(FIRST, FIRST - ROUNDS);
  const shown = o.rounds.filter((round) => !left.includes(round));
  const table = tableShown(columns, shown.map(rowOf), {
    title: `Rounds of ${o.name}${o.rounds.length < o.of ? `, ${count(o.rounds.length)} of ${count(o.of)}` : ""}`,
    limit: ROUNDS,
    caption: captionOf(o, left),
  });
  return { ...table, ...(id !== undefined && { id }) };
}

/** Of those that answered, by their rows. */
function lossOf({ clients }: RoundView): number | null {
  const rows = clients.reduce((sum, one) => sum + one.rows, 0);
  return rows > 0 ? clients.reduce((sum, one) => sum + one.loss * one.rows, 0) / rows : null;
}

/** @param left rounds that are not in the table */
function captionOf(o: FederationView, left: readonly RoundView[]): string {
  const total = (of: (round: RoundView) => number): number => o.rounds.reduce((sum, round) => sum + of(round), 0);
  const best = o.rounds.reduce<RoundView | null>(
    (top, round) =>
      isNumber(round.score) && (!top || o.better * round.score > o.better * (top.score ?? 0)) ? round : top,
    null,
  );
  const rows = o.clients.reduce((sum, client) => sum + client.rows, 0);
  return [
    `${plural(o.clients.length, "client")} with ${plural(rows, "row")}`,
    `in all ${bytes(total(({ sent }) => sent))} to clients and ${bytes(total(({ received }) => received))} back`,
    ...lostOf(o.rounds),
    ...(best && o.metric !== null
      ? [`best ${o.metric} ${digits(best.score)} in round ${String(best.round)}${o.leads ? `, on ${scoredOn(o)}` : ""}`]
      : []),
    ...(o.kept === undefined ? [] : [`the model is that of round ${String(o.kept)}`]),
    ...(left.length > 0 ? [`rounds ${String(left[0]?.round)} to ${String(left.at(-1)?.round)} stand in no row`] : []),
  ].join("; ");
}

/** Clients whose losses are told by name. */
const NAMED = 5;

/** `lost: west in round 3, south in rounds 2 and 4`, and the last that was said of why. */
function lostOf(rounds: readonly RoundView[]): readonly string[] {
  const names = [...new Set(rounds.flatMap(({ lost }) => lost))];
  if (names.length === 0) return [];
  const said = rounds.findLast((round) => round.why !== undefined)?.why;
  const why = said === undefined ? [] : [clip(oneLine(printable(said)), 160)];
  const told = names.slice(0, NAMED).map((name) => {
    const numbers = rounds.filter(({ lost }) => lost.includes(name)).map(({ round }) => String(round));
    return numbers.length > NAMED
      ? `${name} in ${count(numbers.length)} rounds`
      : `${name} in ${numbers.length === 1 ? "round" : "rounds"} ${numbers.join(", ")}`;
  });
  return [
    `lost: ${[...told, ...(names.length > NAMED ? [`${count(names.length - NAMED)} more`] : [])].join("; ")}`,
    ...why,
  ];
}

/** Clients elsewhere, once all have joined: one line. */
export function joinedShown(clients: readonly Pick<ClientView, "name" | "rows">[]): Shown {
  const some = clients
    .slice(0, CLIENTS)
    .map(({ name, rows }) => `${clip(oneLine(printable(name)), 40)} with ${plural(rows, "row")}`);
  const more = clients.length > CLIENTS ? [`and ${count(clients.length - CLIENTS)} more`] : [];
  return { bundle: { "text/plain": `${plural(clients.length, "client")} joined: ${[...some, ...more].join(", ")}` } };
}

/** Those first that the model serves worst. Null: no client was scored. */
export function clientsShown(o: FederationView, id?: string): Shown | null {
  const scored = o.rounds.filter(({ scores }) => Object.values(scores).some(isNumber));
  const [first, last] = [scored[0], scored.at(-1)];
  if (!first || !last || o.metric === null) return null;
  const kept = scored.find(({ round }) => round === o.kept);
  // What the model is asks what it serves.
  const shown = kept ?? last;
  const score = (name: string, of: RoundView | undefined): number | undefined =>
    of && Object.hasOwn(of.scores, name) ? of.scores[name] : undefined;
  const own = (name: string): number | undefined =>
    shown.personal && Object.hasOwn(shown.personal, name) ? shown.personal[name] : undefined;
  const took = (name: string): number =>
    o.rounds.filter(({ clients }) => clients.some((one) => one.name === name)).length;
  const labels = o.clients.some((client) => client.labels !== undefined);
  const worst = (name: string): number => {
    const value = score(name, shown);
    return isNumber(value) ? o.better * value : Infinity;
  };
  const all = [...o.clients].sort((a, b) => worst(a.name) - worst(b.name));
  const since = first !== shown;
  const later = last !== shown;
  const personal = shown.personal !== undefined;
  const columns = [
    ...["client", "rows"],
    ...(labels ? ["labels"] : []),
    "rounds",
    ...(since ? [`round ${String(first.round)}`] : []),
    `round ${String(shown.round)}${kept ? ", kept" : ""}`,
    ...(personal ? ["with own head"] : []),
    ...(later ? [`round ${String(last.round)}`] : []),
  ];
  const rows = all.map((client) => [
    client.name,
    client.rows,
    ...(labels ? [client.labels ? client.labels.filter((n) => n > 0).length : ""] : []),
    took(client.name),
    ...(since ? [digits(score(client.name, first))] : []),
    digits(score(client.name, shown)),
    ...(personal ? [digits(own(client.name))] : []),
    ...(later ? [digits(score(client.name, last))] : []),
  ]);
  const table = tableShown(columns, rows, {
    title: `${o.metric} of each client of ${o.name}`,
    limit: CLIENTS,
    caption: `On each client's own rows of validation; those that the model ${kept ? "of the round that is kept " : ""}serves worst stand first`,
  });
  return { ...table, ...(id !== undefined && { id }) };
}
