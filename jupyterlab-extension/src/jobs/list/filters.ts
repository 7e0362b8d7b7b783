import { isActive } from '../../api/states.js';
import type { JobState } from '../../api/types.js';
import type { Filters } from '../../features/feature.js';

const JOB_FILTERS = ['active', 'succeeded', 'failed', 'stopped'] as const;
type JobFilter = (typeof JOB_FILTERS)[number];

/** Which of the filters a run of this state passes. */
export function filterOf(state: JobState): JobFilter {
  if (isActive(state)) return 'active';
  return state === 'succeeded' ? 'succeeded' : state === 'stopped' ? 'stopped' : 'failed';
}

const isFilter = (id: string): id is JobFilter => (JOB_FILTERS as readonly string[]).includes(id);

export const stateFilters: Filters = {
  match: 'any',
  options: (_kargah, i18n) => JOB_FILTERS.map((id) => stateFilters.option(id, i18n)),
  option: (id, { t }) => ({ id, label: isFilter(id) ? t(`panel.filter.${id}`) : id }),
};
