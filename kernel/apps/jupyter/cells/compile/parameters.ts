/** Names of the parameters that compiled code is called with, in order: see rewrite.ts for what they do. */
export const runtimeParameters = ["__names", "__cell", "__tick", "__guard", "__each", "__load", "__meta"] as const;
