import { modelStore, settings } from '../../runtime/clients.ts';
import { route } from '../http.ts';
import { listModels } from './list-models.ts';

export const handler = route('GET /models', async ({ subject }) => ({
  status: 200,
  body: await listModels(subject, { models: modelStore(), settings: settings() }),
}));
