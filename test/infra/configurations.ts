import { configured } from './synthesized.ts';

/** The configurations that a stage may be moved between, each as `-c` would give it. */
export const configurations = {
  dev: configured({ stage: 'dev' }),
  prod: configured({ stage: 'prod', alarmEmail: 'night@example.com' }),
  'everything on': configured({
    stage: 'prod',
    alarmEmail: 'night@example.com',
    webhookUrl: 'https://hooks.example.com/chirpsmith',
    relayBaseUrl: 'https://relay.example.com',
    allowedOrigins: 'https://app.example.com',
    accessLogs: 'true',
  }),
  'another issuer': configured({
    stage: 'prod',
    jwtIssuer: 'https://id.example.com',
    jwtAudience: 'app,cli',
  }),
} as const;
