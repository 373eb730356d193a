/** A file of a session that is still to be sent: what it is, and where the browser finds it; never its bytes. */
export interface RememberedFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  readonly parts?: readonly string[];
  readonly handle?: FileSystemFileHandle;
}

/** What a person has agreed to before a session's files were sent. */
export interface RememberedSession {
  readonly sessionId: string;
  readonly kind: 'train' | 'batch';
  /** All of its files in their order, those of a batch that are not declared yet as well. */
  readonly files: readonly RememberedFile[];
  /** The run begins when all are there: its price was agreed to. */
  readonly starts: boolean;
  readonly rights: boolean;
  /** Of the request that begins the run, so that it is begun once. */
  readonly startKey: string;
}

const storeName = 'sessions';
let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('chirpsmith', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: 'sessionId' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function within<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const store = (await database()).transaction(storeName, mode).objectStore(storeName);
  return new Promise((resolve, reject) => {
    const request = work(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Where a browser forbids storage, an upload lasts as long as the page: after a reload its files are asked for. */
async function ifAllowed<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

export const rememberSession = (session: RememberedSession) =>
  ifAllowed(() => within('readwrite', (store) => store.put(session)));

export const rememberedSession = (sessionId: string): Promise<RememberedSession | undefined> =>
  ifAllowed(() => within<RememberedSession | undefined>('readonly', (store) => store.get(sessionId)));

export const forgetSession = (sessionId: string) =>
  ifAllowed(() => within('readwrite', (store) => store.delete(sessionId)));
