import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type ReadyInfo, readReadyFile, stackOf, tryWay } from '../../local/index.ts';
import { ffmpegVersion } from '../converter.ts';
import { awsAccount, type CallerIdentity } from '../stage/aws-account.ts';
import { type HomeFacts, hasSharedAwsFiles, homeFacts } from './files.ts';
import { holderOfPort, type PortState, portState } from './port-state.ts';

/** What the checks see of this machine and of others. */
export interface DoctorWorld {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Of the Node that runs this, like 24.21.0. */
  readonly nodeVersion: string;
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly homeFacts: (home: string) => Promise<HomeFacts>;
  /** The process that holds a home. */
  readonly stackOf: (home: string) => { readonly pid: number } | undefined;
  readonly readyInfo: (home: string) => ReadyInfo | undefined;
  readonly portState: (port: number) => Promise<PortState>;
  /** Who listens on a port, in a few words; undefined where the system does not say. */
  readonly holderOfPort: (port: number) => Promise<string | undefined>;
  readonly ffmpeg: () => Promise<string | 'missing' | 'broken'>;
  /** Of AWS. @throws ChirpsmithError */
  readonly identity: (region: string) => Promise<CallerIdentity | undefined>;
  readonly hasSharedAwsFiles: () => boolean;
  /** Sends a probe the way of the audio, without a stack. */
  readonly tryWay: typeof tryWay;
  /** Ends the wait for other machines; a while later everything else ends. */
  readonly patience: { readonly network: AbortSignal; readonly all: AbortSignal };
}

/** Seconds for the answers of other machines, and for a whole check: a probe says what it saw after 30 of silence. */
const seconds = { network: 5, all: 35 };

export function thisWorld(env: NodeJS.ProcessEnv): DoctorWorld {
  return {
    env,
    platform: process.platform,
    nodeVersion: process.versions.node,
    fetch,
    now: Date.now,
    homeFacts: (home) => homeFacts(home, env),
    stackOf,
    readyInfo: readReadyFile,
    portState,
    holderOfPort: (port) => holderOfPort(port, process.platform, run),
    ffmpeg: () => ffmpegVersion(env),
    identity: (region) => awsAccount.identity(region),
    hasSharedAwsFiles: () => hasSharedAwsFiles(env),
    tryWay,
    patience: {
      network: AbortSignal.timeout(seconds.network * 1000),
      all: AbortSignal.timeout(seconds.all * 1000),
    },
  };
}

const run = async (program: string, args: readonly string[]) =>
  (await promisify(execFile)(program, [...args], { timeout: 3000 })).stdout;
