import { useCallback, useEffect, useState } from 'react';
import { useKargah } from '../context.js';
import type { Activities } from '../features/feature.js';
import type { Features } from '../features/registry.js';
import { useStore } from '../lib/useStore.js';

/**
 * The ids of what failed while this page was open and nobody has looked at since, by the feature that it is of; `seen` when somebody
 * has. What had ended before the page was opened is history, not news.
 */
export function useUnseenFailures(features: Features): {
  readonly of: (activities: Activities) => ReadonlySet<string>;
  readonly seen: () => void;
} {
  const kargah = useKargah();
  const all = useStore(features.all);
  const [unseen, setUnseen] = useState<ReadonlyMap<Activities, ReadonlySet<string>>>(new Map());
  useEffect(() => {
    const stops = all
      .flatMap(({ activities }) => activities ?? [])
      .map((activities) =>
        activities.onFailed(kargah, (id) =>
          setUnseen((before) => new Map(before).set(activities, new Set(before.get(activities)).add(id))),
        ),
      );
    return () => stops.forEach((stop) => stop());
  }, [kargah, all]);
  const seen = useCallback(() => setUnseen(new Map()), []);
  return { of: (activities) => unseen.get(activities) ?? new Set(), seen };
}
