import { CfnOutput, Lazy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { machines } from '../functions/shared/state-contracts.ts';
import { state as recordFailure } from '../functions/workflow/record-failure/state.ts';
import type { Config } from './config.ts';
import { Inbox } from './constructs/inbox.ts';
import { operating } from './constructs/monitoring/monitoring.ts';
import { Page } from './constructs/page.ts';
import { relayKeySecret } from './constructs/relay-key.ts';
import { SessionApi } from './constructs/session-api.ts';
import { StateFunctions } from './constructs/spec-functions.ts';
import { Sweep } from './constructs/sweep.ts';
import { Webhook } from './constructs/webhook.ts';
import { Workflow } from './constructs/workflow.ts';
import type { StorageStack } from './storage-stack.ts';
import { requireBoundedHistory } from './workflows/check-history-budget.ts';
import { generateMusic } from './workflows/generate-music.ts';
import { longestBatch, longestRun } from './workflows/history-budget.ts';
import { longestMusic } from './workflows/music-history-budget.ts';
import { trainModel } from './workflows/train-model.ts';
import { uploadBatch } from './workflows/upload-batch.ts';

export interface ServiceStackProps extends StackProps {
  readonly config: Config;
  readonly storage: StorageStack;
}

/** Everything that can be thrown away and made anew: functions, the machine, the API. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, { ...props, description: 'Chirpsmith: functions, machines, the HTTP API and the page' });
    const { config, storage } = props;
    requireBoundedHistory(config.settings);

    const relayKey = relayKeySecret(this, config);
    const where = { config, storage, relayKey };
    const functions = new StateFunctions(this, where);
    const training = new Workflow(this, 'TrainModel', {
      config,
      name: machines.train,
      comment: 'From the audio of a session to a custom music model',
      functions,
      seconds: longestRun(config.settings),
      distributed: true,
      definition: trainModel,
    });
    const music = new Workflow(this, 'Music', {
      config,
      name: machines.music,
      comment: 'From a prompt to audio in the bucket',
      functions,
      seconds: longestMusic(config.settings),
      definition: generateMusic,
    });
    const batch = new Workflow(this, 'UploadBatch', {
      config,
      name: machines.batch,
      comment: "From files to clips on one of the provider's accounts",
      functions,
      seconds: longestBatch(config.settings),
      distributed: true,
      definition: uploadBatch,
    });
    // The page's client knows the address of the distribution, and that the API's: so the audience is complete last.
    const audience = Lazy.list({ produce: () => [...storage.tokens.audience, ...page.audience] });
    const api = new SessionApi(this, 'SessionApi', { ...where, audience });
    const page: Page = new Page(this, 'Page', { config, storage, api: api.api });
    const swept = new Sweep(this, 'Sweep', where);
    const manifests = new Inbox(this, 'Inbox', where);
    const url = config.webhookUrl;
    const webhook = url === undefined ? undefined : new Webhook(this, 'Webhook', { ...where, url });
    operating(this, {
      config,
      workflows: [training, batch, music],
      sweep: swept.fn,
      recordFailure: functions.of(recordFailure),
      api: api.api,
      others: [manifests.fn, ...(webhook ? [webhook.fn] : [])],
      deadLetters: { inbox: manifests.deadLetters, ...(webhook && { webhook: webhook.deadLetters }) },
    });

    new CfnOutput(this, 'ApiUrl', { value: api.url });
    new CfnOutput(this, 'ProviderBaseUrl', { value: config.providerBaseUrl });
    if (config.relayBaseUrl !== undefined) {
      new CfnOutput(this, 'RelayBaseUrl', { value: config.relayBaseUrl });
    }
    new CfnOutput(this, 'StateMachineArn', { value: training.machine.stateMachineArn });
    new CfnOutput(this, 'BatchMachineArn', { value: batch.machine.stateMachineArn });
  }
}
