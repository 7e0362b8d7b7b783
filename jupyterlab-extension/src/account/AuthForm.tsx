import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/errors.js';
import type { InvitationOffer, SignUp } from '../api/types.js';
import { Button, IconButton, LinkButton } from '../components/controls/Button.js';
import { Field } from '../components/controls/Field.js';
import { ErrorNote, Note } from '../components/Note.js';
import { Code } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';

const MIN_PASSWORD = 12;
type Fields = 'name' | 'email' | 'password' | 'code';
const FIELDS: readonly Fields[] = ['code', 'name', 'email', 'password'];
type Errors = Readonly<Partial<Record<Fields, string>>>;

/** Assumed until the bridge has answered whether accounts can be made; where they cannot, registering is refused. */
const NOT_TOLD: SignUp = { open: true, first: false, code_required: false, invited: false };

/** Sign in, or make an account where that is open. A refusal is shown at the field that it concerns. */
export function AuthForm({ expired }: { readonly expired: boolean }): JSX.Element {
  const { api, shell } = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const form = useRef<HTMLFormElement>(null);
  const [signUp, setSignUp] = useState<SignUp | null>(null);
  const [wanted, setWanted] = useState<'sign-in' | 'register' | 'reset' | null>(null);
  const [values, setValues] = useState({ name: '', email: '', password: '', code: '' });
  const [visible, setVisible] = useState(false);
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const askSignUp = useCallback(
    () =>
      api.session.signUp().then(setSignUp, () => {
        setSignUp(NOT_TOLD);
      }),
    [api],
  );
  useEffect(() => void askSignUp(), [askSignUp]);
  const invitation = useStore(api.session.invitation);
  const resetCode = useStore(api.session.resetCode);
  const [takenCode, setTakenCode] = useState<string | null>(null);
  if (resetCode !== takenCode) {
    setTakenCode(resetCode);
    if (resetCode !== null) {
      setWanted('reset');
      setValues((before) => ({ ...before, code: resetCode }));
    }
  }
  const [offer, setOffer] = useState<InvitationOffer | null>(null);
  useEffect(() => {
    if (invitation === null) return;
    api.session.look(invitation).then(setOffer, (reason: unknown) => {
      // An invitation that is over is reported here, so it is not tried again after signing in.
      if (reason instanceof ApiError && reason.code.startsWith('invitation_')) api.session.invitation.set(null);
      setFailure(reason);
    });
  }, [api, invitation]);
  const first = signUp?.first === true && signUp.open;
  const invited = signUp?.invited === true && offer !== null && invitation !== null;
  const mayRegister = signUp?.open === true || invited;
  const registering = mayRegister && (first || wanted === 'register' || (invited && wanted === null));
  const resetting = !registering && wanted === 'reset';
  const withCode = resetting || (first && signUp.code_required);

  const problem = (field: Fields): string | undefined => {
    const value = values[field].trim();
    if (field === 'name' || (field === 'code' && !withCode) || (field === 'email' && resetting)) {
      return undefined;
    }
    if (value === '') {
      return t('auth.error.required');
    }
    if (field === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) {
      return t('auth.error.email');
    }
    if (field === 'password' && (registering || resetting) && Array.from(values.password).length < MIN_PASSWORD) {
      return t('auth.error.short', { n: MIN_PASSWORD });
    }
    return undefined;
  };
  const check = (fields: readonly Fields[]): Errors =>
    Object.fromEntries(fields.flatMap((field) => (problem(field) === undefined ? [] : [[field, problem(field)]])));
  const showErrors = (next: Errors): void => {
    setErrors(next);
    const wrong = FIELDS.find((field) => next[field] !== undefined);
    if (wrong !== undefined) {
      form.current?.querySelector<HTMLInputElement>(`input[name=${wrong}]`)?.focus();
    }
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setFailure(null);
    const found = check(FIELDS);
    showErrors(found);
    if (Object.keys(found).length > 0) {
      return;
    }
    setBusy(true);
    const account = { email: values.email.trim(), password: values.password };
    try {
      if (resetting) {
        await api.session.reset({ token: values.code.trim(), password: values.password });
      } else if (registering) {
        const name = values.name.trim();
        const joined = await api.session.register({
          ...account,
          ...(name === '' ? {} : { name }),
          ...(withCode ? { signup_code: values.code } : {}),
          ...(invited ? { invitation } : {}),
        });
        if (joined !== undefined) {
          api.chooseProject(joined);
          shell.toast('success', t('project.joined', { x: offer?.project_name ?? '' }));
        }
      } else {
        await api.session.login(account);
      }
    } catch (reason) {
      setBusy(false);
      if (reason instanceof ApiError && reason.code === 'signup_closed') {
        // Somebody else made the first account in the meantime.
        setWanted(null);
        await askSignUp();
      }
      if (reason instanceof ApiError && reason.code.startsWith('invitation_')) {
        // Somebody else used the invitation in the meantime.
        api.session.invitation.set(null);
      }
      const field = fieldOf(reason);
      if (field === null) {
        setFailure(reason);
      } else {
        showErrors({ [field]: i18n.fieldError(reason, field) ?? i18n.error(reason) });
      }
    }
  };

  const box = (field: Fields) => ({
    name: field,
    value: values[field],
    error: errors[field],
    onChange: (event: { target: { value: string } }) => {
      setValues({ ...values, [field]: event.target.value });
      setErrors({ ...errors, [field]: undefined });
    },
    onBlur: () => {
      const found = problem(field);
      // An empty field is an error only when it is submitted. An error is not removed on blur: the layout would move
      // under the pointer that is pressing a button.
      if (values[field] !== '' && found !== undefined) {
        setErrors({ ...errors, [field]: found });
      }
    },
  });
  const go = (to: 'sign-in' | 'register' | 'reset'): void => {
    setWanted(to);
    api.session.resetCode.set(null);
    setValues({ ...values, code: '' });
    setErrors({});
    setFailure(null);
  };

  if (signUp === null) {
    return <></>;
  }
  const kind = first ? 'first' : registering ? 'register' : resetting ? 'reset' : 'signIn';
  const title = t(`auth.${kind}.title`);
  return (
    <>
      <form
        className="kg-AuthForm"
        ref={form}
        noValidate
        onSubmit={(event) => void submit(event)}
        aria-label={title}
        data-testid={registering ? 'kargah-register' : resetting ? 'kargah-reset' : 'kargah-sign-in'}
      >
        <div>
          <h1>{title}</h1>
          <p className="kg-Text-muted">{t(`auth.${kind}.lead`)}</p>
        </div>
        {expired && !registering && <Note tone="warn" icon="queue" title={t('auth.expired')} />}
        {failure !== null && <ErrorNote reason={failure} />}
        {offer !== null && invitation !== null && (
          <Note tone="ok" icon="person" title={t('project.offerTitle', { x: offer.project_name })}>
            {t('project.offer', { x: offer.invited_by, role: t(`project.role.${offer.role}`) })}{' '}
            {t(invited ? 'auth.invited' : 'auth.invitedSignIn')}
          </Note>
        )}
        {withCode && (
          <Field
            label={t(resetting ? 'auth.reset.code' : 'auth.code')}
            dir="ltr"
            autoComplete="off"
            spellCheck={false}
            hint={resetting ? undefined : t('auth.codeHint')}
            {...box('code')}
          />
        )}
        {registering && <Field label={t('auth.name')} dir="auto" autoComplete="name" {...box('name')} />}
        {!resetting && (
          <Field label={t('auth.email')} type="email" dir="ltr" autoComplete="username" {...box('email')} />
        )}
        <Field
          label={t('auth.password')}
          type={visible ? 'text' : 'password'}
          dir="ltr"
          autoComplete={registering || resetting ? 'new-password' : 'current-password'}
          hint={registering || resetting ? t('auth.passwordHint', { n: MIN_PASSWORD }) : undefined}
          trailing={
            <IconButton
              icon="eye"
              className={visible ? 'kg-mod-on' : ''}
              label={visible ? t('auth.hidePassword') : t('auth.showPassword')}
              aria-pressed={visible}
              onClick={() => setVisible(!visible)}
            />
          }
          {...box('password')}
        />
        <Button
          type="submit"
          kind="primary"
          size="block"
          busy={busy}
          label={t(registering ? 'auth.register' : resetting ? 'auth.reset' : 'auth.signIn')}
        />
        {!first && !registering && (
          <p className="kg-Layout-center kg-Text-small">
            <LinkButton onClick={() => go(resetting ? 'sign-in' : 'reset')}>
              {t(resetting ? 'auth.signIn' : 'auth.haveCode')}
            </LinkButton>
          </p>
        )}
        {mayRegister && !first && !resetting && (
          <p className="kg-Layout-center kg-Text-muted">
            {registering ? t('auth.haveAccount') : t('auth.noAccount')}{' '}
            <LinkButton onClick={() => go(registering ? 'sign-in' : 'register')}>
              {registering ? t('auth.signIn') : t('auth.register')}
            </LinkButton>
          </p>
        )}
        {!mayRegister && !resetting && (
          <p className="kg-Layout-center kg-Text-muted">{t(signUp.invited ? 'auth.byInvitation' : 'auth.closed')}</p>
        )}
      </form>
      <div className="kg-Footer kg-mod-borderless">
        <span className="kg-Text-ellipsis" title={api.baseUrl()}>
          {t('auth.server')} <Code>{api.baseUrl().replace(/^https?:\/\//, '')}</Code>
        </span>
      </div>
    </>
  );
}

/** The field that a refusal concerns; null: the whole form. */
function fieldOf(reason: unknown): Fields | null {
  if (!(reason instanceof ApiError)) {
    return null;
  }
  if (reason.code === 'email_taken') {
    return 'email';
  }
  if (reason.code === 'bad_credentials' || reason.code === 'weak_password' || reason.code === 'common_password') {
    return 'password';
  }
  if (
    reason.code === 'signup_code_required' ||
    reason.code === 'signup_code_wrong' ||
    reason.code === 'reset_link_over'
  ) {
    return 'code';
  }
  const path = reason.errors[0]?.path;
  return path === 'name' || path === 'email' || path === 'password' ? path : null;
}
