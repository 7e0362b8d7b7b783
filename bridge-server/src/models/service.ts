import type { z } from 'zod';
import type { Person } from '../access/caller.js';
import { scopeOf } from '../access/scope.js';
import type { listModels, Model } from './contract.js';
import { folded } from '../lib/folding.js';
import { modelFacts } from '../training/index.js';
import type { ModelRow, ModelStore } from './store.js';

/** The models that jobs trained. */
export class ModelService {
  constructor(private readonly store: ModelStore) {}

  async list(
    person: Person,
    { search, ...page }: z.output<(typeof listModels)['query']>,
  ): Promise<{ items: Model[]; next_cursor: string | null }> {
    const { rows, next_cursor } = await this.store.list(scopeOf(person, 'model.read'), {
      ...page,
      search: search === undefined ? undefined : folded(search).trim(),
    });
    return { items: rows.map(modelOf), next_cursor };
  }
}

/** A row as the contract shows it. */
function modelOf({ model_json, ended_at, created_at, ...row }: ModelRow): Model {
  const { uri, size_bytes, best_metric } = modelFacts.parse(JSON.parse(model_json));
  return { ...row, model_uri: uri, size_bytes, best_metric, created_at: ended_at ?? created_at };
}
