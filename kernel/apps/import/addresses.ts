/** Addresses in imported settings: a program gets them without passwords and queries, and names environment variables instead. */
import { hasCredentials, hasQuery, redactedAddress, redactAddresses } from "#dsl/language/diagnostics/address.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { quoted, type TuneEntries } from "./program.js";
import { UnreadExpression, type UncarriedSetting } from "./settings.js";

export interface SettingsWithoutSecrets {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Settings that contained a secret, with the environment variables to set. */
  readonly left: readonly UncarriedSetting[];
  /** Adds `token: secret(…)` and `query: secret(…)` to the sources of these addresses. */
  withVariables(data: TuneEntries): TuneEntries;
}

/** Replaces each address by one without its secret parts, before any reader or message sees it. */
export function removeSecrets(settings: Readonly<Record<string, unknown>>): SettingsWithoutSecrets {
  const left: UncarriedSetting[] = [];
  /** Suffixes of variable names, by address as written. */
  const numbers = new Map<string, string>();
  /** Arguments of the source, by address as written. */
  const variables = new Map<string, string>();
  const texted = (text: string, setting: string): string => {
    const shown = redactedAddress(text) === text ? redactAddresses(text) : redactedAddress(text);
    if (shown === text) return text;
    if (!numbers.has(shown)) numbers.set(shown, numbers.size === 0 ? "" : `_${String(numbers.size + 1)}`);
    const number = must(numbers.get(shown), "a number");
    const given = [
      ...(hasCredentials(text) ? [{ key: "token", env: `DATA_TOKEN${number}`, what: "the password or token" }] : []),
      ...(hasQuery(text) ? [{ key: "query", env: `DATA_QUERY${number}`, what: "the query" }] : []),
    ];
    if (given.length > 0 && !variables.has(shown))
      variables.set(shown, given.map(({ key, env }) => `${key}: secret(env: ${env})`).join(", "));
    const set = given.map(({ env, what }) => `${env} to ${what}`).join(" and ");
    const why = "the secret part of the address is not written into a program";
    left.push({ setting, value: shown, why: set === "" ? why : `${why}: set ${set}` });
    return shown;
  };
  const shownIn = (value: unknown, path: string): unknown => {
    if (typeof value === "string") return texted(value, path);
    if (value instanceof UnreadExpression)
      return new UnreadExpression(texted(value.text, path), value.place, value.about);
    if (Array.isArray(value))
      return value.map((one, i) => shownIn(one, isRecord(one) ? `${path}[${String(i)}]` : path));
    if (!isRecord(value)) return value;
    return recordIn(value, `${path}.`);
  };
  const recordIn = (value: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(value).map(([key, one]) => {
        const name = redactAddresses(key);
        return [name, shownIn(one, `${path}${name}`)];
      }),
    );
  const withVariables = (data: TuneEntries): TuneEntries =>
    Object.fromEntries(
      Object.entries(data).map(([key, text]) => [
        key,
        [...variables].reduce(
          (all, [address, given]) => all?.replaceAll(`${quoted(address)})`, () => `${quoted(address)}, ${given})`),
          text,
        ),
      ]),
    );
  return { settings: recordIn(settings, ""), left, withVariables };
}
