/** Help texts for hub requests that need a token or whose token was refused. */
interface Refused {
  readonly name: string;
  readonly status: number;
  readonly hasToken: boolean;
}

export function hubAccessRefusedText({ name, status, hasToken }: Refused): string {
  return status === 401 && !hasToken
    ? `the hub does not give "${name}" without a token`
    : `the hub refuses "${name}" for this token (status ${status})`;
}

/** `what`: "model", "data set". */
export function hubTokenHelp({ hasToken }: Refused, what: string): string {
  return hasToken
    ? `accept the ${what}'s terms on its page with the account that the token belongs to, or check the name`
    : "set HF_TOKEN to a token of an account that may read it, or check the name";
}
