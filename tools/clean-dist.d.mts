/** Removes compiled modules whose sources are gone; returns their paths. */
export declare function cleanDist(root?: string): string[];
