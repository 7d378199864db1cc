/** Where requests are answered, and whose. */
export interface ServerSettings {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** The environment variable that holds the keys; null: nobody is asked for one. */
  readonly keys: string | null;
  /** Files. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  /** Further names by which it is asked. */
  readonly hosts: readonly string[];
  /** What requests may take, by the names of the host's limits; what isn't there is as usual. */
  readonly limits: Readonly<Record<string, number | boolean>>;
}
