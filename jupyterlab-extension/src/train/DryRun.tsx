import { Fragment, type ReactNode, useEffect, useRef, useState } from 'react';
import { data } from '../api/client.js';
import { asApiError } from '../api/errors.js';
import type { LaunchPlan, TrainRequest } from '../api/types.js';
import { Fold } from '../components/Card.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { Code } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { asCode } from '../recipes/paramsSchema.js';

/** Typing is over when nothing came for so long. */
const SETTLED_MS = 400;

export interface DryRunProps {
  readonly request: TrainRequest;
  /** What the bridge would refuse is told at its fields. */
  readonly onRefused: (reason: unknown) => void;
}

/** What would run, asked of the bridge while it is looked at. */
export function DryRun({ request, onRefused }: DryRunProps): JSX.Element {
  const { t } = useI18n();
  return (
    <Fold title={t('plan.title')} summary={t('plan.hint')} urgent={false} testId="dry-run">
      {() => <Plan request={request} onRefused={onRefused} />}
    </Fold>
  );
}

function Plan({ request, onRefused }: DryRunProps): JSX.Element {
  const { api } = useKargah();
  const [plan, setPlan] = useState<LaunchPlan | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const told = useRef(onRefused);
  useEffect(() => {
    told.current = onRefused;
  });
  const body = JSON.stringify(request);
  const first = useRef(true);
  useEffect(() => {
    let gone = false;
    const ask = async (): Promise<void> => {
      try {
        const found = await data(api.http.POST('/api/v1/train/plan', { body: JSON.parse(body) as TrainRequest }));
        if (gone) return;
        setPlan(found);
        setError(null);
      } catch (reason) {
        if (gone) return;
        setPlan(null);
        setError(reason);
        if (asApiError(reason).code !== 'unreachable') told.current(reason);
      }
    };
    const timer = setTimeout(() => void ask(), first.current ? 0 : SETTLED_MS);
    first.current = false;
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [api, body, attempt]);
  if (error !== null) return <ErrorNote reason={error} onRetry={() => setAttempt(attempt + 1)} />;
  return plan === null ? <Skeleton widths={[80, 50, 60]} /> : <Facts plan={plan} />;
}

function Facts({ plan }: { readonly plan: LaunchPlan }): JSX.Element {
  const i18n = useI18n();
  const { t, format } = i18n;
  const { resources } = plan;
  const env = Object.entries<string>(plan.env);
  const values = Object.entries<unknown>(plan.params);
  const rows: [string, ReactNode][] = [
    [
      t('facts.launch'),
      <>
        <b className="kg-Text-medium">{t(`launch.${plan.launch}`)}</b>
        <span className="kg-Text-hint">
          {' '}
          {plan.launch === 'warm' ? t('launch.warm.hint') : plan.launch_note !== null && i18n.failure(plan.launch_note)}
        </span>
      </>,
    ],
    [
      t('plan.queue'),
      plan.waiting === null ? (
        t('plan.atOnce')
      ) : (
        <>
          {plan.jobs_before > 0 &&
            plan.waiting.code !== 'waiting_for_turn' &&
            `${t('plan.behind', { n: plan.jobs_before })}. `}
          {i18n.failure(plan.waiting)}
        </>
      ),
    ],
    [
      t('facts.resources'),
      [
        t('new.cores', { n: resources.cpus }),
        t('facts.memory', { x: format.size(resources.memory_mb * 1e6) }),
        ...(resources.gpus > 0 ? [t('new.gpus', { n: resources.gpus })] : []),
        ...(resources.time_limit_seconds === null
          ? []
          : [`${t('facts.limit')} ${format.duration(resources.time_limit_seconds)}`]),
      ].join(i18n.pick(', ', '، ')),
    ],
    [t('plan.folder'), <Code key="cwd">{plan.cwd}</Code>],
  ];
  return (
    <div className="kg-Layout-stack kg-DryRun-plan" data-testid="plan" data-launch={plan.launch}>
      <dl className="kg-Facts kg-mod-start">
        {rows.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
      </dl>
      <Block title={t('plan.command')} lines={[plan.argv.map(quoted).join(' ')]} />
      {values.length > 0 && (
        <Block title={t('plan.values')} lines={values.map(([name, value]) => `${name}=${asCode(value)}`)} />
      )}
      {env.length > 0 && <Block title={t('plan.environment')} lines={env.map(([name, value]) => `${name}=${value}`)} />}
    </div>
  );
}

function Block({ title, lines }: { readonly title: string; readonly lines: readonly string[] }): JSX.Element {
  return (
    <div>
      <h3>{title}</h3>
      <pre className="kg-Code kg-mod-wrapped" dir="ltr" tabIndex={0}>
        {lines.join('\n')}
      </pre>
    </div>
  );
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
