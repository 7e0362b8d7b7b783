import type { Job, Priority, TrainRequest } from '../../api/types.js';
import type { I18n } from '../../i18n/i18n.js';
import { latin } from '../../i18n/fold/latin.js';
import type { FieldErrors } from '../../recipes/paramsSchema.js';

/** As written; empty leaves the choice to the bridge. */
export interface ResourceForm {
  readonly cpus: string;
  readonly memory: string;
  readonly gpus: string;
  readonly minutes: string;
  readonly python: string;
  readonly priority: Priority;
}

export const EMPTY_RESOURCES: ResourceForm = {
  cpus: '',
  memory: '',
  gpus: '',
  minutes: '',
  python: '',
  priority: 'normal',
};

export const NUMBERS = ['cpus', 'memory', 'gpus', 'minutes'] as const;

const written = (value: number | undefined): string => (value === undefined ? '' : String(value));

/** The same again, for a clone. */
export function resourcesOfJob({ resources, priority }: Job): ResourceForm {
  return {
    cpus: written(resources?.cpus),
    memory: written(resources?.memory_mb),
    gpus: written(resources?.gpus),
    minutes: written(resources?.time_limit_seconds === undefined ? undefined : resources.time_limit_seconds / 60),
    python: resources?.python ?? '',
    priority,
  };
}

export function checkResources(form: ResourceForm, { t }: I18n): FieldErrors {
  const found: Record<string, string> = {};
  for (const name of NUMBERS) {
    const text = latin(form[name].trim());
    if (text === '') continue;
    const value = Number(text);
    if (name === 'minutes') {
      if (!(value > 0) || !Number.isFinite(value)) found['resources.minutes'] = t('new.above', { a: '0' });
    } else if (!Number.isInteger(value) || value < 0) found[`resources.${name}`] = t('new.integer');
    else if (name === 'memory' && value < 256) found['resources.memory'] = t('new.atLeast', { a: '256' });
    else if (name === 'cpus' && value < 1) found['resources.cpus'] = t('new.atLeast', { a: '1' });
  }
  return found;
}

/** What of it was asked for; nothing where all is left to the bridge. */
export function resourcesRequest(form: ResourceForm): Pick<TrainRequest, 'resources' | 'priority'> {
  const number = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(latin(text.trim())));
  const [cpus, memory, gpus, minutes] = NUMBERS.map((name) => number(form[name]));
  const resources = {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memory_mb: memory }),
    ...(gpus === undefined ? {} : { gpus }),
    ...(minutes === undefined ? {} : { time_limit_seconds: Math.max(1, Math.round(minutes * 60)) }),
    ...(form.python === '' ? {} : { python: form.python }),
  };
  return {
    ...(Object.keys(resources).length === 0 ? {} : { resources }),
    ...(form.priority === 'normal' ? {} : { priority: form.priority }),
  };
}

const FIELDS: Readonly<Record<string, string>> = {
  cpus: 'cpus',
  memory_mb: 'memory',
  gpus: 'gpus',
  time_limit_seconds: 'minutes',
  python: 'python',
};

/** The field of what the bridge calls `resources.<name>`. */
export const resourceField = (name: string | undefined): string => `resources.${FIELDS[name ?? ''] ?? 'cpus'}`;

/** The field of a resource of which the machine has too little. */
export const scarceField = (resource: unknown): string =>
  `resources.${resource === 'MB' ? 'memory' : resource === 'GPU' ? 'gpus' : 'cpus'}`;
