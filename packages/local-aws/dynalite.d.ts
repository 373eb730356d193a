/** The parts of dynalite that are used in-process; the package has no types of its own. */
declare module 'dynalite/db/index.js' {
  /** A table's description as kept on disk. */
  export interface StoredTable {
    TableStatus: string;
    GlobalSecondaryIndexes?: { IndexStatus: string }[];
    [field: string]: unknown;
  }
  /** One of LevelDB: until it is closed, it keeps what was in memory when it was opened. */
  export interface Iterator {
    close(): Promise<void>;
    return?(): Promise<void>;
  }
  export interface Store {
    tableDb: {
      awsAccountId: string;
      awsRegion: string;
      get(name: string, done: (error: Error | null, table: StoredTable | undefined) => void): void;
      put(name: string, table: StoredTable, done: (error: Error | null) => void): void;
    };
    db: {
      open(): Promise<void>;
      close(done: (error: Error | null) => void): void;
      get(key: string, done: (error: Error | null, value?: unknown) => void): void;
      /** @returns undefined when there is no such key */
      getSync(key: string): unknown;
      keys(options?: object): Iterator;
      values(options?: object): Iterator;
    };
  }
  const database: {
    create(options: {
      path: string;
      createTableMs: number;
      deleteTableMs: number;
      updateTableMs: number;
    }): Store;
  };
  export default database;
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';
  export interface Rules {
    readonly types: Readonly<Record<string, unknown>>;
    readonly custom: unknown;
  }
  const validations: {
    checkTypes(input: Record<string, unknown>, types: Rules['types']): Record<string, unknown>;
    checkValidations(
      input: Record<string, unknown>,
      types: Rules['types'],
      custom: Rules['custom'],
      store: Store,
    ): void;
  };
  export default validations;
}

declare module 'dynalite/actions/*' {
  import type { Store } from 'dynalite/db/index.js';

  const action: (
    store: Store,
    input: Record<string, unknown>,
    done: (error: unknown, output: Record<string, unknown>) => void,
  ) => void;
  export default action;
}

declare module 'dynalite/validations/*' {
  import type { Rules } from 'dynalite/validations/index.js';

  const rules: Rules;
  export default rules;
}
