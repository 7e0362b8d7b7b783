import { useCallback, useState } from 'react';
import { data } from '../api/client.js';
import { download } from '../api/download.js';
import type { paths } from '../api/generated/schema.js';
import type { LedgerRow, Person } from '../api/types.js';
import { Button, LinkButton } from '../components/controls/Button.js';
import { SelectField } from '../components/controls/SelectField.js';
import { ErrorNote, Note, Skeleton } from '../components/Note.js';
import { Code, Moment } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import type { I18n } from '../i18n/i18n.js';
import { isMessage } from '../i18n/messages.js';
import { usePaged } from './usePaged.js';

type Filter = NonNullable<paths['/api/v1/ledger']['get']['parameters']['query']>;
type Action = NonNullable<Filter['action']>;

/** What is offered to choose from, by its kind; the type of each is the contract's. */
const ACTIONS: readonly Action[] = [
  'access.refuse',
  'person.register',
  'person.sign_in',
  'person.change_password',
  'person.change_email',
  'person.change',
  'person.sign_out',
  'person.reset',
  'person.limit',
  'person.leave',
  'person.delete',
  'session.end',
  'token.make',
  'token.revoke',
  'project.make',
  'project.change',
  'project.limit',
  'project.delete',
  'project.restore',
  'project.purge',
  'member.add',
  'member.change',
  'member.remove',
  'member.leave',
  'invitation.make',
  'invitation.accept',
  'invitation.revoke',
  'dataset.share',
  'dataset.move',
  'dataset.copy',
  'dataset.delete',
  'job.stop',
  'job.delete',
  'sweep.stop',
  'sweep.delete',
  'connection.make',
  'connection.delete',
  'model.request',
  'model.refuse',
  'model.withdraw',
  'model.promote',
  'model.demote',
  'model.roll_back',
  'model.set_rules',
  'server.signup',
  'server.rotate_keys',
];

const idOf = ({ seq }: LedgerRow): number => seq;
const idOfPerson = ({ user_id }: Person): string => user_id;

/** `dataset.delete` in words; what a newer bridge has besides is shown as it is. */
function actText(action: string, { t }: I18n): string {
  const whole = `act.${action}`;
  if (isMessage(whole)) return t(whole);
  const [kind = '', act = ''] = action.split('.');
  const [kindKey, actKey] = [`act.${kind}`, `act.${act}`];
  return isMessage(kindKey) && isMessage(actKey) ? `${t(kindKey)}: ${t(actKey)}` : action;
}

/** Who did what, newest first, with filters, as files, and whether its chain is whole. */
export function Ledger(): JSX.Element {
  const { api, shell } = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const [action, setAction] = useState<Action | ''>('');
  const [actor, setActor] = useState('');
  const [verdict, setVerdict] = useState<{ rows: number; broken: { seq: number } | null } | null>(null);
  const [busy, setBusy] = useState(false);
  const filter = useCallback(
    (): Filter => ({ ...(action !== '' && { action }), ...(actor !== '' && { actor }) }),
    [action, actor],
  );
  const read = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      data(api.http.GET('/api/v1/ledger', { params: { query: { ...filter(), ...(cursor && { cursor }) } }, signal })),
    [api, filter],
  );
  const readPeople = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      data(api.http.GET('/api/v1/people', { params: { query: cursor === undefined ? {} : { cursor } }, signal })),
    [api],
  );
  const { items, failure, more, again } = usePaged(read, idOf);
  const people = usePaged(readPeople, idOfPerson);
  const run = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true);
    await act().catch((reason: unknown) => shell.failed(reason));
    setBusy(false);
  };
  const save = (format: 'csv' | 'jsonl'): Promise<void> =>
    run(() => {
      const query = new URLSearchParams({ format });
      if (action !== '') query.set('action', action);
      if (actor !== '') query.set('actor', actor);
      return download(api, `/api/v1/ledger/export?${query.toString()}`, `ledger.${format}`);
    });
  const verify = (): Promise<void> => run(async () => setVerdict(await data(api.http.GET('/api/v1/ledger/verify'))));

  return (
    <div className="kg-Layout-stack">
      <p className="kg-Text-muted">{t('ledger.lead')}</p>
      <div className="kg-Layout-grid2">
        <SelectField label={t('ledger.action')} value={action} onChange={(next) => setAction(next as Action | '')}>
          <option value="">{t('ledger.any')}</option>
          {ACTIONS.map((one) => (
            <option key={one} value={one}>
              {actText(one, i18n)}
            </option>
          ))}
        </SelectField>
        <SelectField label={t('ledger.actor')} value={actor} onChange={setActor}>
          <option value="">{t('ledger.any')}</option>
          {people.items?.map(({ user_id, name, email }) => (
            <option key={user_id} value={user_id}>
              {`\u2068${name}\u2069 (${email})`}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="kg-Layout-row kg-Layout-wrap">
        <Button icon="down" busy={busy} label={t('ledger.export', { x: 'CSV' })} onClick={() => void save('csv')} />
        <Button
          icon="down"
          busy={busy}
          label={t('ledger.export', { x: 'JSON Lines' })}
          onClick={() => void save('jsonl')}
        />
        <Button icon="check" busy={busy} label={t('ledger.verify')} onClick={() => void verify()} />
      </div>
      {verdict !== null &&
        (verdict.broken === null ? (
          <Note tone="ok" icon="ok" title={t('ledger.whole', { n: verdict.rows })} />
        ) : (
          <Note tone="bad" icon="err" role="alert" title={t('ledger.broken', { n: verdict.broken.seq })} />
        ))}
      {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
      {items === null && failure === null && <Skeleton />}
      {items?.length === 0 && <p className="kg-Text-muted">{t('ledger.none')}</p>}
      <ol className="kg-Ledger">
        {items?.map((row) => (
          <li key={row.seq} data-testid="ledger-row">
            <span className="kg-Text-medium">
              <bdi>{row.actor.kind === 'server' ? t('ledger.server') : row.actor.name}</bdi>
            </span>
            <span>
              {actText(row.action, i18n)} {row.count > 1 && `(${t('ledger.times', { n: row.count })})`}
            </span>
            <span className="kg-Text-muted kg-Text-small">
              <Moment at={row.at} />
            </span>
            <span className="kg-Text-muted kg-Ledger-facts">
              <Code>{row.object.id}</Code> <Change row={row} />
            </span>
          </li>
        ))}
      </ol>
      {more !== null && <LinkButton onClick={more}>{t('panel.moreRows')}</LinkButton>}
    </div>
  );
}

/** What it was before and is now, as it is written: names of facts are the contract's. */
function Change({ row: { before, after } }: { readonly row: LedgerRow }): JSX.Element | null {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (names.length === 0) return null;
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const changes = names.map((name) => {
    const [was, is] = [before?.[name], after?.[name]];
    if (was === undefined) return `${name}=${text(is)}`;
    return is === undefined ? `${name}: ${text(was)} → ∅` : `${name}: ${text(was)} → ${text(is)}`;
  });
  return <Code>{changes.join(', ')}</Code>;
}
