/** AWS's public list prices as known in November 2026, in US dollars, of this region. To be checked before use. */
export const region = 'us-east-1';
export const asKnownIn = 'November 2026';

/** Dollars for one, without any free tier. */
export const prices = {
  /** Standard workflows. */
  transition: 0.025 / 1000,
  invocation: 0.2 / 1e6,
  /** Lambda on arm64, first tier. */
  gigabyteSecond: 0.000_013_333_4,
  /** DynamoDB on demand: of 1 KB. */
  writeUnit: 0.625 / 1e6,
  /** DynamoDB on demand: of 4 KB, read consistently. */
  readUnit: 0.125 / 1e6,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  /** S3 Standard, a month. */
  storedGigabyteMonth: 0.023,
  /** From S3 to the internet, first tier. */
  gigabyteOut: 0.09,
  /** HTTP API. */
  apiRequest: 1 / 1e6,
  /** EventBridge: custom events. */
  event: 1 / 1e6,
  /** CloudWatch Logs, standard class: taken in. */
  logGigabyte: 0.5,
  /** X-Ray: recorded. */
  trace: 5 / 1e6,
  secretCall: 0.05 / 10_000,
  secretMonth: 0.4,
  /** CloudWatch: a metric of one's own, in a month in which it is counted throughout. */
  metricMonth: 0.3,
  /** CloudWatch: each metric that an alarm looks at, a month. */
  alarmMetricMonth: 0.1,
  /** CloudWatch: a dashboard beyond the account's first three, or with more than 50 metrics, a month. */
  dashboardMonth: 3,
  /** KMS: a key, a month. */
  keyMonth: 1,
} as const;
