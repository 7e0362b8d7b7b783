import type { MlflowClient, Run } from 'mlflow-js-client';
import type { ReadBody } from '../gateway/body.js';
import { changed } from '../exact-json.js';
import type { Match } from '../gateway/paths.js';
import type { GatewayListener } from '../port.js';
import type { JobCaller } from './request.js';

/** On a job's own run: the name of an experiment that its script asked for. */
const NAME = 'kargah.experiment_name';
/** On the runs that a job made. */
const OF_JOB = 'kargah.of_job';
const MOST = 10_000;
const PAGE = 1000;

/**
 * A script that names an experiment is given its job's, which it shares with all other jobs of the project. What it then looks for in
 * "its" experiment is what it made: the job's own run and those that it made besides.
 */
export class NamedExperiments {
  readonly #noted = new Map<string, string>();

  constructor(
    private readonly listener: Pick<GatewayListener, 'runOfJob'>,
    private readonly client: MlflowClient,
  ) {}

  /** Remembers that the job named an experiment. */
  async note(caller: JobCaller, found: Match, body: ReadBody | null): Promise<void> {
    const name =
      found.name === '/mlflow/experiments/get-by-name'
        ? new URLSearchParams(found.query).get('experiment_name')
        : found.name === '/mlflow/experiments/create'
          ? body?.json?.['name']
          : null;
    if (typeof name !== 'string' || name === '' || this.#noted.get(caller.jobId) === name) return;
    const runId = await this.listener.runOfJob(caller.jobId);
    if (runId === null) return;
    const tags = [{ key: NAME, value: name.slice(0, 500) }];
    await this.client.inWorkspace(caller.workspace).runs.logBatch({ run_id: runId, tags });
    if (this.#noted.size > MOST) this.#noted.clear();
    this.#noted.set(caller.jobId, name);
  }

  /** A run that is made says whose it is; a search in a named experiment finds the job's own. */
  async meant(caller: JobCaller, found: Match, body: ReadBody | null): Promise<ReadBody | null> {
    if (body?.json == null) return body;
    if (found.name === '/mlflow/runs/create') {
      return changed(body, (fields) => {
        const tags = Array.isArray(fields['tags']) ? (fields['tags'] as unknown[]) : [];
        return { ...fields, tags: [...tags, { key: OF_JOB, value: caller.jobId }] };
      });
    }
    return found.name === '/mlflow/runs/search' ? this.#searched(caller, body) : body;
  }

  async #searched(caller: JobCaller, body: ReadBody): Promise<ReadBody> {
    const asked = body.json?.['experiment_ids'] ?? body.json?.['experimentIds'];
    const runId = await this.listener.runOfJob(caller.jobId);
    if (runId === null || !Array.isArray(asked)) return body;
    const mlflow = this.client.inWorkspace(caller.workspace);
    const { run } = await mlflow.runs.get({ run_id: runId });
    const experimentId = run.info.experiment_id;
    if (!asked.includes(experimentId) || !run.data.tags.some(({ key }) => key === NAME)) return body;
    const made = await this.#madeBy(caller, experimentId);
    const own = [runId, ...made.map(({ info }) => info.run_id)].map((id) => `'${id}'`).join(', ');
    return changed(body, (fields) => {
      const filter = typeof fields['filter'] === 'string' ? fields['filter'].trim() : '';
      const limit = `attributes.run_id IN (${own})`;
      return { ...fields, filter: filter === '' ? limit : `${filter} AND ${limit}` };
    });
  }

  async #madeBy({ workspace, jobId }: JobCaller, experimentId: string): Promise<Run[]> {
    const { runs } = this.client.inWorkspace(workspace);
    const found: Run[] = [];
    let page: string | undefined;
    do {
      const answer = await runs.search({
        experiment_ids: [experimentId],
        filter: `tags.\`${OF_JOB}\` = '${jobId}'`,
        max_results: PAGE,
        ...(page === undefined ? {} : { page_token: page }),
      });
      found.push(...answer.runs);
      page = answer.next_page_token || undefined;
    } while (page !== undefined && found.length < MOST);
    return found;
  }
}
