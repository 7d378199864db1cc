/** Whether what is written to a stream is coloured: on a terminal, unless the environment says otherwise, as Node reads it. */

interface Stream {
  readonly isTTY?: boolean;
}

/** `FORCE_COLOR` goes before `NO_COLOR`; either says something only where it isn't empty (`FORCE_COLOR=0`: none). */
export function usesColour({ isTTY }: Stream, env: NodeJS.ProcessEnv = process.env): boolean {
  const { FORCE_COLOR: forced = "", NO_COLOR: none = "", TERM: terminal } = env;
  if (forced !== "") return forced !== "0" && forced !== "false";
  return none === "" && terminal !== "dumb" && isTTY === true;
}
