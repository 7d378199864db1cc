/** Shared parts of judge parameters. */

export const PROMPT_PLACEHOLDERS = ["{prompt}", "{a}", "{b}"] as const;

/** Returns what is wrong with the address, as text after a colon; null if it is valid. */
export function addressProblem(url: string): string | null {
  let address: URL;
  try {
    address = new URL(url);
  } catch {
    return "it is no address";
  }
  if (address.protocol !== "http:" && address.protocol !== "https:")
    return "it starts with neither http:// nor https://";
  if (address.search !== "" || address.hash !== "") return "it continues after its path";
  if (/\/chat\/completions\/?$/.test(address.pathname))
    return "it ends in /chat/completions, which is put behind it anyway";
  return null;
}
