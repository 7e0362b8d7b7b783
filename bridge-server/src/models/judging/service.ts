import type { z } from 'zod';
import type { Person } from '../../access/caller.js';
import { requireAccess } from '../../access/require-access.js';
import { projectOf } from '../../access/resource.js';
import type { Job } from '../../contract/training/training.js';
import { KargahError } from '../../lib/errors.js';
import type { TrainingService } from '../../training/index.js';
import type { RegistryService } from '../registry/service.js';
import { identityOf, type VersionRow } from '../registry/store.js';
import type { evaluateVersion, listEvaluations } from './contract.js';

interface JudgingDeps {
  readonly registry: Pick<RegistryService, 'version' | 'placeOf'>;
  readonly training: Pick<TrainingService, 'evaluate' | 'list'>;
}

/** Reports on versions of models and other data than those that they were trained with. */
export class Judging {
  constructor(private readonly deps: JudgingDeps) {}

  async begin(
    person: Person,
    { name, version }: { readonly name: string; readonly version: number },
    { name: called, ...dataset }: z.output<(typeof evaluateVersion)['body']>,
  ): Promise<Job> {
    requireAccess(person, 'job.write', projectOf(person));
    const { registry, training } = this.deps;
    const row = await registry.version(person, 'model.read', name, version);
    const place = await registry.placeOf(person, row);
    // What lies elsewhere than in its run may be anybody's.
    if (place === null) throw new KargahError('model_not_ready');
    const usual = `${name} ${String(version)}`.slice(0, 200);
    const request = { ...dataset, name: called ?? usual, params: { model: name, version } };
    return training.evaluate(person, { place, judged: judgedOf(row) }, request);
  }

  async list(
    person: Person,
    { name, version }: { readonly name: string; readonly version: number },
    page: z.output<(typeof listEvaluations)['query']>,
  ): Promise<{ items: Job[]; next_cursor: string | null }> {
    const row = await this.deps.registry.version(person, 'model.read', name, version);
    return this.deps.training.list(person, { ...page, deleted: 'false', sort: 'newest', judged: judgedOf(row) });
  }
}

/** Without the model's name: a model that is renamed keeps its versions' reports. */
function judgedOf(row: VersionRow): string {
  return JSON.stringify([row.version, identityOf(row)]);
}
