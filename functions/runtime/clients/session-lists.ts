import type { SessionLists } from '../../domain/session-records.ts';
import { environment } from '../../shared/environment.ts';
import { createSessionLists } from '../../storage/session-lists.ts';
import { once } from './once.ts';
import { documents } from './records.ts';

export const sessionLists: () => SessionLists = /* @__PURE__ */ once(() =>
  createSessionLists({ client: documents(), tableName: environment('TABLE_NAME'), clock: Date.now }),
);
