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
    domainName: 'api.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0f1e2d3c-0000-4000-8000-000000000000',
  }),
  'another issuer': configured({
    stage: 'prod',
    jwtIssuer: 'https://id.example.com',
    jwtAudience: 'app,cli',
  }),
} as const;
