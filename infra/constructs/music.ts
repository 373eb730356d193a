import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Config } from '../config.ts';
import type { StorageStack } from '../storage-stack.ts';
import {
  bindBothDialects,
  bindDescribe,
  bindMusicRead,
  bindOwnerIndex,
  bindPersonas,
  bindProviderUrls,
  bindRuns,
  bindSettings,
  bindTable,
} from './bindings.ts';
import type { Route } from './session-api.ts';
import type { Workflow } from './workflow.ts';
import { WorkflowFunction } from './workflow-function.ts';

/** The routes for music, personas and models. What ends or goes on with music are the routes of sessions. */
export function musicRoutes(
  scope: Construct,
  {
    config,
    storage,
    workflow,
    relayKey,
  }: { config: Config; storage: StorageStack; workflow: Workflow; relayKey: Secret | undefined },
): Route[] {
  const make = (id: string, folder: string, description: string, atOnce = 0) =>
    new WorkflowFunction(scope, id, { config, folder: `api/${folder}`, description, seconds: 20, atOnce });

  const createGeneration = make('CreateGeneration', 'create-generation', 'POST /generations');
  bindSettings(createGeneration, config);
  bindTable(createGeneration, storage, 'GetItem', 'Query', 'PutItem', 'UpdateItem');
  bindProviderUrls(createGeneration, config);
  bindRuns(createGeneration, [{ kind: 'music', name: workflow.name }]);

  const getGeneration = make('GetGeneration', 'get-generation', 'GET /generations/{id}');
  bindSettings(getGeneration, config);
  bindTable(getGeneration, storage, 'Query');
  bindDescribe(getGeneration, [{ kind: 'music', name: workflow.name }]);
  bindMusicRead(getGeneration, storage);

  const listGenerations = make('ListGenerations', 'list-generations', 'GET /generations');
  bindOwnerIndex(listGenerations, storage);

  const listModels = make('ListModels', 'list-models', 'GET /models');
  bindSettings(listModels, config);
  bindTable(listModels, storage, 'Query');

  // The provider is called while the caller waits.
  const createPersona = make(
    'CreatePersona',
    'create-persona',
    'POST /personas',
    config.reservedConcurrency.createPersona ?? 0,
  );
  bindPersonas(createPersona, storage);
  bindBothDialects(createPersona, storage, config, relayKey);

  const listPersonas = make('ListPersonas', 'list-personas', 'GET /personas');
  bindTable(listPersonas, storage, 'Query');

  return [
    { method: 'POST', path: '/personas', fn: createPersona },
    { method: 'GET', path: '/personas', fn: listPersonas },
    { method: 'POST', path: '/generations', fn: createGeneration },
    { method: 'GET', path: '/generations/{id}', fn: getGeneration },
    { method: 'GET', path: '/generations', fn: listGenerations },
    { method: 'GET', path: '/models', fn: listModels },
  ];
}
