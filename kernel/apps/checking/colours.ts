/**
 * Decides whether output to a stream is coloured: on a terminal, unless the environment says otherwise, by Node's
 * rules.
 */

interface Stream {
  readonly isTTY?: boolean;
}

/**
 * `FORCE_COLOR` takes precedence over `NO_COLOR`; either counts only if it is not empty (`FORCE_COLOR=0`: no colour).
 */
export function usesColour({ isTTY }: Stream, env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: forced = "", NO_COLOR: none = "", TERM: terminal } = env;
  if (forced !== "") return forced !== "0" && forced !== "false";
  return none === "" && terminal !== "dumb" && isTTY === true;
}
