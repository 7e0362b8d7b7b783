import { type FormEvent, useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { LimitsInUse } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { Field } from '../components/controls/Field.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';

type Kind = 'jobs' | 'cpus' | 'gpus' | 'bytes';
export const KINDS: readonly Kind[] = ['jobs', 'cpus', 'gpus', 'bytes'];
const GB = 2 ** 30;
const MOST = { jobs: 1e6, cpus: 1e6, gpus: 1e6, bytes: 8e6 };

/** Whose: a person's or a project's, by its id. */
interface Subject {
  readonly kind: 'person' | 'project';
  readonly id: string;
}

/** Where an administrator says how much somebody may use at once: an empty box stands for what counts for everybody. */
export function LimitsEditor({ of, onDone }: { readonly of: Subject; readonly onDone: () => void }): JSX.Element {
  const { api, shell } = useKargah();
  const { t, format } = useI18n();
  const [found, setFound] = useState<LimitsInUse | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [texts, setTexts] = useState<Record<Kind, string>>({ jobs: '', cpus: '', gpus: '', bytes: '' });
  const [busy, setBusy] = useState(false);
  const { kind, id } = of;
  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    const asked =
      kind === 'person'
        ? api.http.GET('/api/v1/people/{user_id}/limits', { params: { path: { user_id: id } }, signal })
        : api.http.GET('/api/v1/server/projects/{project_id}/limits', { params: { path: { project_id: id } }, signal });
    data<LimitsInUse>(asked).then(
      (limits) => {
        setFound(limits);
        setTexts(textsOf(limits));
      },
      (reason: unknown) => {
        if (!signal.aborted) setFailure(reason);
      },
    );
    return () => left.abort();
  }, [api, kind, id]);
  if (failure !== null) return <ErrorNote reason={failure} />;
  if (found === null) return <Skeleton />;

  const wrong = KINDS.filter((one) => valueOf(one, texts[one]) === undefined);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (wrong.length > 0) return;
    setBusy(true);
    const [jobs, cpus, gpus, bytes] = KINDS.map((one) => valueOf(one, texts[one]) ?? null) as [
      number | null,
      number | null,
      number | null,
      number | null,
    ];
    const body = { jobs, cpus, gpus, bytes };
    const sent =
      kind === 'person'
        ? api.http.PUT('/api/v1/people/{user_id}/limits', { params: { path: { user_id: id } }, body })
        : api.http.PUT('/api/v1/server/projects/{project_id}/limits', { params: { path: { project_id: id } }, body });
    await data<LimitsInUse>(sent).then(
      () => {
        shell.toast('success', t('limits.saved'));
        onDone();
      },
      (reason: unknown) => shell.failed(reason),
    );
    setBusy(false);
  };
  return (
    <form className="kg-Layout-stack" onSubmit={(event) => void save(event)} data-testid="limits-editor">
      <div className="kg-Layout-grid2">
        {KINDS.map((one) => {
          const usual = found.own[one] === null ? found.limits[one] : null;
          const use = one === 'bytes' ? format.size(found.use.bytes) : format.number(found.use[one]);
          return (
            <Field
              key={one}
              label={t(`limits.${one}`)}
              dir="ltr"
              inputMode="decimal"
              value={texts[one]}
              placeholder={
                usual === null ? t('limits.none') : one === 'bytes' ? format.size(usual) : format.number(usual)
              }
              hint={t('limits.use', { x: use })}
              error={wrong.includes(one) ? t('limits.wrong') : undefined}
              onChange={(event) => setTexts({ ...texts, [one]: event.target.value })}
            />
          );
        })}
      </div>
      <span className="kg-Layout-row">
        <Button type="submit" kind="primary" size="small" busy={busy} label={t('limits.save')} />
        <Button size="small" kind="quiet" label={t('action.close')} onClick={onDone} />
      </span>
    </form>
  );
}

function textsOf({ own }: LimitsInUse): Record<Kind, string> {
  const text = (value: number | null): string => (value === null ? '' : String(value));
  return {
    jobs: text(own.jobs),
    cpus: text(own.cpus),
    gpus: text(own.gpus),
    bytes: own.bytes === null ? '' : String(Math.round((own.bytes / GB) * 1000) / 1000),
  };
}

/** Null for an empty box, undefined for what is no limit; gigabytes as bytes. */
function valueOf(kind: Kind, text: string): number | null | undefined {
  // As a Persian keyboard writes numbers, too.
  const plain = text
    .trim()
    .replace(/[۰-۹]/gu, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace('٫', '.');
  if (plain === '') return null;
  const form = kind === 'bytes' ? /^\d+(?:\.\d+)?$/u : /^\d+$/u;
  const value = Number(plain);
  if (!form.test(plain) || value > MOST[kind]) return undefined;
  return kind === 'bytes' ? Math.round(value * GB) : value;
}
