/** Every alarm and its section of docs/runbook.md: what it means, how to look, what to do. */
export const runbookSections = {
  'executions-failed': 'Executions failed',
  'api-failing': 'The API fails',
  'executions-timed-out': 'Executions timed out',
  'needs-decision': 'A session needs a decision',
  'key-refused': 'The provider refuses the key',
  'credits-exhausted': 'The credits are used up',
  'provider-throttles': 'The provider throttles calls',
  'never-started': 'Sessions never started',
  'functions-throttled': 'Functions are throttled',
  'sweep-failing': 'The sweep fails',
  'events-lost': 'Events lost',
  'dead-letters': 'Dead letters',
} as const;

export type AlarmName = keyof typeof runbookSections;

/** The link to a section, as Markdown's readers make it of a heading. */
export const runbookLink = (runbookUrl: string, name: AlarmName): string =>
  `${runbookUrl}#${runbookSections[name].toLowerCase().replaceAll(' ', '-')}`;
