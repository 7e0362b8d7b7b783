import { useEffect, useReducer, useState } from 'react';
import { IconButton, LinkButton } from '../../components/controls/Button.js';
import { Card } from '../../components/Card.js';
import { Skeleton } from '../../components/Note.js';
import { Spark } from '../../components/Spark.js';
import { StateIcon } from '../../components/State.js';
import { Code } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { MessageKey } from '../../i18n/messages.js';
import { useStore } from '../../lib/useStore.js';
import type { Job, JobEvent, Recipe } from '../../api/types.js';
import { asCode, propertiesOf } from '../../recipes/paramsSchema.js';
import type { Property } from '../../recipes/flatSchema.js';
import type { MetricHistory } from '../charts/series.js';
import { joinArgs, joinVariables } from '../../recipes/scriptArgs.js';

export function ParamsCard({ job, recipe }: { readonly job: Job; readonly recipe: Recipe | null }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const [all, setAll] = useState(false);
  const properties: Readonly<Record<string, Property>> = recipe === null ? {} : propertiesOf(recipe);
  const names = Object.keys(job.params);
  const isMain = (name: string): boolean =>
    recipe === null ||
    recipe.primary_params.includes(name) ||
    JSON.stringify(properties[name]?.default) !== JSON.stringify(job.params[name]);
  const main = names.filter(isMain);
  const shown = all ? names : main;
  const titleOf = (name: string): string => {
    const property = properties[name];
    const title = property?.title ?? '';
    return i18n.pick(title, property?.['x-title-fa'] ?? title);
  };
  const variables = [joinVariables(job.script?.env ?? {}), ...(job.script?.secrets ?? []).map((name) => `${name}=•••`)]
    .filter((text) => text !== '')
    .join(' ');
  return (
    <Card
      title={t('params.title')}
      testId="params"
      end={
        names.length > 0 && (
          <IconButton
            icon="copy"
            label={t('params.copy')}
            onClick={() => void kargah.shell.copy(JSON.stringify(job.params, null, 2))}
          />
        )
      }
    >
      {names.length === 0 && (job.script?.args.length ?? 0) === 0 && (
        <div className="kg-Text-hint">{t('params.none')}</div>
      )}
      <dl className="kg-Facts">
        {shown.map((name) => (
          <div key={name} className="kg-Facts-pair">
            <dt className="kg-Text-ellipsis" title={titleOf(name)}>
              {titleOf(name)}{' '}
              <bdi className="kg-Text-code kg-Text-tiny" dir="ltr">
                {name}
              </bdi>
            </dt>
            <dd className="kg-Text-ellipsis" title={asCode(job.params[name])}>
              <Code>{asCode(job.params[name])}</Code>
            </dd>
          </div>
        ))}
        {job.script !== null && job.script.args.length > 0 && (
          <div className="kg-Facts-pair">
            <dt>{t('params.args')}</dt>
            <dd className="kg-Text-ellipsis" title={joinArgs(job.script.args)}>
              <Code>{joinArgs(job.script.args)}</Code>
            </dd>
          </div>
        )}
        {job.script?.cwd !== undefined && (
          <div className="kg-Facts-pair">
            <dt>{t('params.cwd')}</dt>
            <dd className="kg-Text-ellipsis">
              <Code>{job.script.cwd}</Code>
            </dd>
          </div>
        )}
        {variables !== '' && (
          <div className="kg-Facts-pair">
            <dt>{t('params.env')}</dt>
            <dd className="kg-Text-ellipsis">
              <Code>{variables}</Code>
            </dd>
          </div>
        )}
      </dl>
      {names.length > main.length && (
        <LinkButton onClick={() => setAll(!all)}>
          {all ? t('params.less') : t('params.more', { n: names.length - main.length })}
        </LinkButton>
      )}
    </Card>
  );
}

const NAMES: Readonly<Record<string, MessageKey>> = {
  'system/cpu_percent': 'system.cpu',
  'system/memory_mb': 'system.memory',
  'system/cpu_utilization_percentage': 'system.machineCpu',
  'system/system_memory_usage_percentage': 'system.machineMemory',
  'system/disk_usage_percentage': 'system.disk',
};
/** Values that a percentage of the same card shows already. */
const TWICE = /(system_memory_usage|disk_usage|disk_available)_megabytes$/;

