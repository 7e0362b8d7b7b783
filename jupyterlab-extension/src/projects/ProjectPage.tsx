import { useCallback, useState } from 'react';
import { data } from '../api/client.js';
import type { Invitation, Mailed, Member, Project, ProjectRole } from '../api/types.js';
import { Button, IconButton } from '../components/controls/Button.js';
import { Field } from '../components/controls/Field.js';
import { SelectField } from '../components/controls/SelectField.js';
import { EmptyState, ErrorNote, Note, Skeleton } from '../components/Note.js';
import { Code } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { MailedNote } from './MailedNote.js';
import { DeleteProject } from './DeleteProject.js';
import { linkOf } from './invitation.js';
import { useRead } from './useRead.js';

const ROLES: readonly ProjectRole[] = ['viewer', 'editor', 'owner'];

/** Who is in a project, and, for its owners, who comes into it. */
export default function ProjectPage({ projectId }: { readonly projectId: string }): JSX.Element {
  const { store } = useKargah();
  const { t } = useI18n();
  const { status, items } = useStore(store.list('projects'));
  const project = items.find(({ project_id }) => project_id === projectId);
  if (project === undefined) {
    return status === 'ready' ? <EmptyState icon="person" title={t('project.gone')} /> : <Skeleton />;
  }
  return <Page project={project} />;
}

function Page({ project }: { readonly project: Project }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const owner = project.permissions.includes('project.manage');
  const leave = async (): Promise<void> => {
    const sure = await kargah.shell.confirm({
      title: t('project.leaveTitle', { x: project.name }),
      body: t('project.leaveBody'),
      accept: t('project.leave'),
      destructive: true,
    });
    if (!sure) return;
    const params = { path: { project_id: project.project_id } };
    try {
      await data(kargah.api.http.POST('/api/v1/projects/{project_id}/leave', { params }));
      await kargah.store.load('projects');
    } catch (reason) {
      kargah.shell.failed(reason);
    }
  };
  return (
    <div className="kg-Layout-stack" data-testid="project-page">
      <div className="kg-Layout-row kg-Layout-wrap">
        <h1>
          <bdi>{project.name}</bdi>
        </h1>
        <span className="kg-Chip kg-mod-plain">{t(`project.role.${project.role}`)}</span>
        <span className="kg-Layout-grow" />
        <Button kind="danger" icon="out" label={t('project.leave')} onClick={() => void leave()} />
      </div>
      {project.role === 'viewer' && <Note tone="run" icon="eye" title={t('project.viewing')} />}
      <div className="kg-Layout-grid2">
        <Members project={project} owner={owner} />
        {owner && <Invitations project={project} />}
      </div>
      {owner && !project.is_default && <DeleteProject project={project} />}
    </div>
  );
}

