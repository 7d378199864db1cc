/** Returns true if only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, "").toLowerCase();
  return address === "localhost" || address === "::1" || /^127(?:\.\d{1,3}){3}$/.test(address);
}

/** Returns true if only this machine can reach the URL's server. */
export function isLocalUrl(url: string): boolean {
  return isLoopback(new URL(url).hostname);
}
