import { useState } from 'react';
import { data } from '../../api/client.js';
import type { Tone } from '../../api/states.js';
import type { ModelCheck, ModelRequest } from '../../api/types.js';
import { Button } from '../../components/controls/Button.js';
import { Icon } from '../../components/icons/Icon.js';
import { Moment, Num } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useStore } from '../../lib/useStore.js';
import { useMay } from '../../projects/may.js';

const TONES: Readonly<Record<ModelRequest['state'], Tone>> = {
  checking: 'run',
  failed: 'bad',
  waiting: 'warn',
  done: 'ok',
  refused: 'bad',
  withdrawn: 'off',
  overtaken: 'off',
};

/** That a name moves: who asks and why, what was checked, and who decides. */
export function Request({ request }: { readonly request: ModelRequest }): JSX.Element {
  const { t } = useI18n();
  const { state, version, alias, why, requested_by: by, decided_by: decider, reason, checks } = request;
  return (
    <li data-testid="model-request" data-state={state}>
      <div className="kg-Layout-row kg-Layout-wrap">
        <span className="kg-Text-medium">{t('reg.move', { n: version, x: alias })}</span>
        <span className={`kg-Chip kg-Tone-${TONES[state]}`}>{t(`reg.state.${state}`)}</span>
      </div>
      <div className="kg-Text-hint">
        {t('reg.asked', { x: by.name })}
        {t('facts.and')}
        <Moment at={request.requested_at} />
      </div>
      {why !== '' && (
        <div className="kg-Model-said" dir="auto">
          {why}
        </div>
      )}
      {state !== 'done' && state !== 'withdrawn' && (
        <ul className="kg-Model-checks">
          {checks.map((check, index) => (
            <Check key={index} check={check} />
          ))}
        </ul>
      )}
      {decider !== null && decider.user_id !== by.user_id && (
        <div className="kg-Text-hint">
          {t('reg.decided', { x: decider.name })}
          {request.decided_at !== null && (
            <>
              {t('facts.and')}
              <Moment at={request.decided_at} />
            </>
          )}
        </div>
      )}
      {reason !== null && (
        <div className="kg-Model-said" dir="auto">
          {reason}
        </div>
      )}
      {state === 'waiting' && <Decision request={request} />}
    </li>
  );
}

const ICONS = { passed: 'ok', failed: 'err', waiting: 'queue' } as const;
const COLORS = { passed: 'ok', failed: 'bad', waiting: 'warn' } as const;

function Check({ check }: { readonly check: ModelCheck }): JSX.Element {
  const i18n = useI18n();
  const { t, format } = i18n;
  const { gate, state, metric = '', value, limit, why } = check;
  return (
    <li data-testid="model-check" data-state={state}>
      <Icon name={ICONS[state]} className={`kg-Text-${COLORS[state]}`} />
      <span>
        {t(`reg.gate.${gate}`, { x: metric })} <span className="kg-Text-hidden">{t(`reg.check.${state}`)}</span>
        {value !== undefined && <Num>{format.metric(value)}</Num>}{' '}
        {limit !== undefined && <span className="kg-Text-muted">{t('reg.limit', { x: format.metric(limit) })}</span>}
        {why !== null && <span className="kg-Text-hint kg-Model-said">{i18n.failure(why)}</span>}
      </span>
    </li>
  );
}

/** Who asked may take it back; anybody else who may promote decides. */
function Decision({ request }: { readonly request: ModelRequest }): JSX.Element | null {
  const { api, shell } = useKargah();
  const { t } = useI18n();
  const session = useStore(api.session.state);
  const promotes = useMay('model.promote');
  const [busy, setBusy] = useState(false);
  const { version: n, alias: x } = request;
  const params = { path: { request_id: request.request_id } };
  const run = async (act: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    await act().catch((reason: unknown) => shell.failed(reason));
    setBusy(false);
  };
  const approve = (): Promise<void> =>
    run(() => data(api.http.POST('/api/v1/model-requests/{request_id}/approve', { params, body: {} })));
  const withdraw = (): Promise<void> =>
    run(() => data(api.http.POST('/api/v1/model-requests/{request_id}/withdraw', { params })));
  const refuse = async (): Promise<void> => {
    const reason = await shell.prompt({
      title: t('reg.refuseTitle', { n, x }),
      label: t('reg.reason'),
      value: '',
      accept: t('reg.refuse'),
    });
    if (reason === null) return;
    await run(() => data(api.http.POST('/api/v1/model-requests/{request_id}/refuse', { params, body: { reason } })));
  };
  if (!promotes || session.status !== 'signed_in') return null;
  const own = session.user.user_id === request.requested_by.user_id;
  return (
    <div className="kg-Layout-row kg-Layout-wrap kg-Model-actions">
      {own ? (
        <Button size="small" icon="undo" busy={busy} label={t('reg.withdraw')} onClick={() => void withdraw()} />
      ) : (
        <>
          <Button
            size="small"
            kind="primary"
            icon="check"
            busy={busy}
            label={t('reg.approve')}
            onClick={() => void approve()}
          />
          <Button
            size="small"
            kind="danger"
            icon="close"
            busy={busy}
            label={t('reg.refuse')}
            onClick={() => void refuse()}
          />
        </>
      )}
    </div>
  );
}