const SYSTEM_COLORS = ['var(--kg-s1)', 'var(--kg-s3)', 'var(--kg-s4)', 'var(--kg-s2)'];

export interface SystemCardProps {
  readonly history: MetricHistory;
  /** Whether the points so far are known. */
  readonly known: boolean;
}

export function SystemCard({ history, known }: SystemCardProps): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const machine = useStore(kargah.store.system);
  const [, bump] = useReducer((count: number) => count + 1, 0);
  useEffect(() => history.subscribe(bump), [history]);
  const keys = history.keys.filter((key) => key.startsWith('system/') && !TWICE.test(key)).sort();
  const show = (key: string, value: number): string =>
    /percent(age)?$/.test(key)
      ? format.percent(value / 100, 0)
      : /_(mb|megabytes)$/.test(key)
        ? format.size(value * 1e6)
        : format.metric(value);
  return (
    <Card title={t('system.title')} testId="system">
      <div className="kg-Layout-stack kg-System">
        {keys.map((key, index) => {
          const series = history.get(key);
          const values = series !== undefined && series.length >= 2 ? series.lastValues(60) : [];
          return (
            <div key={key} className="kg-Layout-row">
              <span className="kg-Text-muted kg-System-what kg-Text-ellipsis" title={key.slice(7)}>
                {NAMES[key] === undefined ? <Code>{key.slice(7)}</Code> : t(NAMES[key])}
              </span>
              <span className="kg-Layout-grow">
                <Spark
                  values={values}
                  width={80}
                  height={24}
                  color={SYSTEM_COLORS[index % SYSTEM_COLORS.length] ?? 'var(--kg-s1)'}
                />
              </span>
              <span className="kg-Text-nowrap">{show(key, series?.last ?? 0)}</span>
            </div>
          );
        })}
      </div>
      {keys.length === 0 &&
        (known ? <div className="kg-Text-hint">{t('system.none')}</div> : <Skeleton widths={[60, 60]} />)}
      {machine !== null && machine.gpus === 0 && <div className="kg-Text-hint kg-System-gpu">{t('system.noGpu')}</div>}
    </Card>
  );
}

export function EventsCard({ job, events }: { readonly job: Job; readonly events: readonly JobEvent[] }): JSX.Element {
  const i18n = useI18n();
  const { t, format } = i18n;
  const newestFirst = [...events].sort((a, b) => b.event_id - a.event_id);
  return (
    <Card title={t('events.title')} testId="events">
      <ol className="kg-Timeline">
        {newestFirst.map((event, index) => (
          <li key={event.event_id} data-state={event.to}>
            {event.from === null ? (
              <span className="kg-Avatar kg-Text-tiny" aria-hidden="true">
                {Array.from(job.owner.name)[0]}
              </span>
            ) : (
              <EventIcon event={event} newest={index === 0} share={job.progress.fraction} />
            )}
            <span>{event.from === null ? t('events.created', { x: job.owner.name }) : t(`state.${event.to}`)}</span>
            <time dateTime={event.at} title={format.exact(event.at)} dir="ltr">
              {exactTime(event.at, format.digits.bind(format))}
            </time>
            {event.detail !== null && (
              <span className="kg-Timeline-detail">
                {format.digits(i18n.pick(event.detail, event.detail_fa ?? event.detail))}
              </span>
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}

/** The present step has a spinner, each earlier one a dot. */
function EventIcon({ event, newest, share }: { event: JobEvent; newest: boolean; share: number | null }): JSX.Element {
  const passing = event.to === 'starting' || event.to === 'running' || event.to === 'stopping';
  return passing && !newest ? <span className="kg-Dot kg-Text-off" /> : <StateIcon state={event.to} share={share} />;
}

function exactTime(at: string, digits: (text: string) => string): string {
  return digits(new Date(at).toLocaleTimeString('en-GB'));
}
