import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectsApp, refusal, type ProjectsApp, type Signed } from '../../test/support/projects.js';
import { jobRow } from '../../test/rows.js';
import type { DeletedProject, Project, ProjectContents } from '../contract/projects.js';
import { KargahError } from '../lib/errors.js';

const DAY = 86_400_000;

let app: ProjectsApp;
let sara: Signed;
let project: string;
beforeEach(async () => {
  app = await projectsApp();
  sara = await app.register('sara');
  project = await app.made(sara, 'Team');
});
afterEach(() => app.close());

const remove = (who: Signed, name = 'Team', id = project) =>
  app.ask<DeletedProject>(who, 'DELETE', `projects/${id}?name=${encodeURIComponent(name)}`);
const restore = (who: Signed, id = project) => app.ask<Project>(who, 'POST', `projects/${id}/restore`);
const deleted = async (who: Signed): Promise<DeletedProject[]> =>
  (await app.ask<{ items: DeletedProject[] }>(who, 'GET', 'deleted-projects')).body.items;
const names = async (who: Signed): Promise<string[]> =>
  (await app.ask<{ items: Project[] }>(who, 'GET', 'projects')).body.items.map(({ name }) => name);
const job = (job_id: string, state: string) =>
  app.storage.db
    .insertInto('jobs')
    .values(jobRow({ job_id, project_id: project, state }))
    .execute();
