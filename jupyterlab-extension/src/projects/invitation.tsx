import { data } from '../api/client.js';
import type { Kargah } from '../tokens.js';
import { DeletedProjects } from './DeletedProjects.js';

/** The link that leads a person into JupyterLab with the invitation's token: behind `#`, which no server is sent. */
export function linkOf(token: string): string {
  const [page = ''] = window.location.href.split(/[?#]/u);
  return `${page.replace(/\/lab\/.*$/u, '/lab')}#kargah-invitation=${token}`;
}

async function told(kargah: Kargah, act: () => Promise<void>): Promise<void> {
  await act().catch((reason: unknown) => kargah.shell.failed(reason));
}

/** Says what an invitation is for, asks, and shows the project that it leads into. */
export function offer(kargah: Kargah, token: string): Promise<void> {
  const { api, i18n, shell, store } = kargah;
  const { t } = i18n;
  return told(kargah, async () => {
    const found = await data(api.http.POST('/api/v1/invitations/look', { body: { token } }));
    const sure = await shell.confirm({
      title: t('project.offerTitle', { x: found.project_name }),
      body: t('project.offer', { x: found.invited_by, role: t(`project.role.${found.role}`) }),
      accept: t('project.join'),
    });
    if (!sure) return;
    const project = await data(api.http.POST('/api/v1/invitations/accept', { body: { token } }));
    store.list('projects').put(project);
    api.chooseProject(project.project_id);
    shell.toast('success', t('project.joined', { x: project.name }));
  });
}

/** Takes a link or the bare code, as it was handed over. */
export async function accept(kargah: Kargah): Promise<void> {
  const { t } = kargah.i18n;
  const written = await kargah.shell.prompt({
    title: t('project.acceptTitle'),
    label: t('project.link'),
    value: '',
    accept: t('project.acceptTitle'),
  });
  if (written !== null) await offer(kargah, written.replace(/^.*#kargah-invitation=/u, ''));
}

export async function newProject(kargah: Kargah): Promise<void> {
  const { api, i18n, shell, store } = kargah;
  const { t } = i18n;
  const name = await shell.prompt({
    title: t('project.newTitle'),
    label: t('project.name'),
    value: '',
    accept: t('project.make'),
  });
  if (name === null) return;
  await told(kargah, async () => {
    const project = await data(api.http.POST('/api/v1/projects', { body: { name } }));
    store.list('projects').put(project);
    api.chooseProject(project.project_id);
  });
}

export function showDeleted({ i18n, shell }: Kargah): Promise<void> {
  return shell.show({
    title: i18n.t('project.deletedTitle'),
    content: (close) => <DeletedProjects close={close} />,
  });
}
