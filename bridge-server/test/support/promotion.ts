import { expect } from 'vitest';
import type { RegisteredModel } from '../../src/models/contract.js';
import type { ModelMove, ModelRequest, ModelRules } from '../../src/models/promotion/contract.js';
import type { Answered, ModelsWorld, ReportOf, Signed } from './models.js';

export interface PageOf<T> {
  readonly items: T[];
  readonly next_cursor: string | null;
}
/** As the rules are where nobody set any. */
export const FIRST = {
  challenger: {},
  champion: { report: true, test_rows: true, approval: 'if_there_is_another' },
};
export const at = (name: string, rest = ''): string => `/api/v1/models/${encodeURIComponent(name)}${rest}`;
export const refusal = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];
export const gates = ({ checks }: ModelRequest) =>
  checks.map(({ gate, state, why }) => [gate, state, why?.code ?? null]);
export const failures = ({ checks }: ModelRequest) =>
  checks.filter(({ state }) => state === 'failed').map(({ gate, why }) => [gate, why?.code]);

/** What people of a project ask about its protected aliases. */
export class Promotions {
  constructor(private readonly world: ModelsWorld) {}

  request(who: Signed, name: string, version: number, alias = 'champion'): Promise<Answered<ModelRequest>> {
    const body = { version, alias, why: `نسخهٔ ${String(version)}` };
    return this.world.ask(who, 'POST', at(name, '/requests'), body);
  }

  decide(who: Signed, { request_id: id }: ModelRequest, act: string, reason?: string): Promise<Answered<ModelRequest>> {
    const body = reason === undefined ? {} : { reason };
    return this.world.ask(who, 'POST', `/api/v1/model-requests/${id}/${act}`, body);
  }

  async asked({ request_id: id }: ModelRequest): Promise<ModelRequest> {
    return (await this.world.ask<ModelRequest>(this.world.sara, 'GET', `/api/v1/model-requests/${id}`)).body;
  }

  rollBack(who: Signed, name: string, body: object = {}, alias = 'champion'): Promise<Answered<ModelMove>> {
    return this.world.ask(who, 'POST', at(name, `/aliases/${alias}/rollback`), body);
  }

  async history(name: string, query = ''): Promise<ModelMove[]> {
    const path = at(name, `/history?${query}`);
    return (await this.world.ask<PageOf<ModelMove>>(this.world.sara, 'GET', path)).body.items;
  }

  async aliases(name: string): Promise<[string, number][]> {
    const { body } = await this.world.ask<RegisteredModel>(this.world.sara, 'GET', at(name));
    return body.aliases.map(({ alias, version }) => [alias, version]);
  }

  /** Where MLflow's own clients find it. */
  async inMlflow(name: string, alias = 'champion'): Promise<string | null> {
    const path = `/mlflow/registered-models/alias?name=${encodeURIComponent(name)}&alias=${alias}`;
    const found = await this.world.mlflow(this.world.sara, 'GET', path);
    return found.status === 200 ? found.json<{ model_version: { version: string } }>().model_version.version : null;
  }

  get rulesPath(): string {
    return `/api/v1/projects/${this.world.project}/model-rules`;
  }

  async withRules(aliases: Partial<Record<string, object>>): Promise<void> {
    const { sara } = this.world;
    const { revision } = (await this.world.ask<ModelRules>(sara, 'GET', this.rulesPath)).body;
    const set = await this.world.ask<ModelRules>(sara, 'PUT', this.rulesPath, { aliases, revision });
    expect([set.status, set.body]).toEqual([200, expect.anything()]);
  }

  /** The next version of a name, of a job that learned from one dataset and split if nothing else is said. */
  async add(name: string, report: ReportOf | null, learned: object = {}): Promise<void> {
    const job_id = await this.world.trained('n', report, { dataset_sha256: 'abc', split_id: 'spl_1', ...learned });
    expect((await this.world.ask(this.world.sara, 'POST', at(name, '/versions'), { job_id })).status).toBe(201);
  }

  async remove(who: Signed, name: string, rest = ''): Promise<void> {
    expect((await this.world.ask(who, 'DELETE', at(name, rest))).status).toBe(204);
  }
}
