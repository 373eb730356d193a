import { writeFileSync } from 'node:fs';
import { eventsPage } from './events-page.ts';

// npm run events: brings docs/events.md up to what the schema says now.
writeFileSync(new URL('../../docs/events.md', import.meta.url), eventsPage());
