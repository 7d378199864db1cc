export function buildVsix(options?: { readonly into?: string }): Promise<string>;
