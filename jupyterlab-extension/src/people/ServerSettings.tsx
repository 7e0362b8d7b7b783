import { useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { ServerSettings as Settings, SignUpMode } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { SelectField } from '../components/controls/SelectField.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { ServerProjects } from './ServerProjects.js';

const MODES: readonly SignUpMode[] = ['first', 'open', 'invitation', 'closed'];

/** What administrators set of the server while it runs. */
export function ServerSettings(): JSX.Element {
  const { api, shell } = useKargah();
  const { t } = useI18n();
  const [settings, setSettings] = useState<Settings | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    data(api.http.GET('/api/v1/server/settings', { signal: left.signal })).then(
      (found) => {
        setSettings(found);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!left.signal.aborted) setFailure(reason);
      },
    );
    return () => left.abort();
  }, [api, attempt]);
  const choose = (chosen: string): void => {
    const signup = MODES.find((mode) => mode === chosen) ?? null;
    data(api.http.PATCH('/api/v1/server/settings', { body: { signup } })).then(setSettings, (reason: unknown) =>
      shell.failed(reason),
    );
  };
  const rotate = async (): Promise<void> => {
    await data(api.http.POST('/api/v1/server/keys/rotate')).then(
      () => shell.toast('success', t('server.rotated')),
      (reason: unknown) => shell.failed(reason),
    );
  };
  if (failure !== null) return <ErrorNote reason={failure} onRetry={() => setAttempt((count) => count + 1)} />;
  if (settings === null) return <Skeleton />;
  const { signup, signup_setting } = settings;
  return (
    <div className="kg-Layout-stack">
      <SelectField
        label={t('server.signup')}
        value={signup}
        note={t(signup === signup_setting ? 'server.asSetting' : 'server.otherSetting', {
          x: t(`server.signup.${signup_setting}`),
        })}
        onChange={choose}
      >
        {MODES.map((mode) => (
          <option key={mode} value={mode}>
            {t(`server.signup.${mode}`)}
          </option>
        ))}
      </SelectField>
      <div className="kg-Layout-row kg-Layout-wrap">
        <Button icon="key" label={t('server.rotate')} onClick={() => void rotate()} />
        <span className="kg-Text-muted kg-Text-small kg-Layout-grow">{t('server.rotateHint')}</span>
      </div>
      <ServerProjects />
    </div>
  );
}
