/** Address and access settings of a server. */
export interface ServerSettings {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The environment variable that holds the API keys; null for no authentication. */
  readonly keys: string | null;
  /** Paths of the files. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Further host names that requests may use. */
  readonly hosts: readonly string[];
  /** Limits on requests, by the names of the host's limits; missing ones have their defaults. */
  readonly limits: Readonly<Record<string, number | boolean>>;
}