/** Where rows of the project stand. */
async function rowsOf(id: string): Promise<string[]> {
  const { db } = app.storage;
  const tables = (await db.introspection.getTables()).filter(({ columns }) =>
    columns.some(({ name }) => name === 'project_id'),
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql`select 1 from ${sql.table(name)} where project_id = ${id} limit 1`.execute(db);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

describe('deleting a project', () => {
  it('says before what goes with it', async () => {
    await app.joined('reza', sara, project, 'viewer');
    await job('job_aaaaaa', 'running');
    await job('job_bbbbbb', 'queued');
    await job('job_cccccc', 'failed');
    // What was deleted is not counted again.
    const deleted = { state: 'succeeded', deleted_at: '2026-11-01T00:00:00.000Z', model_json: '{}' };
    await app.storage.db
      .insertInto('jobs')
      .values(jobRow({ job_id: 'job_dddddd', project_id: project, ...deleted }))
      .execute();
    const { body } = await app.ask<ProjectContents>(sara, 'GET', `projects/${project}/contents`);
    expect(body).toEqual({
      datasets: 0,
      shared_datasets: 0,
      dataset_bytes: 0,
      jobs_running: 2,
      jobs_ended: 1,
      models: 0,
      sweeps: 0,
      connections: 0,
      members: 2,
      kept_days: 30,
    });
  });

  it('asks for its name, as it is shown, and does nothing at another', async () => {
    expect(refusal(await remove(sara, 'team'))).toEqual([422, 'project_name_differs']);
    expect(await names(sara)).toContain('Team');
    await app.ask(sara, 'PATCH', `projects/${project}`, { name: 'کارگاهِ می‌شود' });
    expect(refusal(await remove(sara))).toEqual([422, 'project_name_differs']);
    expect((await remove(sara, ' کارگاهِ می‌شود ')).status).toBe(200);
  });

  it('is for its owners alone', async () => {
    const [editor, stranger] = [await app.joined('reza', sara, project, 'editor'), await app.register('mina')];
    for (const path of [`projects/${project}/contents`, `projects/${project}?name=Team`]) {
      const method = path.endsWith('contents') ? 'GET' : 'DELETE';
      expect(refusal(await app.ask(editor, method, path))).toEqual([403, 'forbidden']);
      expect(refusal(await app.ask(stranger, method, path))).toEqual([404, 'not_found']);
    }
  });

  it('leaves everybody the first one that they own', async () => {
    const [own] = (await app.ask<{ items: Project[] }>(sara, 'GET', 'projects')).body.items;
    expect(refusal(await remove(sara, 'sara', own!.project_id))).toEqual([409, 'project_is_first']);
    // Nor may another owner of it.
    const reza = await app.joined('reza', sara, own!.project_id, 'owner');
    expect(refusal(await remove(reza, 'sara', own!.project_id))).toEqual([409, 'project_is_first']);
  });

  it('takes it from all its members at once, stops what runs, and tells those outside who saw its data', async () => {
    const reza = await app.joined('reza', sara, project, 'editor');
    const { token: invitation } = await app.invited(sara, project, 'viewer');
    const made = await app.ask<{ token: string }>(sara, 'POST', 'auth/tokens', { name: 't', project_id: project });
    const bound = { ...sara, token: made.body.token };
    expect((await app.ask(bound, 'GET', 'projects')).status).toBe(200);
    await job('job_aaaaaa', 'running');
    app.told.length = 0;
    const { status, body } = await remove(sara);
    expect([status, body.name, body.jobs_stopping]).toEqual([200, 'Team', 1]);
    expect(Date.parse(body.purged_after) - Date.parse(body.deleted_at)).toBe(30 * DAY);
    expect(app.told.sort()).toEqual([sara.user.user_id, reza.user.user_id].sort());
    expect(app.followed).toEqual([`stop jobs of ${project}`, `hide datasets of ${project}`]);
    for (const who of [sara, reza]) {
      expect(await names(who)).not.toContain('Team');
      expect(refusal(await app.ask(who, 'GET', `projects/${project}`))).toEqual([404, 'not_found']);
      expect(refusal(await app.ask(who, 'GET', `projects/${project}/members`))).toEqual([404, 'not_found']);
    }
    expect(refusal(await app.ask(bound, 'GET', 'projects'))).toEqual([401, 'token_expired']);
    expect((await app.accept(await app.register('mina'), invitation)).status).toBe(404);
    expect(refusal(await remove(sara))).toEqual([404, 'not_found']);
  });

  it('is done by one of two owners who do it at once', async () => {
    const reza = await app.joined('reza', sara, project, 'owner');
    const both = await Promise.all([remove(sara), remove(reza)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect((await app.ledger()).filter(({ action }) => action === 'project.delete')).toHaveLength(1);
  });
});

describe('a deleted project', () => {
  it('is listed to its owners, with who deleted it, and comes back whole by one of them alone', async () => {
    const reza = await app.joined('reza', sara, project, 'owner');
    const viewer = await app.joined('vida', sara, project, 'viewer');
    const stranger = await app.register('mina');
    await remove(reza);
    expect(await deleted(sara)).toMatchObject([{ project_id: project, name: 'Team', deleted_by: { name: 'reza' } }]);
    for (const who of [viewer, stranger]) expect(await deleted(who)).toEqual([]);
    expect(refusal(await restore(viewer))).toEqual([403, 'forbidden']);
    expect(refusal(await restore(stranger))).toEqual([404, 'not_found']);
    const { status, body } = await restore(sara);
    expect([status, body.name, body.members]).toEqual([200, 'Team', 3]);
    expect(await names(viewer)).toContain('Team');
    expect(await deleted(sara)).toEqual([]);
    expect(refusal(await restore(sara))).toEqual([404, 'not_found']);
    expect(app.followed.at(-1)).toBe(`show datasets of ${project}`);
  });

  it('comes back by no token of another project', async () => {
    const other = await app.made(sara, 'Other');
    const made = await app.ask<{ token: string }>(sara, 'POST', 'auth/tokens', { name: 't', project_id: other });
    const bound = { ...sara, token: made.body.token };
    await remove(sara);
    expect(await deleted(bound)).toEqual([]);
    expect(refusal(await restore(bound))).toEqual([404, 'not_found']);
  });

  it('is in the ledger as deleted, restored and purged, with how much was in it', async () => {
    await job('job_aaaaaa', 'succeeded');
    await remove(sara);
    await restore(sara);
    await remove(sara);
    app.clock.pass(31 * DAY);
    await app.projects.purge();
    const rows = (await app.ledger()).filter(({ object }) => object.id === project);
    const before = { name: 'Team', deleted: false, datasets: 0, bytes: 0, jobs: 1, sweeps: 0, members: 1 };
    expect(rows.map(({ action, actor, before: was, after }) => [action, actor.kind, was, after]).slice(1)).toEqual([
      ['project.delete', 'user', before, { deleted: true }],
      ['project.restore', 'user', { deleted: true }, { deleted: false, name: 'Team' }],
      ['project.delete', 'user', before, { deleted: true }],
      ['project.purge', 'server', { name: 'Team', deleted: true }, null],
    ]);
  });

  it('is kept for its days and then purged, with its bytes, its workspace and every row', async () => {
    await app.invited(sara, project, 'viewer');
    await app.ask(sara, 'POST', 'auth/tokens', { name: 't', project_id: project });
    await job('job_aaaaaa', 'succeeded');
    const { workspace } = (await app.ask<Project>(sara, 'GET', `projects/${project}`)).body;
    await remove(sara);
    app.followed.length = 0;
    app.clock.pass(30 * DAY - 1);
    await app.projects.purge();
    expect(app.followed).toEqual([]);
    app.clock.pass(1);
    await app.projects.purge();
    expect(app.followed).toEqual([`remove jobs of ${project}`, `remove datasets of ${project}`, `remove ${workspace}`]);
    expect(await rowsOf(project)).toEqual(['ledger']);
    expect(await deleted(sara)).toEqual([]);
    expect(refusal(await restore(sara))).toEqual([404, 'not_found']);
    // A second look finds nothing to do.
    await app.projects.purge();
    expect(app.followed).toHaveLength(3);
  });

  it('is not purged while a job of it runs, which is told to stop again', async () => {
    await job('job_aaaaaa', 'running');
    await remove(sara);
    app.followed.length = 0;
    app.clock.pass(31 * DAY);
    await app.projects.purge();
    expect(app.followed).toEqual([`stop jobs of ${project}`]);
    await app.storage.db.updateTable('jobs').set({ state: 'stopped' }).execute();
    await app.projects.purge();
    expect(await rowsOf(project)).toEqual(['ledger']);
  });

  it.each(['jobs', 'datasets', 'workspace'] as const)(
    'whose purge was cut off at its %s is purged by the bridge that starts next, and restored by nobody meanwhile',
    async (step) => {
      await job('job_aaaaaa', 'succeeded');
      await remove(sara);
      app.clock.pass(31 * DAY);
      const broken = (): Promise<never> => Promise.reject(new KargahError('mlflow_unavailable'));
      const done = (): Promise<void> => Promise.resolve();
      const cut = app.again({
        training: { stopAllOf: done, removeAllOf: step === 'jobs' ? broken : done },
        datasetsOfProjects: { tellOutsiders: done, removeAllOf: step === 'datasets' ? broken : done },
        mlflow: { deleteWorkspace: step === 'workspace' ? broken : done, onState: () => () => undefined },
      });
      await cut.purge();
      expect(await rowsOf(project)).toContain('projects');
      expect(refusal(await restore(sara))).toEqual([404, 'not_found']);
      await app.again().purge();
      expect(await rowsOf(project)).toEqual(['ledger']);
      expect((await app.ledger()).filter(({ action }) => action === 'project.purge')).toHaveLength(1);
    },
  );

  it('of which a job still runs when a bridge starts has it stopped', async () => {
    await remove(sara);
    // A bridge that died between the two had sent no event.
    await job('job_aaaaaa', 'running');
    app.followed.length = 0;
    const next = app.again();
    await next.start?.();
    await next.purge();
    expect(app.followed).toContain(`stop jobs of ${project}`);
    await next.stop?.();
  });
});
