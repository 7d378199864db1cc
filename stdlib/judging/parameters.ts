/** What a judge's call may say. */

/** What stands in a prompt for what is filled in. */
export const PROMPT_PLACEHOLDERS = ["{prompt}", "{a}", "{b}"] as const;

/** In words that stand after a colon; null: nothing is wrong with it. */
export function addressProblem(url: string): string | null {
  let address: URL;
  try {
    address = new URL(url);
  } catch {
    return "it is no address";
  }
  if (address.protocol !== "http:" && address.protocol !== "https:")
    return "it begins with neither http:// nor https://";
  if (address.search !== "" || address.hash !== "") return "it goes on after its path";
  if (/\/chat\/completions\/?$/.test(address.pathname))
    return "it ends in /chat/completions, which is put behind it anyway";
  return null;
}
