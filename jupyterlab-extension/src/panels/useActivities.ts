import { useKargah } from '../context.js';
import type { Activities, Activity } from '../features/feature.js';
import type { Features } from '../features/registry.js';
import { useStore, useStores } from '../lib/useStore.js';

export interface UnderWay {
  readonly activities: Activities;
  readonly active: readonly Activity[];
}

/** What is under way of every feature that says so. */
export function useActivities(features: Features): readonly UnderWay[] {
  const kargah = useKargah();
  const all = useStore(features.all).flatMap(({ activities }) => activities ?? []);
  useStores(all.flatMap(({ lists }) => lists.map((name) => kargah.store.list(name))));
  return all.map((activities) => ({ activities, active: activities.active(kargah) }));
}
