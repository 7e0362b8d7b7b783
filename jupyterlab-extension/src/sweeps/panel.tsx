import type { PanelPart } from '../features/feature.js';
import { filterOf } from '../jobs/list/filters.js';
import type { Kargah } from '../tokens.js';
import { SweepRow } from './SweepRow.js';

/** A sweep stands among the jobs, for all its own. */
const part: PanelPart = {
  rows: {
    section: 'jobs',
    lists: ['sweeps'],
    entries: ({ store }) =>
      store
        .list('sweeps')
        .get()
        .items.map((sweep) => ({
          id: sweep.sweep_id,
          texts: [sweep.name, sweep.dataset_name, sweep.recipe, sweep.sweep_id],
          marks: [filterOf(sweep.state)],
          at: sweep.created_at,
          row: (first) => <SweepRow key={sweep.sweep_id} sweep={sweep} first={first} />,
        })),
    hidden,
  },
};
export default part;

/**
 * The jobs of a sweep stand behind its row, their models behind that of the best. Those of a sweep that is not known stand for
 * themselves.
 */
function hidden({ store }: Kargah): Readonly<Record<string, ReadonlySet<string>>> {
  const best = new Map(
    store
      .list('sweeps')
      .get()
      .items.map((sweep) => [sweep.sweep_id, sweep.best?.job_id]),
  );
  const of = store
    .list('jobs')
    .get()
    .items.filter(({ sweep_id }) => sweep_id !== null && best.has(sweep_id));
  return {
    jobs: new Set(of.map(({ job_id }) => job_id)),
    models: new Set(
      of.filter(({ job_id, sweep_id }) => best.get(sweep_id ?? '') !== job_id).map(({ job_id }) => job_id),
    ),
  };
}
