import type { z } from 'zod';
import type { Person } from '../../access/caller.js';
import { scopeOf } from '../../access/scope.js';
import type { listTrainedModels, TrainedModel } from '../contract.js';
import { folded } from '../../lib/search/folding.js';
import { modelFacts } from '../../training/index.js';
import type { TrainedRow, TrainedModelStore } from './store.js';

/** The models that jobs trained. */
export class TrainedModels {
  constructor(private readonly store: TrainedModelStore) {}

  async list(
    person: Person,
    { search, ...page }: z.output<(typeof listTrainedModels)['query']>,
  ): Promise<{ items: TrainedModel[]; next_cursor: string | null }> {
    const { rows, next_cursor } = await this.store.list(scopeOf(person, 'model.read'), {
      ...page,
      search: search === undefined ? undefined : folded(search).trim(),
    });
    return { items: rows.map(modelOf), next_cursor };
  }
}

/** A row as the contract shows it. */
function modelOf({ model_json, ended_at, created_at, ...row }: TrainedRow): TrainedModel {
  const { uri, size_bytes, best_metric } = modelFacts.parse(JSON.parse(model_json));
  return { ...row, model_uri: uri, size_bytes, best_metric, created_at: ended_at ?? created_at };
}
