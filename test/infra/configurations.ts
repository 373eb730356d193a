import { configured } from './synthesized.ts';

/**
 * The configurations that a stage may be moved between, each as `-c` would give it. The one with every kind of resource is
 * first: CloudFormation's own rules are loaded anew, for a second, where an App has a kind that no App before it had.
 */
export const configurations = {
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
  dev: configured({ stage: 'dev' }),
  prod: configured({ stage: 'prod', alarmEmail: 'night@example.com' }),
  'another issuer': configured({
    stage: 'prod',
    jwtIssuer: 'https://id.example.com',
    jwtAudience: 'app,cli',
  }),
} as const;
