import { artifacts, ArtifactFiles } from './artifacts.js';
import type { Bound, Endpoint } from './endpoint.js';
import { datasets } from './datasets.js';
import { experiments } from './experiments.js';
import { loggedModels } from './models/loggedModels.js';
import { metrics } from './metrics.js';
import { modelVersions } from './models/modelVersions.js';
import { roles, users } from './permissions.js';
import { registeredModels } from './models/registeredModels.js';
import { runs } from './runs.js';
import { traces } from './traces.js';
import { Transport, type ClientOptions } from './transport.js';
import { workspaces } from './workspaces.js';

/** MLflow's tracking and registry API: `client.<resource>.<endpoint>(request, {signal})`. */
export interface MlflowClient {
  readonly experiments: Bound<typeof experiments>;
  readonly runs: Bound<typeof runs>;
  readonly metrics: Bound<typeof metrics>;
  readonly artifacts: Bound<typeof artifacts>;
  readonly files: ArtifactFiles;
  readonly loggedModels: Bound<typeof loggedModels>;
  readonly registeredModels: Bound<typeof registeredModels>;
  readonly modelVersions: Bound<typeof modelVersions>;
  readonly traces: Bound<typeof traces>;
  readonly datasets: Bound<typeof datasets>;
  readonly workspaces: Bound<typeof workspaces>;
  readonly users: Bound<typeof users>;
  readonly roles: Bound<typeof roles>;
  /** The same client, asking about another workspace. */
  inWorkspace(workspace: string): MlflowClient;
  /** MLflow's version. @throws {MlflowUnreachable} where it does not answer. */
  version(): Promise<string>;
}

export function createClient(options: ClientOptions): MlflowClient {
  const transport = new Transport(options);
  return {
    experiments: bind(transport, experiments),
    runs: bind(transport, runs),
    metrics: bind(transport, metrics),
    artifacts: bind(transport, artifacts),
    files: new ArtifactFiles(transport),
    loggedModels: bind(transport, loggedModels),
    registeredModels: bind(transport, registeredModels),
    modelVersions: bind(transport, modelVersions),
    traces: bind(transport, traces),
    datasets: bind(transport, datasets),
    workspaces: bind(transport, workspaces),
    users: bind(transport, users),
    roles: bind(transport, roles),
    inWorkspace: (workspace) => createClient({ ...options, workspace }),
    version: async () => (await transport.send('/version', { method: 'GET' })).text(),
  };
}

function bind<E extends Readonly<Record<string, Endpoint>>>(transport: Transport, endpoints: E): Bound<E> {
  const functions = Object.entries(endpoints).map(([name, target]) => [
    name,
    (...[request, options]: Parameters<Bound<E>[string]>) => transport.call(target, request, options),
  ]);
  return Object.fromEntries(functions) as Bound<E>;
}
