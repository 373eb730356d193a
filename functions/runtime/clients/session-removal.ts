import type { SessionRemoval } from '../../domain/session-records.ts';
import { environment } from '../../shared/environment.ts';
import { createSessionRemoval } from '../../storage/session-removal.ts';
import { once } from './once.ts';
import { documents } from './records.ts';

export const sessionRemoval: () => SessionRemoval = /* @__PURE__ */ once(() =>
  createSessionRemoval({ client: documents(), tableName: environment('TABLE_NAME') }),
);