function Members({ project, owner }: { readonly project: Project; readonly owner: boolean }): JSX.Element {
  const { api, shell } = useKargah();
  const { t, format } = useI18n();
  const session = useStore(api.session.state);
  const me = session.status === 'signed_in' ? session.user.user_id : '';
  const { project_id } = project;
  const read = useCallback(
    () =>
      data(
        api.http.GET('/api/v1/projects/{project_id}/members', {
          params: { path: { project_id }, query: { limit: 100 } },
        }),
      ),
    [api, project_id],
  );
  const { items, failure, again } = useRead<Member>(read, `${String(project.members)} ${project.role}`);
  const act = async (call: () => Promise<unknown>): Promise<void> => {
    await call().catch((reason: unknown) => shell.failed(reason));
    again();
  };
  const path = (user_id: string) => ({ path: { project_id, user_id } });
  const change = (member: Member, role: ProjectRole): Promise<void> =>
    act(() =>
      data(
        api.http.PATCH('/api/v1/projects/{project_id}/members/{user_id}', {
          params: path(member.user_id),
          body: { role },
        }),
      ),
    );
  const remove = async ({ user_id, name: x }: Member): Promise<void> => {
    const sure = await shell.confirm({
      title: t('project.removeTitle', { x }),
      body: t('project.removeBody'),
      accept: t('project.remove', { x }),
      destructive: true,
    });
    if (!sure) return;
    const params = path(user_id);
    await act(() => data(api.http.DELETE('/api/v1/projects/{project_id}/members/{user_id}', { params })));
  };
  return (
    <section>
      <div className="kg-Layout-row">
        <h2 className="kg-Layout-grow">{t('project.members')}</h2>
        <IconButton icon="refresh" label={t('project.again')} onClick={again} />
      </div>
      {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
      {items === null && failure === null && <Skeleton />}
      <ul className="kg-Members">
        {items?.map((member) => (
          <li className="kg-Layout-row" key={member.user_id} data-testid="member">
            <span className="kg-Avatar" aria-hidden="true">
              {Array.from(member.name)[0]?.toUpperCase()}
            </span>
            <span className="kg-Layout-grow">
              <bdi className="kg-Text-medium">{member.name}</bdi>
              <br />
              <Code className="kg-Text-muted">{member.email}</Code>{' '}
              <span className="kg-Text-hint">{t('project.since', { x: format.date(member.since) })}</span>
            </span>
            {owner && member.user_id !== me ? (
              <>
                <SelectField
                  label={t('project.roleOf', { x: member.name })}
                  value={member.role}
                  onChange={(role) => void change(member, role as ProjectRole)}
                >
                  {ROLES.map((role) => (
                    <option key={role} value={role}>
                      {t(`project.role.${role}`)}
                    </option>
                  ))}
                </SelectField>
                <IconButton
                  icon="del"
                  label={t('project.remove', { x: member.name })}
                  onClick={() => void remove(member)}
                />
              </>
            ) : (
              <span className="kg-Chip kg-mod-plain">{t(`project.role.${member.role}`)}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Invitations({ project }: { readonly project: Project }): JSX.Element {
  const { api, shell, store } = useKargah();
  const { t, format } = useI18n();
  const { project_id } = project;
  const mail = useStore(store.system)?.mail === true;
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<ProjectRole>('viewer');
  const [made, setMade] = useState<{ token: string; expires_at: string; mailed: Mailed | null } | null>(null);
  const read = useCallback(
    () => data(api.http.GET('/api/v1/projects/{project_id}/invitations', { params: { path: { project_id } } })),
    [api, project_id],
  );
  const { items, failure, again } = useRead<Invitation>(read, String(project.members));
  const act = async (call: () => Promise<void>): Promise<void> => {
    await call().catch((reason: unknown) => shell.failed(reason));
    again();
  };
  const invite = (): Promise<void> =>
    act(async () => {
      const params = { path: { project_id } };
      const to = email.trim();
      const body = { role, expires_in_days: 7, ...(mail && to !== '' && { email: to }) };
      setMade(await data(api.http.POST('/api/v1/projects/{project_id}/invitations', { params, body })));
      setEmail('');
    });
  const revoke = (invitation_id: string): Promise<void> =>
    act(async () => {
      const params = { path: { project_id, invitation_id } };
      await data(api.http.DELETE('/api/v1/projects/{project_id}/invitations/{invitation_id}', { params }));
    });
  return (
    <section className="kg-Layout-stack">
      <h2>{t('project.invite')}</h2>
      <div className="kg-Layout-row kg-Layout-rowEnd">
        <div className="kg-Layout-grow">
          <SelectField
            label={t('project.inviteAs')}
            value={role}
            note={t(`project.role.${role}.hint`)}
            onChange={(next) => setRole(next as ProjectRole)}
          >
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {t(`project.role.${one}`)}
              </option>
            ))}
          </SelectField>
        </div>
        <Button
          kind="primary"
          icon="add"
          label={t(mail && email.trim() !== '' ? 'project.sendLink' : 'project.makeLink')}
          onClick={() => void invite()}
        />
      </div>
      {mail && (
        <Field
          label={t('project.sendTo')}
          type="email"
          dir="ltr"
          autoComplete="off"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      )}
      {made?.mailed && <MailedNote mailed={made.mailed} />}
      {made !== null && (
        <Note tone="ok" icon="key" title={t('project.once', { x: format.exact(made.expires_at) })}>
          <span className="kg-Layout-row">
            <span className="kg-Layout-grow kg-Text-ellipsis" title={linkOf(made.token)} data-testid="invitation-link">
              <Code>{linkOf(made.token)}</Code>
            </span>
            <IconButton icon="copy" label={t('action.copy')} onClick={() => void shell.copy(linkOf(made.token))} />
          </span>
        </Note>
      )}
      {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
      {items !== null && items.length > 0 && <h3>{t('project.invitations')}</h3>}
      <ul className="kg-Members">
        {items?.map((one) => (
          <li className="kg-Layout-row" key={one.invitation_id}>
            <span className="kg-Layout-grow">
              {t(`project.role.${one.role}`)}
              {one.sent_to !== null && (
                <>
                  {t('facts.and')}
                  <bdi dir="ltr">{one.sent_to}</bdi>
                </>
              )}
              {one.used_by !== null && (
                <>
                  {t('facts.and')}
                  <bdi>{one.used_by.name}</bdi>
                </>
              )}
            </span>
            <span className="kg-Text-muted kg-Text-small">
              {t(`project.state.${one.state}`, { x: format.date(one.expires_at) })}
            </span>
            {one.state === 'open' && (
              <IconButton icon="del" label={t('project.revoke')} onClick={() => void revoke(one.invitation_id)} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
